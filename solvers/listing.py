"""The spaces of a defect, listed literally from a problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

from tauomega.theory.defect import (
    BoxSwaps,
    ContextMaps,
    Contexts,
    Exchanges,
    FullStates,
    HighInterventions,
    Interventions,
    Laws,
    Models,
    OmegaMaps,
    Queries,
    Side,
    Space,
    States,
    Swaps,
)
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.policy import HighFamily
from tauomega.theory.scm import SCM
from tauomega.theory.soft_order import precedes

from .engine import Problem
from .monotone_maps import monotone_maps
from .omega import any_value, values_of
from .query_terms import queries
from .quotient import quotient_models
from .ranging import exchanges, high_interventions, swaps
from .settled import settled_family
from .state_terms import full_states

__all__ = ["listed_space"]


def listed_space(problem: Problem, space: Space, tick: Callable[[], None]) -> Iterator[object]:
    """The elements of a space that depends on the claim alone, in the canonical order.

    Raises:
        OutOfReachError: it is too large to list.
    """
    claim = problem.claim
    match space:
        case Contexts(side=side) | Laws(side=side):
            yield from (tuple(c.values()) for c in _model(problem, side).contexts())
        case States(side=Side.LOW):
            names = [n for n in claim.scm.endogenous if n in problem.facts.mapped]
            rest = {n: any_value(claim.scm.domain(n)) for n in claim.scm.endogenous}
            for values in product(*(values_of(claim.scm.domain(n)) for n in names)):
                yield rest | dict(zip(names, values, strict=True))
        case States(side=Side.HIGH):
            above = problem.facts.high_domains
            for values in product(*above.values()):
                yield dict(zip(above, values, strict=True))
        case FullStates(side=side):
            yield from full_states(_model(problem, side))
        case Interventions():
            yield from settled_family(problem, space)
        case HighInterventions(family=family):
            yield from high_interventions(claim, family)
        case ContextMaps(onto=onto):
            yield from _context_maps(problem, onto, tick)
        case OmegaMaps(family=family, high=high):
            yield from _omega_maps(problem, family, high, tick)
        case BoxSwaps():
            raise AssertionError("a box holds infinitely many inputs; `enumerate` refuses it")
        case Swaps(depth=depth, sources=sources):
            yield from swaps(claim, depth, sources)
        case Exchanges(sites=sites, sources=sources):
            yield from exchanges(claim, sites, sources)
        case Queries(pairs=pairs):
            yield from queries(claim, pairs)
        case Models():
            yield from quotient_models(claim, problem.facts, tick)
        case _:
            raise AssertionError(f"no such space: {space}")


def _context_maps(problem: Problem, onto: bool, tick: Callable[[], None]) -> Iterator[object]:
    low = [tuple(c.values()) for c in _model(problem, Side.LOW).contexts()]
    high = [tuple(c.values()) for c in _model(problem, Side.HIGH).contexts()]
    if len(high) ** len(low) > 2**20:
        raise OutOfReachError("maps of contexts", len(high) ** len(low), 2**20)
    for images in product(high, repeat=len(low)):
        tick()
        if not onto or len(set(images)) == len(high):
            yield dict(zip(low, images, strict=True))


def _omega_maps(
    problem: Problem, family: Interventions, high: HighFamily, tick: Callable[[], None]
) -> Iterator[object]:
    low = settled_family(problem, family)
    above = high_interventions(problem.claim, high)
    orders = (
        partial(precedes, _model(problem, Side.LOW)),
        partial(precedes, _model(problem, Side.HIGH)),
    )
    onto = high is not HighFamily.IMAGE
    yield from monotone_maps(low, above, orders, onto=onto, tick=tick)


def _model(problem: Problem, side: Side) -> SCM:
    model = problem.claim.scm if side is Side.LOW else problem.claim.high
    assert model is not None
    return model
