"""The 20° toy network of Geiger et al. (2024) once more, in the field Q(cos 20°, sin 20°): theory D.2.

cos 20° is the root of 8c³ - 6c - 1 above 9/10, and 1, c, c², s, sc, sc² are a basis over the rationals: equality is
equality of six rationals, and the sign of what is not 0 is read off ever narrower rational bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product

import pytest

from tauomega.proofs import rotated_network

INPUTS = [(a, b) for a in (0, 1) for b in (0, 1)]


@dataclass(frozen=True)
class Exact:
    """a + s·b, for polynomials a and b of degree 2 in c."""

    a: tuple[Fraction, ...]
    b: tuple[Fraction, ...]

    def __add__(self, other: Exact) -> Exact:
        pairs = zip((self.a, self.b), (other.a, other.b), strict=True)
        return Exact(*(tuple(x + y for x, y in zip(p, q, strict=True)) for p, q in pairs))

    def __neg__(self) -> Exact:
        return self * number(-1)

    def __mul__(self, other: Exact) -> Exact:
        square = multiplied(multiplied(self.b, other.b), ONE_LESS_C2)
        plain = added(multiplied(self.a, other.a), square)
        mixed = added(multiplied(self.a, other.b), multiplied(self.b, other.a))
        return Exact(plain, mixed)

    def sign(self) -> int:
        """-1, 0 or 1."""
        if not any((*self.a, *self.b)):
            return 0
        low, high = Fraction(9, 10), Fraction(1)
        while True:
            middle = (low + high) / 2
            low, high = (middle, high) if 8 * middle**3 - 6 * middle - 1 < 0 else (low, middle)
            s = bounds_of_root(1 - high * high, 1 - low * low)
            ends = plus(polynomial(self.a, (low, high)), times(polynomial(self.b, (low, high)), s))
            if ends[0] > 0 or ends[1] < 0:
                return 1 if ends[0] > 0 else -1


Bounds = tuple[Fraction, Fraction]


def reduced(row: list[Fraction]) -> tuple[Fraction, ...]:
    """c³ = (6c + 1)/8."""
    row = row + [Fraction(0)] * (3 - len(row))
    while len(row) > 3:
        top = row.pop()
        row[-2] += top * Fraction(6, 8)
        row[-3] += top * Fraction(1, 8)
    return tuple(row)


def multiplied(p: tuple[Fraction, ...], q: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    row = [Fraction(0)] * 5
    for i, x in enumerate(p):
        for j, y in enumerate(q):
            row[i + j] += x * y
    return reduced(row)


def added(p: tuple[Fraction, ...], q: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    return tuple(x + y for x, y in zip(p, q, strict=True))


ONE_LESS_C2 = (Fraction(1), Fraction(0), Fraction(-1))


def plus(x: Bounds, y: Bounds) -> Bounds:
    return x[0] + y[0], x[1] + y[1]


def times(x: Bounds, y: Bounds) -> Bounds:
    every = [a * b for a in x for b in y]
    return min(every), max(every)


def polynomial(row: tuple[Fraction, ...], c: Bounds) -> Bounds:
    powers = [(Fraction(1), Fraction(1)), c, times(c, c)]
    return reduce(plus, (times((k, k), p) for k, p in zip(row, powers, strict=True)))


def bounds_of_root(low: Fraction, high: Fraction) -> Bounds:
    """Rational bounds of √x for x in [low, high]."""
    from math import isqrt

    scale = 10**30
    return (
        Fraction(isqrt(int(low * scale * scale)), scale),
        Fraction(isqrt(int(high * scale * scale)) + 1, scale),
    )


def number(value: Fraction | int) -> Exact:
    return Exact((Fraction(value), Fraction(0), Fraction(0)), (Fraction(0),) * 3)


C = Exact((Fraction(0), Fraction(1), Fraction(0)), (Fraction(0),) * 3)
S = Exact((Fraction(0),) * 3, (Fraction(1), Fraction(0), Fraction(0)))
Pair = tuple[Exact, Exact]
STEPS: dict[int, Pair] = {0: (number(1), number(0)), 1: (C, S), -1: (C, -S)}


def turned(v: Pair, by: Pair) -> Pair:
    (x, y), (c, s) = v, by
    return c * x + -(s * y), s * x + c * y


def latent(x: tuple[int, int], steps: int) -> Pair:
    return turned(turned((number(x[0]), number(x[1])), STEPS[1]), STEPS[steps])


def output(values: Pair, steps: int) -> Exact:
    first, second = turned(values, STEPS[-steps])
    return first + second + number(Fraction(-9, 5))


def fires(values: Pair, steps: int) -> bool:
    return output(values, steps).sign() > 0


def accuracy(steps: int, swapped: tuple[int, ...]) -> tuple[int, int]:
    """How many of all interchanges agree, and how many there are."""
    right = total = 0
    for base, *sources in product(INPUTS, repeat=len(swapped) + 1):
        low, high = list(latent(base, steps)), list(base)
        for site, source in zip(swapped, sources, strict=True):
            low[site], high[site] = latent(source, steps)[site], source[site]
        right += fires((low[0], low[1]), steps) == bool(high[0] and high[1])
        total += 1
    return right, total


def test_the_field_is_what_it_should_be() -> None:
    assert (C * C + S * S) == number(1)
    assert number(8) * C * C * C + number(-6) * C + number(-1) == number(0)
    assert (C + number(Fraction(-93969, 100000))).sign() == 1
    assert (C + number(Fraction(-93970, 100000))).sign() == -1
    assert (S + number(Fraction(-34202, 100000))).sign() == 1


@pytest.mark.parametrize(
    ("steps", "printed"),
    [
        (0, [(15, 16), (15, 16), (60, 64)]),
        (-1, [(16, 16), (16, 16), (64, 64)]),
        (1, [(13, 16), (13, 16), (52, 64)]),
    ],
    ids=["localist", "rotated by -20", "rotated by 20"],
)
def test_interchange_accuracies(steps: int, printed: list[tuple[int, int]]) -> None:
    """Geiger et al. (2024), section 3.6: V1, V2 and both; theory D.2 and B.33."""
    assert [accuracy(steps, sites) for sites in ((0,), (1,), (0, 1))] == printed


def test_clean_outputs_and_the_two_printed_runs() -> None:
    """O = -1.8, -1.20, -0.52, 0.08; N with h1 set to 1.34 gives 0.48; H1 from (1,1) into (0,1): -0.26."""
    clean = [output(latent(x, 0), 0) for x in INPUTS]
    assert [o.sign() for o in clean] == [-1, -1, -1, 1]
    for exact, printed in zip(clean, ("-1.8", "-1.20", "-0.52", "0.08"), strict=True):
        off = exact + number(-Fraction(printed))
        assert (
            (off + number(Fraction(-1, 200))).sign() < 0 < (off + number(Fraction(1, 200))).sign()
        )
    mixed = output((latent((1, 1), 0)[0], latent((0, 1), 0)[1]), 0)
    assert (mixed + number(Fraction(255, 1000))).sign() == -1
    assert (mixed + number(Fraction(265, 1000))).sign() == 1


def test_the_witness_off_the_reached_values() -> None:
    """Y = (3/5, 3/5): both variables are true, and O = (6 cos 20° - 9)/5, which is -0.67237 and negative."""
    value = output((number(Fraction(3, 5)), number(Fraction(3, 5))), -1)
    assert value == number(Fraction(6, 5)) * C + number(Fraction(-9, 5))
    assert value.sign() == -1
    assert (value + number(Fraction(672368, 10**6))).sign() == -1
    assert (value + number(Fraction(672369, 10**6))).sign() == 1
    # the balls of the theorem script say the same
    three = rotated_network.rational("3/5")
    assert rotated_network.fires((three, three), rotated_network.rotation(-1)) == 0


def test_values_zero_and_one_are_right() -> None:
    """With V_k defined on 0 and 1 alone all settings agree: the latents of runs are the inputs, exactly."""
    for x in INPUTS:
        assert latent(x, -1) == (number(x[0]), number(x[1]))
        assert fires((number(x[0]), number(x[1])), -1) == bool(x[0] and x[1])
