"""τ-abstractions: τ onto, and some map onto the contexts above."""

from __future__ import annotations

from tauomega.theory.definitions.tau_abstraction import TauAbstraction

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.matched)


NOTIONS = over_families("tau-abstraction", TauAbstraction, _reading, clauses=frozenset({Fact.ONTO}))
ARROWS = (
    *nested("tau-abstraction"),
    *(
        Arrow(f"tau-abstraction[{f}]", f"uniform[{f}]", "beckers_2019_tau_abstraction_is_uniform")
        for f in FAMILIES
    ),
    *(
        Arrow(f"tau-abstraction[{f}]", f"constructive[{f}]", "definitions_within_definitions")
        for f in FAMILIES
        if f != "taumax"
    ),
    Arrow("tau-abstraction[block]", "strong[block]", "lemma_c"),
)
