"""The sympy face: round trips on random trees, closed forms, LaTeX, models from equations."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy

from tauomega import SCM
from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Apply, Constant, Expression, Operator, Reference, evaluate
from tauomega.theory.symbolic.expression_to_sympy import to_sympy
from tauomega.theory.symbolic.latex import intervention_to_latex
from tauomega.theory.symbolic.sympy_to_expression import from_sympy

NUMERIC = (Operator.ADD, Operator.MUL, Operator.MIN, Operator.MAX)
TRUTH = (Operator.AND, Operator.OR, Operator.XOR)
COMPARE = (Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE)


def random_number(rng: random.Random, depth: int) -> Expression:
    if depth == 0:
        if rng.random() < 0.5:
            return Reference(rng.choice(("x", "y", "z")))
        return Constant(rng.choice((0, 1, 2, -3, Fraction(1, 2))))
    kind = rng.random()
    if kind < 0.5:
        return Apply(
            rng.choice(NUMERIC), (random_number(rng, depth - 1), random_number(rng, depth - 1))
        )
    if kind < 0.7:
        operator = rng.choice((Operator.NEG, Operator.ABS, Operator.RELU, Operator.FLOOR))
        return Apply(operator, (random_number(rng, depth - 1),))
    if kind < 0.8:
        return Apply(Operator.MOD, (random_number(rng, depth - 1), Constant(3)))
    truth = random_truth(rng, depth - 1)
    return Apply(Operator.IF, (truth, random_number(rng, depth - 1), random_number(rng, depth - 1)))


def random_truth(rng: random.Random, depth: int) -> Expression:
    if depth <= 0 or rng.random() < 0.5:
        return Apply(
            rng.choice(COMPARE), (random_number(rng, max(0, depth - 1)), random_number(rng, 0))
        )
    return Apply(rng.choice(TRUTH), (random_truth(rng, depth - 1), random_truth(rng, depth - 1)))


@pytest.mark.parametrize("seed", range(60))
def test_sympy_and_back_keeps_every_value(seed: int) -> None:
    rng = random.Random(seed)
    expression = random_number(rng, 3)
    again = from_sympy(to_sympy(expression))
    for _ in range(8):
        state = {name: rng.choice((-2, 0, 1, 3, Fraction(5, 2))) for name in "xyz"}
        try:
            assert evaluate(again, state) == evaluate(expression, state)
        except EvaluationError:
            pytest.fail("a total expression has a value everywhere")


def test_a_solution_in_closed_form_under_an_intervention() -> None:
    model = SCM.from_text("param b : real\nE, F : real\nX = E\nY = b*X + F\nZ = X + Y")
    b, e, f, x = (sympy.Symbol(n, real=True) for n in ("b", "E", "F", "x"))
    assert sympy.expand(model.solution()["Z"] - (e + b * e + f)) == 0
    assert sympy.expand(model.solution({"X": x})["Z"] - (x + b * x + f)) == 0


def test_the_closed_form_agrees_with_running_the_model() -> None:
    model = SCM.from_text("U, V : 0..3\nX = (U + 2*V) mod 3\nY = if X > 1 then U else V")
    closed = model.solution()
    for context in model.contexts():
        values = {sympy.Symbol(n, real=True): v for n, v in context.items()}
        assert {n: int(e.xreplace(values).doit()) for n, e in closed.items()} == model.run(context)


def test_a_model_from_sympy_equations() -> None:
    u, x, y = sympy.symbols("U X Y", real=True)
    model = SCM.from_equations(
        [sympy.Eq(x, u), sympy.Eq(y, x**2 + 1)], {u: "0..2"}, laws={u: "uniform"}
    )
    assert model.run({"U": 2}, Hard((("X", 1),))) == {"X": 1, "Y": 2}
    assert model.probability({"U": 0}) == Fraction(1, 3)


def test_floats_and_unknown_functions_are_refused_by_name() -> None:
    x = sympy.Symbol("x", real=True)
    with pytest.raises(InputError, match="float: write an exact Rational"):
        from_sympy(x + sympy.Float(0.5))
    with pytest.raises(InputError, match="sin"):
        from_sympy(sympy.sin(x))


def test_latex() -> None:
    model = SCM.from_text("U[1..2] : bool\nX[i] = U[i]\nY = X[1] + X[2]")
    assert r"Y &= X[1] + X[2]" in model.to_latex()
    assert intervention_to_latex(Hard((("X[1]", 1),))) == r"\mathrm{do}(X_{1} = 1)"
    assert intervention_to_latex(Hard()) == r"\varnothing"
