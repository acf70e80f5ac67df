"""The family and the ω of a problem, settled: what is undefined is an error, or left out."""

from __future__ import annotations

from tauomega.theory.defect import Interventions
from tauomega.theory.errors import InputError
from tauomega.theory.family import BlocksAndSilence, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.policy import OmegaPolicy, Undefined

from .engine import Problem
from .omega import check_unambiguous, omega_tau
from .ranging import low_interventions

__all__ = ["nothing_to_check", "settled_family", "settled_omega", "undefined_fault"]


def settled_omega(problem: Problem, intervention: Hard) -> Hard | None:
    """ω at a low-level intervention, as the claim gives it or as τ determines it."""
    if problem.omega is OmegaPolicy.GIVEN:
        assert problem.claim.omega is not None
        return dict(problem.claim.omega).get(intervention)
    return omega_tau(problem.claim, problem.facts, intervention)


def settled_family(problem: Problem, space: Interventions) -> list[Hard]:
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
    defined = [i for i in listed if settled_omega(problem, i) is not None]
    lost = [i for i in listed if i not in set(defined)]
    exclude = (
        isinstance(space.family, TauMax | BlocksAndSilence) or space.undefined is Undefined.EXCLUDE
    )
    if lost and not exclude:
        raise InputError([undefined_fault(problem, i) for i in lost[:5]])
    return defined


def undefined_fault(problem: Problem, intervention: Hard) -> str:
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
