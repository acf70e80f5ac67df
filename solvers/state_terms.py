"""The words about states that nothing need realise: steps, sets of solutions, restrictions, images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod
from typing import assert_never

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import LOW, Image, Restriction, Side, Solutions, Step, Term
from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import NOTHING, Compound, Hard, Intervention
from tauomega.theory.kernel import Value
from tauomega.theory.scm import SCM
from tauomega.theory.soft_omega import NoSoftImageError, support
from tauomega.theory.soft_order import restriction

from .engine import Problem
from .omega import values_of
from .ranging import as_context
from .settled import settled_omega

__all__ = ["full_states", "lacks_soft_image", "shared_roots", "state_term"]

LIMIT = 2**20
StateSet = frozenset[tuple[tuple[str, Value], ...]]


def state_term(
    claim: Abstraction,
    term: Step | Solutions | Restriction | Image,
    parameters: Mapping[str, Value],
    meaning: Callable[[Term], object],
) -> object:
    """A state, or a set of states, each as names and values in the order of the model.

    `meaning` gives the value of the terms inside.
    """

    def intervention(inside: Term | None) -> Intervention:
        found = NOTHING if inside is None else meaning(inside)
        assert isinstance(found, Hard | Compound)
        return found

    match term:
        case Step(side=side, state=state, context=context):
            model = _model(claim, side)
            at, where = meaning(state), meaning(context)
            assert isinstance(at, dict)
            assert isinstance(where, tuple)
            chosen = intervention(term.intervention)
            own = {name: parameters[name] for name in model.parameters}
            return model.step(at, as_context(model, where), chosen, parameters=own)
        case Solutions(side=side, context=context):
            model = _model(claim, side)
            where = meaning(context)
            assert isinstance(where, tuple)
            chosen = intervention(term.intervention)
            own = {name: parameters[name] for name in model.parameters}
            found = model.solutions(as_context(model, where), chosen, parameters=own)
            return frozenset(tuple(state.items()) for state in found)
        case Restriction(side=side):
            return restriction(_model(claim, side), intervention(term.intervention))
        case Image(states=states):
            below = meaning(states)
            assert isinstance(below, frozenset)
            return _image(claim, below)
        case _:
            assert_never(term)


def _image(claim: Abstraction, states: StateSet) -> StateSet:
    read = (claim.read_where_defined(dict(state)) for state in states)
    return frozenset(tuple(image.items()) for image in read if image is not None)


def full_states(model: SCM) -> Iterator[dict[str, Value]]:
    """Every state of a model, in canonical order.

    Raises:
        OutOfReachError: infinitely many, or more than 2^20.
    """
    domains = {name: values_of(model.domain(name)) for name in model.endogenous}
    size = prod(domain.size for domain in domains.values())
    if size > LIMIT:
        raise OutOfReachError("states", size, LIMIT)
    for values in product(*domains.values()):
        yield dict(zip(domains, values, strict=True))


def _model(claim: Abstraction, side: Side) -> SCM:
    if side is LOW:
        return claim.scm
    return high_model(claim)


def lacks_soft_image(problem: Problem, intervention: Intervention) -> str:
    """Why no soft intervention above can stand for one below; empty if one can."""
    try:
        settled_omega(problem, intervention)
    except NoSoftImageError as error:
        return str(error)
    return ""


def shared_roots(problem: Problem) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The low-level roots that the τ_U of several high-level roots read, each with those."""
    low = problem.claim.scm
    readers: dict[str, list[str]] = {}
    for above, expression in context_map(problem.claim, problem.tau_u).items():
        for root in support(expression, low, low.roots):
            readers.setdefault(root, []).append(above)
    return tuple((name, tuple(found)) for name, found in readers.items() if len(found) > 1)
