"""Affine features: any invertible matrix, whose rows need not be orthogonal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ...feature_map import FeatureMap
from ..alignment import Alignment
from ..rotations import blocks_of, random_rotation

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["AffineFeatures"]

GRID = 2**12


@final
@dataclass(frozen=True, slots=True)
class AffineFeatures:
    r"""$h_b + \sum_v (A^{-1})_{\cdot v} A_v (h_{s_v} - h_b)$: oblique projections. A shift cancels.

    A is kept near the start by nothing; it is frozen on multiples of 2^-12, with its exact inverse.
    """

    name: ClassVar[str] = "affine"
    summary: ClassVar[str] = "features of any invertible matrix"
    orthogonal: ClassVar[bool] = False

    def start(
        self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator
    ) -> Matrix:
        """A random rotation."""
        return Matrix(random_rotation(activations.shape[1], generator), sizes, self.name)


@final
class Matrix:
    """An invertible matrix that is being trained."""

    def __init__(self, start: Tensor, sizes: Sequence[int], name: str) -> None:
        self._blocks, self._name = blocks_of(sizes), name
        self._free = start.clone().requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        """The matrix."""
        return [self._free]

    def prepare(self, progress: float) -> None:
        """Nothing changes with time."""

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """Every variable's oblique projection of the difference is added."""
        inverse = torch.linalg.inv(self._free)
        found = base
        for variable, source in sources:
            block = list(self._blocks[variable])
            found = found + (source - base) @ (inverse[:, block] @ self._free[block]).T
        return found

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The rational matrix and its exact inverse."""
        rows = [[Fraction(round(x * GRID), GRID) for x in row] for row in self._free.tolist()]
        exact = FeatureMap.from_matrix(rows)
        return Alignment(self._name, exact, tuple(zip(variables, self._blocks, strict=True)))
