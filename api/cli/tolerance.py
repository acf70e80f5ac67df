"""A tolerance on the command line: an exact number."""

from __future__ import annotations

from fractions import Fraction

import click

__all__ = ["TOLERANCE"]

LONGEST = 100


class _Tolerance(click.ParamType[Fraction]):
    """`1/10`, `0.1`, `2`: exact, at least 0."""

    name = "tolerance"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        """The number, exactly."""
        if isinstance(value, Fraction):
            return value
        text = str(value)
        plain = len(text) <= LONGEST and not set(text.lower()) - set("0123456789./+-")
        try:
            found = Fraction(text) if plain else None
        except (ValueError, ZeroDivisionError):
            found = None
        if found is None or found < 0:
            self.fail(f"{text!r} is no exact number at least 0, such as 1/10 or 0.1", param, ctx)
        return found


TOLERANCE = _Tolerance()
