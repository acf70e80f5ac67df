"""Approximate abstraction at distance 0: τ onto, and some map onto the contexts above."""

from __future__ import annotations

from tauomega.theory.definitions.approximate import Approximate

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.matched)


NOTIONS = over_families("approximate", Approximate, _reading, clauses=frozenset({Fact.ONTO}))
ARROWS = tuple(
    Arrow(*pair, "beckers_2020_zero_distance")
    for f in FAMILIES
    for pair in (
        (f"approximate[{f}]", f"tau-abstraction[{f}]"),
        (f"tau-abstraction[{f}]", f"approximate[{f}]"),
    )
)
