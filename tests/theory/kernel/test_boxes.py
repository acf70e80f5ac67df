"""What trees of boxes rest on: bounds of networks, conditions under bounds, runs side by side; each beside its obvious twin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import floor
from random import Random

import pytest

from tauomega.theory.kernel import Apply, Constant, Operator, Reference, evaluate
from tauomega.theory.kernel.halfspaces import Condition, Form, NotAffineError, condition_of, known
from tauomega.theory.kernel.product_network import ReluLayer, product_network
from tauomega.theory.kernel.relu_bounds import (
    GRID,
    SLOPE,
    Interval,
    _lines,
    bounds_over_box,
    integer_layers,
    outward,
)

ONE, HALF, EIGHTH = Fraction(1), Fraction(1, 2), Fraction(1, 8)


def random_layers(rng: Random, sizes: Sequence[int], slope: Fraction) -> list[ReluLayer]:
    """A network whose last layer has no activation."""
    found = []
    for k, (before, after) in enumerate(pairwise(sizes)):
        rows = tuple(
            tuple(Fraction(rng.randint(-9, 9), rng.randint(1, 4)) for _ in range(before))
            for _ in range(after)
        )
        bias = tuple(Fraction(rng.randint(-9, 9), rng.randint(1, 4)) for _ in range(after))
        names = tuple(f"{k}[{j}]" for j in range(after))
        found.append(ReluLayer(names, rows, bias, slope if k < len(sizes) - 2 else ONE))
    return found


# ---------------------------------------------------------------- bounds


def line_of(low: int, high: int, slope: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """The slopes of the lines below and above φ on [low, high], and the intercept of the latter."""
    if low >= 0 or slope == 1:
        return ONE, ONE, Fraction(0)
    if high <= 0:
        return slope, slope, Fraction(0)
    chord = (high - slope * low) / (high - low)
    parts = 2**SLOPE * slope.denominator
    above = Fraction(floor(chord * parts), parts)
    intercept = max(max(Fraction(z), slope * z) - above * z for z in (low, high))
    return (ONE if high > -low else slope), above, intercept


def least(
    layers: Sequence[ReluLayer], found: Sequence[Sequence[Interval]], k: int, j: int, sign: int,
    box: Sequence[Interval],
) -> int:  # fmt: skip
    """The least value of sign · unit j of layer k, by substituting lines in fractions."""
    factors = [sign * w for w in layers[k].weight[j]]
    constant = sign * layers[k].bias[j] * 2**GRID
    for layer, bounds in zip(reversed(layers[:k]), reversed(found[:k]), strict=True):
        lines = [line_of(*interval, layer.slope) for interval in bounds]
        slopes = [
            a * (line[0] if a >= 0 else line[1]) for a, line in zip(factors, lines, strict=True)
        ]
        constant += sum(a * line[2] for a, line in zip(factors, lines, strict=True) if a < 0)
        constant += sum(s * b for s, b in zip(slopes, layer.bias, strict=True)) * 2**GRID
        columns = zip(*layer.weight, strict=True)
        factors = [
            sum((s * w for s, w in zip(slopes, c, strict=True)), Fraction(0)) for c in columns
        ]
    corner = [a * (low if a >= 0 else high) for a, (low, high) in zip(factors, box, strict=True)]
    return floor(sum(corner, constant))


def plain_bounds(layers: Sequence[ReluLayer], box: Sequence[Interval]) -> list[list[Interval]]:
    found: list[list[Interval]] = []
    for k, layer in enumerate(layers):
        units = range(len(layer.names))
        found.append(
            [
                (least(layers, found, k, j, 1, box), -least(layers, found, k, j, -1, box))
                for j in units
            ]
        )
    return found


@pytest.mark.parametrize("seed", range(12))
def test_bounds_in_integers_are_the_bounds_in_fractions(seed: int) -> None:
    rng = Random(seed)
    layers = random_layers(
        rng, [2, 4, 3, 2], rng.choice([Fraction(0), EIGHTH, Fraction(2, 3), ONE])
    )
    ends = [sorted(Fraction(rng.randint(-9, 9), 7) for _ in range(2)) for _ in range(2)]
    box = [outward(a, b) for a, b in ends]
    made = integer_layers([(v.weight, v.bias, v.slope) for v in layers])
    assert plain_bounds(layers, box)[-1] == bounds_over_box(made, box)


@pytest.mark.parametrize("slope", [Fraction(0), EIGHTH, Fraction(2, 3), ONE])
def test_lines_enclose_the_activation(slope: Fraction) -> None:
    ends = [(0, 5), (-5, 0), (-3, 3), (-2, 3), (-3, 2), (0, 0), (1, 2), (-2, -1), (-1, 1)]
    below, above = _lines(ends, (slope.numerator, slope.denominator))
    parts = 2**SLOPE * slope.denominator
    for (low, high), under, over in zip(ends, below, above, strict=True):
        first, second, intercept = line_of(low, high, slope)
        assert (first * parts, 0) == under
        assert (second * parts, intercept * parts) == over
        for z in range(low, high + 1):
            assert first * z <= max(Fraction(z), slope * z) <= second * z + intercept


def test_intervals_are_rounded_outward() -> None:
    third = Fraction(1, 3)
    low, high = outward(third, third)
    assert (1, 1) == (high - low, high * 3 - 2**GRID - 1)
    assert (-(2**GRID), 2**GRID // 2) == outward(Fraction(-1), HALF)
    low, high = outward(-third, -third)
    assert low * 3 < -(2**GRID) < high * 3


def test_layers_come_over_their_least_common_denominator() -> None:
    (layer,) = integer_layers([([[Fraction(1, 6), ONE]], [Fraction(1, 4)], EIGHTH)])
    assert (((2, 12),), (3,), 12, (1, 8)) == (
        layer.weight, layer.bias, layer.denominator, layer.slope,
    )  # fmt: skip
    for slope in (Fraction(-1, 8), Fraction(9, 8)):
        with pytest.raises(ValueError, match="outside"):
            integer_layers([([[ONE]], [ONE], slope)])
    assert (0, 1) == integer_layers([([[ONE]], [ONE], Fraction(0))])[0].slope
    assert (1, 1) == integer_layers([([[ONE]], [ONE], ONE)])[0].slope


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("negated", [True, False])
def test_bounds_say_what_all_values_between_them_say(strict: bool, negated: bool) -> None:
    for low, high in product(range(-2, 3), repeat=2):
        if low <= high:
            said = {
                (value > 0 if strict else value >= 0) != negated for value in range(low, high + 1)
            }
            expected = said.pop() if len(said) == 1 else None
            assert expected is known(Condition(0, strict, negated), [(low, high)])


def test_formulas_are_known_when_they_can_be() -> None:
    bounds: list[Interval] = [(1, 1), (-1, -1), (-1, 1)]  # true, false, not known
    for leaves in product(range(3), repeat=2):
        parts = tuple(Condition(leaf) for leaf in leaves)
        values = [known(part, bounds) for part in parts]
        both, either = (known(Condition(kind=k, parts=parts), bounds) for k in ("all", "any"))
        assert both is (False if False in values else None if None in values else True)
        assert either is (True if True in values else None if None in values else False)


def test_conjunctions_and_the_rest_say_what_their_expressions_say() -> None:
    x, y = Reference("x"), Reference("y")
    leaves = Apply(Operator.GT, (x, Constant(0))), Apply(Operator.LE, (y, x))
    for operator in (Operator.AND, Operator.OR, Operator.XOR):
        expression = Apply(operator, leaves)
        forms: list[Form] = []
        condition = condition_of(expression, forms)
        for a, b in product(range(-1, 2), repeat=2):
            state = {"x": a, "y": b}
            values = [int(sum((f * state[n] for n, f in form), c)) for form, c in forms]
            expected = bool(evaluate(expression, {"x": a, "y": b}))
            assert known(condition, [(v, v) for v in values]) is expected


def test_constants_are_conditions_and_forms_come_once() -> None:
    forms: list[Form] = []
    assert known(condition_of(Constant(1), forms), []) is True
    assert known(condition_of(Constant(0), forms), []) is False
    assert known(condition_of(Apply(Operator.NOT, (Constant(0),)), forms), []) is True
    x, y = Reference("x"), Reference("y")
    for first, second in ((x, y), (y, x), (x, y)):
        condition_of(Apply(Operator.GT, (first, second)), forms)
    factors = [dict(entries) for entries, _ in forms]
    assert [{"x": 1, "y": -1}, {"x": -1, "y": 1}] == factors
    assert [0, 0] == [constant for _, constant in forms]
    for other in (Constant(2), Constant("red"), x, Apply(Operator.EQ, (x, y))):
        with pytest.raises(NotAffineError, match="no comparison of affine forms"):
            condition_of(other, forms)
    for part in (Apply(Operator.MUL, (x, y)), Constant("red")):
        for sides in ((part, x), (x, part)):
            with pytest.raises(NotAffineError, match=f"{type(part).__name__} is no affine form"):
                condition_of(Apply(Operator.GT, sides), forms)


@pytest.mark.parametrize(
    ("operator", "value", "said"),
    [
        (Operator.GT, 0, False), (Operator.GE, 0, True), (Operator.LT, 0, False), (Operator.LE, 0, True),
        (Operator.GT, 1, True), (Operator.GE, 1, True), (Operator.LT, 1, False), (Operator.LE, 1, False),
        (Operator.GT, -1, False), (Operator.GE, -1, False), (Operator.LT, -1, True), (Operator.LE, -1, True),
    ],
)  # fmt: skip
def test_comparisons_keep_their_sense(operator: Operator, value: int, said: bool) -> None:
    forms: list[Form] = []
    condition = condition_of(Apply(operator, (Reference("x"), Constant(3))), forms)
    ((((_, factor),), constant),) = forms
    there = int(factor * (value + 3) + constant)
    assert known(condition, [(there, there)]) is said
    turned = condition_of(
        Apply(Operator.NOT, (Apply(operator, (Reference("x"), Constant(3))),)), []
    )
    assert known(turned, [(there, there)]) is not said


# ---------------------------------------------------------------- runs side by side


def values_of(
    layers: Sequence[ReluLayer], row: Sequence[Fraction], fixed: dict[str, Fraction]
) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for layer in layers:
        sums = [
            sum((w * x for w, x in zip(weights, row, strict=True)), bias)
            for weights, bias in zip(layer.weight, layer.bias, strict=True)
        ]
        row = [
            fixed.get(name, max(z, layer.slope * z))
            for name, z in zip(layer.names, sums, strict=True)
        ]
        found |= dict(zip(layer.names, row, strict=True))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_product_is_the_patched_run(seed: int) -> None:
    rng = Random(seed)
    layers = random_layers(rng, [2, 4, 3, 2], Fraction(1, 4))
    sites = {"m": ("0[0]", "1[2]"), "n": ("1[0]",)}
    forms: list[Form] = [
        ((("2[0]", Fraction(2)), ("2[1]", Fraction(-1))), ONE),
        ((("2[1]", ONE),), Fraction(-3)),
    ]
    made = product_network(layers, sites, forms)
    assert [3 + 4 + 4, 1 + 1 + 1, 2, 2] == [len(layer.names) for layer in made]
    assert [Fraction(1, 4), Fraction(1, 4), ONE, ONE] == [layer.slope for layer in made]
    assert ("2.0", "2.1") == made[2].names
    assert ("form 0", "form 1") == made[3].names
    rows = [[Fraction(rng.randint(-20, 20), 10) for _ in range(2)] for _ in range(3)]
    fixed: dict[str, Fraction] = {}
    for units, row in zip(sites.values(), rows[1:], strict=True):
        source = values_of(layers, row, {})
        fixed |= {unit: source[unit] for unit in units}
    below = values_of(layers, rows[0], fixed)
    beside = values_of(made, [x for row in rows for x in row], {})
    assert 2 * below["2[0]"] - below["2[1]"] + 1 == beside["form 0"]
    assert below["2[1]"] - 3 == beside["form 1"]
