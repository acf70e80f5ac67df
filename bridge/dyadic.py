"""Floats as the dyadic rationals that they are."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

__all__ = ["exact_float"]


def exact_float(value: Any) -> Fraction:
    """The rational number that a float is, of any type that float64 holds.

    Example:
        >>> exact_float(0.1) == Fraction(1, 10)
        False
    """
    return Fraction(*float(value).as_integer_ratio())
