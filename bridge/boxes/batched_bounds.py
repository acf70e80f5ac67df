r"""Linear bounds of many boxes at once, in float64, that hold for the real network: rounding is paid for.

The same formulas run on NumPy's arrays, for the search, and on PyTorch's on any device.

**Rounding.** Let $u = 2^{-53}$. Sums of n products in any order, fused or not, are within $\gamma_n \sum
|a_i b_i|$, $\gamma_n = n u / (1 - n u)$, of their value (Higham 2002, §3.1), and below the range of normal
numbers within $n 2^{-1022}$ besides, flushed or not. Let layer j be $z = W x + b$ with $|x| \le M$ over the
box, unit by unit, so that $|z| \le S = |W| M + |b|$; stored weights are within $u |W|$ of W.

Substituting backwards keeps, for computed factors A and c taken as they are, $\text{row} \ge A x_j + c - E$.
A step replaces $x_j$ by lines and these by $W x_{j-1} + b$. What it rounds: the factors times slopes ($u |A'|
|z| \le u |A'| S$), a slope α of the activation that float64 does not hold (again $u |A'| S$), the products
with W and W itself ($(\gamma_n + 2u) |A'| |W| M$; of the row itself $u |W| M \le u S_k$), the sums with b and
with the intercepts t ($\gamma_{n+1}$ of $|A'| |b|$ and $|A| |t|$), and two additions to c ($2u$ of a partial
sum). With $T = S_k + \sum_j (|A'_j| S_j + |A_j| t_j) + |A_0| M_0$, every partial sum of c is at most T, and
over L layers of at most n units
$$E \le (2n + 3L + 8)\, u\, T (1 + 2^{-30}) + 2^{-990} \bigl(1 + \textstyle\sum (S + M)\bigr),$$
where the second term covers what is lost below normal numbers, for n and L below $2^{20}$. An intercept is rounded
up at each of its operations, which makes a line that holds, not a nearly true one; a bound of a slope is any
number. Computed T, M and S are sums of non-negative terms: inflating by $1 + 2^{-30}$ covers their rounding.
A bound that is not finite becomes infinite. ∎

Float64 products on tensor cores are assumed to round as IEEE 754 says, as their makers document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from tauomega.theory.kernel.halfspaces import Condition
from tauomega.theory.kernel.product_network import ReluLayer

from ..namespace import library_of, upwards

__all__ = ["FALSE", "TRUE", "BatchedBounds", "LayerBounds", "known_of"]

Array = Any
LayerBounds = Sequence[tuple[Array, Array]]
"""Lower and upper bounds of every layer's sums, each of shape (boxes, units)."""
TRUE, FALSE = 1, -1
UNIT, INFLATE, LOST = 2.0**-53, 1.0 + 2.0**-30, 2.0**-990
LEAST = 2.0**-900
"""Weights smaller than this count as this where errors are bounded."""


@final
@dataclass(frozen=True, slots=True)
class _Lines:
    """Of each unit over each box: slope below; slope and intercept above; bounds of |x| and |z|."""

    below: Array
    above: Array
    intercept: Array
    size: Array
    sum_size: Array


