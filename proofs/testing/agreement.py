"""Every engine against every other, and against the literal interpreter, on random questions.

    python -m tauomega.proofs.testing.agreement --claims 10000 --lies 1000 --seed 1 --journal run.jsonl

draws questions (each from the seed and its number, so that one can be drawn again), asks every engine
that accepts a clause, and compares: verdicts, bounds, counterexamples (each is replayed) and, where an
engine says that its counterexample is the least one, that it is. The circuit engines go without
their random draws here, or these would answer for them, and z3 with masks even where it is small; so
does cvc5, where it is installed.
A *lie* is an answer of one engine (not of the literal interpreter, to which they are held) that was
falsified on the way; it must be noticed. With a journal, a run that was interrupted goes on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, final

from tauomega.solvers.agreeing import is_decided
from tauomega.solvers.bdd import Bdd
from tauomega.solvers.bits import Bits
from tauomega.solvers.child import in_this_process
from tauomega.solvers.engine import Answer, Budget, Engine, Problem
from tauomega.solvers.explaining import explain
from tauomega.solvers.portfolio import get_engine
from tauomega.solvers.ranging import Swap
from tauomega.solvers.reductions import reduced
from tauomega.solvers.sat import Sat
from tauomega.solvers.smt import Smt
from tauomega.solvers.smt_second import cvc5_version
from tauomega.theory.defect import HIGH, Interventions, States, Sup, Swaps
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.replaying import replays
from tauomega.theory.verdict import INFINITE, Enumeration

from .questions import Question, circuit_question, problems_of, random_question
from .quotients import finite_domain

__all__ = ["ENGINES", "LIES", "Heard", "asked", "complaints", "drawn", "main", "replayed"]

ENGINES: tuple[Engine, ...] = (
    get_engine("table"),
    get_engine("quotient"),
    get_engine("omega-search"),
    get_engine("factors"),
    Bits(draws=0),
    Bdd(draws=0),
    Sat(draws=0),
    Smt(few=1),
    *([Smt(few=1, second=True)] if cvc5_version() else []),
)
LITERAL = get_engine("enumerate")
SECONDS = 5.0


@final
@dataclass(frozen=True, slots=True)
class Heard:
    """What an engine said of a problem: an answer, or the faults that it found in the claim."""

    engine: str
    problem: Problem
    answer: Answer | None
    crash: str = ""

    @property
    def verdict(self) -> str:
        """`holds`, `fails`, `input` (refused), `crash`, or `none` (not decided)."""
        if self.crash:
            return "crash"
        if self.answer is None:
            return "input"
        if self.answer.lo > self.problem.tolerance:
            return "fails"
        return "holds" if is_decided(self.problem, self.answer) else "none"


def ask(engine: Engine, problem: Problem, seconds: float = SECONDS) -> Heard | None:
    """What an engine says, or `None` if it does not accept the problem."""
    if engine.accepts(problem) is not None:
        return None
    try:
        return Heard(engine.name, problem, engine.bounds(problem, Budget(seconds)))
    except InputError:
        return Heard(engine.name, problem, None)
    except Exception as error:  # whatever an engine dies of is a finding of this run
        return Heard(engine.name, problem, None, f"{type(error).__name__}: {error}")


def asked(problem: Problem, engines: Sequence[Engine] = ENGINES) -> list[Heard]:
    """The literal interpreter on the problem as it is, and every engine after the reductions."""
    short, theorems = reduced(problem)
    first = ask(LITERAL, problem, 1.0)
    found = [first]
    if theorems:  # a counterexample is read off the problem after the reductions
        if first is not None and first.answer is not None:
            found = [replace(first, answer=replace(first.answer, point=None))]
        found.append(ask(LITERAL, short, 1.0))
    found += [ask(engine, short) for engine in engines]
    return [heard for heard in found if heard is not None and heard.verdict != "none"]


def complaints(heard: Sequence[Heard]) -> list[str]:
    """What is wrong with a list of answers to one question; nothing if they agree."""
    found = []
    verdicts = sorted({h.verdict for h in heard})
    if len(verdicts) > 1:
        said = ", ".join(f"{h.engine}: {h.verdict}" for h in heard)
        found.append(f"verdicts differ: {said}")
    found += [f"{h.engine} died of {h.crash}" for h in heard if h.crash]
    answers = [(h, h.answer) for h in heard if h.answer is not None]
    if answers and max(a.lo for _, a in answers) > min(a.hi for _, a in answers):
        found.append("bounds exclude each other")
    least: dict[str, tuple[str, object]] = {}
    for h, answer in answers:
        if h.verdict != "fails":
            continue
        wrong = "" if answer.point is None else _not_replayed(h, answer)
        if wrong:
            found.append(f"{h.engine}: {wrong}")
        point = _square(answer)
        if answer.minimal and point is not None:
            kind = repr(sorted(answer.point or ())) + repr(h.problem.part.defect)
            first = least.setdefault(kind, (h.engine, point))
            if first[1] != point:
                found.append(f"{first[0]} and {h.engine} have two least counterexamples")
    return found


def _square(answer: Answer) -> object:
    """The place of a failing square, if the point is one; parameters are not ordered."""
    point = answer.point or {}
    if "parameters" in point:
        return None
    if "x" in point:
        return point["x"]
    return (point["i"], point["u"]) if "i" in point and "u" in point else None


def replayed(heard: Heard, answer: Answer) -> bool | None:
    """Whether the counterexample is one, by plain exact evaluation; `None` if it has no replay of its own."""
    found = explain(heard.problem, answer, Budget(SECONDS))
    parameters: Any = (answer.point or {}).get("parameters", {})
    return replays(heard.problem.claim, found, parameters)


def _not_replayed(heard: Heard, answer: Answer) -> str:
    """Why the counterexample is none; empty if it is one, or has no replay of its own."""
    try:
        outcome = replayed(heard, answer)
    except (KeyError, ValueError, AssertionError, InputError) as error:
        return f"its counterexample cannot be read: {type(error).__name__}: {error}"
    return "its counterexample does not replay" if outcome is False else ""


# ---------------------------------------------------------------- lies


@final
@dataclass(frozen=True, slots=True)
class Lie:
    """How an answer is falsified; `None` where this lie would say nothing false."""

    name: str
    tell: Callable[[random.Random, Heard], Answer | None]


def _says_holds(_: random.Random, heard: Heard) -> Answer | None:
    if heard.verdict != "fails":
        return None
    return Answer(Fraction(0), Fraction(0), 1, 1, Enumeration(1))


def _says_fails(rng: random.Random, heard: Heard) -> Answer | None:
    if heard.verdict != "holds":
        return None
    return Answer(Fraction(1), INFINITE, 1, 1, point=_some_point(rng, heard.problem) or {})


def _fails_elsewhere(rng: random.Random, heard: Heard) -> Answer | None:
    """The right verdict, with another square for the least counterexample."""
    if heard.verdict != "fails" or heard.answer is None or not heard.answer.minimal:
        return None
    point = _some_point(rng, heard.problem)
    truth = _square(heard.answer)
    if point is None or truth is None or truth == _square(replace(heard.answer, point=point)):
        return None
    return replace(heard.answer, point=point)


def _says_nothing_is_wrong_with_the_claim(_: random.Random, heard: Heard) -> Answer | None:
    """Holds, where the claim is to be refused: ω is undefined, or a map leaves its domain."""
    if heard.verdict != "input":
        return None
    return Answer(Fraction(0), Fraction(0), 1, 1, Enumeration(1))


LIES = (
    Lie("says holds of what fails", _says_holds),
    Lie("says fails of what holds", _says_fails),
    Lie("gives another square as the least counterexample", _fails_elsewhere),
    Lie("decides what is to be refused", _says_nothing_is_wrong_with_the_claim),
)


def _some_point(rng: random.Random, problem: Problem) -> dict[str, object] | None:
    """A random square of the problem's kind, or a random missed state."""
    scm = problem.claim.scm
    context = tuple(rng.choice(list(finite_domain(scm, name))) for name in scm.roots)
    match problem.part.defect:
        case Sup(space=Interventions()):
            chosen = [n for n in scm.endogenous if n in problem.facts.mapped and rng.random() < 0.5]
            items = [(name, rng.choice(list(finite_domain(scm, name)))) for name in chosen]
            return {"i": Hard(tuple(items)), "u": context}
        case Sup(space=Swaps()):
            sources = [(name, context) for name in problem.claim.sites if rng.random() < 0.7]
            return {
                "x": Swap(
                    context, tuple(sources[:1] or [(next(iter(problem.claim.sites)), context)])
                )
            }
        case Sup(space=States(side=side)) if side is HIGH:
            domains = problem.facts.high_domains
            return {"y": {name: rng.choice(list(domain)) for name, domain in domains.items()}}
        case _:
            return None


