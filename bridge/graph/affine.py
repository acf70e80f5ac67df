r"""Affine forms: numbers that remember how they depend on the inputs of a box, rounded outward.

A form stands for the values $c + \sum_k a_k e_k + r\,e'$ with $e_k, e' \in [-1, 1]$: a centre, a factor for each
*symbol*, and a rest that depends on nothing known. It also has an interval $[l, h]$, of which it is known
besides that the value lies in it. Symbols come from the inputs, one for each number of a box, and from what is
linearised: a ReLU that is not settled is $\lambda x + \mu \pm \mu$ with a symbol of its own.

All is in float64, and what an operation may have rounded off is added to the rest: a result that is rounded to
nearest is wrong by at most $2^{-53}$ of itself, or by $2^{-1075}$ where it is subnormal. So a form encloses the
value in $\mathbb{R}$, for the stored weights. Unlike balls, which forget everything but an interval, x − x is 0
here, and two outputs that move together have a difference with small bounds.

Source: Comba & Stolfi (1993), affine arithmetic; the line of a ReLU is that of Singh et al. (2018), DeepZ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from math import inf, isfinite, nextafter
from typing import final

import numpy as np
import numpy.typing as npt

from .arithmetic import NotEvaluatedError
from .curves import enclosed, parallel_lines

__all__ = ["AffineForms", "Form"]

Vector = npt.NDArray[np.float64]
ROUNDING = 2.0**-52
"""Twice what rounding to nearest takes off, relative: the float that is left is what we measure it by."""
TINY = 2.0**-1074
MOST = 2**20
"""Symbols, at most: each form holds a factor for each."""
NONE = np.zeros(0)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A number: centre, factors of the symbols, rest, and an interval that contains it too."""

    owner: AffineForms
    centre: float
    factors: Vector
    rest: float
    low: float
    high: float

    def __add__(self, other: Form) -> Form:
        if not isinstance(other, Form):
            return NotImplemented  # an array adds each of its forms
        return self.owner.form(
            self.centre + other.centre,
            _sum(self.factors, other.factors),
            self.rest + other.rest,
            _down(self.low + other.low),
            _up(self.high + other.high),
        )

    def __neg__(self) -> Form:
        return Form(self.owner, -self.centre, -self.factors, self.rest, -self.high, -self.low)

    def __sub__(self, other: Form) -> Form:
        return self + -other

    def __mul__(self, other: Form) -> Form:
        """With x = c + X and y = d + Y: c d + d X + c Y, and |X Y| bounded; X X is not negative."""
        if not isinstance(other, Form):
            return NotImplemented
        if other.is_constant:
            return self._times(other.centre)
        if self.is_constant:
            return other._times(self.centre)
        far = _up(self.radius * other.radius)
        least = 0.0 if self is other else -far
        line = self._times(other.centre) + other._varying()._times(self.centre)
        ends = [x * y for x in (self.low, self.high) for y in (other.low, other.high)]
        low = max(0.0, _down(min(ends))) if self is other else _down(min(ends))
        return line.between(least, far, low, _up(max(ends)), symbol=True)

    def __truediv__(self, other: Form) -> Form:
        if not isinstance(other, Form):
            return NotImplemented
        return self * self.owner.function("reciprocal", other)

    @property
    def is_constant(self) -> bool:
        """Whether it is one float, exactly."""
        return self.rest == 0 and not self.factors.any()

    @property
    def radius(self) -> float:
        """A bound on how far the value is from the centre."""
        return _up(_size(self.factors) + self.rest)

    def between(
        self, least: float, most: float, low: float, high: float, *, symbol: bool = False
    ) -> Form:
        """This plus something between two bounds, all in an interval; a symbol may take up the rest."""
        middle = least + (most - least) / 2
        rest = _up(_up(max(most - middle, middle - least)) + self.rest)
        own = self.owner.symbol(rest) if symbol else None
        factors = self.factors
        if own is not None:
            factors, rest = _sum(factors, own), 0.0
        low, high = max(low, _down(self.low + least)), min(high, _up(self.high + most))
        return self.owner.form(self.centre + middle, factors, rest, low, high)

    def within(self, low: float, high: float) -> Form:
        """The same number, known to lie in an interval besides."""
        low, high = max(low, self.low), min(high, self.high)
        return Form(self.owner, self.centre, self.factors, self.rest, low, high)

    def _varying(self) -> Form:
        low, high = _down(self.low - self.centre), _up(self.high - self.centre)
        return Form(self.owner, 0.0, self.factors, self.rest, low, high)

    def _times(self, factor: float) -> Form:
        ends = (self.low * factor, self.high * factor)
        rest = self.rest * abs(factor)
        low, high = _down(min(ends)), _up(max(ends))
        return self.owner.form(self.centre * factor, self.factors * factor, rest, low, high)


