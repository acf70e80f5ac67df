"""What a notion of the atlas is: a definition with its parameters, as `check` and as the search read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition, high_model
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Family, Reach, Single, TauMax
from tauomega.theory.implying import Condition
from tauomega.theory.kernel import free_names

from .facts import Fact, consequences
from .meeting import Meeting
from .models import Array

__all__ = [
    "FAMILIES",
    "Arrow",
    "Asked",
    "Notion",
    "Sites",
    "nested",
    "over_families",
    "verdict",
    "with_sites",
]

FAMILIES: dict[str, Family] = {
    "single:1": Single(1),
    "reach": Reach(1),
    "block": Block(),
    "taumax": TauMax(),
}
"""The families that every definition with such a parameter has in the atlas, the smallest first."""


class Sites(Enum):
    """Which blocks of τ a claim is given as sites before it is decided."""

    ALL = "all"
    """Of every high-level variable."""
    PARENTS = "parents"
    """Of every high-level variable that another one reads."""


@final
@dataclass(frozen=True, slots=True)
class Notion:
    """A definition with its parameters.

    Attributes:
        key: names the notion in the data.
        definition: what `check` decides.
        reading: the same for all pairs of small models with one τ at once, where the facts below hold.
        given: what a claim must carry, else it is bad input.
        clauses: what is required of the maps; a claim without it fails.
        needs: what the other clauses need, else the claim is bad input.
        sites: what the claim is given as sites first.
        only: what must be so of a claim for `definition` to be what the proved implications say of it.
        settles: what else is so of every claim on which the notion holds, by the script `settled_by`.
    """

    key: str
    definition: Definition
    reading: Callable[[Meeting], Array]
    given: frozenset[Fact] = frozenset()
    clauses: frozenset[Fact] = frozenset()
    needs: frozenset[Fact] = frozenset()
    sites: Sites | None = None
    settles: frozenset[Fact] = frozenset()
    settled_by: str = ""
    only: Condition | None = None

    @property
    def known(self) -> frozenset[Fact]:
        """What is known of a claim on which the notion holds."""
        return consequences(self.given | self.clauses | self.needs | self.settles)


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """A notion that is asked of a claim, whether the atlas relates it or not: as `Notion`, without a reading."""

    key: str
    definition: Definition
    sites: Sites | None = None
    needs: frozenset[Fact] = frozenset()


@final
@dataclass(frozen=True, slots=True)
class Arrow:
    """A proved implication, on claims of which some facts are known; `script` is a name for `tauomega prove`."""

    strong: str
    weak: str
    script: str
    given: frozenset[Fact] = frozenset()


def over_families(
    name: str,
    definition: Callable[[Family], Definition],
    reading: Callable[[Meeting, str], Array],
    *,
    suffix: str = "",
    given: frozenset[Fact] = frozenset(),
    clauses: frozenset[Fact] = frozenset(),
    needs: frozenset[Fact] = frozenset(),
) -> tuple[Notion, ...]:
    """One notion for each family; those of blocks need ω_τ to be defined there."""

    def notion(family: str) -> Notion:
        defined = frozenset() if family == "taumax" else frozenset({Fact.DEFINED})
        return Notion(
            f"{name}[{family}{suffix}]",
            definition(FAMILIES[family]),
            lambda meeting: reading(meeting, family),
            given if clauses else given | defined,
            clauses,
            needs | defined if clauses else needs,
        )

    return tuple(map(notion, FAMILIES))


_INSIDE = (("block", "single:1"), ("block", "reach"), ("taumax", "block"))
"""Pairs (larger, smaller) of families."""


def nested(name: str, suffix: str = "") -> tuple[Arrow, ...]:
    """A notion that asks something of every intervention of a family asks it of a smaller one."""
    return tuple(
        Arrow(f"{name}[{large}{suffix}]", f"{name}[{small}{suffix}]", "families_are_nested")
        for large, small in _INSIDE
    )


def with_sites(
    claim: Abstraction, sites: Sites | None, supports: Mapping[str, tuple[str, ...]] | None
) -> Abstraction:
    """The claim with blocks of τ for sites, where a notion wants that.

    Args:
        claim: the claim.
        sites: which blocks, if any.
        supports: the block of each high-level variable, or `None` if τ is no block map.

    Raises:
        InputError: there are no such blocks.
    """
    if sites is None:
        return claim
    if supports is None or not all(supports.values()):
        raise InputError(["the blocks of τ are no sites: τ is no block map, or reads nothing"])
    chosen = set(supports if sites is Sites.ALL else _read_by_others(claim))
    return replace(
        claim, sites={name: tuple(block) for name, block in supports.items() if name in chosen}
    )


def _read_by_others(claim: Abstraction) -> Iterator[str]:
    high = high_model(claim)
    for name in high.endogenous:
        mechanism = high[name].mechanism
        yield from () if mechanism is None else free_names(mechanism)


def verdict(claim: Abstraction, notion: Notion | Asked, *, timeout: float = 30) -> bool | None:
    """What `check` says: holds, fails, or `None` where the notion does not apply to the claim.

    Raises:
        AssertionError: the verdict is `unknown`, which small claims never are.
    """
    from tauomega.solvers.deciding_facts import decide_facts
    from tauomega.solvers.engine import Budget

    if notion.sites is not None:
        try:
            facts = decide_facts(claim, Budget(20))
            supports = facts.supports if facts.is_block_map else None
            claim = with_sites(claim, notion.sites, supports)
        except InputError:
            return None
    return decided_by_check(claim, notion.definition, timeout=timeout)


def decided_by_check(
    claim: Abstraction, definition: Definition, *, timeout: float = 30
) -> bool | None:
    """What `check` says of a claim as it is: holds, fails, or `None` where the notion does not apply.

    Raises:
        AssertionError: the verdict is `unknown`, which small claims never are.
    """
    from tauomega.solvers.checking import check

    try:
        name = check(claim, definition, timeout=timeout).name
    except InputError:
        return None
    assert name != "unknown", (definition, claim)
    return name == "holds"
