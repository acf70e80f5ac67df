"""Units as their own coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..feature_map import FeatureMap

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["exchanged_units", "unit_map"]


def unit_map(width: int) -> FeatureMap:
    """The identity matrix."""
    rows = tuple(tuple(Fraction(int(i == j)) for j in range(width)) for i in range(width))
    return FeatureMap(rows, rows)


def exchanged_units(base: Tensor, sources: Sequence[tuple[Sequence[int], Tensor]]) -> Tensor:
    """The base with some units copied from each source."""
    found = base.clone()
    for units, source in sources:
        found[:, list(units)] = source[:, list(units)]
    return found
