"""A perceptron under `all-orders(dtype)`: clean and patched runs as enclosures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, final

import numpy as np

from tauomega.theory.errors import InputError

from ..dyadic import exact_float
from ..network import Network
from .enclosure import Enclosure, activated, exactly, linear, merged
from .formats import FORMATS, rounded

__all__ = ["OrdersNetwork", "stored_network", "stored_row"]

Array = Any


def stored_network(network: Network, dtype: str) -> list[tuple[Array, Array]]:
    """Weights and biases as a format stores them, in float64.

    Raises:
        InputError: a weight beyond the largest number of the format.
    """
    form = FORMATS[dtype]
    found = []
    for k, layer in enumerate(network.layers):
        weight, bias = rounded(layer.weight, form), rounded(layer.bias, form)
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise InputError(
                [f"layers.{k} has weights beyond {form.largest:.6g}, the range of {dtype}"]
            )
        found.append((weight, bias))
    return found


def stored_row(row: Sequence[Fraction], dtype: str) -> Array:
    """An input as the format stores it.

    Raises:
        InputError: a number that float64 does not hold, so that it would be rounded twice.
    """
    wide = np.array([float(x) for x in row])
    faults = [
        f"the input value {x} is no float64 number; under all-orders({dtype}) inputs are rounded once"
        for x, value in zip(row, wide.tolist(), strict=True)
        if exact_float(value) != x
    ]
    if faults:
        raise InputError(faults)
    return rounded(wide, FORMATS[dtype])


@final
class OrdersNetwork:
    """A network whose weights are stored in a format, run under every order of summation.

    Args:
        network: the network.
        dtype: the format.
        device: where PyTorch's arrays, rows and enclosures, are to be; without one they are NumPy's.

    Raises:
        InputError: a leaky ReLU whose slope is not between 0 and 1; weights that overflow.
    """

    def __init__(self, network: Network, dtype: str, device: str | None = None) -> None:
        self.network = network
        self.form = FORMATS[dtype]
        slopes = [layer.activation.slope for layer in network.layers]
        if not all(0 <= slope <= 1 for slope in slopes):
            raise InputError(["all-orders is derived for leaky ReLUs with slopes from 0 to 1"])
        self._stored = stored_network(network, dtype)
        if device is not None:
            import torch

            self._stored = [
                (torch.from_numpy(weight).to(device), torch.from_numpy(bias).to(device))
                for weight, bias in self._stored
            ]

    def clean(self, rows: Array) -> list[Enclosure]:
        """Every layer of runs without an interchange; `rows` of shape (runs, inputs), as stored."""
        value = exactly(rows)
        found = []
        for k in range(len(self._stored)):
            value = self._step(k, value)
            found.append(value)
        return found

    def patched(
        self,
        clean: Sequence[Enclosure],
        bases: Array,
        patches: Mapping[int, Sequence[tuple[Array, Array]]],
    ) -> list[Enclosure | None]:
        """Every layer of patched runs, from the first patched one on; `None` before, being clean.

        Args:
            clean: what `clean` returned.
            bases: the row of each run, shape (runs,).
            patches: layer -> (units, the source's row for each run, shape (runs,)).
        """
        first = min(patches)
        found: list[Enclosure | None] = [None] * first
        value = clean[first].taken(bases)
        for k in range(first, len(self._stored)):
            if k > first:
                value = self._step(k, value)
            if k in patches:
                sources = [(units, clean[k].taken(rows)) for units, rows in patches[k]]
                value = merged(value, sources)
            found.append(value)
        return found

    def _step(self, k: int, value: Enclosure) -> Enclosure:
        weight, bias = self._stored[k]
        activation = self.network.layers[k].activation
        summed = linear(value, weight, bias, self.form)
        return activated(summed, activation.name, float(activation.slope), self.form)
