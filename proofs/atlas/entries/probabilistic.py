"""Probabilistic τ-abstractions: τ onto, and equal laws."""

from __future__ import annotations

from tauomega.theory.definitions.probabilistic import Probabilistic

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.equal_laws)


NOTIONS = over_families("probabilistic", Probabilistic, _reading, clauses=frozenset({Fact.ONTO}))
_FUNCTIONS = "equal_laws_of_functions"
ARROWS = (
    *nested("probabilistic"),
    *(
        arrow
        for f in FAMILIES
        for arrow in (
            Arrow(f"probabilistic[{f}]", f"exact[{f}]", "definitions_by_more_clauses"),
            Arrow(f"probabilistic[{f}]", "observational", "beckers_2019_omega_tau"),
        )
    ),
    Arrow("probabilistic[block]", "query-consistency[layer 2]", "definitions_by_more_clauses"),
    Arrow("probabilistic[block]", "alpha[IC]", _FUNCTIONS),
    Arrow("probabilistic[block]", "rischel-weichwald", _FUNCTIONS),
    Arrow(
        "probabilistic[block]",
        "probabilistic-approximate[coupling-each]",
        "couplings_at_distance_zero",
    ),
)
