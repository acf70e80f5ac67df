"""Which clauses only the literal interpreter reads, so that no fast engine takes one by its shape."""

from __future__ import annotations

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    ApplyMap,
    Average,
    ContextMaps,
    Contexts,
    Coupled,
    Defect,
    Dist,
    Exchanges,
    Expected,
    FullStates,
    Gather,
    Image,
    Inf,
    Interventions,
    Joint,
    Law,
    Laws,
    Marginal,
    Max,
    Mean,
    Metric,
    Models,
    OmegaMaps,
    Push,
    Queries,
    Read,
    Relabellings,
    Restriction,
    Run,
    Sampled,
    Settings,
    Solutions,
    Spread,
    Step,
    Sup,
    Swaps,
    Via,
)
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given
from tauomega.theory.intervention import Compound, Hard, Intervention

from .engine import Problem

__all__ = [
    "LITERAL",
    "MEASURING",
    "beyond",
    "is_quantitative",
    "literal_only",
    "require_mechanisms",
]

LITERAL = "enumerate"
MEASURING = ("enumerate", "optimum", "bottleneck", "bijections", "factors")
"""Engines that take a clause by what it says: those that find a distance's value, and one of maps alone."""
_WORDS = (Gather, Image, Joint, Marginal, Restriction, Solutions, Spread, Step)


def literal_only(problem: Problem) -> str | None:
    """Why only `enumerate` may decide a problem, or `None`."""
    if is_quantitative(problem.part.defect):
        return "decides equalities; the value of this distance is computed literally"
    return beyond(problem)


def beyond(problem: Problem) -> str | None:
    """What models or interventions there are that only the literal interpreter reads, or `None`."""
    claim = problem.claim
    if not _is_hard(problem):
        return "reads hard interventions only, and others are listed"
    if claim.partial:
        return "reads τ at every state, and this one is partial"
    for model in (claim.scm, claim.high):
        if model is not None and model.conditional:
            return "reads mechanisms, and there are conditional laws"
        if model is not None and model.cyclic:
            return "solves acyclic models, and a model is declared cyclic"
    return None


def _is_hard(problem: Problem) -> bool:
    """Whether all interventions that a problem is about set variables and do nothing else."""
    claim = problem.claim
    listed = [*(i for pair in claim.omega or () for i in pair), *(claim.high_interventions or ())]
    listed += _listed(problem.part.defect)
    return all(isinstance(i, Hard) for i in listed)


def _listed(defect: Defect) -> list[Intervention]:
    """The interventions that the families of a defect list."""
    match defect:
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            family = space.family if isinstance(space, Interventions | OmegaMaps) else None
            if isinstance(family, Interventions):
                family = family.family
            own = family.interventions if isinstance(family, Given) else None
            return [*(own or ()), *_listed(body)]
        case Expected(body=body):
            return _listed(body)
        case Max(parts=parts):
            return [i for part in parts for i in _listed(part.defect)]
        case Dist(left=left, right=right):
            families = [t.family.family for t in (left, right) if isinstance(t, Joint)]
            return [i for f in families if isinstance(f, Given) for i in f.interventions or ()]
        case _:
            return []


def is_quantitative(defect: Defect) -> bool:
    """Whether a defect is more than an equality of states or laws over families."""
    match defect:
        case Dist(metric=metric, left=left, right=right):
            return (
                metric is not Metric.DISCRETE
                or isinstance(left, _WORDS)
                or isinstance(right, _WORDS)
                or (isinstance(left, ApplyMap) and isinstance(left.argument, _WORDS))
            )
        case Expected() | Mean() | Via() | Average() | Sampled() | Coupled():
            return True
        case Sup(space=space, body=body) | Inf(space=space, body=body):
            literal = isinstance(space, Queries | Settings | FullStates | Relabellings)
            return literal or is_quantitative(body)
        case Max(parts=parts):
            return any(is_quantitative(part.defect) for part in parts)
        case _:
            return False


def require_mechanisms(name: str, claim: Abstraction, defect: Defect) -> None:
    """Refuse, by name, a definition on single contexts for a model with conditional laws.

    Raises:
        InputError: the variables that lack a mechanism, and what to do.
    """
    if _is_about_laws(defect):
        return
    faults = []
    listed = [*(i for pair in claim.omega or () for i in pair), *_listed(defect)]
    drawn = sorted({n for i in listed if isinstance(i, Compound) for n in i.stochastic})
    if drawn:
        faults.append(
            f"{name} compares solutions in single contexts (layer 3), but an intervention draws "
            f"{', '.join(map(repr, drawn))} from a law (layer 2); ask for a definition on laws, such as exact"
        )
    for side, model in (("low", claim.scm), ("high", claim.high)):
        if model is not None and model.conditional:
            names = ", ".join(map(repr, model.conditional))
            faults.append(
                f"{name} compares solutions in single contexts (layer 3), but the {side}-level "
                f"model gives {names} by a conditional law, which has no contexts (layer 2); write a "
                "mechanism with noise of its own, or ask for a definition on laws, such as probabilistic"
            )
    if faults:
        raise InputError(faults)


def _is_about_laws(defect: Defect) -> bool:
    """Whether no solution in a single context is mentioned."""
    match defect:
        case Dist(left=left, right=right):
            return not isinstance(left, Joint) and (
                isinstance(left, Push | Law | Marginal | Spread)
                or isinstance(right, Push | Law | Marginal)
                or not _runs(left, right)
            )
        case Expected() | Sampled() | Coupled():
            return False
        case Via(body=body):
            return _is_about_laws(body)
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            single = isinstance(space, Contexts | ContextMaps | Laws | Models | Swaps | Exchanges)
            return not single and _is_about_laws(body)
        case Max(parts=parts) | Average(parts=parts):
            return all(_is_about_laws(part.defect) for part in parts)
        case _:
            return True


def _runs(*terms: object) -> bool:
    return any(
        isinstance(term, Run)
        or (isinstance(term, ApplyMap) and _runs(term.argument))
        or (isinstance(term, Read) and _runs(term.state))
        for term in terms
    )
