"""Which clauses only the literal interpreter reads, so that no fast engine takes one by its shape."""

from __future__ import annotations

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    ApplyMap,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    Expected,
    Gather,
    Inf,
    Joint,
    Law,
    Laws,
    Marginal,
    Max,
    Mean,
    Metric,
    Models,
    Push,
    Queries,
    Read,
    Run,
    Settings,
    Spread,
    Sup,
    Swaps,
)
from tauomega.theory.errors import InputError

from .engine import Problem

__all__ = ["LITERAL", "MEASURING", "is_quantitative", "literal_only", "require_mechanisms"]

LITERAL = "enumerate"
MEASURING = ("enumerate", "optimum")
"""Engines that find the value of a distance, not only whether it is 0."""
_WORDS = (Gather, Joint, Marginal, Spread)


def literal_only(problem: Problem) -> str | None:
    """Why only `enumerate` may decide a problem, or `None`."""
    if is_quantitative(problem.part.defect):
        return "decides equalities; the value of this distance is computed literally"
    claim = problem.claim
    for model in (claim.scm, claim.high):
        if model is not None and model.conditional:
            return "reads mechanisms, and there are conditional laws"
    return None


def is_quantitative(defect: Defect) -> bool:
    """Whether a defect is more than an equality of states or laws over families."""
    match defect:
        case Dist(metric=metric, left=left, right=right):
            return (
                metric is not Metric.DISCRETE
                or isinstance(left, _WORDS)
                or isinstance(right, _WORDS)
            )
        case Expected():
            return True
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            return isinstance(space, Queries | Settings) or is_quantitative(body)
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
    for side, model in (("low", claim.scm), ("high", claim.high)):
        if model is not None and model.conditional:
            listed = ", ".join(map(repr, model.conditional))
            faults.append(
                f"{name} compares solutions in single contexts (layer 3), but the {side}-level "
                f"model gives {listed} by a conditional law, which has no contexts (layer 2); write a "
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
        case Expected():
            return False
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            single = isinstance(space, Contexts | ContextMaps | Laws | Models | Swaps)
            return not single and _is_about_laws(body)
        case Max(parts=parts):
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
