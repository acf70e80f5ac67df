"""Q-τ consistency on each layer: τ from clusters and onto, and equal answers."""

from __future__ import annotations

from collections.abc import Callable

from tauomega.theory.definitions.query_consistency import QueryConsistency

from ..facts import BLOCKS_ONTO
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _bound(layer: int) -> Callable[[Meeting], Array]:
    def reading(meeting: Meeting) -> Array:
        if layer == 1:
            return meeting.equal_laws(meeting.everyone, ((0, 0),))
        return meeting.over("block", meeting.equal_laws if layer == 2 else meeting.joint_laws)

    return reading


NOTIONS = tuple(
    Notion(f"query-consistency[layer {k}]", QueryConsistency(k), _bound(k), clauses=BLOCKS_ONTO)
    for k in (1, 2, 3)
)
_CLAUSES = "definitions_by_more_clauses"
ARROWS = (
    Arrow("query-consistency[layer 1]", "observational", _CLAUSES),
    Arrow("observational", "query-consistency[layer 1]", _CLAUSES, BLOCKS_ONTO),
    Arrow("query-consistency[layer 2]", "probabilistic[block]", _CLAUSES),
    Arrow("query-consistency[layer 3]", "counterfactual[block]", _CLAUSES),
)
