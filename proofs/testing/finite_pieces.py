"""Finite pieces of claims that the literal interpreter cannot list, so that it has a say there too.

| claim | piece | what it says of the claim |
|---|---|---|
| affine models over the reals | contexts in {0, 1}, blocks set to 0 or a unit vector | all: the maps agree on a basis |
| a network whose machine arithmetic cannot round | the network in exact arithmetic | all |
| a network at inputs in boxes | the corners of the boxes | that it fails, if the piece does |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from typing import Any, final

from tauomega.solvers.engine import Problem
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    LOW,
    BoxSwaps,
    Contexts,
    Dist,
    Interventions,
    Metric,
    Part,
    Sup,
    Swaps,
)
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import (
    BOOL,
    Case,
    Constant,
    Declaration,
    Domain,
    Expression,
    Finite,
    Range,
    Reals,
    Reference,
    Value,
    complete,
    evaluate,
)
from tauomega.theory.kernel.reaching import weights_of
from tauomega.theory.policy import OmegaPolicy, Sources, TauUPolicy
from tauomega.theory.scm import SCM

__all__ = ["Piece", "piece"]

MOST_CONTEXTS, MOST_SWAPS = 256, 300


@final
@dataclass(frozen=True, slots=True)
class Piece:
    """A problem that the literal interpreter accepts; `whole` if its answer is that of the problem it is of."""

    problem: Problem
    whole: bool


def piece(problem: Problem) -> Piece | None:
    """The finite piece of a problem, or `None` if none of the three is meant for it."""
    low: Any = problem.claim.low
    try:
        match problem.part.defect:
            case Sup(space=Interventions(family=Block() | Single()), body=Sup(space=Contexts())):
                return _affine(problem)
            case Sup(space=BoxSwaps()):
                return _corners(problem)
            case Sup(space=Swaps()) if hasattr(low, "network") and problem.semantics != "real":
                return _exactly(problem)
    except InputError:  # a value of the piece is outside a domain
        return None
    return None


# ---------------------------------------------------------------- affine models


def _affine(problem: Problem) -> Piece | None:
    claim, defect = problem.claim, problem.part.defect
    assert isinstance(defect, Sup)
    assert isinstance(defect.body, Sup)
    assert isinstance(defect.space, Interventions)
    body, high = defect.body.body, claim.high
    discrete = isinstance(body, Dist) and body.metric is Metric.DISCRETE
    if high is None or not discrete or problem.omega is not OmegaPolicy.DERIVED:
        return None
    roots = claim.scm.roots
    blocks = problem.facts.is_block_map and all(problem.facts.supports.values())
    if 2 ** len(roots) > MOST_CONTEXTS or not blocks or not _is_affine(claim, high):
        return None
    family = defect.space.family
    most = family.k if isinstance(family, Single) else None
    omega = tuple(_images(claim, problem.facts.supports, most))
    maps = {name: (claim.tau_u or {}).get(name, Reference(name)) for name in high.roots}
    contexts = [dict(zip(roots, bits, strict=True)) for bits in product((0, 1), repeat=len(roots))]
    reached: dict[str, Domain] = {
        name: Finite(tuple(dict.fromkeys(evaluate(e, context) for context in contexts)))
        for name, e in maps.items()
    }
    small = replace(
        claim,
        low=_with_roots(claim.scm, dict.fromkeys(roots, Range(0, 1))),
        high=_with_roots(high, reached),
        omega=omega,
    )
    listed = Sup(
        defect.variable, Interventions(Given(None)), Sup(defect.body.variable, Contexts(LOW), body)
    )
    part = Part(problem.part.name, listed)
    return Piece(replace(problem, claim=small, part=part, omega=OmegaPolicy.GIVEN), whole=True)


def _is_affine(claim: Abstraction, high: SCM) -> bool:
    """Whether all variables are real, and all equations and maps are sums of multiples."""
    variables = [*claim.scm.variables, *high.variables]
    rules = [v.mechanism for v in variables if v.mechanism is not None]
    rules += [*claim.tau.values(), *(claim.tau_u or {}).values()]
    affine = all(weights_of(rule) is not None for rule in rules)
    return affine and all(isinstance(v.domain, Reals) for v in variables)


def _images(
    claim: Abstraction, supports: Mapping[str, Sequence[str]], most: int | None
) -> Iterator[tuple[Hard, Hard]]:
    """Unions of whole blocks at 0 and at unit vectors, each with τ of its values: ω_τ, as each τ_j is onto."""
    names = list(claim.tau)
    rest: dict[str, Value] = dict.fromkeys(claim.scm.endogenous, 0)
    for count in range(len(names) + 1 if most is None else min(most, len(names)) + 1):
        for chosen in combinations(names, count):
            block = [v for name in chosen for v in supports[name]]
            for unit in (None, *block):
                setting: dict[str, Value] = {v: int(v == unit) for v in block}
                image = {n: evaluate(claim.tau[n], rest | setting) for n in chosen}
                yield Hard.from_mapping(setting), Hard.from_mapping(image)


def _with_roots(model: SCM, domains: Mapping[str, Domain]) -> SCM:
    """A model whose roots have other values, and no law."""
    return SCM(
        complete(
            [
                Declaration(v.name, v.kind, domains.get(v.name, v.domain), None, v.mechanism)
                for v in model.variables
            ]
        )
    )


# ---------------------------------------------------------------- networks


def _exactly(problem: Problem) -> Piece | None:
    """In exact arithmetic, where the grid audit says that no sum rounds in any order."""
    from tauomega.bridge.precision.grid import audit_grid

    model: Any = problem.claim.low
    rows = [model.row(tuple(context.values())) for context in model.as_scm().contexts()]
    if not audit_grid(model.network, rows).exact:
        return None
    claim = replace(problem.claim, low=replace(model, semantics="real"))
    return Piece(replace(problem, claim=claim, semantics="real"), whole=True)


def _corners(problem: Problem) -> Piece | None:
    """Corners of the boxes as contexts of their own, each seen from above as the middle of its box."""
    model: Any = problem.claim.low
    match problem.part.defect:
        case Sup(variable=x, space=BoxSwaps(depth=depth, radius=radius), body=body):
            pass
        case _:
            raise AssertionError("called for boxes")
    if problem.claim.tau_u is not None or any(d != BOOL for d in model.domains.values()):
        return None
    sites = len(problem.claim.sites)
    swapped = 1 + (sites if depth.k is None else min(depth.k, sites))
    for offsets in ((-radius, Fraction(0), radius), (-radius, radius), (radius,)):
        count = (2 * len(offsets)) ** len(model.domains)
        if count**swapped <= MOST_SWAPS:
            break
    domains: dict[str, Domain] = {}
    encode: dict[str, Expression] = {}
    middle: dict[str, Expression] = {}
    for name in model.domains:
        corners = list(product((0, 1), offsets))
        domains[name] = Range(0, len(corners) - 1)
        codes = [Fraction(evaluate(model.encoded(name), {name: v})) for v, _ in corners]
        encode[name] = _table(name, [c + o for c, (_, o) in zip(codes, corners, strict=True)])
        middle[name] = _table(name, [Fraction(v) for v, _ in corners])
    tau = {n: middle[n] if e == Reference(n) else e for n, e in problem.claim.tau.items()}
    low = replace(model, domains=domains, encode=encode)
    claim = replace(problem.claim, low=low, tau=tau, tau_u=middle)
    part = Part(problem.part.name, Sup(x, Swaps(depth, Sources()), body))
    changed = replace(problem, claim=claim, part=part, tau_u=TauUPolicy.GIVEN)
    return Piece(changed, whole=False)


def _table(name: str, values: Sequence[Fraction]) -> Expression:
    rows = tuple(((k,), Constant(_number(v))) for k, v in enumerate(values))
    return Case((Reference(name),), rows)


def _number(value: Fraction) -> Value:
    return int(value) if value.denominator == 1 else value
