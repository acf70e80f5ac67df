"""What a definition asks of a class of candidates, as far as a search over circuits can say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import (
    HIGH,
    LOW,
    TAU,
    ApplyMap,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    Inf,
    Interventions,
    Part,
    Read,
    Relation,
    Run,
    States,
    Sup,
    Swaps,
    Violated,
    clauses,
)
from tauomega.theory.definition import Definition, context_map
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.kernel import Expression
from tauomega.theory.policy import OmegaPolicy, TauUPolicy

from ..problems import policies_of

__all__ = ["NotPlannedError", "Plan", "plan_of"]


class NotPlannedError(Exception):
    """A definition, or a claim, that a search over circuits does not cover: why."""


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """The demands of a definition.

    Attributes:
        block_map: whether every low-level variable is read by one τ at most.
        onto: whether every τ takes every value.
        tau_u: the fixed τ_U, or `None` where it is searched.
        tau_u_onto: whether τ_U takes every value.
        squares: the family of the squares, or `None` if there are none.
        swaps: the interchanges, or `None` if there are none.
        scored: the high-level variables that an interchange compares.
    """

    block_map: bool
    onto: bool
    tau_u: tuple[tuple[str, Expression], ...] | None
    tau_u_onto: bool
    squares: Block | Single | Given | None
    swaps: Swaps | None
    scored: tuple[str, ...]


def plan_of(claim: Abstraction, definition: Definition) -> Plan:
    """Read the demands off a definition's defect.

    Raises:
        NotPlannedError: a clause has another shape.
        InputError: the claim lacks what the definition needs.
    """
    defect = definition.defect(claim)
    omega, policy = policies_of(claim, defect)
    searched = policy in (TauUPolicy.SEARCHED, TauUPolicy.SEARCHED_ONTO)
    block_map = onto = fixed_onto = False
    squares: Block | Single | Given | None = None
    swaps: Swaps | None = None
    scored: tuple[str, ...] = ()
    for part in clauses(defect):
        match part.defect:
            case Violated(relation=Relation.BLOCK_MAP):
                block_map = True
            case Sup(space=States(side=side), body=Inf(space=States())) if side is HIGH:
                onto = True
            case Sup(space=Contexts(side=side), body=Inf(space=Contexts())) if side is HIGH:
                fixed_onto = True
            case Sup(space=Swaps() as space, body=Dist(left=Read(names=names))):
                swaps, scored = space, names
            case _:
                squares = _family(part, omega)
    if isinstance(squares, Block | Single):
        block_map = True  # other maps have no blocks to set
        if not onto:
            raise NotPlannedError("squares over blocks of a τ that need not be onto")
    if claim.scm.conditional or (claim.high is not None and claim.high.conditional):
        raise NotPlannedError("a conditional law has no mechanism")
    if claim.scm.parameters:
        raise NotPlannedError("models with parameters")
    maps = None if searched else tuple(context_map(claim, policy).items())
    tau_u_onto = policy is TauUPolicy.SEARCHED_ONTO or fixed_onto
    return Plan(block_map, onto, maps, tau_u_onto, squares, swaps, scored)


def _family(part: Part, omega: OmegaPolicy) -> Block | Single | Given:
    body: Defect = part.defect
    if isinstance(body, Inf) and isinstance(body.space, ContextMaps):
        body = body.body
    match body:
        case Sup(
            space=Interventions(family=family),
            body=Sup(
                space=Contexts(side=side),
                body=Dist(left=ApplyMap(map=applied), right=Run(model=None)),
            ),
        ) if side is LOW and applied is TAU:
            pass
        case _:
            raise NotPlannedError(f"the clause {part.name!r} is no statement about squares")
    if isinstance(family, Block | Single) and omega is OmegaPolicy.DERIVED:
        return family
    if isinstance(family, Given) and omega is OmegaPolicy.GIVEN:
        return family
    raise NotPlannedError(f"the family {family} with ω {omega.value}")


def require_finite(claim: Abstraction) -> None:
    """Check that contexts can be listed.

    Raises:
        InputError: a root of a model has infinitely many values.
    """
    for side, model in (("low", claim.scm), ("high", claim.high)):
        if model is not None and model.context_count() is None:
            raise InputError([f"a root of the {side}-level model has infinitely many values"])
