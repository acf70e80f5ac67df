"""One layer of a perceptron: weights as they are stored, and what follows them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy.typing as npt

__all__ = ["Activation", "Layer"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Activation:
    """`identity`, `relu`, or `leaky_relu` with the slope as it is stored."""

    name: str = "identity"
    slope: Fraction = Fraction(0)

    def at(self, value: Fraction) -> Fraction:
        """The exact value."""
        if self.name == "identity" or value >= 0:
            return value
        return self.slope * value


@final
@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """z = W x + b, then the activation. `weight` has shape (out, in), `bias` shape (out,)."""

    weight: Array
    bias: Array
    activation: Activation

    @property
    def width(self) -> int:
        """The number of units."""
        return int(self.weight.shape[0])
