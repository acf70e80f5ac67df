"""Layer 3: τ onto, and one joint law of the outcomes under a whole family."""

from __future__ import annotations

from tauomega.theory.definitions.counterfactual import Counterfactual

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.joint_laws)


NOTIONS = over_families("counterfactual", Counterfactual, _reading, clauses=frozenset({Fact.ONTO}))
_FUNCTIONS = "equal_laws_of_functions"
ARROWS = (
    *(Arrow(arrow.strong, arrow.weak, _FUNCTIONS) for arrow in nested("counterfactual")),
    *(Arrow(f"counterfactual[{f}]", f"probabilistic[{f}]", _FUNCTIONS) for f in FAMILIES),
    Arrow("counterfactual[block]", "query-consistency[layer 3]", "definitions_by_more_clauses"),
    Arrow(
        "counterfactual[block]",
        "probabilistic-approximate[coupling]",
        "couplings_at_distance_zero",
    ),
)
