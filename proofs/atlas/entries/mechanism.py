"""Mechanism-level abstraction: each block against its mechanism, the other blocks held."""

from __future__ import annotations

from itertools import product

import numpy as np

from tauomega.theory.definitions.mechanism import MechanismLevel

from ..facts import BLOCKS_ONTO
from ..meeting import Meeting, some_onto
from ..models import Array, classes
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]

_SAME = "mechanism_level_is_constructive"


def _reading(meeting: Meeting) -> Array:
    values = np.array(meeting.size.high.states)
    low, high = [], []
    for j in range(len(meeting.supports)):
        others = [meeting.block_values(k) for k in range(len(meeting.supports)) if k != j]
        for parts in product(*others):
            held = meeting.union(parts)
            above = meeting.image(meeting.size.low.interventions[held])
            low.append(values[meeting.read[:, held], j])
            high.append(values[meeting.high.worlds[:, meeting.size.high.number(above)], j])
    found = classes(np.stack(low, axis=1), np.stack(high, axis=1))
    return some_onto(*meeting.by_context(meeting.everyone, *found))


NOTIONS = (Notion("mechanism", MechanismLevel(), _reading, clauses=BLOCKS_ONTO),)
ARROWS = (
    Arrow("mechanism", "constructive[block]", _SAME),
    Arrow("constructive[block]", "mechanism", _SAME),
    Arrow("mechanism", "cae[down]", "drawn_errors_vanish"),
)
