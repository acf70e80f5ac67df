"""Principal components of the layer's values, chosen by masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import torch

from ..rotations import rational_rotation
from ..soft_masks import MaskedRotation, SoftMasks

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["PrincipalComponents"]


@final
@dataclass(frozen=True, slots=True)
class PrincipalComponents:
    """The rotation to the principal axes of the activations is fixed; masks of its features are learnt.

    The axes are frozen to an exactly orthogonal rational matrix first, so that masks are learnt on the
    features that are claimed. How many features a variable has is learnt.
    """

    name: ClassVar[str] = "pca"
    summary: ClassVar[str] = "disjoint sets of principal components, learnt as masks"
    orthogonal: ClassVar[bool] = True

    def start(
        self, activations: Tensor, sizes: Sequence[int], generator: torch.Generator
    ) -> MaskedRotation:
        """The components by decreasing variance, masks near the middle."""
        centred = (activations - activations.mean(0)).double()
        _, _, axes = torch.linalg.svd(centred.T @ centred)
        masks = SoftMasks(activations.shape[1], len(sizes), generator)
        return MaskedRotation(rational_rotation(axes), masks, self.name)
