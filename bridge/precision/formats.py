r"""Floating-point formats: what they hold, and how a number is rounded to them.

A format of precision $p$ has the numbers $m 2^{e}$ with $|m| < 2^p$ and $e \ge e_{min} - p + 1$. Rounding
to the nearest of them (ties to even) has relative error at most $u = 2^{-p}$ for normal results and
absolute error at most $2^{e_{min} - p}$ for subnormal ones, which a device may also flush to 0: at most
$\omega = 2^{e_{min}}$.

TensorFloat-32 is float32 in memory; the operands of a product are cut to 11 bits. Its name stands for
the whole way of computing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

__all__ = ["FORMATS", "Format", "rounded"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Format:
    """A format and how sums of products are computed from it.

    Attributes:
        name: as in `all-orders(name)`.
        precision: $p$, of what is stored.
        least: $e_{min}$: the smallest normal number is $2^{e_{min}}$.
        largest: the largest finite number.
        sum_precision: $p$ of the numbers in which sums are accumulated.
        sum_least: their $e_{min}$.
        truncates: whether the accumulator may truncate several terms at a time, as tensor cores do.
        operand: bound on the relative error of an operand of a product, on top of what is stored.
        assumption: what is assumed of the machine, in words.
    """

    name: str
    precision: int
    least: int
    largest: float
    sum_precision: int
    sum_least: int
    truncates: bool
    operand: float
    assumption: str

    @property
    def unit(self) -> float:
        """U = 2^-p of what is stored."""
        return float(2.0**-self.precision)

    @property
    def stores_sums(self) -> bool:
        """Whether a sum is stored as it was accumulated, without another rounding."""
        return self.precision == self.sum_precision


_IEEE = "every product and sum is rounded to nearest in {0}, or fused, in any order; tensor cores are off"
_CORES = (
    "sums are accumulated in float32, rounded or, by tensor cores, truncated (u = 2^-23, twice the terms); "
    "reductions in reduced precision are off"
)
FORMATS = {
    f.name: f
    for f in (
        Format("float64", 53, -1022, 1.7976931348623157e308, 53, -1022, False, 0.0, _IEEE.format("float64")),
        Format("float32", 24, -126, 3.4028234663852886e38, 24, -126, False, 0.0, _IEEE.format("float32")),
        Format(
            "tfloat32", 24, -126, 3.4028234663852886e38, 24, -126, True, 2.0**-10,
            f"operands of products are rounded or truncated to 11 bits; {_CORES}",
        ),
        Format("float16", 11, -14, 65504.0, 24, -126, True, 0.0, _CORES),
        Format("bfloat16", 8, -126, 3.3895313892515355e38, 24, -126, True, 0.0, _CORES),
    )
}  # fmt: skip
"""The formats by name, the most precise first."""


def rounded(values: Array, form: Format) -> Array:
    r"""Numbers rounded to nearest, ties to even, as float64; beyond the largest number, infinite.

    $x = m 2^e$ with $1/2 \le |m| < 1$ is a multiple of $2^{\max(e, e_{min} + 1) - p}$ after rounding. `frexp`, `ldexp`
    and `rint` are exact, so this rounds once.
    """
    if form.precision == 53:
        return np.asarray(values, dtype=np.float64)
    wide = np.asarray(values, dtype=np.float64)
    _, exponent = np.frexp(wide)
    quantum = np.maximum(exponent, form.least + 1) - form.precision
    found = np.ldexp(np.rint(np.ldexp(wide, -quantum)), quantum)
    return np.where(np.abs(found) > form.largest, np.copysign(np.inf, wide), found)
