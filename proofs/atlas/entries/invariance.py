"""The abstract invariance condition."""

from __future__ import annotations

from itertools import product

import numpy as np

from tauomega.theory.definitions.invariance import Invariance

from ..facts import BLOCKS_ONTO
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    """For every block and context: equal τ of the other blocks, equal τ of this one."""
    good = np.ones(len(meeting.low.worlds), dtype=bool)
    values = np.array(meeting.size.high.states)
    for j in range(len(meeting.supports)):
        others = [meeting.block_values(k) for k in range(len(meeting.supports)) if k != j]
        groups: dict[int | None, list[int]] = {}
        for parts in product(*others):
            number = meeting.union(parts)
            groups.setdefault(meeting.omega[number], []).append(number)
        for numbers in groups.values():
            seen = values[:, j][meeting.read[:, numbers]]
            good &= (seen == seen[:, :1]).all(axis=1)
    found: Array = np.all(good[meeting.low.members], axis=1, keepdims=True)
    return found


NOTIONS = (Notion("invariance", Invariance(), _reading, clauses=BLOCKS_ONTO),)
ARROWS: tuple[Arrow, ...] = ()
