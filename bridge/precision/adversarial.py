r"""Sums that are made to err, computed in many orders: what `sums` must enclose.

Random data hardly comes near a bound: roundings cancel. Here the numbers are chosen so that they do not:

| data | why it hurts |
|---|---|
| `up` | every partial sum lies just above a midpoint and is rounded up |
| `ties` | the result lies at a midpoint of the storage format, and so does the sum with the bias |
| `cancelling` | large terms cancel, so that the value is small beside $A$ |
| `scales` | magnitudes from the smallest numbers to $2^{20}$, subnormal ones among them |
| `plain` | standard normal |

They are summed one after the other, in a random order, pairwise, in four parts, with and without fused
operations, and with and without flushing subnormal operands and results to zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from typing import Any, final

import numpy as np
import numpy.typing as npt

from .formats import FORMATS, Format, rounded
from .sums import linear_error

__all__ = ["Tried", "try_sums"]

Array = npt.NDArray[Any]
DATA = ("up", "ties", "cancelling", "scales", "plain")
ORDERS = ("sequential", "shuffled", "pairwise", "parts")
WIDTHS = (1, 2, 3, 7, 16, 64)


@final
@dataclass(frozen=True, slots=True)
class Tried:
    """How many sums were tried, how many lay outside, and the largest error over its bound."""

    count: int
    outside: int
    ratio: float


def try_sums(form: Format, count: int, seed: int) -> Tried:
    """Compute about `count` adversarial sums in a format's way and compare each with its bound.

    The exact value is the correctly rounded float64 sum of the exact products, `math.fsum`.
    """
    rng = np.random.default_rng(seed)
    done = outside = 0
    worst = 0.0
    while done < count:
        for x, w, b in _data(form, min(4096, max(64, count // 100)), rng):
            error, bound = _errors(form, x, w, b, rng)
            done, outside = done + len(error), outside + int((error > bound).sum())
            worst = max(worst, float((error / bound).max()))
            if done >= count:
                break
    return Tried(done, outside, worst)


def _errors(form: Format, x: Array, w: Array, b: Array, rng: Any) -> tuple[Array, Array]:
    products = x * w  # exact in float64 for precisions up to 24
    exact = np.array([fsum([*row, bias]) for row, bias in zip(products, b, strict=True)])
    plain = np.array([fsum(row) for row in products])
    flush, fused, apart = (bool(rng.integers(2)) for _ in range(3))
    found = _machine(form, x, w, b, str(rng.choice(ORDERS)), flush, fused, apart, rng)
    absolute = np.abs(products).sum(1) + np.abs(b)
    bound = linear_error(
        form, x.shape[1], absolute, np.abs(x).sum(1), np.abs(w).sum(1), np.abs(plain),
        np.abs(exact), b != 0,
    )  # fmt: skip
    return np.abs(found - exact), bound


# ---------------------------------------------------------------- data


def _data(form: Format, rows: int, rng: Any) -> Iterator[tuple[Array, Array, Array]]:
    for kind in DATA:
        width = int(rng.choice(WIDTHS)) if kind != "up" else WIDTHS[-1]
        x, w, b = _numbers(kind, form, rows, width, rng)
        x, w, b = rounded(x, form), rounded(w, form), rounded(b, form)
        finite = np.isfinite(x).all(1) & np.isfinite(w).all(1) & np.isfinite(b)
        x, w, b = x[finite], w[finite], b[finite]
        keep = np.abs(x * w).sum(1) + np.abs(b) < form.largest / 4
        if keep.any():
            yield x[keep], w[keep], b[keep]


def _numbers(kind: str, form: Format, rows: int, n: int, rng: Any) -> tuple[Array, Array, Array]:
    unit = 2.0**-form.sum_precision
    x, w, b = rng.normal(size=(rows, n)), rng.normal(size=(rows, n)), rng.normal(size=rows)
    match kind:
        case "up":
            least = unit * (1 + 2.0 ** -rng.integers(3, form.precision, size=(rows, 1)))
            x = np.broadcast_to(least, (rows, n)).copy()
            w = np.ones((rows, n))
            x[:, 0], b = 1.0, least[:, 0]
        case "ties":
            store = form.unit
            x, w = np.zeros((rows, n)), np.ones((rows, n))
            x[:, 0] = 1 + 2 * store
            if n > 1:
                x[:, 1] = store * (1 + 2.0 ** -rng.integers(1, 6, size=rows))
            b = 1 + store * (1 + rng.integers(0, 4, size=rows))
        case "cancelling":
            half = n // 2
            x[:, half : 2 * half], w[:, half : 2 * half] = x[:, :half], -w[:, :half]
            x *= 2.0 ** rng.integers(0, 8, size=(rows, 1))
        case "scales":
            x *= 2.0 ** rng.integers(form.least - form.precision, 20, size=(rows, n))
            w *= 2.0 ** rng.integers(-20, 4, size=(rows, n))
            b *= 2.0 ** rng.integers(form.least - form.precision, 10, size=rows)
    return x, w, b


# ---------------------------------------------------------------- a machine


def _machine(
    form: Format, x: Array, w: Array, b: Array, order: str, flush: bool, fused: bool,
    apart: bool, rng: Any,
) -> Array:  # fmt: skip
    if flush:
        x, w, b = (np.where(np.abs(v) < 2.0**form.least, 0.0, v) for v in (x, w, b))
    if form.operand:
        x, w = (_cut(v, bool(rng.integers(2))) for v in (x, w))
    one = _Adder(form, flush)
    alone = np.zeros(len(x)) if apart and not form.stores_sums else b
    if order == "shuffled":
        places = rng.permutation(x.shape[1])
        x, w = x[:, places], w[:, places]
    if order in ("sequential", "shuffled"):
        total = alone if rng.integers(2) else np.zeros(len(x))
        late = total is not alone
        for k in range(x.shape[1]):
            total = (
                one.fused(total, x[:, k], w[:, k])
                if fused
                else one.add(total, one.mul(x[:, k], w[:, k]))
            )
        total = one.add(total, alone) if late else total
    else:
        leaves = [one.mul(x[:, k], w[:, k]) for k in range(x.shape[1])]
        total = one.add(
            _pairwise(one, leaves) if order == "pairwise" else _parts(one, leaves), alone
        )
    if form.stores_sums:
        return total
    stored = one.store(total)
    return one.store(one.add(stored, b)) if apart else stored


@final
@dataclass(frozen=True, slots=True)
class _Adder:
    """Elementary operations of the accumulator's format, and storage; truncating where it may."""

    form: Format
    flush: bool

    def add(self, a: Array, b: Array) -> Array:
        return self._round(*_two_sum(a, b))

    def mul(self, a: Array, b: Array) -> Array:
        return self._round(a * b, np.zeros_like(a))

    def fused(self, total: Array, a: Array, b: Array) -> Array:
        return self._round(*_two_sum(total, a * b))

    def store(self, value: Array) -> Array:
        return self._flushed(rounded(value, self.form), 2.0**self.form.least)

    def _round(self, value: Array, error: Array) -> Array:
        """Round value + error once: to odd in float64 first, then to the accumulator's format."""
        single = FORMATS["float32"]
        toward = np.where(error * value < 0, np.nextafter(value, 0.0), value)
        odd = (toward.view(np.int64) | 1).view(np.float64)
        return self._flushed(rounded(np.where(error == 0, value, odd), single), 2.0**single.least)

    def _flushed(self, value: Array, least: float) -> Array:
        return np.where(np.abs(value) < least, 0.0, value) if self.flush else value


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """A + b as a float64 and the exact error (Knuth)."""
    total = a + b
    shadow = total - a
    return total, (a - (total - shadow)) + (b - shadow)


def _pairwise(one: _Adder, leaves: list[Array]) -> Array:
    while len(leaves) > 1:
        even = [one.add(a, b) for a, b in zip(leaves[::2], leaves[1::2], strict=False)]
        leaves = even + leaves[2 * len(even) :]
    return leaves[0]


def _parts(one: _Adder, leaves: list[Array]) -> Array:
    sums = []
    for k in range(min(4, len(leaves))):
        part = leaves[k::4]
        total = part[0]
        for leaf in part[1:]:
            total = one.add(total, leaf)
        sums.append(total)
    return _pairwise(one, sums)


def _cut(value: Array, truncate: bool) -> Array:
    """11 bits of the significand, truncated or rounded."""
    _, exponent = np.frexp(value)
    scaled = np.ldexp(value, 11 - exponent)
    whole: Array = np.trunc(scaled) if truncate else np.rint(scaled)
    found: Array = np.ldexp(whole, exponent - 11)
    return found
