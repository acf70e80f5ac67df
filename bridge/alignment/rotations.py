r"""Learners that exchange parts of a rotated layer: what orthogonal subspaces and their masks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from ..feature_map import FeatureMap
from ..rational_rotation import skew_of

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["blocks_of", "random_rotation", "rational_rotation", "turned"]


def random_rotation(width: int, generator: torch.Generator) -> Tensor:
    """A rotation drawn uniformly (Haar measure), shape (width, width)."""
    square = torch.randn(width, width, generator=generator)
    found, triangle = torch.linalg.qr(square)
    rotation: Tensor = found * triangle.diagonal().sign()
    return rotation


def turned(start: Tensor, free: Tensor) -> Tensor:
    """A rotation that is turned by the Cayley transform of a free matrix's skew part; rows are features."""
    skew = free.triu(1)
    skew = skew - skew.T
    one = torch.eye(len(free), dtype=free.dtype)
    turn: Tensor = torch.linalg.solve(one + skew, one - skew)
    return turn @ start


def rational_rotation(rotation: Tensor) -> FeatureMap:
    """The exactly orthogonal rational matrix near a rotation; features may change their signs."""
    return FeatureMap.from_skew(skew_of(rotation.detach().double().numpy()))


def blocks_of(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Consecutive features for each variable, in turn."""
    found, first = [], 0
    for size in sizes:
        found.append(tuple(range(first, first + size)))
        first += size
    return found
