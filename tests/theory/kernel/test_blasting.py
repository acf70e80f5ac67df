"""Expressions as gates against their values, faults included; statements against evaluation, square by square."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product

import pytest

from tauomega.solvers.circuits import values_of, variables_of
from tauomega.solvers.miter import Miter, assembled
from tauomega.solvers.points import Point, differing, interchanged
from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Case,
    Constant,
    Domain,
    Expression,
    Finite,
    Interval,
    Operator,
    Range,
    Reals,
    Reference,
    evaluate,
    parse_program,
)
from tauomega.theory.kernel.blasting import Blaster, Cases, NotBlastedError
from tauomega.theory.kernel.circuit import FALSE, TRUE
from tauomega.theory.kernel.commuting import Blocks, Commuting, Interchange, Listed, squares_of
from tauomega.theory.kernel.commuting_circuit import build
from tauomega.theory.kernel.evaluation import roots_of, solve
from tauomega.theory.kernel.failure import EvaluationError
from tauomega.theory.kernel.words import Word
from tauomega.theory.scm import SCM

O = Operator  # noqa: E741
DOMAINS: dict[str, Finite | Range] = {
    "b": BOOL,
    "n": Range(-2, 3),
    "h": Finite((Fraction(1, 2), 2, -1)),
    "c": Finite(("red", "green", "blue")),
}
TRUTHS = (O.EQ, O.NE, O.LT, O.LE, O.GT, O.GE)


def random_number(rng: random.Random, depth: int) -> Expression:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(
            (Reference("b"), Reference("n"), Reference("h"), Constant(3), Constant(Fraction(-1, 2)))
        )

    def sub() -> Expression:
        return random_number(rng, depth - 1)

    kind = rng.randrange(9)
    if kind == 0:
        return Apply(
            rng.choice((O.ADD, O.MIN, O.MAX)), tuple(sub() for _ in range(rng.randint(1, 3)))
        )
    if kind == 1:
        return Apply(rng.choice((O.NEG, O.ABS, O.RELU, O.FLOOR)), (sub(),))
    if kind == 2:
        return Apply(O.MUL, (sub(), rng.choice((Reference("b"), Constant(-2), Reference("n")))))
    if kind == 3:
        divisor = rng.choice(
            (Constant(2), Constant(Fraction(-3, 2)), Reference("h"), Reference("n"))
        )
        return Apply(rng.choice((O.DIV, O.MOD)), (sub(), divisor))
    if kind == 4:
        return Apply(O.IF, (random_truth(rng, depth - 1), sub(), sub()))
    if kind == 5:
        rows = tuple(((v,), sub()) for v in rng.sample(("red", "green", "blue"), rng.randint(1, 3)))
        return Case((Reference("c"),), rows, rng.choice((None, sub())))
    if kind == 6:
        keys = rng.sample([(x, y) for x in (0, 1) for y in range(-2, 4)], 3)
        entries = tuple((key, Constant(rng.randint(-1, 2))) for key in keys)
        return Case((Reference("b"), Reference("n")), entries, rng.choice((None, Constant(1))))
    if kind == 7:
        return Apply(O.COUNT, tuple(random_truth(rng, depth - 1) for _ in range(rng.randint(1, 3))))
    return random_truth(rng, depth - 1)


def random_truth(rng: random.Random, depth: int) -> Expression:
    if depth == 0:
        return Reference("b")
    kind = rng.randrange(4)
    if kind == 0:
        operator = rng.choice((O.AND, O.OR, O.XOR))
        return Apply(
            operator, tuple(random_truth(rng, depth - 1) for _ in range(rng.randint(1, 3)))
        )
    if kind == 1:
        return Apply(O.NOT, (random_truth(rng, depth - 1),))
    if kind == 2:
        colours = (
            Reference("c"),
            Constant("red"),
            Apply(O.IF, (Reference("b"), Reference("c"), Constant("blue"))),
        )
        return Apply(rng.choice((O.EQ, O.NE)), (rng.choice(colours), rng.choice(colours)))
    return Apply(rng.choice(TRUTHS), (random_number(rng, depth - 1), random_number(rng, depth - 1)))


def test_expressions_as_gates_have_the_values_that_they_evaluate_to() -> None:
    rng = random.Random(21)
    seen_fault = 0
    for number in range(150):
        tree = random_number(rng, 3) if number % 3 else random_truth(rng, 3)
        target: Domain = rng.choice((Reals(), BOOL, Range(-2, 3), Finite((0, Fraction(1, 2), -1))))
        blaster = Blaster()
        symbols, bits = {}, {}
        for name, domain in DOMAINS.items():
            symbols[name], bits[name] = blaster.variable(name, domain)
        try:
            found = blaster.within(blaster.value(tree, symbols), target)
        except NotBlastedError:
            continue
        fault = blaster.circuit.any(blaster.faults)
        cone = blaster.circuit.cone([*_literals(found), fault])
        states = list(product(*(tuple(d) for d in DOMAINS.values())))
        given: dict[int, int] = {}
        for column, values in enumerate(states):
            for name, value in zip(DOMAINS, values, strict=True):
                index = DOMAINS[name].index(value)
                for k, f in enumerate(bits[name]):
                    given[f] = given.get(f, 0) | (index >> k & 1) << column
        run = values_of(blaster.circuit, cone, given, len(states))
        ones = (1 << len(states)) - 1

        def holds(f: int, column: int, run: dict[int, int] = run, ones: int = ones) -> bool:
            return bool((run[f] if f > 0 else run[-f] ^ ones) >> column & 1)

        for column, values in enumerate(states):
            state = dict(zip(DOMAINS, values, strict=True))
            try:
                expected = evaluate(tree, state)
                failed = expected not in target
            except EvaluationError:
                failed = True
            seen_fault += failed
            assert failed == holds(fault, column), (tree, target, state)
            if not failed:
                assert expected == _value(found, partial(holds, column=column)), (tree, state)
    assert seen_fault > 100


def _literals(symbol: Word | Cases) -> list[int]:
    return list(symbol.bits) if isinstance(symbol, Word) else list(symbol.literals.values())


def _value(symbol: Word | Cases, holds: object) -> object:
    assert callable(holds)
    if isinstance(symbol, Cases):
        (found,) = [v for v, f in symbol.literals.items() if holds(f)]
        return found
    bits = [holds(f) for f in symbol.bits]
    total = sum(1 << k for k, bit in enumerate(bits[:-1]) if bit) - (bits[-1] << len(bits) - 1)
    return Fraction(total, symbol.denominator)


def test_a_number_is_no_label() -> None:
    blaster = Blaster()
    number, label = blaster.constant(1), Cases({"red": TRUE})
    assert FALSE == blaster.equal(number, label) == blaster.equal(label, number)
    assert TRUE == blaster.equal(number, Cases({1: TRUE}))
    assert TRUE == blaster.equal(label, Cases({"red": TRUE, "green": FALSE}))


def test_a_choice_between_a_number_and_a_label_is_one_of_cases() -> None:
    blaster = Blaster()
    condition = blaster.circuit.var("c")
    number, label = blaster.constant(1), Cases({"red": TRUE})
    assert Cases({1: condition, "red": -condition}) == blaster.mux(condition, number, label)
    assert Cases({1: -condition, "red": condition}) == blaster.mux(condition, label, number)
    mixed = Cases({1: condition, "red": -condition})
    assert condition == blaster.equal(mixed, number)
    assert -condition == blaster.equal(mixed, label)


def test_a_label_where_a_number_should_be_is_a_fault() -> None:
    blaster = Blaster()
    blaster.within(Cases({"red": TRUE}), BOOL)
    assert [TRUE] == blaster.faults
    assert Word((TRUE, FALSE), 1, 1) == blaster.within(blaster.constant(1), Range(0, 1))


def test_what_has_no_circuit_is_refused_by_name() -> None:
    blaster = Blaster()
    colour, _ = blaster.variable("c", DOMAINS["c"])
    wide, _ = blaster.variable("w", Range(0, 4095))
    wider, _ = blaster.variable("v", Range(0, 4096))
    assert 4096 == len(blaster.cases(wide).literals)
    state = {"c": colour, "w": wide, "v": wider}
    for tree, message in (
        (Apply(O.ADD, (Reference("c"), Constant(1))), "arithmetic on the label 'red'"),
        (Apply(O.NOT, (Reference("c"),)), "arithmetic on the label 'red'"),
        (Apply(O.MOD, (Constant(1), Reference("v"))), "more than 4096 values"),
        (Apply(O.MOD, (Constant(1), Reference("c"))), "arithmetic on the label 'red'"),
    ):
        with pytest.raises(NotBlastedError, match=message):
            blaster.value(tree, state)
    for domain in (Reals(), Interval(0, 1)):
        with pytest.raises(NotBlastedError, match="'x' has infinitely many values"):
            blaster.variable("x", domain)
    with pytest.raises(NotBlastedError, match="the interval"):
        blaster.within(wide, Interval(0, 1))
    assert (TRUE, FALSE) == (blaster.truth(blaster.constant(2)), blaster.truth(blaster.constant(0)))
    assert FALSE == blaster.equal(wide, colour) == blaster.equal(colour, wide)  # numbers, labels
    blaster.within(blaster.constant("red"), BOOL)
    assert TRUE == blaster.faults[-1]


# ---------------------------------------------------------------- statements

LOW = """
param P : 0..2
U[1..2] : bool
V : 0..2
X[i] = U[i]
Y : 0..3 = X[1] + V
Z = if Y > P then X[2] else X[1]
"""
HIGH = """
param P : 0..2
W : bool
V : 0..2
A = W
B : 0..3 = A + V
C = {}
"""
RIGHT = "if B > P then A else A"
WRONG = "if B > P and V == 2 then 0 else A"


def statement(family: Blocks | Listed | Interchange, mechanism: str, tau_u: str) -> Commuting:
    low, high = parse_program(LOW), parse_program(HIGH.format(mechanism))
    tau = (("A", Reference("X[1]")), ("B", Reference("Y")), ("C", Reference("Z")))
    maps = (("W", Reference(tau_u)), ("V", Reference("V")))
    return Commuting(low, high, tau, maps, family, ("A", "B", "C"))


FAMILIES: tuple[tuple[Blocks | Listed | Interchange, int], ...] = (
    (Blocks((("A", ("X[1]",)), ("B", ("Y",)))), 3 * 5),
    (Blocks((("A", ("X[1]",)), ("B", ("Y",)), ("C", ("Z",))), ("X[2]",), 1), (1 + 2 + 4 + 2) * 3),
    (Listed((((), ()), ((("X[1]", 1),), (("A", 1),)), ((("Y", 2), ("X[1]", 0)), (("B", 2), ("A", 0))))), 3),
    (Interchange((("A", ("X[1]",)), ("B", ("Y",))), 1), 12 + 12),
    (Interchange((("A", ("X[1]",)), ("B", ("Y",)))), 12 + 12 + 12 * 12),
)  # fmt: skip


def made(stated: Commuting) -> Miter:
    squares = squares_of(stated)
    return assembled(stated, squares, build(squares))


def assignments(miter: Miter) -> list[int]:
    return [f for _, f in miter.choices] + [f for bits in miter.fields for f in bits]


@pytest.mark.parametrize("which", range(len(FAMILIES)))
@pytest.mark.parametrize(
    ("mechanism", "tau_u"), [(RIGHT, "U[1]"), (WRONG, "U[1]"), (RIGHT, "U[2]")]
)
def test_the_circuit_of_a_statement_is_true_where_a_square_fails(
    which: int, mechanism: str, tau_u: str
) -> None:
    family, count = FAMILIES[which]
    stated = statement(family, mechanism, tau_u)
    miter = made(stated)
    built, circuit = miter.built, miter.circuit
    free = assignments(miter)
    assert len(set(free)) == len(free)
    assert set(variables_of(circuit, built.literals)) <= set(free)
    cone = circuit.cone(built.literals)
    rng = random.Random(which)
    columns = list(range(2 ** len(free))) if len(free) <= 12 else None
    width = 2 ** len(free) if columns is not None else 4000
    given = {}
    for k, f in enumerate(free):
        if columns is not None:
            given[f] = sum(1 << c for c in columns if c >> k & 1)
        else:
            given[f] = rng.getrandbits(width)
    run = values_of(circuit, cone, given, width)
    ones = (1 << width) - 1
    hit = ones
    for f in built.literals:
        hit &= run[f] if f > 0 else run[-f] ^ ones
    points = set()
    for column in range(width):
        point = miter.point(frozenset(f for f in given if _bit(given, column, f)))
        legal = _legal(family, point)
        if legal:
            points.add(point)
        assert bool(hit >> column & 1) == (legal and bool(differing(stated, point)))
    if columns is not None:
        contexts = 3 * 4 * 3
        assert count * contexts == len(points)


def _bit(given: dict[int, int], column: int, f: int) -> bool:
    return bool(given[f] >> column & 1)


def _legal(family: Blocks | Listed | Interchange, point: Point) -> bool:
    if isinstance(family, Blocks) and family.most is not None:
        return len(point.high) <= family.most
    if isinstance(family, Interchange):
        return 0 < len(point.sources) <= (family.most or 9)
    return True


def test_points_read_as_they_say() -> None:
    family = Blocks((("A", ("X[1]",)),), ("X[2]",))
    miter = made(statement(family, RIGHT, "U[1]"))
    assert ("X[1]", "X[2]") == tuple(name for name, _ in miter.choices)
    everything = miter.point(frozenset(f for bits in miter.built.bits.values() for f in bits))
    context = (("P", 2), ("U[1]", 1), ("U[2]", 1), ("V", 2))
    expected = Point(context, (("X[1]", 1), ("X[2]", 1)), (("A", 1),))
    assert expected == everything
    nothing = Point((("P", 0), ("U[1]", 0), ("U[2]", 0), ("V", 0)), (), ())
    assert nothing == miter.point(frozenset())


def test_interchanges_take_their_values_from_their_sources() -> None:
    stated = statement(FAMILIES[4][0], RIGHT, "U[1]")
    base = (("P", 1), ("U[1]", 0), ("U[2]", 1), ("V", 0))
    source = (("U[1]", 1), ("U[2]", 0), ("V", 2))
    point = interchanged(stated, base, (("B", source),))
    assert Point(base, (("Y", 3),), (("B", 3),), (("B", source),)) == point
    assert ("C",) == differing(stated, point)


def test_solutions_stay_in_their_domains() -> None:
    text = "param K : 0..9\nU : 0..3\ninput I : bool\nX : 0..12 = U + K\nY = X"
    program = SCM.from_text(text).program
    narrow = (replace(v, domain=Range(0, 9)) if v.name == "X" else v for v in program.variables)
    program = replace(program, variables=tuple(narrow))
    assert ["K", "U", "I"] == roots_of(program)
    assert {"K": 3, "U": 1, "I": 1, "X": 4, "Y": 4} == solve(program, {"K": 3, "U": 1, "I": 1}, {})
    assert {"K": 3, "U": 1, "I": 0, "X": 7, "Y": 7} == solve(
        program, {"K": 3, "U": 1, "I": 1}, {"X": 7, "I": 0}
    )
    with pytest.raises(EvaluationError, match=r"X = 12 leaves its domain 0\.\.9"):
        solve(program, {"K": 9, "U": 3, "I": 0}, {})
    stated = statement(FAMILIES[0][0], RIGHT, "V")
    with pytest.raises(EvaluationError, match="W = 2 leaves its domain bool"):
        differing(stated, Point((("P", 1), ("U[1]", 0), ("U[2]", 1), ("V", 2)), (), ()))


def test_a_circuit_for_a_statement_costs_what_it_should() -> None:
    built = [build(squares_of(statement(f, RIGHT, "U[1]"))) for f, _ in FAMILIES]
    assert [45, 68, 42, 88, 82] == [len(b.blaster.circuit.gates) for b in built]
