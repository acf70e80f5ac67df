"""Low soft abstraction over hard interventions, with ω_τ: the allowed states agree by definition of ω_τ."""

from __future__ import annotations

from tauomega.theory.definitions.low_soft import LowSoft

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.matched)


NOTIONS = over_families("low-soft", LowSoft, _reading, clauses=frozenset({Fact.ONTO}))
_HARD = "low_soft_on_hard_interventions"
ARROWS = tuple(
    Arrow(*pair, _HARD)
    for f in FAMILIES
    for pair in (
        (f"low-soft[{f}]", f"tau-abstraction[{f}]"),
        (f"tau-abstraction[{f}]", f"low-soft[{f}]"),
    )
)
