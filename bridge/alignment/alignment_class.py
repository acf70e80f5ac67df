"""What a class of alignment maps is: something that starts, is trained, and is frozen to exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from .alignment import Alignment

__all__ = ["AlignmentClass", "FiniteAlignmentClass", "Learner"]


class Learner(Protocol):
    """A map that is being trained: free parameters, and what an exchange under them does.

    Attributes:
        parameters: the free tensors; none for a class without any.
    """

    @property
    def parameters(self) -> list[Tensor]:
        """The free tensors, leaves with gradients."""
        ...

    def prepare(self, progress: float) -> None:
        """Note how much of the training is done, from 0 to 1: temperatures fall with it."""
        ...

    def exchanged(self, base: Tensor, sources: Sequence[tuple[int, Tensor]]) -> Tensor:
        """The layer after an interchange, differentiable.

        Args:
            base: the layer's values of the bases, shape (rows, units).
            sources: the number of each exchanged variable, and its sources' values, same shape.
        """
        ...

    def frozen(self, variables: Sequence[str]) -> Alignment:
        """The map in rational numbers."""
        ...


class AlignmentClass(Protocol):
    r"""A class of alignment maps: the set $\mathcal V$ of maps that is searched.

    Its name stands beside every score, since an interchange accuracy says nothing without it: the larger
    the class, the higher the accuracy that a network without any structure reaches (Sutter et al. 2025,
    arXiv:2507.08802, Theorem 1).

    Attributes:
        name: how the command and results call it.
        summary: its maps, in one line.
        orthogonal: whether every exchange is an orthogonal projection of the sources' difference from the
            base, so that upper bounds for all subspaces hold for it.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    orthogonal: ClassVar[bool]

    def start(
        self,
        activations: Tensor,
        sizes: Sequence[int],
        generator: torch.Generator,
    ) -> Learner:
        """A map to start from.

        Args:
            activations: values of the layer on inputs, shape (inputs, units).
            sizes: the number of features of each variable (a bound, for classes that choose).
            generator: for random choices.
        """
        ...


@runtime_checkable
class FiniteAlignmentClass(Protocol):
    """A class of finitely many placements on units: it is gone through, not trained.

    Attributes:
        name: how the command and results call it.
    """

    name: ClassVar[str]

    def members(self, width: int, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], ...]]:
        """Every placement: the units of each variable.

        Args:
            width: the number of units of the layer.
            sizes: the number of units of each variable.
        """
        ...
