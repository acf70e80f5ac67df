"""Which engines decide a definition: those that accept its last clause on some shipped example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from tauomega.theory.errors import EvaluationError, InputError, OutOfReachError, UndecidedError

if TYPE_CHECKING:
    from tauomega.theory.abstraction import Abstraction
    from tauomega.theory.definition import Definition

__all__ = ["deciders"]


def deciders(kind: type[Definition]) -> tuple[str, ...]:
    """The engines, in the order in which they are asked, but for a second opinion, which need not be installed.

    The definition is asked of every shipped example that it applies to, as it is by default, as the example has
    it, and with contexts matched by their names, as the engines on circuits need it.
    """
    from tauomega.solvers.portfolio import OPTIONAL, engine_names, get_engine, refused

    found: set[str] = set()
    for problem in _problems(kind):
        rest = [name for name in engine_names() if name not in found and name not in OPTIONAL]
        found |= {name for name in rest if refused(name, get_engine(name), problem) is None}
    return tuple(name for name in engine_names() if name in found)


def _problems(kind: type[Definition]) -> Iterator[Any]:
    from tauomega.solvers.problems import problem_of
    from tauomega.solvers.reductions import reduced
    from tauomega.theory.defect import clauses

    for claim, own, facts in _examples():
        for definition in _forms(kind, own):
            try:
                *_, last = clauses(definition.defect(claim))
                problem, _ = reduced(problem_of(claim, last, facts, Fraction(0)))
            except (InputError, EvaluationError, OutOfReachError, UndecidedError):
                continue
            yield problem


def _forms(kind: type[Definition], own: Definition) -> Iterator[Definition]:
    from tauomega.theory.policy import TauUPolicy

    made: Any = kind()
    yield made
    if isinstance(own, kind):
        yield own
    if hasattr(made, "tau_u"):
        yield replace(made, tau_u=TauUPolicy.IDENTITY)


@cache
def _examples() -> tuple[tuple[Abstraction, Definition, Any], ...]:
    from tauomega.loading import example_names, load
    from tauomega.solvers.deciding_facts import decide_facts
    from tauomega.solvers.engine import Budget

    found = []
    for name in example_names():
        task = load(name)
        try:
            found.append((task.claim, task.definition, decide_facts(task.claim, Budget(5))))
        except (InputError, EvaluationError, OutOfReachError, UndecidedError):
            continue
    return tuple(found)
