"""All notions decided at once, for all pairs of models with one τ, as bits."""

from __future__ import annotations

import numpy as np

from .facts import where
from .meeting import Meeting
from .models import Array, Models
from .notions import NOTIONS
from .space import Size

__all__ = ["decided"]


def decided(low: Models, high: Models, size: Size, tau: tuple[int, ...]) -> Array:
    """`[0, k, a, b]`: whether notion k applies to low-level model a and high-level model b; `[1, …]`: holds."""
    meeting = Meeting(size, tau, low, high)
    found = np.zeros((2, len(NOTIONS), *meeting.shape), dtype=bool)
    for place, notion in enumerate(NOTIONS):
        carried = where(meeting, notion.given)
        met = where(meeting, notion.clauses)
        applies = carried & (~met | where(meeting, notion.needs))
        found[0, place] = applies
        if (applies & met).any():
            found[1, place] = applies & met & notion.reading(meeting)
    return found
