"""Error bounds against their formulas in rationals; enclosures and boxes against exact values at corners."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from tauomega.bridge.precision.boxes import box_of
from tauomega.bridge.precision.enclosure import Enclosure, activated, linear, merged
from tauomega.bridge.precision.formats import FORMATS, Format
from tauomega.bridge.precision.sums import growth, linear_error, stored_error, sum_error
from tauomega.theory.kernel import Reals, Scope, evaluate, parse_expression

SEED = 20261125
SLACK = 1 + Fraction(1, 2**26)


# ---------------------------------------------------------------- the claims of `sums`, in rationals


def gamma(form: Format, terms: int) -> Fraction:
    """(1 + u)^(n + 1) - 1; a truncating accumulator has twice the unit and twice the terms."""
    if form.truncates:
        return (1 + Fraction(2) ** (1 - form.sum_precision)) ** (2 * (terms + 1)) - 1
    return (1 + Fraction(1, 2**form.sum_precision)) ** (terms + 1) - 1


def of_sum(form: Format, n: int, total: Fraction, x: Fraction, w: Fraction) -> Fraction:
    own, omega = gamma(form, n), Fraction(2) ** form.sum_least
    other = max(omega, Fraction(2) ** form.least)
    cut = (1 + Fraction(form.operand)) ** 2
    lost = omega * (2 * n + 1) + other * (x + w + n * other + 1)
    return (cut - 1) * total + own * cut * total + (1 + own) * lost


def of_storing(form: Format, size: Fraction, error: Fraction) -> Fraction:
    unit = Fraction(1, 2**form.sum_precision)
    if not form.stores_sums:
        unit = (1 + unit) * (1 + Fraction(1, 2**form.precision)) - 1
    return error + unit * (size + error) + 2 * Fraction(2) ** form.least


@pytest.mark.parametrize("name", FORMATS)
def test_bounds_are_their_formulas_not_less_and_hardly_more(name: str) -> None:
    form = FORMATS[name]
    rng = np.random.default_rng(SEED)
    for n in (1, 2, 17, 600):
        assert gamma(form, n) <= Fraction(growth(form, n)) <= gamma(form, n) * SLACK
        for exponent in (-1000, -140, -126, -20, 0, 6):
            total, x, w, size, error = (rng.random(5) * 2.0**exponent).tolist()
            wanted = of_sum(form, n, *map(Fraction, (total, x, w)))
            found: Any = sum_error(form, n, np.float64(total), np.float64(x), np.float64(w))
            assert wanted <= Fraction(float(found)) <= wanted * SLACK, (name, n, exponent)
            stored = of_storing(form, Fraction(size), Fraction(error))
            kept: Any = stored_error(form, np.float64(size), np.float64(error))
            assert stored <= Fraction(float(kept)) <= stored * SLACK, (name, exponent)


@pytest.mark.parametrize("name", FORMATS)
def test_a_bias_may_be_added_to_what_was_stored(name: str) -> None:
    form = FORMATS[name]
    ones = np.ones(2)
    for before, after in ((1.0, 16.0), (16.0, 1.0), (16.0, 16.0)):
        found = linear_error(
            form, 3, 20 * ones, ones, ones, before * ones, after * ones, np.array([True, False])
        )
        inner = of_sum(form, 3, Fraction(20), Fraction(1), Fraction(1))
        if form.stores_sums:
            wanted = [inner, inner]
        else:
            first = of_storing(form, Fraction(before), inner)
            wanted = [
                of_storing(form, Fraction(after), first),
                of_storing(form, Fraction(max(before, after)), inner),
            ]
        for value, due in zip(found.tolist(), wanted, strict=True):
            assert due <= Fraction(value) <= due * SLACK, (name, before, after)


# ---------------------------------------------------------------- enclosures


def drawn(rng: np.random.Generator, units: int, roundings: int) -> Enclosure:
    scale = 2.0 ** rng.integers(-6, 6, size=(1, units))
    centre, forms = rng.normal(size=(1, units)) * scale, rng.normal(size=(1, units, roundings)) / 8
    return Enclosure(centre, forms, rng.random((1, units)) / 16)


def pointlike(value: Enclosure) -> Enclosure:
    """Exact centres: what the format and float64 round is all that is left, and no inflation of a rest hides it."""
    return Enclosure(value.centre, value.forms * 0, value.rest * 0)


def corners(value: Enclosure) -> Any:
    """Every corner: the signs of the roundings, and the value of each unit there with its rest at an end."""
    roundings = value.forms.shape[2]
    for signs in product((-1, 1), repeat=roundings):
        for ends in product((-1, 0, 1), repeat=value.centre.shape[1]):
            yield signs, [
                Fraction(float(c)) + sum((Fraction(float(g)) * s for g, s in zip(row, signs, strict=True)), Fraction(0))
                + end * Fraction(float(r))
                for c, row, r, end in zip(value.centre[0], value.forms[0], value.rest[0], ends, strict=True)
            ]  # fmt: skip


def residual(found: Enclosure, unit: int, signs: tuple[int, ...], value: Fraction) -> Fraction:
    """How far a value is from the centre and the carried roundings, beyond the rest."""
    line = Fraction(float(found.centre[0, unit])) + sum(
        (Fraction(float(g)) * s for g, s in zip(found.forms[0, unit], signs, strict=False)),
        Fraction(0),
    )
    return abs(value - line) - Fraction(float(found.rest[0, unit]))


@pytest.mark.parametrize("name", FORMATS)
def test_a_linear_map_of_corners_is_enclosed_without_its_own_rounding(name: str) -> None:
    """The rest alone covers what float64 rounded, and carries the rest that came in; the local error is beside it."""
    form, rng = FORMATS[name], np.random.default_rng(SEED)
    for k in range(6):
        value = drawn(rng, 3, 2)
        if k % 2:
            value = pointlike(value)
        weight, bias = rng.normal(size=(2, 3)), np.array([rng.normal(), 0.0])
        found = linear(value, weight, bias, form)
        before, after = [Fraction(0)] * 2, [Fraction(0)] * 2
        for signs, x in corners(value):
            for unit in range(2):
                product_of = sum(
                    (Fraction(float(w)) * v for w, v in zip(weight[unit], x, strict=True)),
                    Fraction(0),
                )
                exact = product_of + Fraction(float(bias[unit]))
                assert residual(found, unit, signs, exact) <= 0
                before[unit], after[unit] = (
                    max(before[unit], abs(product_of)),
                    max(after[unit], abs(exact)),
                )
        size = np.abs(value.centre) + value.radius
        total = (size @ np.abs(weight).T + np.abs(bias))[0]
        due = linear_error(
            form, 3, total, np.full(2, size.sum()), np.abs(weight).sum(1),
            np.array([float(b) for b in before]), np.array([float(a) for a in after]), bias != 0,
        )  # fmt: skip
        local = found.forms[0, :, 2:]
        assert (np.diag(local) >= due * (1 - 1e-12)).all()
        assert (local - np.diag(np.diag(local)) == 0).all()


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
@pytest.mark.parametrize("slope", [0.25, 0.1])
def test_an_activation_of_corners_is_enclosed(name: str, slope: float) -> None:
    """Settled or not; a slope of 1/4 is exact in every format, one of 0.1 in none."""
    rng = np.random.default_rng(SEED)
    for form in FORMATS.values():
        for k in range(4):
            value = drawn(rng, 3, 2)
            if k % 2:
                value = pointlike(value)
            found = activated(value, name, slope, form)
            own = Fraction(slope) if name == "leaky_relu" else Fraction(0)
            least = Fraction(2) ** form.least
            for signs, x in corners(value):
                for unit, z in enumerate(x):
                    exact = z if z >= 0 else own * z
                    beyond = least if z >= 0 or not own else of_storing(
                        form, own * -z, Fraction(0) if slope == 0.25 else form.unit * own * -z
                    )  # fmt: skip
                    assert residual(found, unit, signs, exact) <= -beyond * (
                        1 - Fraction(1, 2**20)
                    ), form.name


def test_what_is_taken_from_another_run_has_roundings_of_its_own() -> None:
    """Base and source off in opposite directions: their difference is off by both."""
    base = Enclosure(
        np.array([[1.0, 2.0]]), np.array([[[0.5], [0.25]]]), np.array([[0.125, 0.0625]])
    )
    source = Enclosure(np.array([[5.0, 7.0]]), np.array([[[2.0], [4.0]]]), np.array([[0.5, 0.75]]))
    found = merged(base, [(np.array([0]), source)])
    assert found.centre.tolist() == [[5.0, 2.0]]
    assert found.rest.tolist() == [[0.5, 0.0625]]
    assert found.forms.tolist() == [[[0.0, 2.0], [0.25, 0.0]]]
    assert base.forms.tolist() == [[[0.5], [0.25]]], "the base is not changed"


# ---------------------------------------------------------------- expressions over boxes

TEXTS = (
    "-x", "x + y", "x - 1/3", "x * y", "x * (1/3)", "min(x, y)", "max(x, y)", "relu(x)", "abs(x)", "floor(x)", "floor(x * (1/3))",
    "x < y", "x <= y", "x > y", "x >= y", "x == y", "x != y", "not (x < y)", "(x < 1) and (y > 0)",
    "(x < 1) or (y > 0)", "(x > 0) xor (y > 0)", "count(x > 0, y > 0)", "if x > 0 then y else 2", "if x > 0 then 1 else y",
    "0.1 + x", "max(x, 1/3)", "min(x, 0.1)", "x * (0 - 0.1)", "if x == y then 1 else 0",
)  # fmt: skip


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("text", TEXTS)
def test_a_box_of_one_operation_is_the_hull_of_its_values(text: str, exact: bool) -> None:
    """Over all integer boxes in -2..2, with points on a grid of thirds: none is outside, and exact ends are attained."""
    expression = parse_expression(text, Scope({"x": Reals(), "y": Reals()}))
    kind: Any = Fraction if exact else float
    ends = [(a, b) for a in range(-2, 3) for b in range(a, 3)]
    pairs = list(product(ends, repeat=2))
    boxes: Any = {
        name: tuple(
            np.array([kind(pair[k][end]) for pair in pairs], dtype=object if exact else float)
            for end in (0, 1)
        )
        for k, name in enumerate("xy")
    }
    low, high = box_of(expression, boxes, len(pairs), exact=exact)
    known: dict[tuple[Fraction, Fraction], Fraction] = {}
    grid = [Fraction(k, 3) for k in range(-6, 7)]
    for x, y in product(grid, repeat=2):
        known[x, y] = Fraction(evaluate(expression, {"x": x, "y": y}))
    for number, ((a, b), (c, d)) in enumerate(pairs):
        values = [v for (x, y), v in known.items() if a <= x <= b and c <= y <= d]
        assert Fraction(low[number]) <= min(values), (text, a, b, c, d)
        assert max(values) <= Fraction(high[number]), (text, a, b, c, d)
        if exact and "floor" not in text:
            assert (low[number], high[number]) == (min(values), max(values)), (text, a, b, c, d)
