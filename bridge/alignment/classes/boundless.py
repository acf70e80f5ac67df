"""Boundless DAS: a rotation, and how many of its features each variable has, learnt together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ..alignment import Alignment
from ..rotations import random_rotation, rational_rotation, turned

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["BoundlessSubspaces"]

HOT, COLD = 1 / 8, 1 / 160
"""The temperature as a share of the layer's width, at the start and at the end of training."""


@final
@dataclass(frozen=True, slots=True)
class BoundlessSubspaces:
    r"""A rotation whose features are cut at learnt boundaries, softly while it is trained.

    Variable v has the features between two boundaries, with the weight $\sigma((j - l_v)/T)\,\sigma((r_v -
    j)/T)$. T falls from width/8 to width/160: a temperature that does not scale with the width (such as
    the 50 of the original, made for 4,096 units) gives every feature half a weight on a layer of 16,
    and the boundary collapses to no feature at all. A variable keeps at least one feature when it is
    frozen.

    Source: Wu et al. (2023), arXiv:2305.08809.
    """

    name: ClassVar[str] = "boundless"
    summary: ClassVar[str] = "features of a rotation, how many is learnt"
    orthogonal: ClassVar[bool] = True

    def start(
        self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator
    ) -> Bounded:
        """A random rotation, and the numbers of features that are asked for."""
        return Bounded(random_rotation(activations.shape[1], generator), sizes, self.name)


@final
class Bounded:
    """A rotation and boundaries that are being trained."""

    def __init__(self, start: Tensor, sizes: Sequence[int], name: str) -> None:
        self._start, self._name = start, name
        self._width = len(start)
        self._free = torch.zeros_like(start).requires_grad_()
        # lengths in shares of the width, so that one learning rate suits both tensors
        lengths = torch.tensor([float(size) / self._width for size in sizes])
        self._lengths = lengths.requires_grad_()
        self._temperature = HOT * self._width

    @property
    def parameters(self) -> list[Tensor]:
        """The turn and the lengths."""
        return [self._free, self._lengths]

    def prepare(self, progress: float) -> None:
        """Cool, geometrically."""
        self._temperature = HOT * self._width * (COLD / HOT) ** progress

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """Differences along the features, weighed by their place between boundaries, are added."""
        rotation = turned(self._start, self._free)
        weights = self._weights()
        found = base
        for variable, source in sources:
            found = found + (((source - base) @ rotation.T) * weights[variable]) @ rotation
        return found

    def _weights(self) -> Tensor:
        ends = (self._lengths.clamp(min=1 / self._width) * self._width).cumsum(0)
        starts = torch.cat([ends.new_zeros(1), ends[:-1]])
        places = torch.arange(self._width) + 0.5
        inside = torch.sigmoid((places - starts[:, None]) / self._temperature)
        return inside * torch.sigmoid((ends[:, None] - places) / self._temperature)

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The rational rotation, cut at whole numbers of features."""
        lengths = [max(1, round(x * self._width)) for x in self._lengths.tolist()]
        while sum(lengths) > self._width:
            lengths[lengths.index(max(lengths))] -= 1
        blocks, first = [], 0
        for length in lengths:
            blocks.append(tuple(range(first, first + length)))
            first += length
        exact = rational_rotation(turned(self._start, self._free))
        return Alignment(self._name, exact, tuple(zip(variables, blocks, strict=True)))
