"""Expressions over intervals: float ends enclose the exact values, and exact ends are attained."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from tauomega.bridge.precision.boxes import box_of
from tauomega.theory.kernel import evaluate, parse_expression
from tauomega.theory.kernel.domain import Reals
from tauomega.theory.kernel.scope import Scope

NAMES = ("x", "y", "z")
SCOPE = Scope({name: Reals() for name in NAMES}, {})
TEXTS = ("x + y", "x + y + z", "x * y", "x * y + z", "x - y * z", "3 * x - 1/3", "x * (y + 1/10)")


def drawn(rng: random.Random) -> float:
    return rng.uniform(-1, 1) * 2.0 ** rng.randint(-30, 30)


@pytest.mark.parametrize("text", TEXTS)
def test_float_ends_enclose_the_exact_value_at_points(text: str) -> None:
    """At points every sum and product is rounded, so that ends not rounded outward would miss it."""
    rng, runs = random.Random(1), 300
    expression = parse_expression(text, SCOPE)
    points = {name: [drawn(rng) for _ in range(runs)] for name in NAMES}
    low, high = box_of(expression, {n: (np.array(v),) * 2 for n, v in points.items()}, runs)
    for run in range(runs):
        exact = Fraction(evaluate(expression, {n: Fraction(v[run]) for n, v in points.items()}))
        assert Fraction(float(low[run])) <= exact <= Fraction(float(high[run]))


@pytest.mark.parametrize("text", TEXTS)
def test_exact_ends_are_those_of_the_values_at_points(text: str) -> None:
    rng = random.Random(2)
    expression = parse_expression(text, SCOPE)
    state = {name: Fraction(drawn(rng)) for name in NAMES}
    ends = {name: (np.array([value], dtype=object),) * 2 for name, value in state.items()}
    low, high = box_of(expression, ends, 1, exact=True)
    assert low[0] == high[0] == evaluate(expression, state)
