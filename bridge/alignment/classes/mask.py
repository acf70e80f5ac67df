"""Sets of units, chosen by masks that are trained (desiderata-based masking)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ..soft_masks import MaskedRotation, SoftMasks
from ..unit_coordinates import unit_map

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["UnitMasks"]


@final
@dataclass(frozen=True, slots=True)
class UnitMasks:
    """Every unit belongs to one of the variables or to none: a softmax whose temperature falls.

    How many units a variable has is learnt; the number asked for is not looked at.

    Source: De Cao et al. (2020), arXiv:2004.14992; Davies et al. (2023), arXiv:2307.03637.
    """

    name: ClassVar[str] = "mask"
    summary: ClassVar[str] = "disjoint sets of units of any size, learnt as masks"
    orthogonal: ClassVar[bool] = True

    def start(
        self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator
    ) -> MaskedRotation:
        """Masks near the middle."""
        width = activations.shape[1]
        masks = SoftMasks(width, len(sizes), generator)
        return MaskedRotation(unit_map(width), masks, self.name)
