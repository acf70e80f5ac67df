"""Exact numbers as a task writes them: integers, or text such as `"1/10"`."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["exact_number"]

LONGEST = 100
"""Characters that a number may have."""
LARGEST_EXPONENT = 1_000
"""Of ten: `1e999999999` has few characters, and more digits than fit in memory."""


def exact_number(value: object) -> Fraction:
    """The number that an entry of a task says, exactly.

    Raises:
        ValueError: a float, which would be rounded; text that is no number; more than 100 characters; an
            exponent beyond 1,000.
    """
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > LONGEST:
        raise ValueError(f"no exact number: {value!r}")
    digits = str(value).lower().partition("e")[2].strip().lstrip("+-").replace("_", "")
    if digits.isdecimal() and int(digits) > LARGEST_EXPONENT:
        raise ValueError(f"no exact number of this size: {value!r}")
    try:
        return Fraction(value)
    except ZeroDivisionError as error:
        raise ValueError(str(error)) from error
