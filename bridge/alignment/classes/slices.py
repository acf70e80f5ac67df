"""Runs of consecutive units: a finite class, gone through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, ClassVar, final

import torch

from .identity import Fixed

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["UnitSlices"]


@final
@dataclass(frozen=True, slots=True)
class UnitSlices:
    """A run of consecutive units of the asked length for each variable, no unit in two of them."""

    name: ClassVar[str] = "slice"
    summary: ClassVar[str] = "a run of consecutive units for each variable"
    orthogonal: ClassVar[bool] = True

    def start(self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator) -> Fixed:
        """A member of the class at random."""
        width = activations.shape[1]
        found = self.members(width, sizes)
        number = int(torch.randint(len(found), (1,), generator=generator))
        return Fixed(width, found[number], self.name)

    def members(self, width: int, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], ...]]:
        """All of them, lexicographically by where the runs start."""
        found: list[tuple[tuple[int, ...], ...]] = []
        for order in permutations(range(len(sizes))):
            found += self._placed(width, [sizes[v] for v in order], order)
        return sorted(found)

    def _placed(
        self, width: int, lengths: Sequence[int], order: Sequence[int]
    ) -> list[tuple[tuple[int, ...], ...]]:
        """Runs of these lengths from left to right, given back in the variables' order."""
        rows: list[list[int]] = [[]]
        for k, length in enumerate(lengths):
            rest = sum(lengths[k + 1 :])
            rows = [
                [*row, start]
                for row in rows
                for start in range(
                    row[-1] + lengths[k - 1] if row else 0, width - rest - length + 1
                )
            ]
        return [
            tuple(
                tuple(range(row[order.index(v)], row[order.index(v)] + lengths[order.index(v)]))
                for v in range(len(order))
            )
            for row in rows
        ]
