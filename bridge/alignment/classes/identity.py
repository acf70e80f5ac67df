"""The identity: every variable is the units that it was given, and nothing is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ..alignment import Alignment
from ..rotations import blocks_of
from ..unit_coordinates import exchanged_units, unit_map

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Identity"]


@final
@dataclass(frozen=True, slots=True)
class Identity:
    """The units themselves: the first ones for the first variable, the next for the second, and so on."""

    name: ClassVar[str] = "identity"
    summary: ClassVar[str] = "the units in their order; nothing is learnt"
    orthogonal: ClassVar[bool] = True

    def start(self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator) -> Fixed:
        """The one map of the class."""
        return Fixed(activations.shape[1], blocks_of(sizes), self.name)

    def members(self, width: int, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], ...]]:
        """The one placement."""
        return [tuple(blocks_of(sizes))]


@final
class Fixed:
    """Units that are given, with nothing to train."""

    def __init__(self, width: int, blocks: Sequence[tuple[int, ...]], name: str) -> None:
        self._width, self._blocks, self._name = width, list(blocks), name

    @property
    def parameters(self) -> list[Tensor]:
        """None."""
        return []

    def prepare(self, progress: float) -> None:
        """Nothing changes with time."""

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """The variables' units are copied."""
        return exchanged_units(base, [(self._blocks[v], s) for v, s in sources])

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The identity matrix."""
        blocks = tuple(zip(variables, self._blocks, strict=True))
        return Alignment(self._name, unit_map(self._width), blocks)
