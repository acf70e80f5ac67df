"""One output of a network, ready to be counted: floats with a certified bound, integers without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

from ..dyadic import exact_float
from ..network import Network
from .gates import all_inputs

__all__ = ["CountedNetwork", "ExactLayers", "Floats"]

Floats = npt.NDArray[np.float64]
UNIT = 2.0**-53
"""The largest relative error of one rounding to float64."""


@final
@dataclass(frozen=True, slots=True)
class ExactLayers:
    """Weights as integers over a common denominator per layer; activations as fractions.

    Unit values of layer l are integers over one denominator that does not depend on the input, the
    unit or the mask, so they compare as integers.
    """

    weights: tuple[tuple[tuple[int, ...], ...], ...]
    biases: tuple[tuple[int, ...], ...]
    slopes: tuple[tuple[int, int], ...]
    rows: tuple[tuple[int, ...], ...]
    scales: tuple[int, ...]
    """The denominator of the values that layer l reads; the last one is that of the output."""

    @property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """The inputs' columns: values at every row."""
        return tuple(zip(*self.rows, strict=True))

    def unit(self, layer: int, unit: int, parents: Sequence[tuple[int, int]]) -> int:
        """The value of a unit, given the values of its active parents: (index, integer) pairs."""
        weights = self.weights[layer][unit]
        total = self.biases[layer][unit]
        for index, value in parents:
            total += weights[index] * value
        numerator, denominator = self.slopes[layer]
        return total * denominator if total >= 0 else total * numerator


