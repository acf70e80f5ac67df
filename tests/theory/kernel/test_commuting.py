"""The circuit of a statement is true exactly at the squares that do not commute, and covers them all."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tauomega.proofs.testing.questions import circuit_question, problems_of
from tauomega.solvers.circuits import values_of
from tauomega.solvers.points import Point, differing, read_point
from tauomega.solvers.reductions import reduced
from tauomega.solvers.statements import NotStatedError, refusal, squares_count, statement_of
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import EvaluationError, Value
from tauomega.theory.kernel.commuting import Commuting, Squares, squares_of
from tauomega.theory.kernel.commuting_circuit import Built, build
from tauomega.theory.kernel.evaluation import evaluate, solve

BITS = 11


def statements(seed: int, count: int) -> Iterator[Commuting]:
    """Random statements, of every family."""
    rng = random.Random(seed)
    while count:
        try:
            found = list(problems_of(circuit_question(rng)))
        except InputError:
            continue
        for problem in found:
            short, _ = reduced(problem)
            try:
                if refusal(short) is None:
                    yield statement_of(short)
                    count -= 1
            except (InputError, NotStatedError):
                continue
            if not count:
                return


def fails_at(statement: Commuting, point: Point) -> bool:
    try:
        return bool(differing(statement, point))
    except EvaluationError:
        return True


def one_model_fails(squares: Squares, built: Built, model: frozenset[int]) -> bool:
    """The same square as a context of the one model, evaluated number by number."""
    domains = {v.name: v.domain for v in squares.program.variables}
    state: dict[str, Value] = {}
    for name, bits in built.bits.items():
        values = list(domains[name])  # type: ignore[arg-type]  # only finite roots have bits
        place = sum(1 << k for k, f in enumerate(bits) if f in model)
        state[name] = values[min(place, len(values) - 1)]
    try:
        run = solve(squares.program, state, {})
        return any(evaluate(a, run) != evaluate(b, run) for _, a, b in squares.sides)
    except EvaluationError:
        return True


@pytest.mark.parametrize("seed", range(6))
def test_a_circuit_is_true_exactly_at_the_squares_that_do_not_commute(seed: int) -> None:
    compared: dict[str, int] = {}
    for statement in statements(seed, 12):
        squares = squares_of(statement)
        built = build(squares)
        circuit = built.blaster.circuit
        bits = [n for n, (kind, _) in enumerate(circuit.gates) if kind == "var"]
        if len(bits) > BITS:
            continue
        width = 1 << len(bits)
        given = {f: sum(1 << a for a in range(width) if a >> k & 1) for k, f in enumerate(bits)}
        ones = (1 << width) - 1
        values = values_of(circuit, circuit.cone(built.literals), given, width)
        hit = ones
        for f in built.literals:
            hit &= values[f] if f > 0 else values[-f] ^ ones
        allowed = ones  # the family's own limits, without the question whether the squares commute
        for f in built.literals[1:]:
            allowed &= values[f] if f > 0 else values[-f] ^ ones
        points = set()
        for a in range(width):
            if not allowed >> a & 1:
                continue
            model = frozenset(f for k, f in enumerate(bits) if a >> k & 1)
            point = read_point(statement, squares, built, model.__contains__)
            points.add(point)
            fails = fails_at(statement, point)
            assert bool(hit >> a & 1) == fails, point
            assert fails == one_model_fails(squares, built, model), point
        assert len(points) == squares_count(statement), type(statement.family).__name__
        name = type(statement.family).__name__
        compared[name] = compared.get(name, 0) + 1
    assert sum(compared.values()) > 4, compared
