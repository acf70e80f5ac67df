"""Every engine and every reduction against the literal interpreter, on random small claims."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from tauomega.proofs.testing.questions import problems
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.engine import Answer, Budget, Engine, Problem
from tauomega.solvers.enumeration import ENUMERATE
from tauomega.solvers.portfolio import get_engine
from tauomega.solvers.reductions import reduced
from tauomega.theory.defect import ContextMaps, Defect, Inf, Interventions, Part, Sup
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given, Single, TauMax
from tauomega.theory.intervention import NOTHING
from tauomega.theory.verdict import INFINITE, Enumeration


def outcome(engine: Engine, problem: Problem, seconds: float) -> str:
    """`holds`, `fails`, `input` (refused), or `none` (not decided)."""
    if engine.accepts(problem) is not None:
        return "none"
    try:
        answer = engine.bounds(problem, Budget(seconds))
    except InputError:
        return "input"
    if answer.lo > 0:
        return "fails"
    return "holds" if answer.evidence is not None else "none"


def disagreements(
    engine: Engine, seed: int, count: int, *, seconds: float = 1.0
) -> tuple[Counter[str], list[Problem]]:
    """What an engine says of reduced problems, where it differs from the literal interpreter."""
    said: Counter[str] = Counter()
    wrong = []
    for problem in problems(seed, count):
        short, _ = reduced(problem)
        if engine.accepts(short) is not None:
            continue
        expected = outcome(ENUMERATE, problem, 0.3)
        found = outcome(engine, short, seconds)
        if "none" in (expected, found):
            continue
        said[expected] += 1
        if found != expected:
            wrong.append(problem)
    return said, wrong


@pytest.mark.parametrize("seed", range(20))
def test_engines_and_reductions_agree_with_the_literal_interpreter(seed: int) -> None:
    """100 random questions a seed, 2,000 in all, each with every engine that accepts it."""
    compared: Counter[str] = Counter()
    for problem in problems(seed, 100):
        short, _ = reduced(problem)
        expected = outcome(ENUMERATE, problem, 0.2)
        for name in ("table", "quotient", "omega-search"):
            found = outcome(get_engine(name), short, 1.0)
            if "none" not in (expected, found):
                assert found == expected, (name, problem)
                compared[name] += 1
    assert compared["table"] > 50


@pytest.mark.parametrize(("engine", "seed"), [("smt", 0), ("smt", 1), ("cvc5", 2)])
def test_z3_and_cvc5_agree_with_the_literal_interpreter(engine: str, seed: int) -> None:
    if engine == "cvc5":
        pytest.importorskip("cvc5")
    said, wrong = disagreements(get_engine(engine), seed, 60, seconds=5.0)
    assert wrong == []
    assert said["holds"] > 0


def test_about_half_of_the_random_claims_hold() -> None:
    rng = random.Random(7)
    from tauomega import check

    verdicts: Counter[str] = Counter()
    for _ in range(300):
        claim = random_claim(rng)
        try:
            verdicts[check(claim, Constructive()).name] += 1
        except InputError:
            verdicts["input"] += 1
    assert 0.3 < verdicts["holds"] / 300 < 0.7, verdicts
    assert verdicts["unknown"] == 0


def test_a_reduction_alone_keeps_the_literal_value() -> None:
    """Lemma U and blocks + silence, interpreted literally on both sides."""
    compared = 0
    for problem in problems(99, 300):
        short, used = reduced(problem)
        if used:
            before, after = (outcome(ENUMERATE, p, 0.5) for p in (problem, short))
            if "none" not in (before, after):
                assert before == after, used
                compared += 1
    assert compared > 30


# ---------------------------------------------------------------- planted wrong engines are caught


@dataclass(frozen=True)
class Planted:
    """The table engine with something wrong: the question it hears, or the answer it gives."""

    label: str
    hear: Callable[[Problem], Problem] = lambda problem: problem
    say: Callable[[Answer], Answer] = lambda answer: answer

    @property
    def name(self) -> str:
        return self.label

    def accepts(self, problem: Problem) -> str | None:
        return get_engine("table").accepts(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        return self.say(get_engine("table").bounds(self.hear(problem), budget))


HOLDS = Answer(Fraction(0), Fraction(0), 1, 1, Enumeration(1))
FAILS = Answer(Fraction(1), INFINITE, 1, 1, point={})


def changed(problem: Problem, change: Callable[[Defect], Defect]) -> Problem:
    return replace(problem, part=Part(problem.part.name, change(problem.part.defect)))


def with_family(choose: Callable[[object], object]) -> Callable[[Problem], Problem]:
    def change(defect: Defect) -> Defect:
        match defect:
            case Inf(variable=name, space=space, body=body):
                return Inf(name, space, change(body))
            case Sup(variable=name, space=Interventions(family=family, undefined=u), body=body):
                return Sup(name, Interventions(choose(family), u), body)  # type: ignore[arg-type]
            case _:
                return defect

    return lambda problem: changed(problem, change)


def onto_forgotten(defect: Defect) -> Defect:
    match defect:
        case Inf(variable=name, space=ContextMaps(), body=body):
            return Inf(name, ContextMaps(onto=False), body)
        case _:
            return defect


def onto_always(defect: Defect) -> Defect:
    match defect:
        case Inf(variable=name, space=ContextMaps(), body=body):
            return Inf(name, ContextMaps(onto=True), body)
        case _:
            return defect


PLANTED = [
    Planted("always holds", say=lambda answer: HOLDS),
    Planted("always fails", say=lambda answer: FAILS),
    Planted("says the opposite", say=lambda answer: FAILS if answer.lo == 0 else HOLDS),
    Planted(
        "gives up early and says holds",
        say=lambda answer: HOLDS if answer.examined > 8 else answer,
    ),
    Planted("forgets onto τ_U", hear=lambda p: changed(p, onto_forgotten)),
    Planted("asks for an onto τ_U", hear=lambda p: changed(p, onto_always)),
    Planted("intervenes on nothing", hear=with_family(lambda family: Given((NOTHING,)))),
    Planted("takes BLOCK for every family", hear=with_family(lambda family: Block())),
    Planted("takes SINGLE(1) for every family", hear=with_family(lambda family: Single(1))),
    Planted("takes TAUMAX for every family", hear=with_family(lambda family: TauMax())),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.label)
def test_a_planted_wrong_engine_is_caught(planted: Planted) -> None:
    for seed in range(100, 106):
        _, wrong = disagreements(planted, seed, 150)
        if wrong:
            return
    pytest.fail(f"no claim contradicts an engine that {planted.label}")
