"""Linear bounds of many boxes at once, in floating point: a guide for the search, never a proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.halfspaces import Condition
from tauomega.theory.kernel.product_network import ReluLayer

__all__ = ["FALSE", "TRUE", "BatchedBounds", "known_of"]

Array = npt.NDArray[Any]
TRUE, FALSE = 1, -1


@final
class BatchedBounds:
    """The product network in float64, with the bounds of `theory.kernel.relu_bounds` for a batch."""

    def __init__(self, layers: Sequence[ReluLayer]) -> None:
        """Round the weights."""
        self._layers = [
            (
                np.array([[float(x) for x in row] for row in layer.weight]),
                np.array([float(x) for x in layer.bias]),
                float(layer.slope),
            )
            for layer in layers
        ]

    def run(self, points: Array) -> Array:
        """The forms at points: shape (points, inputs) to (points, forms)."""
        values = points
        for weight, bias, slope in self._layers:
            values = values @ weight.T + bias
            values = np.maximum(values, slope * values)
        return values

    def bounds(self, low: Array, high: Array) -> tuple[Array, Array, Array]:
        """Bounds of the forms over boxes, and how strongly each input is felt.

        Args:
            low: lower corners, shape (boxes, inputs).
            high: upper corners, same shape.

        Returns:
            Lower and upper bounds, shape (boxes, forms); the factors of the inputs in the lower and
            upper linear bounds, shape (boxes, 2 · forms, inputs).
        """
        lines: list[tuple[Array, Array, Array]] = []
        lower = upper = factors = np.zeros((len(low), 0))
        for k, (weight, bias, slope) in enumerate(self._layers):
            rows = np.concatenate([weight, -weight])
            shift = np.concatenate([bias, -bias])
            least, factors = self._least(k, rows, shift, lines, low, high)
            lower, upper = least[:, : len(bias)], -least[:, len(bias) :]
            lines.append(_lines(lower, upper, slope))
        return lower, upper, factors

    def _least(
        self,
        k: int,
        rows: Array,
        shift: Array,
        lines: Sequence[tuple[Array, Array, Array]],
        low: Array,
        high: Array,
    ) -> tuple[Array, Array]:
        factors = np.broadcast_to(rows, (len(low), *rows.shape))
        constant: Array = np.broadcast_to(shift, (len(low), len(shift)))
        for j in range(k - 1, -1, -1):
            below, above, intercept = lines[j]
            positive = factors >= 0
            constant = constant + np.where(positive, 0, factors * intercept[:, None]).sum(axis=2)
            factors = factors * np.where(positive, below[:, None], above[:, None])
            weight, bias, _ = self._layers[j]
            constant = constant + factors @ bias
            factors = factors @ weight
        corner = np.where(factors >= 0, low[:, None], high[:, None])
        return constant + (factors * corner).sum(axis=2), factors


def _lines(low: Array, high: Array, slope: float) -> tuple[Array, Array, Array]:
    """Of each unit: the slope below; slope and intercept above."""
    width = np.where(high > low, high - low, 1.0)
    chord = np.clip((high - slope * low) / width, slope, 1.0)
    unstable = (low < 0) & (high > 0)
    below = np.where(low >= 0, 1.0, np.where(high <= 0, slope, np.where(high > -low, 1.0, slope)))
    above = np.where(unstable, chord, below)
    intercept = np.where(unstable, np.maximum(slope * low - above * low, high - above * high), 0.0)
    return below, above, intercept


def known_of(condition: Condition, low: Array, high: Array) -> Array:
    """What bounds of the forms say of a condition: `TRUE`, `FALSE` or 0, for each box."""
    if condition.kind == "leaf":
        lower, upper = low[:, condition.form], high[:, condition.form]
        found: Array = np.where(lower > 0, TRUE, np.where(upper < 0, FALSE, 0))
        return -found if condition.negated else found
    if not condition.parts:
        return np.full(len(low), TRUE if condition.kind == "all" else FALSE)
    values = np.stack([known_of(part, low, high) for part in condition.parts])
    joined: Array = values.min(axis=0) if condition.kind == "all" else values.max(axis=0)
    return joined
