"""A clause of a definition as a problem for engines: how its free maps ω and τ_U are fixed."""

from __future__ import annotations

from fractions import Fraction

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    Average,
    ContextMaps,
    Coupled,
    Defect,
    Expected,
    Inf,
    Laws,
    Map,
    Max,
    Mean,
    OmegaMaps,
    Part,
    Sampled,
    Space,
    Sup,
    Via,
    mentions,
)
from tauomega.theory.policy import OmegaPolicy, TauUPolicy
from tauomega.theory.scm import SCM

from .engine import Problem
from .facts import Facts

__all__ = ["policies_of", "problem_of", "spaces_of"]


def problem_of(
    claim: Abstraction, part: Part, facts: Facts, tolerance: Fraction, *, whole: bool = False
) -> Problem:
    """One clause as a problem: how its free maps are fixed is read off the clause and the claim."""
    omega, tau_u = policies_of(claim, part.defect)
    semantics = getattr(claim.low, "semantics", "exact")
    return Problem(claim, part, facts, omega, tau_u, semantics, tolerance, whole)


def policies_of(claim: Abstraction, defect: Defect) -> tuple[OmegaPolicy, TauUPolicy]:
    """Where ω and τ_U come from in a defect: searched where it searches, else as the claim has them."""
    spaces = spaces_of(defect)
    if any(isinstance(space, OmegaMaps) for space in spaces):
        omega = OmegaPolicy.SEARCHED
    elif mentions(defect, Map.SOFT_OMEGA):
        omega = OmegaPolicy.EXPLICIT
    else:
        omega = OmegaPolicy.DERIVED if claim.omega is None else OmegaPolicy.GIVEN
    maps = [space for space in spaces if isinstance(space, ContextMaps)]
    if maps:
        tau_u = TauUPolicy.SEARCHED_ONTO if maps[0].onto else TauUPolicy.SEARCHED
    elif any(isinstance(space, Laws) for space in spaces):
        tau_u = TauUPolicy.SEARCHED
    elif claim.tau_u is not None:
        tau_u = TauUPolicy.GIVEN
    else:
        tau_u = TauUPolicy.IDENTITY if isinstance(claim.low, SCM) else TauUPolicy.INPUTS
    return omega, tau_u


def spaces_of(defect: Defect) -> list[Space]:
    """Every space that a defect ranges over, from the outside in."""
    match defect:
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            return [space, *spaces_of(body)]
        case Expected(body=body) | Via(body=body) | Sampled(body=body) | Coupled(body=body):
            return spaces_of(body)
        case Max(parts=parts) | Average(parts=parts):
            return [space for part in parts for space in spaces_of(part.defect)]
        case _:
            return []
