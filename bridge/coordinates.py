"""What an exact change of coordinates of a layer is: steps there and steps back, in rational numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, final

__all__ = ["Coordinates", "Rows", "Step"]

Rows = tuple[tuple[Fraction, ...], ...]


@final
@dataclass(frozen=True, slots=True)
class Step:
    """Values · weight^T + bias, then a ReLU if `relu`. `weight` has shape (out, in), `bias` (out,)."""

    weight: Rows
    bias: tuple[Fraction, ...]
    relu: bool = False


class Coordinates(Protocol):
    """An invertible map of a layer's units to as many features, in rational numbers.

    The last steps of both ways are without a ReLU.
    """

    @property
    def width(self) -> int:
        """The number of units, and of features."""
        ...

    @property
    def forward(self) -> tuple[Step, ...]:
        """From units to features."""
        ...

    @property
    def backward(self) -> tuple[Step, ...]:
        """From features to units: exactly the inverse."""
        ...
