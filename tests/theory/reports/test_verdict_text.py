"""What a person reads: the drawing of a square, the words of each verdict and counterexample."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tauomega.theory.counterexample import (
    Collision,
    Counterexample,
    CountGap,
    GraphGap,
    LawGap,
    NoContextMap,
    NoOmega,
    NotABlockMap,
    NotMonotone,
    NotOnto,
    NotSolvable,
    Square,
    Way,
)
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.reports.square_drawing import draw_square
from tauomega.theory.reports.verdict_text import report
from tauomega.theory.verdict import (
    AlgebraicIdentity,
    Bounds,
    ClauseResult,
    ContextMapWitness,
    Coverage,
    Enumeration,
    Evidence,
    Fails,
    Holds,
    OmegaWitness,
    Question,
    Run,
    Trusted,
    TwoEngines,
    Unknown,
    Verdict,
)

X1 = Hard((("X1", 1),))
Y1 = Hard((("Y", 1),))
QUESTION = Question(
    "constructive",
    (("family", "block"), ("omega", "derived")),
    "exact",
    "the square commutes for every block intervention",
)
SQUARE = Square(
    low=Way((("U1", 1), ("U2", 0)), X1, (("X1", 1), ("X2", 0), ("Z", 1))),
    image=(("Y", 1), ("Z", 1)),
    high=Way((("U", 0),), Y1, (("Y", 1), ("Z", 0))),
    differs=("Z",),
)
DRAWING = """\
  low level                              high level
  U1 = 1, U2 = 0            ── τ_U ──▶   U = 0
      │                                      │
      │ do(X1 = 1)                           │ do(Y = 1)
      ▼                                      │
  X1 = 1, X2 = 0, Z = 1                      │
      │ τ                                    │
      ▼                                      ▼
  Y = 1                          =       Y = 1
  Z = 1                          ≠       Z = 0   ◀ differs"""


def text_of(verdict: Verdict) -> str:
    return "\n".join(line.text for line in report(verdict, width=400))


def fails(counterexample: Counterexample) -> Fails:
    return Fails(QUESTION, (ClauseResult("blocks", "fails"),), counterexample, run=Run(("table",)))


def test_a_square_is_drawn_with_both_ways_round_and_the_difference() -> None:
    assert DRAWING == "\n".join(line.text for line in draw_square(SQUARE, width=80))
    styled = [line.text for line in draw_square(SQUARE, width=80) if line.style == "bold red"]
    assert [DRAWING.splitlines()[-1]] == styled


def test_a_square_that_is_an_interchange_names_its_sources() -> None:
    square = Square(SQUARE.low, SQUARE.image, SQUARE.high, ("Z",), (("Y", (("U", 1),)),))
    lines = [line.text for line in draw_square(square, width=80)]
    assert "  source of Y: U = 1" == lines[0]


def test_high_variables_without_tau_are_shown_too() -> None:
    square = Square(SQUARE.low, (("Z", 1),), SQUARE.high, ("Z",))
    assert any(line.text.endswith("Y = 1") for line in draw_square(square, width=80))


def test_a_wide_state_is_wrapped_and_then_counted() -> None:
    many = tuple((f"layers.{k}[{i}]", Fraction(1, 3)) for k in range(9) for i in range(9))
    square = Square(Way((), NOTHING, many), (("Z", 1),), Way((), NOTHING, (("Z", 0),)), ("Z",))
    lines = [line.text for line in draw_square(square, width=80)]
    assert all(len(line) <= 80 for line in lines)
    assert any("more (--json has all)" in line for line in lines)


def test_numbers_too_long_to_read_are_rounded_and_say_so() -> None:
    gap = LawGap(X1, Y1, (("Z", 1),), Fraction(10**20 + 1, 3 * 10**20), Fraction(1, 3))
    text = text_of(fails(gap))
    assert "≈0.333333" in text
    assert "1/3" in text


@pytest.mark.parametrize(
    ("counterexample", "expected"),
    [
        (SQUARE, "◀ differs"),
        (LawGap(X1, Y1, (("Z", 1),), Fraction(1, 3), Fraction(1, 2)), "1/3  in τ of the low-level"),
        (NoContextMap((("U", 1),), ((X1, Y1, (("Z", 1),)),)), "happens in no high-level context"),
        (
            NoContextMap((("U", 1),), ((X1, Y1, (("Z", 1),)), (NOTHING, NOTHING, (("Z", 0),)))),
            "each is possible, but not all in one high-level context",
        ),
        (GraphGap(("X -> Y below has no edge above",)), "X -> Y below has no edge above"),
        (CountGap(((Y1, (("Z", 1),)),), 1, 2, (("U", 0),)), "1 below, 2 above"),
        (NoOmega((X1,), "its values leave I_H"), "there is no ω: its values leave I_H"),
        (NotOnto("τ", (("Y", 3),)), "τ misses Y = 3"),
        (NotMonotone(NOTHING, X1, Y1, NOTHING), "do(Y = 1) ⋢ no intervention"),
        (NotABlockMap((("X1", ("Y", "Z")),)), "X1 is read by τ of Y and Z"),
        (Collision(SQUARE.low, SQUARE.low, (("Y", 1),), "Z", (0, 1)), "needs Z = 1"),
        (NotSolvable((("U", 1),), NOTHING, 0), "no solution"),
        (NotSolvable((("U", 1),), NOTHING, 2), "2 solutions"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_every_counterexample_is_told(counterexample: Counterexample, expected: str) -> None:
    text = text_of(fails(counterexample))
    assert text.startswith("FAILS\n")
    assert "refuted: the square commutes for every block intervention." in text
    assert expected in text


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Enumeration(1024), "by complete enumeration of 1,024 squares"),
        (AlgebraicIdentity("A B = C"), "by the identity A B = C"),
        (TwoEngines(("table", "smt")), "by two independent engines, table and smt"),
        (Trusted("z3 5.4", 3), "HOLDS, on z3 5.4's word (3 queries)"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_every_evidence_is_told(evidence: Evidence, expected: str) -> None:
    assert expected in text_of(Holds(QUESTION, (), evidence))


def test_what_holds_shows_its_witness_and_what_it_relies_on() -> None:
    witness = ContextMapWitness((((("U1", 0),), (("U", 0),)),), 20)
    verdict = Holds(QUESTION, (), Enumeration(4, relies_on=("Lemma U",)), witness)
    text = text_of(verdict)
    assert "  U1 = 0  ↦  U = 0\n  … and 19 more" in text
    assert "relies on: Lemma U" in text
    found = Holds(QUESTION, (), Enumeration(4), OmegaWitness(((X1, Y1),)))
    assert "  do(X1 = 1)  ↦  do(Y = 1)" in text_of(found)


def test_what_is_unknown_says_what_was_covered_and_what_to_do() -> None:
    verdict = Unknown(
        QUESTION,
        (),
        "2^40 squares are beyond reach",
        Bounds(Fraction(0), Fraction(1)),
        Coverage(2**40, 1000),
        "tauomega check task.toml --engine smt",
        (("interchange accuracy", Fraction(15, 16)),),
    )
    text = text_of(verdict)
    assert "covered: 1,000 of 1,099,511,627,776 squares" in text
    beyond = Unknown(QUESTION, (), "no", coverage=Coverage(2**20_000, 1))
    assert "covered: 1 of more than 2^20000 squares" in text_of(beyond)
    nothing = Unknown(QUESTION, (), "no", coverage=Coverage(None, 0))
    assert "covered: no square" in text_of(nothing)
    assert "the defect lies between 0 and 1" in text
    assert "next: tauomega check task.toml --engine smt" in text
    assert "interchange accuracy: 15/16 (≈ 0.9375)" in text
