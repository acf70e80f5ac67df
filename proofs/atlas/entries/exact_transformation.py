"""Exact transformations between solution sets, with ω_τ and contexts of one name."""

from __future__ import annotations

from tauomega.theory.definitions.exact_transformation import ExactTransformation
from tauomega.theory.policy import OmegaPolicy

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.same)


NOTIONS = over_families(
    "exact-transformation",
    lambda family: ExactTransformation(family, OmegaPolicy.DERIVED),
    _reading,
    clauses=frozenset({Fact.ONTO}),
    needs=frozenset({Fact.CONTEXTS}),
)
_NAMED, _SWAPS = "squares_in_named_contexts", "interchange_of_constructive"
_SETS = "solution_sets_of_acyclic_models"
ARROWS = (
    *nested("exact-transformation"),
    *(
        arrow
        for f in FAMILIES
        for arrow in (
            Arrow(f"exact-transformation[{f}]", f"similar[{f}]", _SETS),
            Arrow(f"exact-transformation[{f}]", "circuit", _NAMED),
        )
    ),
    Arrow("exact-transformation[reach]", "interchange[all sites]", _SWAPS),
    Arrow("exact-transformation[single:1]", "interchange[each site alone]", _SWAPS),
    Arrow("exact-transformation[block]", "invariance", "xia_2024_invariance"),
    *(
        Arrow("exact-transformation[block]", f"cae[{way}]", "drawn_errors_vanish")
        for way in ("down", "up")
    ),
)
