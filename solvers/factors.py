"""Maps that are products of factors over separate variables: onto iff each factor is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod
from typing import Any, final

from tauomega.theory.defect import States, Sup
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.kernel import (
    Domain,
    Expression,
    Finite,
    Range,
    Reference,
    Value,
    evaluate,
    free_names,
)
from tauomega.theory.kernel.blasting import Blaster, NotBlastedError
from tauomega.theory.kernel.circuit import CircuitTooLargeError
from tauomega.theory.kernel.reaching import interval_of
from tauomega.theory.verdict import INFINITE, Enumeration

from .child import Answered, run_in_child
from .engine import Answer, Budget, Problem
from .shapes import is_tau_onto, is_tau_u_onto

__all__ = ["COMPLETE", "FACTORS", "Factors", "Missed", "missed_value"]

ONE, ZERO = Fraction(1), Fraction(0)
LITERAL, ASKED = 2**12, 2**10
COMPLETE = "complete sequences of weights take every value between"


@final
@dataclass(frozen=True, slots=True)
class Missed:
    """A value that a factor never takes, and on whose word."""

    value: Value
    word: str = ""


@final
@dataclass(frozen=True, slots=True)
class Factors:
    """Decides whether τ of a block map, or a fixed τ_U of separate factors, is onto."""

    @property
    def name(self) -> str:
        """`factors`."""
        return "factors"

    def accepts(self, problem: Problem) -> str | None:
        """Refuses maps two of whose parts read the same variable, and infinite domains."""
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        maps = _maps(problem)
        if maps is None:
            return "only whether a map is onto is decided factor by factor"
        read = [name for expression, _ in maps.values() for name in free_names(expression)]
        if len(set(read)) < len(read):
            return "two parts of the map read the same variable"
        scm = problem.claim.scm
        targets = [target for _, target in maps.values()]
        if any(not isinstance(d, Finite | Range) for d in (*targets, *map(scm.domain, read))):
            return "a variable has infinitely many values"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 if every factor takes all its values; 1 with a value that one of them misses."""
        maps = _maps(problem)
        assert maps is not None
        domains = {v.name: v.domain for v in problem.claim.scm.variables}
        total = sum(target.size for _, target in maps.values() if not isinstance(target, str))
        relies: list[str] = []
        for name, (expression, target) in maps.items():
            found = missed_value(expression, domains, target, budget)
            if isinstance(found, Missed):
                point = _point(problem, maps, name, found.value)
                return Answer(ONE, INFINITE, total, total, point=point, minimal=False)
            if found is None:
                return Answer(total=total, reason=f"whether {name!r} takes all values is open")
            relies += [theorem for theorem in (found,) if theorem and theorem not in relies]
        evidence = Enumeration(total, "values of factors, each taken", tuple(relies))
        return Answer(ZERO, ZERO, total, total, evidence)


Maps = Mapping[str, tuple[Expression, Finite | Range]]


def _maps(problem: Problem) -> Maps | None:
    """Name -> factor and target, for a clause that says that a map is onto."""
    claim = problem.claim
    found: dict[str, tuple[Expression, Any]] = {}
    if is_tau_onto(problem.part.defect):
        for name, expression in claim.tau.items():
            found[name] = (expression, problem.facts.high_domains.get(name))
        return found
    if not is_tau_u_onto(problem.part.defect):
        return None
    high = high_model(claim)
    for name, expression in context_map(claim, problem.tau_u).items():
        found[name] = (expression, high.domain(name))
    return found


def _point(problem: Problem, maps: Maps, name: str, value: Value) -> dict[str, object]:
    missed = {n: next(iter(target)) for n, (_, target) in maps.items()} | {name: value}
    if isinstance(problem.part.defect, Sup) and isinstance(problem.part.defect.space, States):
        return {"y": missed}
    high = high_model(problem.claim)
    return {"w": tuple(missed[root] for root in high.roots)}


def missed_value(
    expression: Expression, domains: Mapping[str, Domain], target: Finite | Range, budget: Budget
) -> Missed | str | None:
    """A value of the target that an expression misses; else the theorem used, if any; else `None`.

    A weighted sum is decided by its weights, a small factor by evaluation, another one by a question
    to a solver for each value; what the solver finds is evaluated.
    """
    interval = interval_of(expression, domains)
    if interval is not None:
        outside = [v for v in _ends(target) if v not in interval]
        theorem = "" if isinstance(expression, Reference) else COMPLETE
        return Missed(outside[0]) if outside else theorem
    names = sorted(free_names(expression))
    spaces = [d for d in (domains[name] for name in names) if isinstance(d, Finite | Range)]
    assert len(spaces) == len(names)
    if prod(d.size for d in spaces) <= LITERAL:
        left = dict.fromkeys(target)
        for values in product(*spaces):
            left.pop(evaluate(expression, dict(zip(names, values, strict=True))), None)
        return Missed(next(iter(left))) if left else ""
    if target.size > ASKED:
        return None
    outcome = run_in_child(
        partial(_ask, expression, dict(zip(names, spaces, strict=True)), target),
        seconds=budget.left,
        memory=budget.memory,
    )
    if not isinstance(outcome, Answered) or outcome.value is None:
        return None
    missing: int = outcome.value
    return "" if missing < 0 else Missed(list(target)[missing], "CaDiCaL")


def _ends(target: Finite | Range) -> list[Value]:
    return [target.low, target.high] if isinstance(target, Range) else list(target)


def _ask(
    expression: Expression, domains: Mapping[str, Finite | Range], target: Finite | Range
) -> int | None:
    """In the child: the position of a value that is missed, -1 if none is, `None` if not said."""
    from pysat.solvers import Solver

    blaster = Blaster()
    free = {name: blaster.variable(name, domain) for name, domain in domains.items()}
    try:
        symbol = blaster.value(expression, {name: s for name, (s, _) in free.items()})
        wanted = [blaster.equal(symbol, blaster.constant(value)) for value in target]
    except (NotBlastedError, CircuitTooLargeError):
        return None
    with Solver(name="cadical195", bootstrap_with=blaster.circuit.clauses((), wanted)) as solver:
        for position, (value, literal) in enumerate(zip(target, wanted, strict=True)):
            if not solver.solve(assumptions=[literal]):
                return position
            model = set(solver.get_model())
            state = {}
            for name, (_, bits) in free.items():
                index = sum(1 << k for k, f in enumerate(bits) if f in model)
                domain = domains[name]
                state[name] = list(domain)[min(index, domain.size - 1)]
            if evaluate(expression, state) != value:
                return None
    return -1


FACTORS = Factors()
"""The engine."""
