"""The implications that are proved, each with the script that proves it.

An implication D ⇒ E is read on the claims to which both notions apply. What is listed here is a
handful of arrows; the atlas closes them under composition, and a cell names the scripts along the
way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from .notions import NOTIONS

__all__ = ["ARROWS", "Arrow", "chain"]


@final
@dataclass(frozen=True, slots=True)
class Arrow:
    """A proved implication; `script` is a name for `tauomega prove`."""

    strong: str
    weak: str
    script: str


_INSIDE = (("block", "single:1"), ("block", "reach"), ("taumax", "block"))
"""Pairs (larger, smaller) of families."""
_NESTED = "families_are_nested"
_CLAUSES = "definitions_within_definitions"


def _arrows() -> Iterator[Arrow]:
    for name in ("uniform", "tau-abstraction", "constructive"):
        for large, small in _INSIDE:
            yield Arrow(f"{name}[{large}]", f"{name}[{small}]", _NESTED)
    for large, small in _INSIDE:
        yield Arrow(f"exact[{large}]", f"exact[{small}]", _NESTED)
        same = [f"constructive[{family}, same contexts]" for family in (large, small)]
        yield Arrow(same[0], same[1], _NESTED)
    for family in ("single:1", "reach", "block", "taumax"):
        tau = f"tau-abstraction[{family}]"
        yield Arrow(tau, f"uniform[{family}]", "beckers_2019_tau_abstraction_is_uniform")
        yield Arrow(f"strong[{family}]", tau, _CLAUSES)
        yield Arrow(f"constructive[{family}]", tau, _CLAUSES)
        same_contexts = f"constructive[{family}, same contexts]"
        yield Arrow(same_contexts, f"constructive[{family}]", _CLAUSES)
        if family != "taumax":
            yield Arrow(tau, f"constructive[{family}]", _CLAUSES)
    yield Arrow("tau-abstraction[block]", "strong[block]", "lemma_c")
    yield Arrow("constructive[taumax]", "strong[taumax]", "lemma_c")
    yield Arrow("strong[single:1]", "strong[block]", "lemma_c")
    yield Arrow("constructive[block]", "invariance", "xia_2024_invariance")
    yield Arrow("exact[block]", "exact[block, ω searched]", "beckers_2019_omega_tau")
    swaps = "interchange_of_constructive"
    yield Arrow("constructive[reach, same contexts]", "interchange[all sites]", swaps)
    single = "constructive[single:1, same contexts]"
    yield Arrow(single, "interchange[each site alone]", swaps)
    yield Arrow("interchange[all sites]", "interchange[each site alone]", swaps)
    yield Arrow("interchange[all sites]", "uniform[reach]", "interchange_covers_reached_values")


ARROWS = tuple(_arrows())
_KEYS = frozenset(notion.key for notion in NOTIONS)
assert all({arrow.strong, arrow.weak} <= _KEYS for arrow in ARROWS)


def chain(strong: str, weak: str) -> list[Arrow] | None:
    """The fewest proved arrows that lead from one notion to another, or `None`.

    Both ends apply to a claim; every notion between must too. Families of blocks apply to block maps
    only, so they may stand between only if one of the ends settles that τ is one.
    """
    blocks = _settles_blocks(strong) or _needs_blocks(weak)
    seen: dict[str, list[Arrow]] = {strong: []}
    queue = deque([strong])
    while queue:
        here = queue.popleft()
        if here == weak:
            return seen[here]
        if here != strong and _needs_blocks(here) and not blocks:
            continue
        for arrow in ARROWS:
            if arrow.strong == here and arrow.weak not in seen:
                seen[arrow.weak] = [*seen[here], arrow]
                queue.append(arrow.weak)
    return None


def _needs_blocks(key: str) -> bool:
    """Whether a notion applies to block maps only."""
    name, _, family = key.partition("[")
    squares = name in ("exact", "uniform", "tau-abstraction", "strong")
    return name == "interchange" or (squares and not family.startswith("taumax"))


def _settles_blocks(key: str) -> bool:
    """Whether a notion can only hold of a block map."""
    return _needs_blocks(key) or key.startswith(("constructive", "invariance"))
