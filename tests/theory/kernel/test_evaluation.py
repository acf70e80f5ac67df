"""Values of expressions, domains, and ranges of weighted sums: the plain meanings."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Case,
    Constant,
    Domain,
    Expression,
    Finite,
    Hole,
    Interval,
    Operator,
    Range,
    Reals,
    Reference,
    Value,
    evaluate,
    exact,
    free_names,
    is_number,
    substitute,
    walk,
)
from tauomega.theory.kernel.expression import children
from tauomega.theory.kernel.failure import EvaluationError
from tauomega.theory.kernel.reaching import interval_of, weights_of

O = Operator  # noqa: E741
HALF = Fraction(1, 2)
X, Y = Reference("x"), Reference("y")
NO_WEIGHTS: dict[str, Fraction] = {}

ROWS: list[tuple[Operator, tuple[Value, ...], Value]] = [
    (O.NEG, (3,), -3), (O.ADD, (1, 2, HALF), Fraction(7, 2)), (O.ADD, (HALF, HALF), 1), (O.ADD, (5,), 5),
    (O.MUL, (2, 3, HALF), 3), (O.MUL, (7,), 7), (O.DIV, (1, 2), HALF), (O.DIV, (6, 3), 2), (O.DIV, (-1, 2), -HALF),
    (O.MOD, (7, 3), 1), (O.MOD, (-7, 3), 2), (O.MOD, (7, -3), -2), (O.MOD, (Fraction(7, 2), 1), HALF),
    (O.EQ, (1, 1), 1), (O.EQ, (1, 2), 0), (O.EQ, ("red", "red"), 1), (O.NE, (1, 1), 0), (O.NE, ("red", 1), 1),
    (O.LT, (1, 2), 1), (O.LT, (2, 2), 0), (O.LE, (2, 2), 1), (O.LE, (3, 2), 0),
    (O.GT, (2, 1), 1), (O.GT, (2, 2), 0), (O.GE, (2, 2), 1), (O.GE, (1, 2), 0),
    (O.NOT, (0,), 1), (O.NOT, (1,), 0), (O.AND, (1, 1, 1), 1), (O.AND, (1, 0), 0), (O.OR, (0, 0), 0), (O.OR, (0, 1), 1),
    (O.XOR, (1, 1), 0), (O.XOR, (1, 1, 1), 1), (O.XOR, (0, 1), 1), (O.COUNT, (1, 0, 1), 2), (O.COUNT, (0,), 0),
    (O.MIN, (2, -1, 3), -1), (O.MAX, (2, -1, 3), 3), (O.ABS, (-2,), 2), (O.ABS, (2,), 2), (O.ABS, (0,), 0),
    (O.RELU, (-2,), 0), (O.RELU, (2,), 2), (O.RELU, (0,), 0), (O.FLOOR, (-HALF,), -1), (O.FLOOR, (Fraction(7, 2),), 3),
    (O.IF, (1, 5, 6), 5), (O.IF, (0, 5, 6), 6),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "given", "expected"), ROWS)
def test_each_operator_means_what_it_says(
    operator: Operator, given: tuple[Value, ...], expected: Value
) -> None:
    found = evaluate(Apply(operator, tuple(map(Constant, given))), {})
    assert (expected, type(expected)) == (found, type(found))


def test_branches_that_are_not_taken_are_not_evaluated() -> None:
    bad = Apply(O.DIV, (Constant(1), Constant(0)))
    assert 2 == evaluate(Apply(O.IF, (Constant(1), Constant(2), bad)), {})
    assert 3 == evaluate(Apply(O.IF, (Constant(0), bad, Constant(3))), {})
    table = Case((X, Y), (((0, 1), Constant(5)), ((1, 1), bad)), Constant(7))
    assert (5, 7) == (evaluate(table, {"x": 0, "y": 1}), evaluate(table, {"x": 0, "y": 0}))


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (Apply(O.DIV, (X, Constant(0))), "division by zero at x = 1"),
        (Apply(O.MOD, (X, Constant(0))), "mod zero at x = 1"),
        (Case((X,), (((0,), Constant(1)),)), "the table has no row for 1, at x = 1"),
        (Apply(O.ADD, (Constant("red"), X)), "'+' is applied to the label 'red', at x = 1"),
        (Hole((X,)), "a hole '?' has no value; find fills it"),
    ],
)
def test_what_has_no_value_says_where(tree: Expression, message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        evaluate(tree, {"x": 1})
    assert message == str(raised.value)
    long = {f"v{k}": k for k in range(20)} | {"x": 1}
    with pytest.raises(EvaluationError) as raised:
        evaluate(tree, long)
    if isinstance(tree, Apply):
        assert str(raised.value).endswith("v10 = 10, v11 = 11, …")


def test_twelve_values_of_a_state_are_shown_whole() -> None:
    state = {f"v{k}": k for k in range(12)}
    with pytest.raises(EvaluationError) as raised:
        evaluate(Apply(O.DIV, (Constant(1), Constant(0))), state)
    assert str(raised.value).endswith("v10 = 10, v11 = 11")


def test_states_are_shown() -> None:
    with pytest.raises(EvaluationError, match="division by zero at every state"):
        evaluate(Apply(O.DIV, (Constant(1), Constant(0))), {})


def test_trees_are_walked_and_substituted() -> None:
    table = Case((X,), (((0,), Y),), Apply(O.NEG, (X,)))
    hole = Hole((X, Y))
    tree = Apply(O.ADD, (table, Constant(2), hole))
    assert [tree, table, X, Y, Apply(O.NEG, (X,)), X, Constant(2), hole, X, Y] == list(walk(tree))
    assert frozenset("xy") == free_names(tree)
    assert () == children(X)
    assert (X, Y) == children(Case((X,), (((0,), Y),)))
    swapped = substitute(tree, {"x": Y, "y": X})
    expected = Apply(
        O.ADD, (Case((Y,), (((0,), X),), Apply(O.NEG, (Y,))), Constant(2), Hole((Y, X)))
    )
    assert expected == swapped
    assert Case((Y,), (((0,), Y),)) == substitute(Case((X,), (((0,), X),)), {"x": Y})


def test_domains_hold_what_they_say() -> None:
    domains: list[tuple[Domain, list[Value], list[Value]]] = [
        (BOOL, [0, 1], [2, -1, "red", HALF]),
        (Range(-1, 2), [-1, 0, 1, 2], [-2, 3, HALF, "red"]),
        (Finite(("red", 3, HALF)), ["red", 3, HALF], [1, "green"]),
        (Interval(-1, HALF), [-1, 0, HALF, Fraction(1, 3)], [-2, 1, "red"]),
        (Reals(), [0, HALF, -7], ["red"]),
    ]
    for domain, inside, outside in domains:
        assert all(value in domain for value in inside)
        assert not any(value in domain for value in outside)
        if isinstance(domain, Finite | Range):
            assert inside == list(domain)
            assert len(inside) == domain.size
            assert list(range(len(inside))) == [domain.index(value) for value in inside]
            for value in outside:
                with pytest.raises(ValueError):  # noqa: PT011
                    domain.index(value)
    shown = ["bool", "-1..2", "{red, 3, 1/2}", "[-1, 1/2]", "real"]
    assert shown == [str(domain) for domain, _, _ in domains]
    for values in ((), (1, 1)):
        with pytest.raises(ValueError, match="lists each value once"):
            Finite(values)
    with pytest.raises(ValueError, match="is empty"):
        Range(1, 0)
    assert Range(1, 1).size == 1
    assert [1, HALF, 1] == [exact(Fraction(2, 2)), exact(HALF), exact(True)]
    assert int is type(exact(True))
    assert (True, False) == (is_number(1), is_number("red"))


# ---------------------------------------------------------------- weighted sums


def random_sum(rng: random.Random, names: list[str]) -> Expression:
    terms: list[Expression] = [Constant(rng.randint(-2, 2))]
    for name in names:
        weight = rng.choice((1, 1, 2, 3, -1, 4, Fraction(1, 2)))
        term: Expression = Reference(name)
        if weight == -1:
            term = Apply(O.NEG, (term,))
        elif weight == Fraction(1, 2):
            term = Apply(O.DIV, (term, Constant(2)))
        elif weight != 1:
            factors = [Constant(weight), term]
            rng.shuffle(factors)
            term = Apply(O.MUL, tuple(factors))
        terms.append(term)
    rng.shuffle(terms)
    return Apply(O.ADD, tuple(terms))


def test_a_weighted_sum_takes_every_integer_iff_it_is_said_to() -> None:
    rng = random.Random(5)
    seen = set()
    for _ in range(300):
        domains: dict[str, Domain] = {
            n: rng.choice((BOOL, Range(0, 2), Range(-1, 1), Range(2, 2))) for n in "abc"
        }
        tree = random_sum(rng, list(domains))
        states = product(*(tuple(d) for d in domains.values()))  # type: ignore[arg-type]
        taken = {evaluate(tree, dict(zip(domains, s, strict=True))) for s in states}
        found = interval_of(tree, domains)
        low, high = min(taken), max(taken)
        if found is not None:
            assert set(found) == taken
        elif all(isinstance(v, int) for v in taken):
            assert taken != set(range(int(low), int(high) + 1)) or _sized(tree, domains)
        seen.add(found is None)
        weights = weights_of(tree)
        assert weights is not None
        for s in product(*(tuple(d) for d in domains.values())):  # type: ignore[arg-type]
            state = dict(zip(domains, s, strict=True))
            total = weights[0] + sum(w * state[n] for n, w in weights[1].items())  # type: ignore[operator, misc]
            assert evaluate(tree, state) == total
    assert {True, False} == seen


def _sized(tree: Expression, domains: dict[str, Domain]) -> bool:
    """Whether a half occurs, or a variable with one value: then the criterion may say no wrongly."""
    halves = any(isinstance(n, Apply) and n.operator is O.DIV for n in walk(tree))
    return halves or Range(2, 2) in domains.values()


def test_what_is_no_weighted_sum_has_no_weights() -> None:
    product_of = Apply(O.MUL, (X, Y))
    for tree in (
        product_of,
        Apply(O.ADD, (X, product_of)),
        Apply(O.NEG, (product_of,)),
        Apply(O.DIV, (X, Y)),
        Apply(O.DIV, (product_of, Constant(2))),
        Apply(O.DIV, (X, Constant(0))),
        Apply(O.DIV, (X, Constant("red"))),
        Apply(O.MUL, (product_of, Constant(2))),
        Constant("red"),
        Apply(O.ABS, (X,)),
    ):
        assert weights_of(tree) is None
        assert interval_of(tree, {"x": BOOL, "y": BOOL}) is None
    nothing = Apply(O.ADD, (X, Apply(O.NEG, (X,))))
    assert (Fraction(0), NO_WEIGHTS) == weights_of(nothing)
    assert (Fraction(0), NO_WEIGHTS) == weights_of(Apply(O.MUL, (Constant(0), X)))
    assert (Fraction(6), NO_WEIGHTS) == weights_of(Apply(O.MUL, (Constant(2), Constant(3))))
    assert Range(0, 0) == interval_of(nothing, {"x": BOOL})
    assert interval_of(X, {"x": Reals()}) is None
    assert interval_of(X, {"x": Finite((0, 2))}) is None
    assert interval_of(Constant(HALF), {}) is None