# ---------------------------------------------------------------- a run


def drawn(seed: int, number: int) -> tuple[Question, list[Problem]]:
    """The question of this number, and its clauses; most of them are for the circuit engines."""
    for attempt in range(1000):
        rng = random.Random(f"{seed}/{number}/{attempt}")  # noqa: S311  # reproducible, no secret
        question = (circuit_question if rng.random() < 0.7 else random_question)(rng)
        try:
            return question, list(problems_of(question))
        except InputError:
            continue
    raise AssertionError("a thousand questions in a row were refused")


def agreed(seed: int, number: int) -> dict[str, Any]:
    """One question, put to all engines: how many said what, and what is wrong with it."""
    said: Counter[str] = Counter()
    wrong: list[str] = []
    for problem in drawn(seed, number)[1]:
        heard = asked(problem)
        said.update(f"{h.engine} {h.verdict}" for h in heard)
        wrong += complaints(heard)
    return {"claim": number, "said": dict(said), "wrong": wrong}


def lied(seed: int, number: int) -> dict[str, Any]:
    """One answer falsified, and whether that was noticed."""
    rng = random.Random(f"lie {seed}/{number}")  # noqa: S311  # reproducible, no secret
    while True:
        lie = rng.choice(LIES)
        for problem in drawn(seed + 1, rng.randrange(10**9))[1]:
            heard = asked(problem)
            others = [k for k, h in enumerate(heard) if h.engine != LITERAL.name]
            if len(heard) == len(others) or not others:
                continue
            victim = rng.choice(others)
            false = lie.tell(rng, heard[victim])
            if false is None:
                continue
            told = list(heard)
            told[victim] = replace(heard[victim], answer=false)
            name = heard[victim].engine
            return {"lie": number, "told": f"{name} {lie.name}", "caught": bool(complaints(told))}