@final
@dataclass(frozen=True, slots=True, eq=False)
class AffineForms:
    """The arithmetic. One object for all forms that are to be compared: it numbers their symbols.

    Attributes:
        most: symbols up to which what is linearised gets symbols of its own; from there on it adds to
            the rests, which is sound, quicker and wider.

    Raises:
        ValueError: more symbols than the error bounds allow for.
    """

    most: int = 4096
    symbols: count[int] = field(default_factory=count, init=False)

    def __post_init__(self) -> None:
        if not 0 <= self.most <= MOST:
            raise ValueError(f"{self.most:,} symbols; use 0 to {MOST:,}")

    def number(self, value: Fraction) -> Form:
        """A form around a rational; exact if a float holds it."""
        centre = float(value)
        rest = _above(abs(Fraction(centre) - value))
        return Form(self, centre, NONE, rest, -_above(-value), _above(value))

    def around(self, centre: Fraction, radius: Fraction) -> Form:
        """An input: the numbers within a radius of a centre, with a symbol of its own.

        With e the symbol and f its factor the number is the form's centre + f e exactly, and has no rest.

        Raises:
            NotEvaluatedError: more inputs than there may be symbols.
        """
        if not radius:
            return self.number(centre)
        middle = float(centre)
        far = _above(radius + abs(centre - Fraction(middle)))
        place = next(self.symbols)
        if place >= MOST:
            raise NotEvaluatedError(f"more than {MOST:,} numbers that vary; use a smaller input")
        low, high = -_above(radius - centre), _above(centre + radius)
        return Form(self, middle, _unit(place, far), 0.0, low, high)

    def symbol(self, factor: float) -> Vector | None:
        """Factors with a new symbol, or `None` if there are enough."""
        place = next(self.symbols)
        return _unit(place, factor) if place < self.most else None

    def form(self, centre: float, factors: Vector, rest: float, low: float, high: float) -> Form:
        """A form whose centre, factors and rest were each rounded to nearest once.

        Raises:
            NotEvaluatedError: it is not finite.
        """
        size = _size(factors)
        error = ROUNDING * (abs(centre) + size) + TINY * (len(factors) + 2)
        rest = (rest + error) * (1 + 8 * ROUNDING)
        radius = _up(size + rest)
        low, high = max(low, _down(centre - radius)), min(high, _up(centre + radius))
        if not (isfinite(low) and isfinite(high) and isfinite(radius)):
            raise NotEvaluatedError("an enclosure is not finite; use a smaller box")
        return Form(self, centre, factors, rest, low, high)

    def maximum(self, a: Form, b: Form) -> Form:
        """A form around the larger one: b + ReLU(a − b), by a line where neither is always larger."""
        difference = a - b
        low, high = difference.low, difference.high
        if low >= 0 or a.low >= b.high:
            return a
        if high <= 0 or a.high <= b.low:
            return b
        slope = min(1.0, high / (high - low))
        above = max(_up(-slope * low), _up(_up(1.0 - slope) * high))
        raised = difference._times(slope).between(0.0, above, 0.0, high, symbol=True)
        return (b + raised).within(max(a.low, b.low), max(a.high, b.high))

    def function(self, name: str, x: Form) -> Form:
        """A form around a function's value, between two parallel lines.

        Raises:
            NotEvaluatedError: the function is not known, or not defined on the whole enclosure.
        """
        low, high = enclosed(name, x.low, x.high)
        if x.is_constant:
            return self.number(Fraction(0)).between(low, high, low, high)
        slope, least, most = parallel_lines(name, x.low, x.high)
        return x._times(slope).between(least, most, low, high, symbol=True)


def _size(factors: Vector) -> float:
    """At least the sum of the magnitudes: n additions are off by less than n roundings."""
    return float(np.abs(factors).sum()) * (1 + (len(factors) + 8) * ROUNDING)


def _above(value: Fraction) -> float:
    """The least float that is not below a rational."""
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else _up(nearest)


def _unit(place: int, factor: float) -> Vector:
    found = np.zeros(place + 1)
    found[place] = factor
    return found


def _sum(a: Vector, b: Vector) -> Vector:
    if len(a) < len(b):
        a, b = b, a
    if not len(b):
        return a
    found = a.copy()
    found[: len(b)] += b
    return found


def _up(x: float) -> float:
    return nextafter(x, inf)


def _down(x: float) -> float:
    return nextafter(x, -inf)
