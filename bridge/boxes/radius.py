r"""How far rounding moves the outputs of a network over a box, whatever the order of its sums.

Let $\hat z_k = W_k \hat x_{k-1} + b_k + \delta_k$ be what any order of summation computes in a format for an input of
the format, $z_k$ what the same stored weights give in real numbers, and $|\delta_k| \le \text{local}_k$, the error of
`precision.sums` for operands of the size that they have over the box. A (leaky) ReLU has
$$\hat x_k - x_k = \Lambda_k (\hat z_k - z_k) + \psi_k, \qquad \Lambda_k \in [\alpha, 1],$$
with $\Lambda_k = 1$ where both are positive, α where both are negative, and $\psi_k$ the rounding of its own product
and what is flushed. So for an affine form $F x$ of the outputs, which is read exactly,
$$F (\hat x - x) = \sum_k F \Lambda_L W_L \Lambda_{L-1} \cdots W_{k+1} (\Lambda_k \delta_k + \psi_k),$$
and each factor is bounded with the signs of its weights: errors that cancel do, and a unit that is off over the whole
box passes none. The smaller the box, the more units are on or off, and the smaller the values.

A *radius* is that bound. If a bound of the form over real numbers is clear of zero by more, every computed form has
its sign. All is in float64 from terms that are not negative, inflated by $1 + 2^{-30}$ as in `precision.sums`; the
signed products carry $(n + 2) 2^{-52}$ of their sizes besides.

Source: Higham (2002), *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.1, for one sum; composed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.product_network import ReluLayer
from tauomega.theory.kernel.relu_bounds import GRID, Interval, outward

from ..precision.formats import Format
from ..precision.sums import INFLATE, linear_error, stored_error
from .batched_bounds import BatchedBounds, LayerBounds

__all__ = ["RoundingRadius"]

Array = npt.NDArray[Any]
OWN = 2.0**-52


@final
@dataclass(frozen=True, slots=True)
class _Rounded:
    """Of each unit over each box: δ and ψ at most, and the ends of Λ."""

    local: Array
    activation: Array
    least: Array
    most: Array


@final
class RoundingRadius:
    """The radius of each form of a product network's outputs in a format.

    Attributes:
        form: the format.
        largest: what no sum may reach.
    """

    def __init__(self, layers: Sequence[ReluLayer], form: Format) -> None:
        """Take the weights, which the format stores; the last layer, the forms, is read exactly."""
        self.form = form
        self.largest = min(form.largest, 2.0**127 if form.sum_precision == 24 else form.largest)
        self._real = BatchedBounds(layers)
        self._layers = [
            (
                np.array([[float(w) for w in row] for row in layer.weight]),
                np.array([float(b) for b in layer.bias]),
                float(layer.slope),
            )
            for layer in layers
        ]

    def at(self, box: Sequence[Interval]) -> tuple[int, ...]:
        """The radius of each form over one box, over the grid.

        Raises:
            OverflowError: a sum may exceed the range.
        """
        low, high = (np.array([[end[k] for end in box]]) / 2.0**GRID for k in (0, 1))
        low, high = np.nextafter(low, -np.inf), np.nextafter(high, np.inf)
        (found,) = self.over(low, high, self._real.layer_bounds(low, high)[0])
        if not np.isfinite(found).all():
            raise OverflowError(
                f"a sum may exceed {self.largest:.6g}, the range of {self.form.name}"
            )
        return tuple(outward(Fraction(0), Fraction(float(r)))[1] for r in found)

    def over(self, low: Array, high: Array, bounds: LayerBounds) -> Array:
        """The radius of each form over boxes, shape (boxes, forms); infinite where a sum may exceed the range.

        Args:
            low: lower corners, shape (boxes, inputs).
            high: upper corners, same shape.
            bounds: of the sums of every layer in real numbers, each of shape (boxes, units).
        """
        size = np.maximum(np.abs(low), np.abs(high)) * INFLATE
        error = np.zeros_like(size)
        steps: list[_Rounded] = []
        beyond = np.zeros(len(low), dtype=bool)
        for (weight, bias, slope), (lower, upper) in zip(
            self._layers[:-1], bounds[:-1], strict=True
        ):
            absolute = np.abs(weight)
            drift = error @ absolute.T * INFLATE
            reached = (size + error) * INFLATE
            sums = reached @ absolute.T * INFLATE
            total = (sums + np.abs(bias)) * INFLATE
            real = np.minimum(np.maximum(np.abs(lower), np.abs(upper)), total)
            after = np.minimum(total, (real + drift) * INFLATE)
            before = np.minimum(sums, (real + np.abs(bias) + drift) * INFLATE)
            operands = reached.sum(1, keepdims=True) * INFLATE
            weights = absolute.sum(1) * INFLATE
            terms = weight.shape[1]  # of all copies side by side: more than a machine adds
            local = linear_error(
                self.form, terms, total, operands, weights, before, after, bias != 0
            )
            beyond |= ~(total + local < self.largest).all(axis=1)
            moved = (drift + local) * INFLATE
            least = np.where(lower - moved >= 0, 1.0, slope)
            most = np.where(upper + moved <= 0, slope, 1.0)
            activation = self._activation(slope, (after + local) * INFLATE)
            steps.append(_Rounded(local, activation, least, most))
            error = (most * moved + activation) * INFLATE
            up, down = np.minimum(upper, total), np.minimum(-lower, total)
            size = np.maximum(np.maximum(up, 0), slope * np.maximum(down, 0)) * INFLATE
        found = self._carried(steps, len(low))
        return np.where(beyond[:, None] | ~np.isfinite(found), np.inf, found)

    def _carried(self, steps: Sequence[_Rounded], boxes: int) -> Array:
        """The errors of all layers, through the layers after them."""
        forms = self._layers[-1][0]
        centre = np.broadcast_to(forms, (boxes, *forms.shape))
        spread = np.abs(centre) * OWN
        total = np.zeros(centre.shape[:2])
        for k in range(len(steps) - 1, -1, -1):
            step, (weight, _, _) = steps[k], self._layers[k]
            total = total + _felt(np.abs(centre) + spread, step.activation)
            middle = ((step.least + step.most) / 2)[:, None]
            half = ((step.most - step.least) / 2)[:, None]
            spread = spread * step.most[:, None] + np.abs(centre) * (half + OWN)
            centre = centre * middle
            total = total + _felt(np.abs(centre) + spread, step.local)
            absolute = np.abs(weight)
            lost = (len(weight) + 2) * OWN
            spread = (spread @ absolute + lost * (np.abs(centre) @ absolute)) * INFLATE
            centre = centre @ weight
        return total * INFLATE

    def _activation(self, slope: float, size: Array) -> Array:
        """Of max(z, slope z) for computed |z| of at most `size`: a slope as it is stored, a product, flushing."""
        if slope == 1:
            return np.zeros_like(size)
        flushed = np.full_like(size, 2.0**self.form.least)
        if not slope:
            return flushed
        scaled = slope * size * INFLATE
        return np.maximum(flushed, stored_error(self.form, scaled, self.form.unit * scaled))


def _felt(factors: Array, error: Array) -> Array:
    """Σ |factor| · error, for each box and form."""
    found: Array = (factors @ error[:, :, None])[:, :, 0] * INFLATE
    return found