def _journal(path: Path | None) -> dict[tuple[str, int], dict[str, Any]]:
    """The lines of an earlier run; a line that was cut off is left out."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    if path is None or not path.exists():
        return found
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        kind = "claim" if "claim" in entry else "lie"
        found[kind, entry[kind]] = entry
    return found


def run(claims: int, lies: int, seed: int, journal: Path | None) -> list[dict[str, Any]]:
    """All entries, those of the journal first, in the order of their numbers."""
    known = _journal(journal)
    if journal is not None and journal.exists() and not journal.read_bytes().endswith(b"\n"):
        with journal.open("a", encoding="utf-8") as file:
            file.write("\n")
    work: list[tuple[str, int, Callable[[int, int], dict[str, Any]]]] = []
    work += [("claim", number, agreed) for number in range(claims)]
    work += [("lie", number, lied) for number in range(lies)]
    entries = []
    for kind, number, ask_all in work:
        entry = known.get((kind, number))
        if entry is None or entry.get("seed") != seed:
            with in_this_process():  # a child costs more than one of these questions
                entry = ask_all(seed, number) | {"seed": seed}
            if journal is not None:
                with journal.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        entries.append(entry)
    return entries


def report(entries: Sequence[Mapping[str, Any]], seed: int) -> str:
    """The figures, in lines."""
    claims = [e for e in entries if "claim" in e]
    lies = [e for e in entries if "lie" in e]
    said: Counter[str] = Counter()
    for entry in claims:
        said.update(entry["said"])
    lines = [f"seed {seed}", f"{len(claims):,} claims"]
    for engine in dict.fromkeys(key.split()[0] for key in sorted(said)):
        parts = [f"{said[f'{engine} {v}']:,} {v}" for v in ("holds", "fails", "input")]
        lines.append(f"  {engine}: {', '.join(parts)}")
    wrong = [(e["claim"], w) for e in claims for w in e["wrong"]]
    lines.append(f"{len(wrong):,} disagreements")
    lines += [f"  claim {number}: {what}" for number, what in wrong]
    if lies:
        missed = [e for e in lies if not e["caught"]]
        lines.append(f"{len(lies):,} planted lies, {len(lies) - len(missed):,} caught")
        lines += [f"  lie {e['lie']} was not: {e['told']}" for e in missed]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the figures; 0 if nothing disagreed and every lie was caught."""
    parser = argparse.ArgumentParser(prog="agreement", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--claims", type=int, default=100)
    parser.add_argument("--lies", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--journal", type=Path, help="where entries are kept, and found again")
    given = parser.parse_args(arguments)
    entries = run(given.claims, given.lies, given.seed, given.journal)
    sys.stdout.write(report(entries, given.seed))
    return 1 if any(e.get("wrong") or e.get("caught") is False for e in entries) else 0


if __name__ == "__main__":
    sys.exit(main())
