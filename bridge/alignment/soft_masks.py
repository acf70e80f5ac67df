"""Soft choices of features for variables: a softmax over the variables and none, cooled to a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

import torch

from .alignment import Alignment

if TYPE_CHECKING:
    from torch import Tensor

    from ..feature_map import FeatureMap

__all__ = ["MaskedRotation", "SoftMasks"]

HOT, COLD = 1.0, 0.05


@final
class SoftMasks:
    """Scores of each feature for each variable, the last row for none of them.

    Attributes:
        scores: shape (variables + 1, features).
    """

    def __init__(self, features: int, variables: int, generator: torch.Generator) -> None:
        self.scores = (
            0.1 * torch.randn(variables + 1, features, generator=generator)
        ).requires_grad_()
        self._temperature = HOT

    def prepare(self, progress: float) -> None:
        """Cool, geometrically."""
        self._temperature = HOT * (COLD / HOT) ** progress

    def shares(self) -> Tensor:
        """How much of each feature each variable has, shape (variables + 1, features); sums to 1."""
        return torch.softmax(self.scores / self._temperature, dim=0)

    def chosen(self) -> list[tuple[int, ...]]:
        """The features whose largest share is a variable's; at least its own best, if none is."""
        owner = self.scores.argmax(0).tolist()
        count = len(self.scores) - 1
        found = [[j for j, o in enumerate(owner) if o == v] for v in range(count)]
        taken = {j for units in found for j in units}
        for v in range(count):
            if found[v]:
                continue
            order = (self.scores[v] - self.scores[-1]).argsort(descending=True).tolist()
            free = next((j for j in order if j not in taken), None)
            if free is None:  # every feature is another's: take one from the largest
                largest = max(found, key=len)
                free = largest.pop()
            found[v] = [free]
            taken.add(free)
        return [tuple(sorted(units)) for units in found]


@final
class MaskedRotation:
    """Masks, which are being trained, of the features of a rotation, which is fixed."""

    def __init__(self, exact: FeatureMap, masks: SoftMasks, name: str) -> None:
        self._exact, self._masks, self._name = exact, masks, name
        self._axes = torch.tensor([[float(x) for x in row] for row in exact.matrix])

    @property
    def parameters(self) -> list[Tensor]:
        """The scores of the masks."""
        return [self._masks.scores]

    def prepare(self, progress: float) -> None:
        """The temperature falls."""
        self._masks.prepare(progress)

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """Differences along the features, weighed by the masks, are added."""
        shares = self._masks.shares()
        found = base
        for variable, source in sources:
            found = found + (((source - base) @ self._axes.T) * shares[variable]) @ self._axes
        return found

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The likeliest variable of each feature."""
        blocks = tuple(zip(variables, self._masks.chosen(), strict=True))
        return Alignment(self._name, self._exact, blocks)
