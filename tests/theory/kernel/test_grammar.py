"""The grammar of models: precedence, families, values, inferred domains, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.kernel import (
    BOOL,
    Finite,
    Kind,
    Range,
    Reals,
    Scope,
    evaluate,
    format_expression,
    format_program,
    parse_expression,
    parse_intervention,
    parse_program,
)
from tauomega.theory.scm import SCM

NUMBERS = Scope({name: Reals() for name in "abcxyz"} | {f"p{k}": BOOL for k in range(4)})


def value(text: str, **state: int | Fraction) -> object:
    return evaluate(parse_expression(text, NUMBERS), state)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("8 - 3 - 2", 3),
        ("8 / 4 / 2", 1),
        ("-3 mod 2", 1),
        ("7 mod -3", -2),
        ("-(7/2) mod 2", Fraction(1, 2)),
        ("0.1 + 0.2 == 3/10", 1),
        ("not 1 == 2", 1),
        ("1 or 0 and 0", 1),
        ("1 xor 1 and 0", 1),
        ("1 or 1 xor 1", 1),
        ("if 1 < 2 then 5 else 6 + 1", 5),
        ("2 * (if 0 then 1 else 3)", 6),
        ("min(3, 1, 2) + max(4, 5)", 6),
        ("abs(-3) + relu(-2) + floor(-1/2)", 2),
        ("count(1, 0, 1) + sum(1, 2, 3)", 8),
        ("all(1, 1) + any(0, 0)", 1),
        ("(1 < 2) + (2 < 1)", 1),
        ("- - 3", 3),
        ("2 - -3", 5),
    ],
)
def test_values_and_precedence(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a < b < c", "comparisons are not chained"),
        ("1 + not p0", "'not' inside a tighter operator needs parentheses"),
        ("1 + if p0 then 1 else 2", "'if' inside a tighter operator needs parentheses"),
        ("a + ", "a value is missing"),
        ("a b", "the expression should end here"),
        ("q + 1", "unknown name 'q'"),
        ("1..2", "should end here"),
        ("a and b", "an operand of 'and' has values in {0, 1}"),
        ("a @ b", "stands in an equation for a whole family"),
        ("[[1, 2]]", "stands in an equation for a whole family"),
        ("sim(a)", "did you mean 'sum'"),
        ("a $ b", "'$' does not belong here"),
        ("(" * 300 + "a" + ")" * 300, "nested deeper than 200"),
        ("-" * 300 + "a", "nested deeper than 200"),
        ("1" * 2000, "a number of 2000 characters"),
    ],
)
def test_what_is_no_expression(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_expression(text, NUMBERS)
    assert message in str(error.value)


def test_a_long_sum_is_not_deep() -> None:
    assert value(" + ".join(["1"] * 5000)) == 5000


def test_families_bind_their_index_in_the_line() -> None:
    model = SCM.from_text("U[1..3] : bool\nX[i] = U[i]\nY[2..3] : bool\nY[i] = X[i-1] and U[i]")
    assert model.endogenous == ("X[1]", "X[2]", "X[3]", "Y[2]", "Y[3]")
    assert model.run({"U[1]": 1, "U[2]": 1, "U[3]": 0})["Y[2]"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X[i] = 1", "nothing says over what 'i' runs"),
        ("A[1..2], B[1..3] : bool\nX[i] = A[i] and B[i]", "unequal indices: A[1..2]; B[1..3]"),
        ("U[1..2] : bool\nX = U[3]", "'U[3]' is not in the family U[1] .. U[2]"),
        ("U[1..2] : bool\nX = U[1..2]", "stands only inside sum, all, any, count"),
        ("U[1..2] : bool\nX = U", "'U' is a family; write U[…]"),
        ("i : bool\nU[1..2] : bool\nX[i] = U[i]", "'i' is a variable; choose another index"),
        ("X = Y\nY = X", "the mechanisms form a cycle: X -> Y -> X"),
        ("X = X", "cycle: X -> X"),
        ("U : bool\nX = U\nX = U", "'X' has two equations"),
        ("X : bool ~ 1/2\nX = 1", "has a law and an equation"),
        ("U : 0..2 ~ (1/2, 1/4)", "2 probabilities for 3 values"),
        ("U : bool ~ (1/2, 1/4)", "these sum to 3/4"),
        ("U : {a, b}\na : bool", "'a' is a label and a variable"),
        ("U : bool\nX : 0..1 = U + 1", "the value is 2, outside bool, at U = 1"),
        ("U : 0..2\nX = 1 / U", "division by zero at U = 0"),
        ("U : bool\nX = table(U) {0: 1}", "the table has no row for 1"),
        ("U : bool\nX = table(U) {0: 1; 0: 2}", "two rows for 0"),
        ("U : {red, green}\nX = U + 1", "applied to labels"),
        ("T | S : bool ~ {0: 1; else: 0}", "'T' reads 'S', no variable"),
        ("cyclic\nX = not Y\nY = X", "'Y' is on a cycle: declare its domain"),
        ("param p : bool ~ 1/2", "a parameter has no law"),
        ("X = ?(1)", "needs a domain"),
        ("sum : bool", "'sum' is a reserved word"),
        ("U : 3..1", "the range 3..1 is empty"),
        ("", "the model has no variables"),
    ],
)
def test_what_is_no_model(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_program(text)
    assert message in str(error.value)


MATRICES = """
E[1..2], F[1..2] : real
let M = [[1, 3], [2, 0]]
Z = M @ W + F
W[i] = E[i]
V = Z @ M - 2 * F
Y = [1, 1/2] @ V
param p : real
Q = [[p, 1]] @ Z
"""


def test_matrices_are_written_out() -> None:
    """design.md, part 4: Z = M @ W + F; M on the left is columns, on the right rows."""
    model = SCM.from_text(MATRICES)
    assert SCM.from_text(str(model)) == model
    context = {"E[1]": 1, "E[2]": 2, "F[1]": 0, "F[2]": 5}
    found = model.run(context, parameters={"p": 3})
    assert [found[n] for n in ("Z[1]", "Z[2]", "V[1]", "V[2]", "Q[1]")] == [7, 7, 21, 11, 28]
    assert found["Y"] == Fraction(53, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "E[1..3] : real\nZ = [[1, 2]] @ E",
            "a matrix of 1 by 2 is multiplied by a vector of length 3",
        ),
        ("E : real\nX = [1, 2] @ E", "'@' has a vector or a matrix on both sides"),
        ("E : real\nX = [1, 2] * [3, 4]", "write '@' for the product of vectors"),
        ("E : real\nX = [[1, 2], [3]] @ [1, 2]", "the row has 1 entries, the first 2"),
        (
            "E : real\nX = [1, 2] + [1, 2, 3]",
            "a vector of length 2 and a vector of length 3 are added",
        ),
        ("A = [[1]] @ B\nB = [[1]] @ A", "wait for one another"),
        ("E : real\nX = [[1]]", "the right side is a matrix"),
        ("E[1..2] : real\nZ = max([1, 2] @ E, 3)", "stands in an equation for a whole family"),
        (
            "E[1..2] : real\nZ[1..3] : real\nZ = [[1, 0], [0, 1]] @ E",
            "'Z' has 3 members, the right side 2",
        ),
        ("let M = 2 * M + [1]\nX = [[1]] @ M", "an abbreviation within itself"),
    ],
)
def test_what_is_no_matrix_equation(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_program(text)
    assert message in str(error.value)


def test_all_faults_are_reported_together_with_their_places() -> None:
    text = "U : bool\nX = V\nY = U +\nZ = W1 and U\nW : bool"
    with pytest.raises(InputError) as error:
        parse_program(text)
    assert next(fault.position for fault in error.value.faults) == (3, 8)
    assert "text:3:8: a value is missing\n    Y = U +\n" in str(error.value)


def test_the_caret_and_the_nearest_name() -> None:
    with pytest.raises(InputError) as error:
        parse_program("Voter : bool\nX = Votr")
    assert str(error.value) == (
        "text:2:5: unknown name 'Votr'; did you mean 'Voter'?\n    X = Votr\n        ^^^^"
    )


def test_inferred_domains() -> None:
    program = parse_program(
        "U, V : 0..2\nR : real\nA = U < V\nB = U\nC = U + V\nD = U * 2\nE = U - U\nF = R + 1\n"
        "G = R > 0\nH = if U == 0 then 1/2 else 2\nL : {red, green}\nM = L\nK = if A then 1 else 0"
    )
    domains = {v.name: v.domain for v in program.variables}
    assert domains["A"] == domains["G"] == domains["E"] == domains["K"] == BOOL
    assert domains["B"] == Range(0, 2)
    assert domains["C"] == Range(0, 4)
    assert domains["D"] == Finite((0, 2, 4))
    assert domains["F"] == Reals()
    assert domains["H"] == Finite((Fraction(1, 2), 2))
    assert domains["M"] == Finite(("red", "green"))


def test_let_and_def_are_abbreviations_and_param_is_for_all_values() -> None:
    model = SCM.from_text(
        "param p : 0..2\nlet one = 1\ndef twice(a) = a + a\nU : bool\nX = twice(U) + one\nY = X > p"
    )
    assert model.parameters == ("p",)
    assert model.run({"U": 1}, parameters={"p": 2}) == {"X": 3, "Y": 1}


def test_an_input_is_a_settable_root() -> None:
    model = SCM.from_text("input A : 0..2 ~ uniform\nX = A")
    assert model.inputs == model.roots == ("A",)
    assert model["A"].kind is Kind.INPUT
    assert model.run({"A": 2}, model.intervention("A = 1")) == {"A": 1, "X": 1}


def test_lines_go_on_inside_brackets_and_comments_end_them() -> None:
    model = SCM.from_text("U : bool  # a root\nX = (U or\n  not U)  # a tautology")
    assert model.run({"U": 0}) == {"X": 1}


def test_a_model_as_text_reads_back() -> None:
    text = (
        "input A : 0..2 ~ (1/2, 1/4, 1/4)\nU : {red, green}\nX : bool = table(A, U) {0, red: 1; else: 0}\n"
        "Y : real = if X then A / 3 else -(A - 1) * 2"
    )
    program = parse_program(text)
    assert parse_program(format_program(program)) == program


@pytest.mark.parametrize(
    "text",
    ["a - (b - c)", "a - b - c", "(a + b) * c", "-(a * b)", "a / (b / c)", "not (p0 and p1)", "1/3 * a",
     "if p0 then a else (if p1 then b else c)", "a mod (b + 1)", "min(a, b - 1)", "-3 * a", "2 - -3"],
)  # fmt: skip
def test_an_expression_as_text_reads_back(text: str) -> None:
    expression = parse_expression(text, NUMBERS)
    assert parse_expression(format_expression(expression), NUMBERS) == expression


MODEL = SCM.from_text("U[1..3] : bool\nX[i] = U[i]\nC : {red, green} = red\nR : real = 1/2")


def test_interventions_as_text() -> None:
    assert parse_intervention("", MODEL.scope) == ((), ())
    values, changes = parse_intervention("X[1..2] = 1, C = green, R = -1/3", MODEL.scope)
    assert changes == ()
    assert values == (("X[1]", 1), ("X[2]", 1), ("C", "green"), ("R", Fraction(-1, 3)))


def test_all_faults_of_an_intervention_together() -> None:
    with pytest.raises(InputError) as error:
        parse_intervention(
            "X[1] = 2, X[4] = 0, C = blue, X[2] := 2, X[3] = 1, X[3] = 0, C ~ 1/3", MODEL.scope
        )
    messages = [fault.message for fault in error.value.faults]
    assert messages == [
        "X[1] = 2 is outside the domain bool",
        "unknown variable 'X[4]'; did you mean 'X[3]'?",
        "C = blue is outside the domain {red, green}",
        "the rule of 'X[2]' leaves its domain: the value is 2, outside bool, at every state",
        "'X[3]' is set twice",
        "one probability is the law of a bool; list one for each value: (…, …)",
    ]


def test_a_zero_divisor_that_only_a_run_meets_names_the_state() -> None:
    model = SCM.from_text("U : real\nX = 1 / U")
    with pytest.raises(EvaluationError, match="division by zero at U = 0"):
        model.run({"U": 0})
