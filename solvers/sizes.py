"""How large a clause is: whether listing all that it ranges over is the quick way."""

from __future__ import annotations

from math import prod

from tauomega.theory.defect import (
    HIGH,
    LOW,
    Contexts,
    Defect,
    HighInterventions,
    Inf,
    Interventions,
    Mean,
    Space,
    States,
    Sup,
    Swaps,
)
from tauomega.theory.scm import SCM

from .engine import Problem
from .grids import family_size

__all__ = ["is_small"]

LARGE = 2**20
PAIRS = 2**12
"""Pairs of contexts that are compared one by one."""


def is_small(problem: Problem) -> bool:
    """Whether at most 2^20 squares, pairs or states are to be listed; infinitely many are "small".

    What is infinite, or not counted quickly, is left to the usual order.
    """
    total, limit = 1, LARGE
    defect: Defect = problem.part.defect
    while isinstance(defect, Sup | Inf | Mean):
        if isinstance(defect, Inf) and isinstance(defect.space, Contexts):
            limit = PAIRS
        count = _size(problem, defect.space)
        if count is None:
            return True
        total *= count
        defect = defect.body
    return total <= limit


def _size(problem: Problem, space: Space) -> int | None:
    claim, facts = problem.claim, problem.facts
    match space:
        case Contexts(side=side):
            model = claim.scm if side is LOW else claim.high
            return None if model is None else model.context_count()
        case States(side=side) if side is HIGH:
            return prod(domain.size for domain in facts.high_domains.values())
        case States():
            return _states(claim.scm, facts.mapped)
        case Interventions():
            return family_size(problem, space)
        case Swaps(depth=depth):
            contexts = claim.scm.context_count()
            sites = len(claim.sites)
            most = sites if depth.k is None else min(depth.k, sites)
            return None if contexts is None else contexts ** (1 + most)
        case HighInterventions():
            return None if claim.high is None else 1
        case _:
            return None


def _states(model: SCM, names: frozenset[str]) -> int | None:
    sizes = [getattr(model.domain(name), "size", None) for name in names]
    return None if None in sizes else prod(s for s in sizes if s is not None)
