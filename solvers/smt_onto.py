"""Whether a map takes every value, by z3: one question with a quantifier, for any domains."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import z3

from tauomega.theory.defect import HIGH, Contexts, Sup
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.kernel import (
    Domain,
    Expression,
    Finite,
    Interval,
    Range,
    Reals,
    Reference,
    Value,
    free_names,
    parse_value,
)
from tauomega.theory.verdict import INFINITE, AlgebraicIdentity, Trusted

from .child import Answered, run_in_child
from .engine import Answer, Budget, Problem
from .expression_to_z3 import Encoder, NotEncodedError
from .onto import missed_by_factor

__all__ = ["map_onto", "require_onto", "z3_version"]

ONE, ZERO = Fraction(1), Fraction(0)


def z3_version() -> str:
    """`z3 5.4.0`, or whatever is installed."""
    return "z3 " + ".".join(map(str, z3.get_version()[:3]))


def map_onto(problem: Problem, budget: Budget) -> Answer:
    """Whether τ, or a fixed τ_U, takes every value: 0, or 1 with a value that is missed."""
    claim = problem.claim
    match problem.part.defect:
        case Sup(space=Contexts(side=side)) if side is HIGH:
            high = high_model(claim)
            maps = context_map(claim, problem.tau_u)
            sources = {v.name: v.domain for v in claim.scm.variables if v.name in claim.scm.roots}
            targets = {name: high.domain(name) for name in high.roots}
            if all(
                isinstance(e, Reference) and _covers(sources[e.name], targets[n])
                for n, e in maps.items()
            ) and len({e.name for e in maps.values() if isinstance(e, Reference)}) == len(maps):
                identity = AlgebraicIdentity(
                    "τ_U copies distinct low-level roots with the same values"
                )
                return Answer(ZERO, ZERO, 1, 1, identity)
            key = "w"
        case _:
            maps, key = claim.tau, "y"
            sources = {n: claim.scm.domain(n) for n in claim.scm.endogenous}
            targets = dict[str, Domain](problem.facts.high_domains)
            if claim.high is not None:
                targets = {name: claim.high.domain(name) for name in claim.tau}

    outcome = run_in_child(
        partial(_missed_value, maps, sources, targets),
        seconds=budget.left,
        memory=budget.memory * 4,
    )
    if not isinstance(outcome, Answered):
        return Answer(
            reason=f"z3 did not decide whether the map is onto ({type(outcome).__name__})"
        )
    if outcome.value == "unsat":
        return Answer(ZERO, ZERO, 1, 1, Trusted(z3_version(), 1))
    if not isinstance(outcome.value, dict):
        return Answer(reason=f"z3 answers {outcome.value!r} to whether the map is onto")
    missed: dict[str, Value] = {name: parse_value(text) for name, text in outcome.value.items()}
    found: object = missed if key == "y" else tuple(missed.values())
    return Answer(ONE, INFINITE, 1, 1, point={key: found}, minimal=False)


def _missed_value(
    maps: Mapping[str, Expression], sources: Mapping[str, Domain], targets: Mapping[str, Domain]
) -> Any:
    """In the child: `unsat` if the map is onto, a value that it misses, or z3's other answer."""
    encoder, solver = Encoder(), z3.Solver()
    wanted, bounds = {}, []
    for name, domain in targets.items():
        wanted[name], more = encoder.constant(domain)
        bounds += more
    solver.add(bounds)
    terms, inside = {}, []
    for name, domain in sources.items():
        terms[name], more = encoder.constant(domain)
        inside += more
    equal = [encoder.term(e, terms, sources) == wanted[n] for n, e in maps.items()]
    solver.add(z3.ForAll(list(terms.values()), z3.Not(z3.And([*inside, *equal]))))
    answer = str(solver.check())
    if answer != "sat":
        return answer
    model = solver.model()
    return {n: str(encoder.value(model, t, targets[n])) for n, t in wanted.items()}


def _covers(source: Domain, target: Domain) -> bool:
    """Whether every value of the target is one of the source."""
    match source, target:
        case Reals(), _:
            return True
        case _, Finite(values=values):
            return all(v in source for v in values)
        case Range() | Interval(), Range(low=low, high=high):
            return low in source and high in source
        case Interval(), Interval(low=low, high=high):
            return low in source and high in source
        case Finite(), Range():
            return all(v in source for v in target)
        case _:
            return False


def require_onto(problem: Problem, budget: Budget) -> None:
    """Refuse a τ that misses a value: what leaves its block alone may then be outside dom ω_τ.

    Raises:
        NotEncodedError: some τ is not onto, or is not known to be.
    """
    for name, block in problem.facts.supports.items():
        try:
            missed = missed_by_factor(problem, name) is not None
        except OutOfReachError:
            scm, target = problem.claim.scm, problem.claim.high
            assert target is not None
            tau, above = {name: problem.claim.tau[name]}, {name: target.domain(name)}
            below = {v: scm.domain(v) for v in dict.fromkeys((*block, *_mentioned(problem, name)))}
            outcome = run_in_child(
                partial(_missed_value, tau, below, above),
                seconds=budget.left,
                memory=budget.memory * 4,
            )
            missed = not isinstance(outcome, Answered) or outcome.value != "unsat"
        if missed:
            raise NotEncodedError(f"τ of {name!r} is not known to be onto, so ω_τ may be undefined")


def _mentioned(problem: Problem, name: str) -> list[str]:
    return sorted(free_names(problem.claim.tau[name]))
