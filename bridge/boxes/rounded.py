"""A network over boxes as machines compute it: which inputs there are, and one run.

How far rounding moves its outputs is the business of `radius`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.relu_bounds import GRID

from ..dyadic import exact_float
from ..network import Layer, Network
from ..precision.formats import FORMATS, rounded
from ..precision.machine import Machine, pinned
from ..precision.orders import stored_network

__all__ = ["RoundedNetwork"]

Array = npt.NDArray[Any]


@final
class RoundedNetwork:
    """A network in a format, which a device of this machine runs as a batch of so many copies of a row.

    Attributes:
        form: the format.
        network: its weights as the format stores them.

    Raises:
        InputError: weights that overflow; a device that is not here.
    """

    def __init__(self, network: Network, dtype: str, batch: int = 1, device: str = "cpu") -> None:
        self.form = FORMATS[dtype]
        stored = zip(stored_network(network, dtype), network.layers, strict=True)
        self.network = Network(tuple(Layer(w, b, layer.activation) for (w, b), layer in stored))
        self._machine = Machine(network, dtype, batch, device)

    @property
    def name(self) -> str:
        """What its inputs are."""
        return f"{self.form.name} number"

    def allowed(self, points: Array, towards: Array) -> Array:
        """Points over the grid, each number rounded to the format, towards where it is to go if one is so near.

        A number of the format that is at least 2^(p - 1 - 40) is over the grid; smaller ones become 0.
        """
        values, goal = points / 2.0**GRID, towards / 2.0**GRID
        near = rounded(values, self.form)
        away = np.abs(near - goal) > np.abs(values - goal)
        ulp = 2 * self.form.unit * np.maximum(np.abs(values), 2.0**-GRID)
        near = np.where(away, rounded(values + np.sign(goal - values) * ulp, self.form), near)
        found: Array = np.rint(near * 2.0**GRID).astype(np.int64)
        return found

    def holds(self, value: Fraction) -> bool:
        """Whether a number is one of the format."""
        return self._nearest(value) == value

    def empty(self, low: Fraction, high: Fraction) -> bool:
        """Whether no number of the format lies between two."""
        near = self._nearest((low + high) / 2)
        return near is None or not low <= near <= high

    def _nearest(self, value: Fraction) -> Fraction | None:
        """The number of the format that is nearest; none beyond the largest."""
        if abs(value) > Fraction(self.form.largest):
            return None
        return exact_float(rounded(np.array(float(value)), self.form))

    def run(
        self, row: Sequence[Fraction], patches: Mapping[str, Fraction] | None = None
    ) -> dict[str, Fraction]:
        """What this machine's order of summation computes, every unit exactly."""
        held = {name: self._machine.scalar(value) for name, value in (patches or {}).items()}
        with pinned():
            found = self._machine.run(row, held)
        return {name: exact_float(value.double()) for name, value in found.items()}
