"""Clauses about squares as statements of the kernel: finite domains, a fixed τ_U, ω in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod

from tauomega.theory.definition import context_map, high_model
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, BlocksAndSilence, Given, Single, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import Kind, Value, evaluate, free_names
from tauomega.theory.kernel.commuting import Blocks, Commuting, Interchange, Items, Listed
from tauomega.theory.policy import OmegaPolicy, Undefined

from .engine import Problem
from .literal_only import beyond
from .omega import any_value, check_unambiguous, values_of
from .onto import factors_are_onto, missed_by_factor
from .ranging import low_interventions
from .settled import hard, nothing_to_check, settled_omega, undefined_fault
from .shapes import square_family, swapped

__all__ = ["NotStatedError", "refusal", "squares_count", "statement_of"]

MOST_LISTED = 4096
MOST_STATES = 2**16


class NotStatedError(Exception):
    """A clause of the right shape that is no statement of the kernel after all: why."""


def refusal(problem: Problem) -> str | None:
    """Why a clause is no statement about squares that a circuit can say; `None` if it is one."""
    special = beyond(problem)
    if special is not None:
        return special
    if problem.semantics not in ("exact", "real"):
        return f"evaluates exactly; {problem.semantics} is another semantics"
    if any(
        getattr(v.domain, "size", None) is None
        for model in (problem.claim.scm, problem.claim.high)
        if model is not None
        for v in model.variables
        if v.mechanism is None
    ):
        return "a root or a parameter has infinitely many values"
    for model in (problem.claim.scm, problem.claim.high):
        if model is not None and model.conditional:
            return "circuits are made of mechanisms, and there are conditional laws"
    defect = problem.part.defect
    interchange = swapped(defect)
    if interchange is not None:
        every = interchange[0].sources.name == "all"
        return None if every else "only interchanges from all sources"
    space = square_family(defect)
    family = None if space is None else space.family
    if family is None:
        return "only squares with a fixed τ_U, and interchanges, are made a circuit"
    if isinstance(family, Given):
        return "ω is searched" if problem.omega is OmegaPolicy.SEARCHED else None
    if problem.omega is not OmegaPolicy.DERIVED:
        return "only a derived ω, or one given for listed interventions, is made a circuit"
    if not problem.facts.is_block_map:
        return "ω_τ of a map that is no block map is not made a circuit"
    if isinstance(family, All | TauMax | BlocksAndSilence):
        if any(len(block) > 1 for block in problem.facts.supports.values()):
            return "partly set blocks are not made a circuit"
        return None
    if not isinstance(family, Block | Single):
        return f"the family {family} is not made a circuit"
    return None


def statement_of(problem: Problem) -> Commuting:
    """The statement of an accepted clause.

    Raises:
        InputError: a listed family that is empty, or on which ω is undefined; an ambiguous ω_τ.
        NotStatedError: too long a list; some τ is not known to be onto, so that ω_τ may be undefined.
    """
    claim, facts = problem.claim, problem.facts
    scm, high = claim.scm, high_model(claim)
    maps = tuple(context_map(claim, problem.tau_u).items())
    tau = tuple(claim.tau.items())
    defect = problem.part.defect
    interchange = swapped(defect)
    if interchange is not None:
        swaps, names = interchange
        sites = tuple((name, tuple(site)) for name, site in claim.sites.items())
        swapping = Interchange(sites, swaps.depth.k)
        return Commuting(scm.program, high.program, tau, maps, swapping, names)
    space = square_family(defect)
    assert space is not None, "refusal() admitted a shape that is no statement"
    compared = tuple(name for name, _ in tau)
    family: Blocks | Listed
    if isinstance(space.family, Given):
        listed = list(map(hard, low_interventions(claim, facts, space.family)))
        if len(listed) > MOST_LISTED:
            raise NotStatedError(f"more than {MOST_LISTED:,} listed interventions")
        pairs = _pairs(problem, listed, exclude=space.undefined is Undefined.EXCLUDE)
        if not pairs:
            raise nothing_to_check(space.family)
        family = Listed(pairs)
    else:
        check_unambiguous(facts)
        if not factors_are_onto(problem):
            raise NotStatedError("some τ is not known to be onto, so ω_τ may be undefined")
        blocks = tuple((name, block) for name, block in facts.supports.items() if block)
        free = isinstance(space.family, All | TauMax | BlocksAndSilence)
        most = space.family.k if isinstance(space.family, Single) else None
        family = Blocks(blocks, facts.inert if free else (), most)
    return Commuting(scm.program, high.program, tau, maps, family, compared)


def _pairs(
    problem: Problem, listed: list[Hard], *, exclude: bool
) -> tuple[tuple[Items, Items], ...]:
    """Each listed intervention with its ω.

    Raises:
        InputError: ω is undefined at some of them, and that is not allowed; ω_τ is ambiguous.
    """
    if problem.omega is OmegaPolicy.DERIVED:
        check_unambiguous(problem.facts)
    images = {i: _image(problem, i) for i in listed}
    lost = [i for i, j in images.items() if j is None]
    if lost and not exclude:
        raise InputError([undefined_fault(problem, i) for i in lost[:5]])
    return tuple((i.items, j.items) for i, j in images.items() if j is not None)


def _image(problem: Problem, intervention: Hard) -> Hard | None:
    """ω at an intervention; the ω_τ of a block map is found block by block."""
    facts = problem.facts
    if problem.omega is not OmegaPolicy.DERIVED or not facts.is_block_map:
        image = settled_omega(problem, intervention)
        return None if image is None else hard(image)
    items: list[tuple[str, Value]] = []
    fixed = dict(intervention.items)
    for name, block in facts.supports.items():
        inside = {v: fixed[v] for v in block if v in fixed}
        if not inside and missed_by_factor(problem, name) is None:
            continue
        part = _image_of_part(problem, name, inside)
        if part is None:
            return None
        items += part
    return Hard(tuple(items))


def _image_of_part(problem: Problem, name: str, fixed: dict[str, Value]) -> Items | None:
    """What setting part of a block does to its high-level variable: sets it, or nothing, or `None`."""
    claim, facts = problem.claim, problem.facts
    free = [v for v in facts.supports[name] if v not in fixed]
    domains = [values_of(claim.scm.domain(v)) for v in free]
    count = prod(domain.size for domain in domains)
    if count > MOST_STATES:
        raise NotStatedError(f"{count:,} states of the block of {name!r} that is partly set")
    tau = claim.tau[name]
    rest = {v: any_value(claim.scm.domain(v)) for v in free_names(tau)}  # mentioned, not read
    seen = {
        evaluate(tau, rest | fixed | dict(zip(free, values, strict=True)))
        for values in product(*domains)
    }
    if len(seen) == 1:
        return ((name, seen.pop()),)
    return () if len(seen) == facts.high_domains[name].size else None


def squares_count(statement: Commuting) -> int:
    """How many squares the statement is about, for all values of its parameters."""
    sizes = {v.name: getattr(v.domain, "size", 1) for v in statement.low.variables}
    both = (*statement.low.variables, *statement.high.variables)
    given = {v.name: getattr(v.domain, "size", 1) for v in both if v.kind is Kind.PARAMETER}
    roots = [v.name for v in statement.low.variables if v.mechanism is None]
    contexts = prod(sizes[name] for name in roots if name not in given)
    return prod(given.values()) * _squares(statement, sizes, contexts)


def _squares(statement: Commuting, sizes: Mapping[str, int], contexts: int) -> int:
    match statement.family:
        case Listed(pairs=pairs):
            return contexts * len(pairs)
        case Blocks(blocks=blocks, inert=inert, most=most):
            settings = [prod(sizes[v] for v in block) for _, block in blocks]
            free = prod(1 + sizes[name] for name in inert)
            return contexts * free * sum(_by_count(settings)[: None if most is None else most + 1])
        case Interchange(sites=sites, most=most):
            counts = _by_count([contexts] * len(sites))[: None if most is None else most + 1]
            return contexts * sum(counts[1:])


def _by_count(settings: list[int]) -> list[int]:
    """How many ways there are to set k of several things, for each k."""
    ways = [1]
    for number in settings:
        ways = [a + number * b for a, b in zip([*ways, 0], [0, *ways], strict=True)]
    return ways
