"""Causal abstraction error 0, drawn from above or from below, at most two variables at once."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from tauomega.theory.defect import Direction
from tauomega.theory.definitions.cae import CausalAbstractionError

from ..facts import BLOCKS_ONTO, Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]

_MOST = 2


def _reading(meeting: Meeting) -> Array:
    """Both directions draw every setting of the targets with positive probability."""
    holds = np.zeros(meeting.shape, dtype=bool)
    names = range(len(meeting.supports))
    kinds = [frozenset(y for y in names if own[y] - {-1}) for own in meeting.high.parents]
    for scored in filter(None, set(kinds)):
        columns = np.array([kind == scored for kind in kinds])
        holds |= columns[None, :] & _agree(meeting, scored)
    return holds


def _agree(meeting: Meeting, scored: frozenset[int]) -> Array:
    """Whether every draw that leaves a scored variable alone gives it one value on both levels."""
    names = range(len(meeting.supports))
    values = np.array(meeting.size.high.states)
    low, high = [], []
    for count in range(1, min(_MOST, len(names)) + 1):
        for chosen in combinations(names, count):
            targets = sorted({*chosen, *(set(names) - scored)})
            for parts in product(*(meeting.block_values(j) for j in targets)):
                number = meeting.union(parts)
                above = meeting.image(meeting.size.low.interventions[number])
                for y in scored - set(targets):
                    low.append(values[meeting.read[:, number], y])
                    high.append(values[meeting.high.worlds[:, meeting.size.high.number(above)], y])
    below = np.stack(low, axis=1)[meeting.low.members[:, 0]]
    return meeting.equal(below, np.stack(high, axis=1)[meeting.high.members[:, 0]])


NOTIONS = tuple(
    Notion(
        f"cae[{direction.value}]",
        CausalAbstractionError(direction),
        _reading,
        given=frozenset({Fact.EDGES}),
        clauses=BLOCKS_ONTO,
        needs=frozenset({Fact.FIXED}),
    )
    for direction in Direction
)
ARROWS = (
    Arrow("cae[down]", "cae[up]", "drawn_errors_vanish"),
    Arrow("cae[up]", "cae[down]", "drawn_errors_vanish"),
)
