"""The click type of a duration: `10s`, `500ms`, `2m`, `1h`, or plain seconds."""

from __future__ import annotations

import click

__all__ = ["SECONDS"]

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}


class _Seconds(click.ParamType[float]):
    name = "duration"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        text = str(value)
        number = text.rstrip("hms")
        unit = text[len(number) :]
        digits = number.replace(".", "", 1)
        if unit not in UNITS or not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
            self.fail(f"{text!r} is no duration; write 10s, 500ms, 2m or 1h", param, ctx)
        seconds = float(number) * UNITS[unit]
        if seconds <= 0:
            self.fail(f"{text!r} leaves no time; write 10s, 500ms, 2m or 1h", param, ctx)
        return seconds


SECONDS = _Seconds()
"""Seconds, as a float."""
