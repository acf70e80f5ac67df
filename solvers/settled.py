"""The family and the ω of a problem, settled: what is undefined is an error, or left out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Interventions
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.family import BlocksAndSilence, TauMax
from tauomega.theory.intervention import Hard, Intervention
from tauomega.theory.kernel import Expression, Finite, Range, Value, evaluate, free_names
from tauomega.theory.policy import OmegaPolicy, Undefined
from tauomega.theory.soft_omega import explicit_omega

from .engine import Problem
from .omega import check_unambiguous, omega_tau
from .ranging import low_interventions

__all__ = [
    "context_value",
    "fixed_context_map",
    "hard",
    "nothing_to_check",
    "settled_family",
    "settled_omega",
    "undefined_fault",
]


def hard(intervention: Intervention) -> Hard:
    """A hard intervention, in an engine that was asked about no others."""
    assert isinstance(intervention, Hard), "literal_only() keeps other interventions away"
    return intervention


LISTED = 2**12


def fixed_context_map(problem: Problem) -> Mapping[str, Expression]:
    """The fixed τ_U of a problem; where it can be listed, it is found out at once that it leaves no domain.

    Raises:
        EvaluationError: an image is outside the high-level domain.
    """
    claim, found = problem.claim, context_map(problem.claim, problem.tau_u)
    for name, expression in found.items():
        read = sorted(free_names(expression))
        domains = [claim.scm.domain(n) for n in read]
        listed = [d for d in domains if isinstance(d, Finite | Range)]
        if len(listed) == len(domains) and prod(d.size for d in listed) <= LISTED:
            for values in product(*listed):
                context_value(claim, name, expression, dict(zip(read, values, strict=True)))
    return found


def context_value(
    claim: Abstraction, name: str, expression: Expression, context: Mapping[str, Value]
) -> Value:
    """The value that τ_U gives a high-level root.

    Raises:
        EvaluationError: it is outside its domain; the context is named.
    """
    high = high_model(claim)
    value, domain = evaluate(expression, context), high.domain(name)
    if value not in domain:
        shown = ", ".join(f"{k} = {v}" for k, v in context.items())
        raise EvaluationError(f"τ_U gives {name} = {value}, outside {domain}, at {shown}")
    return value


def settled_omega(problem: Problem, intervention: Intervention) -> Intervention | None:
    """ω at a low-level intervention, as the claim gives it or as τ determines it."""
    if problem.omega is OmegaPolicy.GIVEN:
        assert problem.claim.omega is not None
        return dict(problem.claim.omega).get(intervention)
    if problem.omega is OmegaPolicy.EXPLICIT:
        return explicit_omega(
            problem.claim, context_map(problem.claim, problem.tau_u), intervention
        )
    if not isinstance(intervention, Hard):
        raise InputError(
            [
                f"ω_τ is defined on hard interventions, not at {intervention.describe()}; list ω under "
                "[[abstraction.omega]]"
            ]
        )
    return omega_tau(problem.claim, problem.facts, intervention)


def settled_family(problem: Problem, space: Interventions) -> list[Intervention]:
    """The interventions of a family that ω is defined on, in canonical order.

    Raises:
        InputError: ω is undefined at some of them, and that is not allowed; a derived ω is
            ambiguous; or nothing is left.
    """
    listed = low_interventions(problem.claim, problem.facts, space.family)
    if problem.omega is OmegaPolicy.SEARCHED:
        if isinstance(space.family, TauMax):
            raise InputError(['family = "taumax" is the domain of ω_τ; write omega = "derived"'])
        return listed
    if problem.omega is OmegaPolicy.DERIVED:
        check_unambiguous(problem.facts)
    if problem.omega is OmegaPolicy.EXPLICIT:
        return listed  # that each has an image is a clause of its own
    images = {i: settled_omega(problem, i) for i in listed}
    defined = [i for i in listed if images[i] is not None]
    lost = [i for i in listed if i not in set(defined)]
    exclude = (
        isinstance(space.family, TauMax | BlocksAndSilence) or space.undefined is Undefined.EXCLUDE
    )
    if lost and not exclude:
        raise InputError([undefined_fault(problem, i) for i in lost[:5]])
    return defined


def undefined_fault(problem: Problem, intervention: Intervention) -> str:
    """What to say of an intervention outside the domain of ω."""
    if problem.omega is OmegaPolicy.GIVEN:
        return (
            f"ω is given, but not at {intervention.describe()}; list it under [[abstraction.omega]], "
            'or write undefined = "exclude"'
        )
    return (
        f"ω_τ is undefined at {intervention.describe()}: the states it allows are, seen through τ, not "
        'all states of one high-level intervention; leave it out, write undefined = "exclude", or '
        "list ω under [[abstraction.omega]]"
    )


def nothing_to_check(what: object) -> InputError:
    """The error of an empty family: it proves nothing."""
    return InputError(
        [f"there is nothing to check: {what} is empty, and an empty family proves nothing"]
    )
