"""Bounds of units over boxes, beside the bounds of layers that the search uses, and beside values at points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from tauomega.theory.kernel import Apply, Case, Constant, Expression, Operator, Reference
from tauomega.theory.kernel.enclosing import (
    GRID,
    SLOPE,
    Bounds,
    Interval,
    _lines,
    bounds_over,
    levels_of,
    outward,
    truth,
)
from tauomega.theory.kernel.product_network import ReluLayer
from tauomega.theory.kernel.reaching import Unit, Weights, entry_of
from tauomega.theory.kernel.relu_bounds import bounds_over_box, integer_layers

from .test_boxes import line_of, random_layers

ONE, HALF, EIGHTH = Fraction(1), Fraction(1, 2), Fraction(1, 8)
SLOPES = [Fraction(0), EIGHTH, Fraction(2, 3), ONE]


def as_units(layers: Sequence[ReluLayer]) -> tuple[dict[str, Unit], list[Weights]]:
    """Layers as units, and the forms of the last one."""
    before = [f"x{k}" for k in range(len(layers[0].weight[0]))]
    units: dict[str, Unit] = {}
    forms: list[Weights] = []
    for layer in layers:
        rows = zip(layer.bias, layer.weight, strict=True)
        forms = [(b, {n: w for n, w in zip(before, row, strict=True) if w}) for b, row in rows]
        before = list(layer.names)
        units |= {n: Unit(f, layer.slope) for n, f in zip(before, forms, strict=True)}
    return units, forms


@pytest.mark.parametrize("seed", range(12))
def test_units_have_the_bounds_of_their_layers(seed: int) -> None:
    """Of networks in layers, to the last digit, the bounds that the search proves its leaves with."""
    rng = Random(seed)
    layers = random_layers(rng, [2, 4, 3, 2], SLOPES[seed % 4])
    ends = [sorted(Fraction(rng.randint(-9, 9), 7) for _ in range(2)) for _ in range(2)]
    box = [outward(a, b) for a, b in ends]
    units, forms = as_units(layers)
    levels, read = levels_of(units, {n for form in forms for n in form[1]})
    assert read <= {"x0", "x1"}
    found = list(map(bounds_over(levels, {f"x{k}": pair for k, pair in enumerate(box)}), forms))
    made = integer_layers([(v.weight, v.bias, v.slope) for v in layers])
    assert bounds_over_box(made, box) == found


def at(form: Weights, values: Mapping[str, Fraction]) -> Fraction:
    return form[0] + sum((w * values[n] for n, w in form[1].items()), Fraction(0))


@pytest.mark.parametrize("seed", range(20))
def test_bounds_enclose_units_that_skip_levels(seed: int) -> None:
    rng = Random(seed)
    inputs, units = ["x", "y"], dict[str, Unit]()
    for k in range(6):
        read = rng.sample([*inputs, *units], rng.randint(1, 2 + min(k, 2)))
        form = (
            Fraction(rng.randint(-4, 4), 3),
            {n: Fraction(rng.choice((-3, -1, 2)), rng.randint(1, 4)) for n in read},
        )
        units[f"u{k}"] = Unit(form, rng.choice(SLOPES))
    forms: list[Weights] = [
        (ONE, {"u5": ONE, "u3": Fraction(-2), "x": HALF}),
        units["u5"].form,
        (HALF, {}),
    ]
    levels, read_too = levels_of(units, {n for form in forms for n in form[1]})
    assert read_too <= set(inputs)
    ends = {n: sorted(Fraction(rng.randint(-9, 9), 5) for _ in range(2)) for n in inputs}
    bounds = bounds_over(levels, {n: outward(a, b) for n, (a, b) in ends.items()})
    for steps in product(range(4), repeat=2):
        values = {
            n: a + (b - a) * Fraction(t, 3)
            for (n, (a, b)), t in zip(ends.items(), steps, strict=True)
        }
        for name, unit in units.items():
            z = at(unit.form, values)
            values[name] = max(z, unit.slope * z)
        for form in forms:
            low, high = bounds(form)
            assert low <= at(form, values) * 2**GRID <= high
    assert (2**GRID // 2, 2**GRID // 2) == bounds((HALF, {}))


def test_only_what_is_wanted_is_looked_at() -> None:
    units = {
        "a": Unit((ONE, {"x": ONE}), Fraction(0)),
        "b": Unit((ONE, {"no box": ONE}), Fraction(0)),
        "c": Unit((ONE, {"a": HALF, "y": ONE}), EIGHTH),
        "d": Unit((ONE, {"y": Fraction(1, 3)}), Fraction(2, 3)),
    }
    levels, read = levels_of(units, ["c", "d", "z"])
    assert {"x", "y", "z"} == read
    assert [["a", "d"], ["c"]] == [list(level.rows) for level in levels]
    assert [3, 2] == [level.denominator for level in levels]
    assert [(3, {"a": 0, "d": 2}), (8, {"c": 1})] == [(level.q, level.slopes) for level in levels]
    assert (3, {"y": 1}) == levels[0].rows["d"]
    assert (2, {"a": 1, "y": 2}) == levels[1].rows["c"]
    assert ([], {"x"}) == levels_of(units, ["x"])


@pytest.mark.parametrize("slope", SLOPES)
def test_lines_enclose_the_activation(slope: Fraction) -> None:
    ends = [(0, 5), (-5, 0), (-3, 3), (-2, 3), (-3, 2), (0, 0), (1, 2), (-2, -1), (-1, 1)]
    parts = 2**SLOPE * slope.denominator
    for low, high in ends:
        first, second, intercept = line_of(low, high, slope)
        below, above = _lines(low, high, slope.numerator, slope.denominator)
        assert ((first * parts, 0), (second * parts, intercept * parts)) == (below, above)
        for z in range(low, high + 1):
            assert first * z <= max(Fraction(z), slope * z) <= second * z + intercept


def test_intervals_are_rounded_outward() -> None:
    third = Fraction(1, 3)
    assert (2**GRID // 3, 2**GRID // 3 + 1) == outward(third, third)
    assert (-(2**GRID) // 3, -(2**GRID // 3)) == outward(-third, -third)
    assert (-(2**GRID), 2**GRID // 2) == outward(Fraction(-1), HALF)
    assert 1 << 40 == outward(ONE, ONE)[0]


# ---------------------------------------------------------------- conditions

X, Y = Reference("x"), Reference("y")
HOLDS: dict[Operator, Callable[[int, int], bool]] = {
    Operator.GT: lambda x, y: x > y,
    Operator.GE: lambda x, y: x >= y,
    Operator.LT: lambda x, y: x < y,
    Operator.LE: lambda x, y: x <= y,
}


def within(ends: Mapping[str, Interval]) -> Bounds:
    return bounds_over([], ends)


@pytest.mark.parametrize("operator", HOLDS)
def test_bounds_say_of_a_comparison_what_all_values_say(operator: Operator) -> None:
    spans = [(a, b) for a, b in product(range(-1, 2), repeat=2) if a <= b]
    for (a, b), (c, d) in product(spans, repeat=2):
        box = {"x": outward(Fraction(a), Fraction(b)), "y": outward(Fraction(c), Fraction(d))}
        values = {HOLDS[operator](x, y) for x in range(a, b + 1) for y in range(c, d + 1)}
        said = truth(Apply(operator, (X, Y)), {}, within(box))
        assert said is (values.pop() if len(values) == 1 else None)


TRUE, FALSE = Constant(1), Constant(0)
OPEN = Apply(Operator.GT, (X, Constant(0)))


def test_formulas_are_known_when_they_can_be() -> None:
    bounds = within({"x": (-1, 1)})
    known: dict[Expression, bool | None] = {TRUE: True, FALSE: False, OPEN: None}
    for parts in product(known, repeat=2):
        values = [known[part] for part in parts]

        def said(operator: Operator, parts: tuple[Expression, ...] = parts) -> bool | None:
            return truth(Apply(operator, parts), {}, bounds)

        assert said(Operator.AND) is (
            False if False in values else None if None in values else True
        )
        assert said(Operator.OR) is (True if True in values else None if None in values else False)
        odd = None if None in values else values[0] is not values[1]
        assert said(Operator.XOR) is odd
    for part, value in known.items():
        turned = None if value is None else not value
        assert truth(Apply(Operator.NOT, (part,)), {}, bounds) is turned
    assert truth(Apply(Operator.XOR, (TRUE, TRUE, TRUE)), {}, bounds) is True


@pytest.mark.parametrize(
    "condition",
    [
        Constant(2), Constant("red"), X, Apply(Operator.EQ, (X, X)), Apply(Operator.GT, (Apply(Operator.MUL, (X, X)), Constant(-1))),
        Apply(Operator.GT, (Constant(1), Constant("red"))),
    ],
)  # fmt: skip
def test_nothing_is_said_of_other_conditions(condition: Expression) -> None:
    assert truth(condition, {}, within({"x": (0, 0)})) is None


def test_names_stand_for_their_forms() -> None:
    condition = Apply(Operator.GT, (Reference("z"), Constant(3)))
    forms = {"z": (ONE, {"x": Fraction(2)})}
    assert truth(condition, forms, within({"x": outward(ONE, ONE)})) is False
    assert truth(condition, forms, within({"x": outward(ONE, Fraction(2))})) is None
    assert truth(condition, forms, within({"x": outward(Fraction(2), Fraction(2))})) is True


def test_the_entry_of_a_table_is_taken_where_its_argument_is_known() -> None:
    rows = (((1,), X), ((0,), Y))
    table = Case((Reference("s"),), rows)
    assert entry_of(table, {"s": (ONE, {})}) is X
    assert entry_of(table, {"s": (Fraction(0), {})}) is Y
    for state in ({}, {"s": (ONE, {"x": ONE})}, {"s": (Fraction(2), dict[str, Fraction]())}):
        assert entry_of(table, state) is table
    assert entry_of(Case((Reference("s"),), rows, OPEN), {"s": (Fraction(2), {})}) is OPEN
    assert entry_of(X, {"x": (ONE, {})}) is X
