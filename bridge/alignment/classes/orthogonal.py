"""Orthogonal subspaces: a rotation of the layer, of which each variable has some features (DAS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ..alignment import Alignment
from ..rotations import blocks_of, random_rotation, rational_rotation, turned

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["OrthogonalSubspaces"]


@final
@dataclass(frozen=True, slots=True)
class OrthogonalSubspaces:
    r"""Distributed alignment search: $h_b + \sum_v R_v^\top R_v (h_{s_v} - h_b)$ for a rotation R.

    R is trained as the Cayley transform of a skew-symmetric matrix times a random rotation, and frozen to
    an exactly orthogonal rational matrix: what is claimed is about that one.

    Source: Geiger et al. (2024), arXiv:2303.02536, Section 3.
    """

    name: ClassVar[str] = "orthogonal"
    summary: ClassVar[str] = "features of a rotation, as many as asked (DAS)"
    orthogonal: ClassVar[bool] = True

    def start(
        self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator
    ) -> Rotation:
        """A random rotation."""
        return Rotation(random_rotation(activations.shape[1], generator), sizes, self.name)


@final
class Rotation:
    """A rotation that is being trained."""

    def __init__(self, start: Tensor, sizes: Sequence[int], name: str) -> None:
        self._start, self._blocks, self._name = start, blocks_of(sizes), name
        self._free = torch.zeros_like(start).requires_grad_()

    @property
    def parameters(self) -> list[Tensor]:
        """The matrix whose skew part turns the start."""
        return [self._free]

    def prepare(self, progress: float) -> None:
        """Nothing changes with time."""

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """Every variable's projection of the difference is added."""
        rotation = turned(self._start, self._free)
        found = base
        for variable, source in sources:
            rows = rotation[list(self._blocks[variable])]
            found = found + (source - base) @ (rows.T @ rows)
        return found

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The rational rotation."""
        exact = rational_rotation(turned(self._start, self._free))
        return Alignment(self._name, exact, tuple(zip(variables, self._blocks, strict=True)))
