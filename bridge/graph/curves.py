r"""Smooth functions between two parallel lines over an interval, certified by ball arithmetic.

For a slope α the off-set $f(x) - αx$ is enclosed on $[l, h]$. Any α is sound; the slopes are those of the
chord where the function is convex or concave, of which the extreme of the off-set over the whole domain has a
closed form, and the least derivative where it is an S: then the off-set rises, and its bounds are at the ends.

| function | extreme of f(x) − αx over its domain |
|---|---|
| exp | α − α ln α, for α > 0 |
| log | −ln α − 1, for α > 0 |
| sqrt | 1 / 4α, for α > 0 |
| 1/x | ±2√(−α), for α < 0: + where x > 0, − where x < 0 |

What has none of these (sin, cos, an interval that is a point or as good as one) gets α = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, nextafter
from operator import methodcaller
from typing import Any, Literal

import flint

from .arithmetic import NotEvaluatedError

__all__ = ["enclosed", "parallel_lines"]

Ball = Any
BITS = 96

EXTREMES: dict[str, tuple[Literal[1, -1], Callable[[Ball, bool], Ball]]] = {
    "exp": (1, lambda a, _: a - a * a.log()),
    "log": (1, lambda a, _: -a.log() - 1),
    "sqrt": (1, lambda a, _: 1 / (4 * a)),
    "reciprocal": (-1, lambda a, positive: (2 if positive else -2) * (-a).sqrt()),
}
"""Function -> the sign of its slopes, and (slope, whether x > 0) -> the extreme of its off-set."""
DERIVATIVES: dict[str, Callable[[Ball], Ball]] = {
    "tanh": lambda x: 1 - x.tanh() * x.tanh(),
    "atan": lambda x: 1 / (1 + x * x),
    "erf": lambda x: 2 / flint.arb.pi().sqrt() * (-x * x).exp(),
}
"""S-curves: the derivative is even and falls away from 0, so that its least value is at an end."""
WAVES = frozenset(("sin", "cos"))
VALUES: dict[str, Callable[[Ball], Ball]] = {
    "reciprocal": lambda x: 1 / x,
    **{n: methodcaller(n) for n in ("exp", "log", "sqrt", "tanh", "atan", "erf", "sin", "cos")},
}


def enclosed(name: str, low: float, high: float) -> tuple[float, float]:
    """Bounds of a function's values over an interval, as floats.

    Raises:
        NotEvaluatedError: the function is not known, or not defined and finite on the whole interval.
    """
    value = VALUES.get(name)
    if value is None:
        raise NotEvaluatedError(f"{name} has no linear bounds")
    where = f"{name} over [{low:.4g}, {high:.4g}]"
    if name == "reciprocal" and low <= 0 <= high:
        raise NotEvaluatedError(f"{where} is not finite; use a smaller box")
    with flint.ctx.workprec(BITS):
        if name in WAVES:
            return _floats(value(flint.arb(low).union(flint.arb(high))), where)
        ends = [_floats(value(flint.arb(x)), where) for x in (low, high)]  # it rises, or it falls
    return min(end[0] for end in ends), max(end[1] for end in ends)


def parallel_lines(name: str, low: float, high: float) -> tuple[float, float, float]:
    """A slope, and bounds of f(x) − slope·x over an interval.

    Raises:
        NotEvaluatedError: as `enclosed`.
    """
    slope = _slope(name, low, high)
    if slope == 0 or not isfinite(slope):
        return 0.0, *enclosed(name, low, high)
    where = f"{name} over [{low:.4g}, {high:.4g}]"
    with flint.ctx.workprec(BITS):
        a = flint.arb(slope)
        offs = [VALUES[name](flint.arb(x)) - a * flint.arb(x) for x in (low, high)]
        if name in EXTREMES:
            offs.append(EXTREMES[name][1](a, low > 0))
        ends = [_floats(off, where) for off in offs]
    return slope, min(end[0] for end in ends), max(end[1] for end in ends)


def _slope(name: str, low: float, high: float) -> float:
    """The slope of the chord, or the least derivative, rounded down; 0 where there is none."""
    with flint.ctx.workprec(BITS):
        if name in DERIVATIVES:
            least = min(_floats(DERIVATIVES[name](flint.arb(x)), name)[0] for x in (low, high))
            return max(0.0, least)
        if name not in EXTREMES or low == high:
            return 0.0
        rise = VALUES[name](flint.arb(high)) - VALUES[name](flint.arb(low))
        slope = float((rise / (flint.arb(high) - flint.arb(low))).mid())
    return slope if slope * EXTREMES[name][0] > 0 else 0.0


def _floats(ball: Ball, where: str) -> tuple[float, float]:
    """Floats below and above a ball: its ends to nearest, and one float further."""
    low, high = (float(end.mid()) for end in (ball.lower(), ball.upper()))
    if not (ball.is_finite() and isfinite(low) and isfinite(high)):
        raise NotEvaluatedError(f"{where} is not finite; use a smaller box")
    return nextafter(low, -inf), nextafter(high, inf)
