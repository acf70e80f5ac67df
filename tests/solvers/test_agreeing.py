"""Several engines on one question: the strongest evidence, two independent engines, or a quarrel."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tauomega import SCM, Abstraction, check
from tauomega.cli import __main__ as cli
from tauomega.cli.exit_code import ExitCode
from tauomega.proofs.testing.questions import problems
from tauomega.solvers import portfolio
from tauomega.solvers.agreeing import agreed
from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.portfolio import get_engine
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import EngineDisagreementError
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.verdict import Enumeration, Evidence, Fails, Holds, Trusted, TwoEngines

ZERO, ONE = Fraction(0), Fraction(1)
PROBLEM = next(problems(1, 1))


def held(evidence: Evidence) -> Answer:
    return Answer(ZERO, ZERO, 1, 1, evidence)


def test_two_engines_with_nothing_but_their_word_are_two_independent_engines() -> None:
    answers = [
        ("bdd", held(Trusted("OxiDD"))),
        ("sat", held(Trusted("CaDiCaL"))),
        ("smt", held(Trusted("z3"))),
    ]
    assert agreed(PROBLEM, answers).evidence == TwoEngines(("OxiDD", "z3"))
    assert agreed(PROBLEM, answers[:2]).evidence == TwoEngines(
        ("OxiDD", "CaDiCaL"), ("the circuit that both engines were given",)
    )
    assert agreed(PROBLEM, answers[:1]).evidence == Trusted("OxiDD")
    assert agreed(PROBLEM, [answers[2], answers[2]]).evidence == Trusted("z3")


def test_stronger_evidence_is_preferred_to_the_first() -> None:
    answers = [("bdd", held(Trusted("OxiDD"))), ("bits", held(Enumeration(8)))]
    assert agreed(PROBLEM, answers).evidence == Enumeration(8)


def test_a_quarrel_has_a_bundle_with_all_that_is_needed_to_ask_again() -> None:
    answers = [("bits", held(Enumeration(8))), ("bdd", Answer(ONE, ONE, 1, 1, point={"u": (1,)}))]
    with pytest.raises(
        EngineDisagreementError, match=r"bdd says .* at least 1, bits .* at most 0"
    ) as e:
        agreed(PROBLEM, answers)
    bundle = json.loads(e.value.bundle)
    assert [said["engine"] for said in bundle["answers"]] == ["bits", "bdd"]
    assert SCM.from_text(bundle["low"]) == PROBLEM.claim.scm
    assert bundle["abstraction"]["tau"] == PROBLEM.claim.tau_text


def test_check_asks_two_engines_when_told_to() -> None:
    low = SCM.from_text("U : real\nX = U")
    claim = Abstraction.from_text(low, low, {"X": "X"})
    definition = TauAbstraction(tau_u=TauUPolicy.IDENTITY)
    assert isinstance(check(claim, definition, engines=["all"]), Holds)


def test_a_second_opinion_of_one_formula_says_what_both_were_given() -> None:
    pytest.importorskip("cvc5")
    low = SCM.from_text("U : real\nX = U\nY = max(X, 0)")
    claim = Abstraction.from_text(low, low, {"X": "X", "Y": "Y"})
    verdict = check(claim, TauAbstraction(tau_u=TauUPolicy.IDENTITY), engines=["smt", "cvc5"])
    assert isinstance(verdict, Holds)
    squares = verdict.clauses[-1].evidence
    assert isinstance(squares, TwoEngines)
    assert [word.split()[0] for word in squares.engines] == ["z3", "cvc5"]
    assert squares.relies_on == ("the formula that both engines were given",)
    high = SCM.from_text("U : real\nX = U\nY = max(X, 1)")
    other = Abstraction.from_text(low, high, {"X": "X", "Y": "Y"})
    found = check(other, TauAbstraction(tau_u=TauUPolicy.IDENTITY), engines=["cvc5"])
    assert isinstance(found, Fails)  # replayed: the point is cvc5's


def test_a_second_solver_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tauomega.solvers.smt.cvc5_version", lambda: None)
    refusal = get_engine("cvc5").accepts(PROBLEM)
    assert refusal == "cvc5 is not installed; it comes with an extra: pip install 'tauomega[cvc5]'"


class Liar:
    """Says that everything holds."""

    name = "table"

    def accepts(self, problem: Problem) -> str | None:
        return get_engine("enumerate").accepts(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        return held(Enumeration(1))


def test_the_command_exits_with_4_and_keeps_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = portfolio.get_engine
    monkeypatch.setattr(portfolio, "get_engine", lambda n: Liar() if n == "table" else real(n))
    monkeypatch.chdir(tmp_path)
    code = cli.main(["check", "ce6", "--engine", "table", "--engine", "enumerate"])
    assert code == ExitCode.DISAGREEMENT
    shown = capsys.readouterr().err
    (folder,) = tmp_path.iterdir()
    assert f"kept in {folder.name}" in shown
    assert {p.name for p in folder.iterdir()} == {"task.toml", "answers.json"}
    monkeypatch.setattr(portfolio, "get_engine", real)
    again = cli.main(["check", f"{folder}/task.toml", "--engine", "all"])
    assert again == ExitCode.FAILS
