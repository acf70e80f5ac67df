"""Fewest columns of a table that between them tell one row from all others."""

from __future__ import annotations

from itertools import combinations

import numpy as np

__all__ = ["fewest_separators"]


def fewest_separators(differ: np.ndarray) -> tuple[tuple[int, ...], bool]:
    """Fewest columns such that every row is true in one; first in order; whether that was proved."""
    _, columns = differ.shape
    for size in (1, 2, 3):
        if columns**size > 2_000_000:
            break
        for chosen in combinations(range(columns), size):
            if differ[:, chosen].any(axis=1).all():
                return chosen, True
    left, found = np.ones(differ.shape[0], dtype=bool), []
    while left.any():
        best = int(differ[left].sum(axis=0).argmax())
        found.append(best)
        left &= ~differ[:, best]
    return tuple(sorted(found)), False
