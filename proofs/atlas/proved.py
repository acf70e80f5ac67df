"""The implications that are proved, closed under composition.

An implication D ⇒ E is read on the claims to which both notions apply. The entries list a handful of
arrows, each with the script that proves it; a cell names the scripts along the way.
"""

from __future__ import annotations

from collections import deque
from functools import cache

from .entries import entries
from .facts import Fact, consequences, contradictory
from .notion import Arrow

__all__ = ["ARROWS", "chain", "never_meet"]

_LISTED, ARROWS = entries()
_NOTIONS = {notion.key: notion for notion in _LISTED}
assert all({arrow.strong, arrow.weak} <= set(_NOTIONS) for arrow in ARROWS)


@cache
def _from(strong: str) -> tuple[Arrow, ...]:
    return tuple(arrow for arrow in ARROWS if arrow.strong == strong)


@cache
def chain(strong: str, weak: str) -> tuple[Arrow, ...] | None:
    """The fewest proved arrows that lead from one notion to another, or `None`.

    The stronger notion holds of a claim and the weaker applies to it; what that says of the claim must
    suffice for every notion between to apply.
    """
    known = _known(strong, weak)
    seen: dict[str, tuple[Arrow, ...]] = {strong: ()}
    queue = deque([strong])
    while queue:
        here = queue.popleft()
        if here == weak:
            return seen[here]
        between = _NOTIONS[here]
        if here != strong and not between.given | between.needs <= known:
            continue
        for arrow in _from(here):
            if arrow.weak not in seen and arrow.given <= known:
                seen[arrow.weak] = (*seen[here], arrow)
                queue.append(arrow.weak)
    return None


def never_meet(strong: str, weak: str) -> str | None:
    """The script by which the stronger notion holds of no claim to which the weaker applies, or `None`."""
    return _NOTIONS[strong].settled_by if contradictory(_known(strong, weak)) else None


def _known(strong: str, weak: str) -> frozenset[Fact]:
    """What is known of a claim of which one notion holds and to which the other applies."""
    goal = _NOTIONS[weak]
    known = consequences(_NOTIONS[strong].known | goal.given)
    return consequences(known | goal.needs) if goal.clauses <= known else known
