r"""Values of defects: exact rationals, certified balls, ∞; never a rounded number.

$\sqrt{2}$ and $\ln 2$ are no rationals. What is known of them is a rational interval that provably
contains them, tight beyond any printed digit; whatever is computed from balls is a ball again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

__all__ = ["INFINITE", "Ball", "Number", "greatest", "lower", "mean", "upper"]

INFINITE = float("inf")


@final
@dataclass(frozen=True, slots=True)
class Ball:
    """A real number in [`lo`, `hi`]; `form` is its closed form, where there is a short one."""

    lo: Fraction
    hi: Fraction
    form: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        assert self.lo <= self.hi, "a ball is not empty"

    def __str__(self) -> str:
        about = f"{float((self.lo + self.hi) / 2):.10g}"
        return f"{self.form} ≈ {about}" if self.form else f"≈{about}"


Number = Fraction | Ball | float
"""An exact rational, a certified ball, or ∞ (the only float that occurs)."""


def lower(number: Number) -> Fraction | float:
    """The largest exact number known to be at most this one."""
    return number.lo if isinstance(number, Ball) else number


def upper(number: Number) -> Fraction | float:
    """The least exact number known to be at least this one."""
    return number.hi if isinstance(number, Ball) else number


def greatest(numbers: Iterable[Number]) -> Number:
    """The largest, as tightly as it is known; 0 of none."""
    best: Number = Fraction(0)
    for number in numbers:
        if lower(number) >= upper(best):
            best = number
        elif upper(number) > lower(best):
            low, high = max(lower(best), lower(number)), max(upper(best), upper(number))
            best = _ball(low, high)
    return best


def least(first: Number, second: Number) -> Number:
    """The smaller of two, as tightly as it is known."""
    if upper(first) <= lower(second):
        return first
    if upper(second) <= lower(first):
        return second
    return _ball(min(lower(first), lower(second)), min(upper(first), upper(second)))


def mean(weighted: Iterable[tuple[Fraction, Number]]) -> Number:
    """The sum of weight times value; what has weight 0 does not count."""
    low = high = Fraction(0)
    for weight, number in weighted:
        if not weight:
            continue
        if number == INFINITE:
            return INFINITE
        low += weight * Fraction(lower(number))
        high += weight * Fraction(upper(number))
    return low if low == high else Ball(low, high)


def _ball(low: Fraction | float, high: Fraction | float) -> Number:
    if low == high or high == INFINITE:
        return high  # an interval up to ∞ is not known to be finite
    return Ball(Fraction(low), Fraction(high))
