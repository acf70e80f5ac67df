r"""A network over boxes as machines compute it: which inputs there are, how far rounding moves it, one run.

Let $\hat f$ be what any order of summation computes in a format for an input of the format, and f what the same
stored weights give in real numbers. For a layer $z = W x + b$ with $|x| \le X$ over the box and computed
inputs within e of x,
$$|\hat z - z| \le |W| e + \text{local}(X + e),$$
where local is the error of `precision.sums` for operands of size at most X + e: products, sums in any order,
storage, and what is lost below normal numbers. A (leaky) ReLU with a slope in [0, 1] does not stretch a
difference; its own product with the slope, which may be rounded too, adds `stored_error`, and a flushed result
the smallest normal number. $|f| \le |W| X + |b|$ gives the next X. An affine form $\sum c_i y_i$ of outputs,
read exactly, is then within $\sum |c_i| e_i$ of its real value: the *rounding radius*.

So if a bound of the form over a box of real numbers is clear of zero by more than the radius, every computed form
has that sign, for every input of the format in the box and every order of summation. All of this is
computed in float64 from non-negative terms, inflated by $1 + 2^{-30}$ as in `precision.sums`.

Source: Higham (2002), *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.1, for one sum; composed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.product_network import ReluLayer
from tauomega.theory.kernel.relu_bounds import GRID, Interval, outward

from ..network import Layer, Network, exact_float
from ..precision.formats import FORMATS, Format, rounded
from ..precision.machine import Machine, one_thread
from ..precision.orders import stored_network
from ..precision.sums import INFLATE, linear_error, stored_error

__all__ = ["RoundedNetwork", "rounding_radius"]

Array = npt.NDArray[Any]


def rounding_radius(
    layers: Sequence[ReluLayer], form: Format, box: Sequence[Interval]
) -> tuple[int, ...]:
    """How far each form of the outputs may be moved by rounding, over the grid, anywhere in a box.

    Args:
        layers: a product network of stored weights; its last layer, the forms, is read exactly.
        form: the format.
        box: of inputs, over the grid.

    Raises:
        InputError: a sum may overflow.
    """
    size = np.array([max(abs(a), abs(b)) / 2.0**GRID for a, b in box]) * INFLATE
    error = np.zeros(len(size))
    largest = min(form.largest, 2.0**127 if form.sum_precision == 24 else form.largest)
    for layer in layers[:-1]:
        weight = np.abs(np.array([[float(w) for w in row] for row in layer.weight]))
        bias = np.abs(np.array([float(b) for b in layer.bias]))
        reached = (size + error) * INFLATE
        sums = weight @ reached * INFLATE
        total = (sums + bias) * INFLATE
        operands, weights = reached.sum() * INFLATE, weight.sum(1) * INFLATE
        terms = weight.shape[1]  # of all copies side by side: more than a machine adds
        local = linear_error(form, terms, total, operands, weights, sums, total, bias != 0)
        if not bool((total + local < largest).all()):
            raise InputError([f"a sum may exceed {largest:.6g}, the range of {form.name}"])
        error = (weight @ error + local) * INFLATE
        size = (weight @ size + bias) * INFLATE
        if layer.slope != 1:
            error = (error + _activation_error(form, float(layer.slope), size + error)) * INFLATE
    factors = np.abs(np.array([[float(w) for w in row] for row in layers[-1].weight]))
    return tuple(outward(Fraction(0), Fraction(r))[1] for r in (factors @ error * INFLATE).tolist())


def _activation_error(form: Format, slope: float, size: Array) -> Array:
    """Of max(z, slope z) for computed |z| of at most `size`: a slope as it is stored, a product, flushing."""
    flushed = np.full_like(size, 2.0**form.least)
    if not slope:
        return flushed
    scaled = slope * size * INFLATE
    return np.maximum(flushed, stored_error(form, scaled, form.unit * scaled))


@final
class RoundedNetwork:
    """A network in a format.

    Attributes:
        form: the format.
        network: its weights as the format stores them.

    Raises:
        InputError: weights that overflow.
    """

    def __init__(self, network: Network, dtype: str) -> None:
        self.form = FORMATS[dtype]
        stored = zip(stored_network(network, dtype), network.layers, strict=True)
        self.network = Network(tuple(Layer(w, b, layer.activation) for (w, b), layer in stored))
        self._machine = Machine(network, dtype)

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
        import torch

        dtype = self._machine.dtype
        held = {n: torch.tensor(float(v), dtype=dtype) for n, v in (patches or {}).items()}
        with one_thread():
            found = self._machine.run(row, held)
        return {name: exact_float(value.double()) for name, value in found.items()}
