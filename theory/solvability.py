r"""What a definition asks of cyclic models besides: exactly one solution in every context it looks at.

A claim about a cyclic model that has no solution somewhere would hold vacuously there, and with several
solutions $M(u, i)$ is no function. So wherever a clause runs a model that is declared cyclic, unique
solvability is a clause of its own, decided first (theory of simple cyclic SCMs: Bongers et al. (2021)).
"""

from __future__ import annotations

from collections.abc import Iterator

from .abstraction import Abstraction
from .defect import (
    HIGH,
    LOW,
    OMEGA,
    ApplyMap,
    Contexts,
    Defect,
    Dist,
    Expected,
    Image,
    Inf,
    Interventions,
    Max,
    Mean,
    Models,
    OmegaMaps,
    Part,
    Relation,
    Solutions,
    Space,
    Sup,
    Var,
    Violated,
    clauses,
)

__all__ = ["with_solvability"]


def with_solvability(claim: Abstraction, defect: Defect) -> Defect:
    """The defect, with clauses on unique solvability before it where a model is cyclic.

    A definition that compares sets of solutions says itself what it asks of them, and is left as it
    is. Under a searched ω nothing is added: a run that has not one solution is then an error.
    """
    cyclic = [m for m in (claim.scm, claim.high) if m is not None and m.cyclic]
    if not cyclic or any(isinstance(node, Solutions) for node in _nodes(defect)):
        return defect
    spaces = [node for node in _nodes(defect) if not isinstance(node, Dist | Violated)]
    if any(isinstance(space, OmegaMaps) for space in spaces):
        return defect
    families = dict.fromkeys(s for s in spaces if isinstance(s, Interventions))
    parts: list[Part] = []
    for side, model in ((LOW, claim.scm), (HIGH, claim.high)):
        if model is None or not model.cyclic:
            continue
        if side is HIGH and any(isinstance(space, Models) for space in spaces):
            continue  # another model is looked for, and this one's mechanisms are not read
        name = "solvable below" if side is LOW else "solvable above"
        if not families:
            parts.append(Part(name, Sup("u", Contexts(side), _once(Solutions(side, Var("u"))))))
        for family in families:
            chosen = Var("i") if side is LOW else ApplyMap(OMEGA, Var("i"))
            body = Sup("u", Contexts(side), _once(Solutions(side, Var("u"), chosen)))
            parts.append(Part(name, Sup("i", family, body)))
    return Max((*parts, *clauses(defect)))


def _once(solutions: Solutions) -> Defect:
    return Violated(Relation.SOLVED_ONCE, (solutions,))


def _nodes(defect: Defect) -> Iterator[Space | Defect | Solutions]:
    """The spaces of a defect, and the sets of solutions that it mentions."""
    match defect:
        case (
            Sup(space=space, body=body) | Inf(space=space, body=body) | Mean(space=space, body=body)
        ):
            yield space
            yield from _nodes(body)
        case Expected(body=body):
            yield from _nodes(body)
        case Max(parts=parts):
            for part in parts:
                yield from _nodes(part.defect)
        case Dist(left=left, right=right):
            for term in (left, right):
                inside = term.states if isinstance(term, Image) else term
                if isinstance(inside, Solutions):
                    yield inside
        case Violated(arguments=arguments):
            yield from (a for a in arguments if isinstance(a, Solutions))