@final
@dataclass(frozen=True, slots=True, eq=False)
class CountedNetwork:
    r"""A perceptron with 0/1 inputs and one output.

    Attributes:
        weights: float64 of shape (out, in) for every layer; `biases` of shape (out,).
        slopes: a = z for z >= 0, else slope * z; 1 is the identity, 0 is ReLU.
        rows: what the network reads, shape (2^inputs, inputs), rows in the order of `all_inputs`.
        exact: the same in integers.
        dtype: the type of the stored weights, such as `float32`.

    The float64 pre-activation of the output, of any circuit and under any interchange, in any order
    of summation, is within `error` of its exact value: with $u = 2^{-53}$ and n terms,
    $|fl(\sum) - \sum| \le \frac{n u}{1 - n u} \sum |terms|$ (Higham 2002, Sec. 3.1), summed up
    layer by layer with all weights in absolute value.
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    slopes: tuple[float, ...]
    rows: Floats
    exact: ExactLayers
    dtype: str
    error: float
    unit_error: float
    """The same bound for hidden units, for runs in the type of the weights."""
    largest: float
    """A bound on the absolute value of any pre-activation of the output."""

    @classmethod
    def from_network(
        cls, network: Network, output: int = 0, rows: Sequence[Sequence[Fraction]] | None = None
    ) -> CountedNetwork:
        """One output of a network.

        Args:
            network: linear layers with identity, ReLU or leaky ReLU.
            output: the row of the last layer that is kept.
            rows: what the network reads at each 0/1 input; the 0s and 1s themselves by default.

        Raises:
            InputError: no hidden layer, no such output, more than 5 inputs, a slope outside [0, 1].
        """
        faults = []
        if len(network.layers) < 2:
            faults.append("the network has no hidden layer, so it has no circuits to count")
        if not 0 <= output < network.widths[-1]:
            faults.append(f"no output {output}; the network has {network.widths[-1]}")
        if not 1 <= network.inputs <= 5:
            faults.append(f"at most 5 inputs are counted over; the network has {network.inputs}")
        slopes = tuple(
            _slope(layer.activation.name, layer.activation.slope) for layer in network.layers
        )
        if any(not 0 <= slope <= 1 for slope in slopes):
            faults.append("a leaky ReLU is counted with a slope from 0 to 1")
        if faults:
            raise InputError(faults)
        arrays = [
            (np.asarray(layer.weight, np.float64), np.asarray(layer.bias, np.float64))
            for layer in network.layers
        ]
        weight, bias = arrays[-1]
        arrays[-1] = weight[output : output + 1], bias[output : output + 1]
        read = rows or [[Fraction(v) for v in row] for row in all_inputs(network.inputs)]
        floats = np.array([[float(v) for v in row] for row in read])
        weights, biases = (tuple(a) for a in zip(*arrays, strict=True))
        error, unit_error, largest = _bounds(weights, biases, floats)
        rounding = float(np.finfo(network.dtype).eps) / np.finfo(np.float64).eps
        return cls(
            weights,
            biases,
            tuple(float(slope) for slope in slopes),
            floats,
            _exact_layers(arrays, slopes, read),
            network.dtype,
            error,
            unit_error * rounding,
            largest,
        )

    @property
    def inputs(self) -> int:
        """The number of inputs."""
        return int(self.rows.shape[1])

    @property
    def points(self) -> int:
        """The number of rows: 2 to the number of inputs."""
        return len(self.rows)

    @property
    def hidden(self) -> tuple[int, ...]:
        """The widths of the hidden layers."""
        return tuple(len(bias) for bias in self.biases[:-1])

    def stored_unit(
        self, layer: int, unit: int, parents: Sequence[tuple[int, tuple[float, ...]]]
    ) -> tuple[float, ...]:
        """The values of a unit at every row, computed in the type of the weights.

        Products are rounded and summed in the order of the units, then the bias is added: PyTorch's
        result for the small matrices of the published networks, bit for bit.
        """
        kind = np.dtype(self.dtype).type
        total = np.zeros(self.points, kind)
        for index, column in parents:
            total = total + np.array(column, kind) * kind(self.weights[layer][unit, index])
        total = total + kind(self.biases[layer][unit])
        values = np.where(total < 0, total * kind(self.slopes[layer]), total)
        return tuple(values.tolist())

    def exact_output(self, masks: Sequence[Sequence[int]]) -> list[Fraction]:
        """The exact pre-activation of the output of a circuit, at every row.

        Args:
            masks: for every layer and unit, the units of the layer before that it reads, as bits
                (bit i is unit i); 0 turns a hidden unit off.
        """
        found = []
        for row in self.exact.rows:
            values: list[tuple[int, int]] = list(enumerate(row))
            for layer, chosen in enumerate(masks[:-1]):
                values = [
                    (u, self.exact.unit(layer, u, [(i, v) for i, v in values if mask >> i & 1]))
                    for u, mask in enumerate(chosen)
                    if mask
                ]
            total = self.exact.biases[-1][0]
            for index, value in values:
                if masks[-1][0] >> index & 1:
                    total += self.exact.weights[-1][0][index] * value
            found.append(Fraction(total, self.exact.scales[-1]))
        return found


def _slope(name: str, slope: Fraction) -> Fraction:
    return {"identity": Fraction(1), "relu": Fraction(0)}.get(name, slope)


def _bounds(weights: Any, biases: Any, rows: Floats) -> tuple[float, float, float]:
    """Bounds on the errors of the output and of hidden units, and on the output's pre-activation."""
    units = 0.0
    size = np.abs(rows).max(axis=0)
    error = UNIT * size  # rows that are no floats were rounded once
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        terms = weight.shape[1] + 4  # products, sums, the activation, and the last comparison
        units = max(units, float(error.max()) if k else 0.0)
        magnitude = np.abs(weight) @ (size + error) + np.abs(bias)
        error = np.abs(weight) @ error + 1.01 * terms * UNIT * magnitude
        size = magnitude
        error *= 1 + 2**-20  # the bound itself is computed in floats
        assert error.shape == (len(bias),), k
    return float(error[0]), units, float(size[0]) * (1 + 2**-20)


def _exact_layers(
    arrays: Sequence[tuple[Floats, Floats]],
    slopes: Sequence[Fraction],
    rows: Sequence[Sequence[Fraction]],
) -> ExactLayers:
    scale = lcm(*(Fraction(v).denominator for row in rows for v in row))
    read = tuple(tuple(int(v * scale) for v in row) for row in rows)
    weights, biases, scales = [], [], [scale]
    for (weight, bias), slope in zip(arrays, slopes, strict=True):
        exact = [[exact_float(w) for w in row] for row in weight]
        shifts = [exact_float(b) for b in bias]
        common = lcm(
            *(w.denominator for row in exact for w in row), *(b.denominator for b in shifts)
        )
        weights.append(tuple(tuple(int(w * common) for w in row) for row in exact))
        biases.append(tuple(int(b * common) * scale for b in shifts))
        last = len(weights) == len(arrays)
        scale *= common * (1 if last else slope.denominator)
        scales.append(scale)
    return ExactLayers(
        tuple(weights),
        tuple(biases),
        tuple((slope.numerator, slope.denominator) for slope in slopes),
        read,
        tuple(scales),
    )
