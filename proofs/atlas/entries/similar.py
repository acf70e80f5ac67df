"""Similar models at distance 0, through τ: squares commute in contexts of one name."""

from __future__ import annotations

from tauomega.theory.definitions.similar import Similar

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.same)


NOTIONS = over_families("similar", Similar, _reading, given=frozenset({Fact.CONTEXTS}))
_NAMED = "squares_in_named_contexts"
ARROWS = (
    *nested("similar"),
    *(
        arrow
        for f in FAMILIES
        for arrow in (
            Arrow(f"similar[{f}]", f"uniform[{f}]", _NAMED),
            Arrow(
                f"similar[{f}]",
                f"exact-transformation[{f}]",
                "solution_sets_of_acyclic_models",
                frozenset({Fact.ONTO}),
            ),
        )
    ),
    Arrow("similar[block]", "exceedance[block]", _NAMED),
)
