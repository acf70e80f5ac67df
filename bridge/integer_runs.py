r"""Exact runs of a network on many rows at once, in integers.

Every value of a layer has the same denominator, which is carried beside the numerators: weights are
scaled to integers once, $\mathrm{relu}(z/d) = \mathrm{relu}(z)/d$ for $d > 0$, and a leaky ReLU with slope
$p/q$ multiplies positive numerators by q and the others by p. Numerators are kept as float64 where a
bound on every partial sum proves that no rounding can happen ($< 2^{53}$, in any order of summation),
and as Python integers beyond.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, final

import numpy as np
import numpy.typing as npt

from .exact_layers import ExactLayer

__all__ = ["IntegerNetwork"]

Array = npt.NDArray[Any]
EXACT = 2**53


@final
@dataclass(frozen=True, slots=True)
class _Step:
    weight: Array
    bias: Array
    positive: int
    negative: int
    """The factors of positive and of other numerators: (1, 0) for a ReLU."""


@final
class IntegerNetwork:
    """The layers in integers: a unit's value is its numerator over its layer's denominator.

    Attributes:
        names: the units of each layer.
        denominators: one for each layer.
        floats: whether float64 holds every numerator and every partial sum exactly.
    """

    def __init__(self, layers: Sequence[ExactLayer], rows: Sequence[Sequence[Fraction]]) -> None:
        """Prepare for inputs `rows`, shape (points, inputs), and for any interchange between them."""
        scale = lcm(*(x.denominator for row in rows for x in row), 1)
        self.names = tuple(layer.names for layer in layers)
        self.place = {
            name: (k, j) for k, names in enumerate(self.names) for j, name in enumerate(names)
        }
        steps: list[_Step] = []
        denominators: list[int] = []
        numerators = [[int(x * scale) for x in row] for row in rows]
        bound = [max((abs(row[j]) for row in numerators), default=0) for j in range(len(rows[0]))]
        largest = max(bound, default=0)
        for layer in layers:
            common = lcm(*(x.denominator for row in layer.weight for x in row), 1)
            common = lcm(common * scale, *(x.denominator for x in layer.bias)) // scale
            weight = [[int(x * common) for x in row] for row in layer.weight]
            bias = [int(x * common * scale) for x in layer.bias]
            slope = layer.activation.slope
            positive, negative = {
                "identity": (1, 1),
                "relu": (1, 0),
                "leaky_relu": (slope.denominator, slope.numerator),
            }[layer.activation.name]
            sums = [
                abs(b) + sum(abs(w) * v for w, v in zip(row, bound, strict=True))
                for row, b in zip(weight, bias, strict=True)
            ]
            factor = max(abs(positive), abs(negative))
            bound = [s * factor for s in sums]
            largest = max(
                largest, *bound, *(abs(w) for row in weight for w in row), *map(abs, bias)
            )
            scale = scale * common * positive
            denominators.append(scale)
            steps.append(
                _Step(np.array(weight, object), np.array(bias, object), positive, negative)
            )
        self.denominators = tuple(denominators)
        self.floats = largest < EXACT
        kind: Any = np.float64 if self.floats else object
        self.inputs: Array = np.array(numerators, dtype=object).astype(kind)
        self._steps = [
            _Step(s.weight.T.astype(kind), s.bias.astype(kind), s.positive, s.negative)
            for s in steps
        ]

    def clean(self) -> list[Array]:
        """The numerators of every layer for every point, each of shape (points, units)."""
        found: list[Array] = []
        values = self.inputs
        for step in self._steps:
            values = _apply(step, values)
            found.append(values)
        return found

    def patched(
        self,
        clean: Sequence[Array],
        bases: Array,
        patches: Mapping[int, tuple[tuple[int, ...], Array]],
    ) -> list[Array | None]:
        """Runs from the first patched layer on; the layers before it are `None`, being clean.

        Args:
            clean: what `clean()` returned.
            bases: the point of each run, shape (runs,).
            patches: layer -> (units, numerators of shape (runs, units)).
        """
        first = min(patches)
        found: list[Array | None] = [None] * first
        values = clean[first][bases]
        for k in range(first, len(self._steps)):
            if k > first:
                values = _apply(self._steps[k], values)
            if k in patches:
                units, numerators = patches[k]
                values = values.copy() if k > first else values
                values[:, list(units)] = numerators
            found.append(values)
        return found

    def share(
        self, clean: Sequence[Array], layer: int, units: Sequence[int], *, bias: bool
    ) -> Array:
        """What some units of a layer contribute to the sums of the next, in float64.

        Each number is computed exactly and rounded once.

        Args:
            clean: what `clean()` returned.
            layer: the layer of the units.
            units: which.
            bias: whether the next layer's bias is added.

        Returns:
            Shape (points, units of the next layer).
        """
        step = self._steps[layer + 1]
        chosen = list(units)
        sums = clean[layer][:, chosen].astype(object) @ step.weight[chosen].astype(object)
        if bias:
            sums = sums + step.bias.astype(object)
        below = self.denominators[layer + 1] // step.positive
        rounded = [[int(x) / below for x in row] for row in sums.tolist()]
        return np.array(rounded, dtype=np.float64).reshape(len(clean[layer]), len(step.bias))

    def value(self, layer: int, numerator: object) -> Fraction:
        """The exact value of a numerator of a layer."""
        return Fraction(int(numerator), self.denominators[layer])  # type: ignore[call-overload]  # a number


def _apply(step: _Step, values: Array) -> Array:
    sums = values @ step.weight + step.bias
    if step.positive == step.negative == 1:
        return sums
    result: Array = np.where(sums >= 0, sums * step.positive, sums * step.negative)
    return result