@final
class BatchedBounds:
    """The product network in float64, with the bounds of `theory.kernel.relu_bounds` for a batch.

    Args:
        layers: the network.
        device: where PyTorch's arrays are to be, `cpu` or `cuda`; without one, NumPy's.
    """

    def __init__(self, layers: Sequence[ReluLayer], device: str | None = None) -> None:
        """Round the weights."""
        self._layers = []
        for layer in layers:
            weight = np.array([[float(x) for x in row] for row in layer.weight])
            bias = np.array([float(x) for x in layer.bias])
            sizes = [np.where(v, np.maximum(np.abs(v), LEAST), 0.0) for v in (weight, bias)]
            held = [self._held(v, device) for v in (weight, bias, *sizes)]
            self._layers.append((*held, float(layer.slope)))
        widest = max(max(w.shape) for w, *_ in self._layers)
        assert widest < 2**20
        self._rounding = (2 * widest + 3 * len(self._layers) + 8) * UNIT * INFLATE

    @staticmethod
    def _held(values: Array, device: str | None) -> Array:
        if device is None:
            return values
        import torch

        return torch.from_numpy(values).to(device)

    def run(self, points: Array) -> Array:
        """The forms at points: shape (points, inputs) to (points, forms); rounded, without a bound."""
        library = library_of(points)
        values = points
        for weight, bias, _, _, slope in self._layers:
            values = values @ weight.T + bias
            values = library.maximum(values, slope * values)
        return values

    @np.errstate(over="ignore", invalid="ignore")
    def intervals(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Bounds of the forms over boxes by intervals (IBP); looser than `bounds`, and cheaper.

        Args:
            low: lower corners, shape (boxes, inputs).
            high: upper corners, same shape.
        """
        library = library_of(low)
        for weight, bias, weight_size, bias_size, slope in self._layers:
            size = library.maximum(abs(low), abs(high))
            total = (size @ weight_size.T + bias_size) * INFLATE
            error = self._rounding * total + LOST * (1 + size.sum(axis=1, keepdims=True))
            up, down = weight.clip(min=0).T, weight.clip(max=0).T
            lower = low @ up + high @ down + bias - error
            upper = high @ up + low @ down + bias + error
            lower, upper = _finite(lower, -np.inf), _finite(upper, np.inf)
            # a slope that float64 does not hold is paid for with the next layer's rounding
            low = library.maximum(lower, slope * lower - 4 * UNIT * abs(lower))
            high = library.maximum(upper, slope * upper + 4 * UNIT * abs(upper))
        return lower, upper

    def bounds(self, low: Array, high: Array) -> tuple[Array, Array, Array]:
        """Bounds of the forms over boxes by lines (CROWN), and how strongly each input is felt.

        Args:
            low: lower corners, shape (boxes, inputs).
            high: upper corners, same shape.

        Returns:
            Lower and upper bounds, shape (boxes, forms); the factors of the inputs in the lower and
            upper linear bounds, shape (boxes, 2 · forms, inputs).
        """
        layers, factors = self.layer_bounds(low, high)
        return (*layers[-1], factors)

    @np.errstate(over="ignore", invalid="ignore")
    def layer_bounds(self, low: Array, high: Array) -> tuple[LayerBounds, Array]:
        """Bounds by lines of every layer's sums, the forms last, and the factors of `bounds`."""
        library = library_of(low)
        size = library.maximum(abs(low), abs(high))
        lines: list[_Lines] = []
        found: list[tuple[Array, Array]] = []
        factors = low[:, :0]
        lost = LOST * (1 + size.sum(axis=1))
        for k, (_, bias, weight_size, bias_size, slope) in enumerate(self._layers):
            before = lines[-1].size if lines else size
            total = (before @ weight_size.T + bias_size) * INFLATE
            lost = lost + LOST * total.sum(axis=1)
            least, factors = self._least(k, lines, low, high, size, total, lost)
            lower, upper = least[:, : len(bias)], -least[:, len(bias) :]
            found.append((lower, upper))
            if k < len(self._layers) - 1:
                lines.append(_lines(lower, upper, slope, total))
                lost = lost + LOST * lines[-1].size.sum(axis=1)
        return found, factors

    def _least(
        self,
        k: int,
        lines: Sequence[_Lines],
        low: Array,
        high: Array,
        size: Array,
        total: Array,
        lost: Array,
    ) -> tuple[Array, Array]:
        library = library_of(low)
        weight, bias, _, _, _ = self._layers[k]
        rows = library.concatenate([weight, -weight])
        factors = library.broadcast_to(rows, (len(low), *rows.shape))
        constant = library.concatenate([bias, -bias])
        total = library.concatenate([total, total], axis=1)
        for j in range(k - 1, -1, -1):
            line = lines[j]
            positive, negative = factors.clip(min=0), factors.clip(max=0)
            above = (negative @ line.intercept[:, :, None])[:, :, 0]
            factors = positive * line.below[:, None] + negative * line.above[:, None]
            weight, bias, _, _, _ = self._layers[j]
            constant = constant + above + _times(factors, bias)
            felt = abs(factors) @ line.sum_size[:, :, None]
            total = total - above + felt[:, :, 0]
            factors = _times(factors, weight)
        positive, negative = factors.clip(min=0), factors.clip(max=0)
        corner = positive @ low[:, :, None] + negative @ high[:, :, None]
        total = total + ((positive - negative) @ size[:, :, None])[:, :, 0]
        error = self._rounding * total + lost[:, None]
        return _finite(constant + corner[:, :, 0] - error, -np.inf), factors


def _times(factors: Array, matrix: Array) -> Array:
    """The product over the last axis, as one product of matrices."""
    flat = factors.reshape(-1, factors.shape[-1]) @ matrix
    return flat.reshape(*factors.shape[:-1], *matrix.shape[1:])


def _finite(bound: Array, instead: float) -> Array:
    library = library_of(bound)
    return library.where(library.isfinite(bound), bound, instead)


def _lines(low: Array, high: Array, slope: float, total: Array) -> _Lines:
    """Lines around the activation between bounds of the sums, whose size is at most `total`."""
    library = library_of(low)
    one = library.ones_like(low)
    width = library.where(high > low, high - low, one)
    chord = ((high - slope * low) / width).clip(slope, 1.0)
    unstable = (low < 0) & (high > 0)
    leak = slope * one
    below = library.where((low >= 0) | (unstable & (high > -low)), one, leak)
    above = library.where(unstable, chord, below)
    left = upwards(upwards(slope * low + 2 * UNIT * abs(low)) + upwards(above * -low))
    right = upwards(high + upwards(above * -high))
    intercept = library.where(unstable, library.maximum(left, right), 0.0 * one)
    size = library.minimum(library.maximum(abs(low), abs(high)), total)
    return _Lines(below, above, intercept, size, library.minimum(size, total))


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
