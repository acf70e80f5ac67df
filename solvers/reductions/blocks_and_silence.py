r"""Blocks + silence: what TAUMAX asks of a block map whose factors are onto, high ranges at least 2.

A partial setting of a block that fixes its τ may be completed by the values that the rest of the
block then takes, without changing the run; what is left is each block untouched, silently touched,
or fully set, with any setting of the inert variables. (theory.md B.2, statement 49.)
"""

from __future__ import annotations

from dataclasses import replace

from tauomega.theory.defect import ContextMaps, Contexts, Defect, Inf, Interventions, Part, Sup
from tauomega.theory.family import BlocksAndSilence, TauMax
from tauomega.theory.policy import OmegaPolicy

from ..engine import Problem
from ..onto import factors_are_onto

__all__ = ["THEOREM", "rewrite"]

THEOREM = "blocks + silence: TAUMAX for block maps"


def rewrite(problem: Problem) -> Problem | None:
    """The problem over blocks and silent interventions, if τ is a block map with onto factors."""
    facts = problem.facts
    if problem.omega is not OmegaPolicy.DERIVED or not facts.is_block_map:
        return None
    found = _rewrite(problem.part.defect)
    if found is None or any(d.size < 2 for d in facts.high_domains.values()):
        return None
    if len(facts.high_domains) < len(facts.supports) or not factors_are_onto(problem):
        return None
    return replace(problem, part=Part(problem.part.name, found))


def _rewrite(defect: Defect) -> Defect | None:
    match defect:
        case Inf(variable=name, space=ContextMaps() as maps, body=body):
            inside = _rewrite(body)
            return None if inside is None else Inf(name, maps, inside)
        case Sup(variable=i, space=Interventions(family=TauMax(), undefined=undefined), body=body):
            if isinstance(body, Sup) and isinstance(body.space, Contexts):
                return Sup(i, Interventions(BlocksAndSilence(), undefined), body)
            return None
        case _:
            return None
