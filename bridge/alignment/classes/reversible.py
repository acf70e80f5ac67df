"""Invertible non-linear features: additive couplings of halves of a rotated layer (a RevNet)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ...coupling_map import Coupling, CouplingMap
from ...dyadic import exact_float
from ..alignment import Alignment
from ..rotations import blocks_of

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ReversibleFeatures"]

GRID = 2**12


@final
@dataclass(frozen=True, slots=True)
class ReversibleFeatures:
    r"""$\phi^{-1}$ of the base's features with each variable's features taken from its source.

    $\phi$ is a chain of `depth` additive couplings with `hidden` ReLUs each, on multiples of 2^-12 when it
    is frozen: exactly invertible over the reals. The class is close to unrestricted: it reaches high
    accuracies on networks that were never trained, which is what its score is to be compared with.

    Source: Gomez et al. (2017), arXiv:1707.04585; Sutter et al. (2025), arXiv:2507.08802.
    """

    name: ClassVar[str] = "reversible"
    summary: ClassVar[str] = "features of an invertible non-linear network (RevNet)"
    orthogonal: ClassVar[bool] = False

    depth: int = 6
    hidden: int = 32

    def start(
        self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator
    ) -> Couplings:
        """Couplings that do little."""
        width = activations.shape[1]
        parts: list[Tensor] = []
        for k in range(self.depth):
            read = width // 2 if k % 2 == 0 else width - width // 2
            inner = torch.randn(self.hidden, read, generator=generator) * read**-0.5
            outer = torch.randn(width - read, self.hidden, generator=generator) * 0.1
            parts += [inner, torch.zeros(self.hidden), outer * self.hidden**-0.5]
        return Couplings(width, parts, sizes, self.name)


@final
class Couplings:
    """Couplings that are being trained."""

    def __init__(
        self, width: int, parts: Sequence[Tensor], sizes: Sequence[int], name: str
    ) -> None:
        self._width, self._name = width, name
        self._parts = [part.requires_grad_() for part in parts]
        # a variable's features are spread over both halves, so that every coupling can move them
        order = [
            j
            for pair in zip(range(width // 2), range(width // 2, width), strict=False)
            for j in pair
        ]
        order += [j for j in range(width) if j not in order]
        self._blocks = [tuple(order[k] for k in block) for block in blocks_of(sizes)]

    @property
    def parameters(self) -> list[Tensor]:
        """Inner weights, shifts and outer weights of each coupling."""
        return self._parts

    def prepare(self, progress: float) -> None:
        """Nothing changes with time."""

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """The variables' features are copied between the two ways."""
        features = self._forward(base)
        kept = torch.ones(self._width)
        put = torch.zeros_like(features)
        for variable, source in sources:
            chosen = torch.zeros(self._width)
            chosen[list(self._blocks[variable])] = 1.0
            put = put + self._forward(source) * chosen
            kept = kept - chosen
        return self._backward(features * kept + put)

    def _forward(self, values: Tensor) -> Tensor:
        first, second = values[:, : self._width // 2], values[:, self._width // 2 :]
        for k in range(len(self._parts) // 3):
            if k % 2 == 0:
                second = second + self._added(k, first)
            else:
                first = first + self._added(k, second)
        return torch.cat([first, second], dim=1)

    def _backward(self, values: Tensor) -> Tensor:
        first, second = values[:, : self._width // 2], values[:, self._width // 2 :]
        for k in reversed(range(len(self._parts) // 3)):
            if k % 2 == 0:
                second = second - self._added(k, first)
            else:
                first = first - self._added(k, second)
        return torch.cat([first, second], dim=1)

    def _added(self, k: int, half: Tensor) -> Tensor:
        inner, shift, outer = self._parts[3 * k : 3 * k + 3]
        return (half @ inner.T + shift).relu() @ outer.T

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The couplings in rational numbers."""
        couplings = []
        for k in range(len(self._parts) // 3):
            inner, shift, outer = (part.detach() for part in self._parts[3 * k : 3 * k + 3])
            couplings.append(Coupling(_rows(inner), _rows(shift[None])[0], _rows(outer)))
        exact = CouplingMap(self._width, tuple(couplings))
        return Alignment(self._name, exact, tuple(zip(variables, self._blocks, strict=True)))


def _rows(tensor: Tensor) -> tuple[tuple[Fraction, ...], ...]:
    grid = (tensor.double() * GRID).round() / GRID
    return tuple(tuple(exact_float(x) for x in row) for row in grid.tolist())
