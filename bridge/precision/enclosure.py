r"""Values of many runs enclosed, with their errors as linear forms.

A value lies in $c + G\varepsilon \pm \rho$ with $\varepsilon \in [-1, 1]^S$. The centre $c$ is what the
network computes without rounding. A rounding somewhere in the network is one $\varepsilon$, and $G$
carries it through the later layers with the signs of their weights: errors that cancel do. This is the
signed-Jacobian form: at the output, the column of a rounding is its local error times a row of the
Jacobian. $\rho$ holds what has no sign: the float64 roundings of this computation itself, and half of a
unit whose ReLU is not settled.

For $z = c + d$ with $|d| \le r$ and a function of slopes in $[\alpha, \beta]$ around (a leaky ReLU that
may go either way), $f(z) = f(c) + \lambda d$ with $\lambda \in [\alpha, \beta]$, so $f(z) \in f(c) +
\frac{\alpha+\beta}2 d \pm \frac{\beta-\alpha}2 r$.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from tauomega.theory.errors import InputError

from ..namespace import below, copied, held_like, library_of, upwards
from .formats import Format, rounded
from .sums import INFLATE, linear_error, stored_error

__all__ = ["Enclosure", "activated", "exactly", "linear", "merged"]

Array = Any
"""Of NumPy or of PyTorch, on any device, in float64."""
OWN = 2.0**-52
"""Twice the unit of float64: γ_n of this module's own sums is below n OWN for n < 2^20."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Enclosure:
    """Values of runs: `centre` (runs, units), `forms` (runs, units, roundings), `rest` (runs, units)."""

    centre: Array
    forms: Array
    rest: Array

    @property
    def radius(self) -> Array:
        """How far a value can be from the centre, shape (runs, units)."""
        return (abs(self.forms).sum(2) + self.rest) * INFLATE

    @property
    def bounds(self) -> tuple[Array, Array]:
        """The ends of the enclosing intervals, rounded outward."""
        radius = self.radius
        return below(self.centre - radius), upwards(self.centre + radius)

    def taken(self, runs: Array) -> Enclosure:
        """These runs, in this order; a run may come several times."""
        return Enclosure(self.centre[runs], self.forms[runs], self.rest[runs])


def exactly(values: Array) -> Enclosure:
    """Values without an error, shape (runs, units)."""
    return Enclosure(values, values[:, :, None][:, :, :0], 0.0 * values)


def linear(value: Enclosure, weight: Array, bias: Array, form: Format) -> Enclosure:
    """W x + b as any order of summation in the format computes it.

    Args:
        value: x.
        weight: W as it is stored, float64, shape (out, in).
        bias: b as it is stored, shape (out,).
        form: the format.

    Raises:
        InputError: a partial sum or a result may overflow.
    """
    library = library_of(weight)
    terms = weight.shape[1]
    absolute = abs(weight)
    own = (terms + 2) * OWN
    radius = value.radius
    size = abs(value.centre) + radius
    shifted = value.centre @ weight.T
    centre = shifted + bias
    forms = library.einsum("oi,ris->ros", weight, value.forms)
    sums = size @ absolute.T * INFLATE
    rest = (value.rest @ absolute.T + own * (sums + abs(bias))) * INFLATE
    reach = radius @ absolute.T * INFLATE
    total = (sums + abs(bias)) * INFLATE
    before = library.minimum(abs(shifted) + reach + own * sums, sums) * INFLATE
    after = library.minimum(abs(centre) + reach + own * total, total) * INFLATE
    operands = size.sum(1, keepdims=True) * INFLATE
    weights = absolute.sum(1) * INFLATE
    local = linear_error(form, terms, total, operands, weights, before, after, bias != 0)
    largest = min(form.largest, 2.0**127 if form.sum_precision == 24 else form.largest)
    if not bool((total + local < largest).all()):
        raise InputError([f"a sum may exceed {largest:.6g}, the range of {form.name}"])
    return Enclosure(centre, library.concatenate([forms, _own_columns(local)], axis=2), rest)


def activated(value: Enclosure, name: str, slope: float, form: Format) -> Enclosure:
    """`identity`, `relu` or `leaky_relu` with a slope in [0, 1], as the format computes it."""
    if name == "identity":
        return value
    slope = slope if name == "leaky_relu" else 0.0
    library = library_of(value.centre)
    one, radius = library.ones_like(value.centre), value.radius
    low = library.where(value.centre - radius >= 0, one, slope)
    high = library.where(value.centre + radius <= 0, slope, one)
    middle, half = (low + high) / 2, (high - low) / 2
    centre = library.where(value.centre >= 0, value.centre, value.centre * slope)
    rest = middle * value.rest + half * radius + 2 * OWN * (abs(value.centre) + radius)
    passed = Enclosure(centre, middle[:, :, None] * value.forms, rest * INFLATE)
    local = library.full_like(centre, 2.0**form.least)  # a subnormal value may be flushed
    if slope:
        scaled = slope * (abs(value.centre) + radius) * INFLATE
        held = float(rounded(np.array(slope), form)) == slope  # else the slope is rounded, too
        stored = 0.0 * scaled if held else form.unit * scaled
        local = library.where(value.centre - radius >= 0, local, stored_error(form, scaled, stored))
    rest = passed.rest + local
    return Enclosure(passed.centre, passed.forms, rest * INFLATE)


def merged(base: Enclosure, patches: list[tuple[Array, Enclosure]]) -> Enclosure:
    """Base runs in which units are taken from other runs, whose roundings are others.

    Args:
        base: the runs that are patched.
        patches: (units, an enclosure of the same number of runs and all units of the layer).
    """
    library = library_of(base.centre)
    centre, rest = copied(base.centre), copied(base.rest)
    forms = [copied(base.forms)]
    for units, source in patches:
        centre[:, units], rest[:, units] = source.centre[:, units], source.rest[:, units]
        for part in forms:
            part[:, units] = 0.0
        own = library.zeros_like(source.forms)
        own[:, units] = source.forms[:, units]
        forms.append(own)
    return Enclosure(centre, library.concatenate(forms, axis=2), rest)


def _own_columns(local: Array) -> Array:
    """One column for each unit's rounding: diagonal matrices, shape (runs, units, units)."""
    return local[:, :, None] * held_like(np.eye(local.shape[1]), local)
