"""Soft abstraction over hard interventions, with ω_τ: one step of all mechanisms, at every state."""

from __future__ import annotations

from tauomega.theory.definitions.soft import SoftAbstraction

from ..facts import Fact
from ..meeting import Meeting, Pairs, some_onto
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _steps(meeting: Meeting, rows: Array, pairs: Pairs) -> Array:
    return some_onto(*meeting.steps(rows, pairs))


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, lambda rows, pairs: _steps(meeting, rows, pairs))


NOTIONS = over_families("soft", SoftAbstraction, _reading, clauses=frozenset({Fact.ONTO}))
_STEPS = "soft_steps_need_no_interventions"
ARROWS = (
    *nested("soft"),
    *(
        Arrow(f"soft[{f}]", f"tau-abstraction[{f}]", "massidda_2023_soft_implies_hard")
        for f in FAMILIES
    ),
    Arrow("soft[single:1]", "soft[block]", _STEPS),
    Arrow("soft[reach]", "soft[block]", _STEPS),
)
