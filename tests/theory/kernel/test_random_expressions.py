"""Expressions as gates against the kernel's evaluator, on random expressions, at every state."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tauomega.proofs.testing.random_expressions import (
    Space,
    assignments,
    random_expression,
    random_function,
)
from tauomega.solvers.circuits import values_of
from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Case,
    Constant,
    EvaluationError,
    Expression,
    Finite,
    Hole,
    Operator,
    Range,
    Reals,
    Reference,
    Value,
    evaluate,
    parse_domain,
)
from tauomega.theory.kernel.blasting import Blaster, Cases, NotBlastedError, Symbol
from tauomega.theory.kernel.circuit import TRUE

COLOURS = Finite(("red", "green", "blue"))
SPACES: tuple[Space, ...] = (
    (("a", BOOL), ("b", BOOL), ("c", BOOL)),
    (("a", Range(-2, 2)), ("b", Range(3, 5)), ("c", BOOL)),
    (("a", COLOURS), ("b", Range(0, 4))),
    (("a", Finite((Fraction(1, 2), 2, -1))), ("b", BOOL)),
)


class Blasted:
    """An expression over a space as a circuit, and its value at a state read off the gates."""

    def __init__(self, space: Space, expression: Expression) -> None:
        self.blaster = Blaster()
        self.free = {name: self.blaster.variable(name, domain) for name, domain in space}
        self.domains = dict(space)
        self.symbol = self.blaster.value(expression, {n: s for n, (s, _) in self.free.items()})

    def bits_at(self, state: dict[str, Value]) -> dict[int, int]:
        given: dict[int, int] = {}
        for name, (_, bits) in self.free.items():
            index = self.domains[name].index(state[name])
            given |= {f: index >> k & 1 for k, f in enumerate(bits)}
        return given

    def holds(self, literals: list[int], state: dict[str, Value]) -> list[bool]:
        circuit = self.blaster.circuit
        values = values_of(circuit, circuit.cone(literals), self.bits_at(state), 1)
        return [bool(values[f]) if f > 0 else not values[-f] for f in literals]

    def at(self, state: dict[str, Value]) -> Value:
        return self.read(self.symbol, state)

    def read(self, symbol: Symbol, state: dict[str, Value]) -> Value:
        if isinstance(symbol, Cases):
            values, literals = list(symbol.literals), list(symbol.literals.values())
            true = [v for v, h in zip(values, self.holds(literals, state), strict=True) if h]
            assert len(true) == 1, (true, state)
            return true[0]
        bits = self.holds(list(symbol.bits), state)
        total = sum(1 << k for k, b in enumerate(bits) if b) - ((1 << len(bits)) if bits[-1] else 0)
        assert symbol.low <= total <= symbol.high
        found = Fraction(total, symbol.denominator)
        return found.numerator if found.denominator == 1 else found


@pytest.mark.parametrize("space", SPACES, ids=["bools", "ranges", "labels", "fractions"])
@pytest.mark.parametrize("seed", range(60))
def test_an_expression_has_the_value_that_the_evaluator_gives_it(seed: int, space: Space) -> None:
    rng = random.Random(seed)
    expression = random_expression(rng, space, depth=4)
    blasted = Blasted(space, expression)
    for state in assignments(space):
        assert blasted.at(state) == evaluate(expression, state), state
        assert not any(blasted.holds(blasted.blaster.faults, state))


@pytest.mark.parametrize("target", [BOOL, Range(-1, 3), COLOURS], ids=str)
@pytest.mark.parametrize("seed", range(20))
def test_a_function_stays_in_its_domain(seed: int, target: Finite | Range) -> None:
    rng = random.Random(seed)
    space = SPACES[seed % len(SPACES)]
    function = random_function(rng, space, target)
    blasted = Blasted(space, function)
    inside = blasted.blaster.within(blasted.symbol, target)
    for state in assignments(space):
        value = evaluate(function, state)
        assert value in target
        assert blasted.read(inside, state) == value
        assert not any(blasted.holds(blasted.blaster.faults, state))


@pytest.mark.parametrize(
    ("domain", "expression"),
    [
        (Range(0, 4), Apply(Operator.ADD, (Reference("a"), Constant(1)))),
        (Finite((0, 2, 4)), Reference("a")),
        (Range(2, 3), Apply(Operator.DIV, (Reference("a"), Constant(2)))),
        (Range(7, 9), Reference("a")),
    ],
    ids=["above", "between", "fractional", "disjoint"],
)
def test_a_value_outside_its_domain_is_a_fault_exactly_there(
    domain: Finite | Range, expression: Expression
) -> None:
    space = (("a", Range(0, 4)),)
    blasted = Blasted(space, expression)
    blasted.blaster.within(blasted.symbol, domain)
    faults = blasted.blaster.faults
    for state in assignments(space):
        assert any(blasted.holds(faults, state)) == (evaluate(expression, state) not in domain)


def test_a_table_without_a_row_and_a_zero_divisor_are_faults_exactly_there() -> None:
    space = (("a", Range(0, 3)), ("b", Range(-1, 1)))
    table = Case((Reference("a"),), (((0,), Constant(5)), ((2,), Reference("b"))))
    over = Apply(Operator.MOD, (Reference("a"), Reference("b")))
    guarded = Apply(
        Operator.IF, (Apply(Operator.EQ, (Reference("b"), Constant(0))), Constant(0), over)
    )
    for expression, fails in ((table, True), (over, True), (guarded, False)):
        blasted = Blasted(space, expression)
        seen = [any(blasted.holds(blasted.blaster.faults, s)) for s in assignments(space)]
        assert any(seen) == fails
        for state in assignments(space):
            try:
                expected = evaluate(expression, state)
            except EvaluationError:
                assert any(blasted.holds(blasted.blaster.faults, state))
                continue
            assert not any(blasted.holds(blasted.blaster.faults, state))
            assert blasted.at(state) == expected


def test_every_position_of_a_variable_stands_for_a_value() -> None:
    blaster = Blaster()
    symbol, bits = blaster.variable("x", Range(3, 7))
    assert len(bits) == 3
    word = blaster.word(symbol)
    assert (word.low, word.high) == (3, 7)
    colours, bits = blaster.variable("c", COLOURS)
    assert isinstance(colours, Cases)
    assert set(colours.literals) == {"red", "green", "blue"}
    single, none = blaster.variable("s", Finite(("only",)))
    assert none == []
    assert isinstance(single, Cases)
    assert single.literals == {"only": TRUE}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (Hole(()), "find fills it"),
        (Apply(Operator.ADD, (Reference("c"), Constant(1))), "arithmetic on the label"),
        (Apply(Operator.NOT, (Reference("c"),)), "arithmetic on the label"),
        (Apply(Operator.DIV, (Constant(1), Reference("w"))), "more than 4096 values"),
    ],
)
def test_what_has_no_circuit_is_refused_by_name(expression: Expression, message: str) -> None:
    with pytest.raises(NotBlastedError, match=message):
        Blasted((("c", COLOURS), ("w", Range(1, 10_000))), expression)


def test_infinite_domains_are_refused() -> None:
    with pytest.raises(NotBlastedError, match="infinitely many"):
        Blaster().variable("x", Reals())
    blaster = Blaster()
    with pytest.raises(NotBlastedError, match="interval"):
        blaster.within(blaster.constant(1), parse_domain("[0, 1]"))
