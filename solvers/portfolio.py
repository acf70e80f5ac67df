"""Which engine decides: the first in a fixed order that accepts the problem and finishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import final

from tauomega.theory.defect import Relation, Violated
from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import INFINITE, Enumeration

from .agreeing import agreed, is_decided
from .engine import Answer, Budget, Engine, Problem
from .literal_only import LITERAL, MEASURING, beyond, literal_only
from .sizes import is_small

__all__ = ["OPTIONAL", "Decision", "decide", "engine_names", "get_engine", "refused"]

_ORDER: dict[str, str] = {
    "quotient": "tauomega.solvers.quotient_search:QUOTIENT",
    "omega-search": "tauomega.solvers.omega_search:OMEGA_SEARCH",
    "relu": "tauomega.bridge.boxes.box_engine:RELU",
    "integer": "tauomega.bridge.integer_engine:INTEGER",
    "table": "tauomega.solvers.table:TABLE",
    "bottleneck": "tauomega.solvers.bottleneck:BOTTLENECK",
    "bijections": "tauomega.solvers.bijections:BIJECTIONS",
    "enumerate": "tauomega.solvers.enumeration:ENUMERATE",
    "optimum": "tauomega.solvers.optimum:OPTIMUM",
    "linear": "tauomega.solvers.linear:LINEAR",
    "factors": "tauomega.solvers.factors:FACTORS",
    "bits": "tauomega.solvers.bits:BITS",
    "bdd": "tauomega.solvers.bdd:BDD",
    "sat": "tauomega.solvers.sat:SAT",
    "scan": "tauomega.solvers.bits:SCAN",
    "smt": "tauomega.solvers.smt:SMT",
    "cvc5": "tauomega.solvers.smt:CVC5",
    "grid": "tauomega.bridge.precision.grid_engine:GRID",
    "orders": "tauomega.bridge.precision.orders_engine:ORDERS",
    "float": "tauomega.bridge.float_engine:FLOAT",
    "enclosures": "tauomega.bridge.precision.enclosures_engine:ENCLOSURES",
}
"""The dispatch order. Engines of higher folders stand here by name only; nothing is imported early."""


OPTIONAL = ("cvc5",)
"""Engines that need an extra: a second opinion, never the only one."""
_GENERAL = ("enumerate", "smt")
"""Engines for whatever clause: of finite models, and of numbers without end."""
_LISTING = ("table", "enumerate")
"""Engines that list every square: they come last where there are many."""


def engine_names() -> tuple[str, ...]:
    """All engines, in the dispatch order."""
    return tuple(_ORDER)


@cache
def get_engine(name: str) -> Engine:
    """The engine of this name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    if name not in _ORDER:
        known = ", ".join(_ORDER)
        raise InputError([f"unknown engine {name!r}; engines: {known}{nearest(name, _ORDER)}"])
    module, _, attribute = _ORDER[name].partition(":")
    engine: Engine = getattr(import_module(module), attribute)
    return engine


@final
@dataclass(frozen=True, slots=True)
class Decision:
    """An answer, the engines that were asked, and why others declined."""

    answer: Answer
    engines: tuple[str, ...]
    notes: tuple[str, ...] = ()


def decide(problem: Problem, budget: Budget, engines: Sequence[str] | None = None) -> Decision:
    """Bounds on one clause.

    Without `engines`, the first in the dispatch order that decides alone. With `engines`, every one
    named is asked, and their bounds are intersected; `all` names every engine that accepts.

    Raises:
        EngineDisagreementError: the intersection is empty.
    """
    settled = _by_facts(problem)
    if settled is not None:
        return Decision(settled, ())
    if engines:
        return _compare(problem, budget, engines)
    asked: list[str] = []
    notes: list[str] = []
    best = Answer(reason="no engine accepts it")
    for name in _dispatch(problem):
        engine = get_engine(name)
        refusal = refused(name, engine, problem)
        if refusal is not None:
            notes.append(f"{name}: {refusal}")
            continue
        asked.append(name)
        answer = _ask(name, engine, problem, budget)
        if is_decided(problem, answer):
            return Decision(answer, tuple(asked))
        notes.append(f"{name}: {answer.reason}")
        if answer.examined >= best.examined:
            best = answer
        if budget.spent:
            break
    if not asked:
        best = Answer(reason=f"no engine accepts it ({_grouped(_telling(problem, notes))})")
    return Decision(best, tuple(asked), tuple(notes))


def _telling(problem: Problem, notes: Sequence[str]) -> Sequence[str]:
    """The refusals worth a sentence: of an SCM those of the two general engines, literal and symbolic.

    The others decide a shape of clause, and say little more than that this is another; the notes have all.
    """
    general = tuple(note for note in notes if note.partition(":")[0] in _GENERAL)
    return general if isinstance(problem.claim.low, SCM) else notes


def _grouped(notes: Sequence[str]) -> str:
    """Engines that decline for one reason, together."""
    names: dict[str, list[str]] = {}
    for note in notes:
        name, _, reason = note.partition(": ")
        names.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(engines)}: {reason}" for reason, engines in names.items())


def refused(name: str, engine: Engine, problem: Problem) -> str | None:
    """Why an engine is not asked, or `None`: a clause may look like one that it reads, and say more."""
    only = literal_only(problem)
    measuring = (LITERAL,) if beyond(problem) else MEASURING
    return only if only and name not in measuring else engine.accepts(problem)


def _ask(name: str, engine: Engine, problem: Problem, budget: Budget) -> Answer:
    """An engine's answer; diagrams do not run alone where there is a processor for a second process."""
    if name == "bdd":
        from .racing import can_race, raced

        if can_race():
            return raced(problem, budget)
    return engine.bounds(problem, budget)


def _dispatch(problem: Problem) -> list[str]:
    """The engines in the order in which they are asked; it depends on the problem alone."""
    if is_small(problem):
        return list(_ORDER)
    return [n for n in _ORDER if n not in _LISTING] + [n for n in _ORDER if n in _LISTING]


def _by_facts(problem: Problem) -> Answer | None:
    """Clauses that ask only for what the facts of the claim say: whether τ is a block map."""
    match problem.part.defect:
        case Violated(relation=Relation.BLOCK_MAP):
            facts = problem.facts
            if not facts.is_block_map:
                return Answer(Fraction(1), INFINITE, 1, 1)
            evidence = Enumeration(len(facts.supports), "supports", facts.relies_on)
            return Answer(Fraction(0), Fraction(0), 1, 1, evidence)
        case _:
            return None


def _compare(problem: Problem, budget: Budget, engines: Sequence[str]) -> Decision:
    names = list(_ORDER) if "all" in engines else list(dict.fromkeys(engines))
    answers: list[tuple[str, Answer]] = []
    notes: list[str] = []
    for name in names:
        engine = get_engine(name)
        refusal = refused(name, engine, problem)
        if refusal is not None:
            notes.append(f"{name}: {refusal}")
            continue
        if budget.spent:
            notes.append(f"{name}: no time was left")
            continue
        answers.append((name, engine.bounds(problem, budget)))
    if not answers:
        return Decision(Answer(reason=_grouped(notes)), (), tuple(notes))
    return Decision(agreed(problem, answers), tuple(name for name, _ in answers), tuple(notes))
