"""Constructive soft abstraction: blocks of variables and of noise, and ω by an explicit formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    OMEGA,
    TAU,
    TAU_U,
    Defect,
    Interventions,
    Map,
    Max,
    Part,
    Relation,
    Sup,
    Var,
    Violated,
)
from ..definition import Role, context_map, fixed_tau_u, require, tau_onto, tau_u_onto
from ..family import Family, Given
from ..implying import Related
from ..policy import TauUPolicy
from ..soft_squares import allowed_states, require_soft, steps
from ..wording import family_words, tau_u_words

__all__ = ["ConstructiveSoft"]


@final
@dataclass(frozen=True, slots=True)
class ConstructiveSoft:
    r"""Constructive soft abstraction.

    A soft abstraction whose τ and $\tau_U$ read blocks of their own: an alignment Π of endogenous and of
    exogenous variables. Then ω has one explicit form (Theorem 14): $\omega(i)$ touches those $Y$ whose
    block $i$ touches, and gives them
    $$g_Y(y, u) = \tau_Y\bigl(F^i_{\Pi(Y)}(\tau^{-1}(y), \tau_U^{-1}(u))\bigr)$$
    for any partial inverses. This ω is used, unless the claim lists one. So a hard intervention on part of
    a block can be a soft one above (`mgib_4`: an adder). The interventions that a list names may be hard
    ones on parts of blocks, which have no ω_τ.

    Weaker: soft.

    Attributes:
        family: the low-level interventions, listed.
        tau_u: `identity`, or given by the claim; the alignment is of it, so it is not searched.

    Source: Massidda, Geiger, Icard & Bacciu (2023), Defs. 12-13 and Theorem 14, arXiv:2211.12270.
    """

    name: ClassVar[str] = "constructive-soft"
    statement: ClassVar[str] = (
        "τ and τ_U read blocks of their own, and steps commute at every state, with ω by its explicit form"
    )
    source: ClassVar[str] = "Massidda, Geiger, Icard & Bacciu (2023), Defs. 12-13"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (("soft", "soft_shared"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "mgib_4"
    fails_on: ClassVar[str] = "soft_shared"

    family: Family = Given()
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """Whether a map reads no blocks or is not onto, or a step fails."""
        require(self, claim)
        require_soft(self.name, claim, self.family)
        policy = self._policy(claim)
        context_map(claim, policy)
        omega = OMEGA if claim.omega is not None else Map.SOFT_OMEGA
        family = Interventions(self.family)
        image: tuple[Part, ...] = ()
        if claim.omega is None:
            some = Violated(Relation.SOFT_IMAGE, (Map.SOFT_OMEGA, Var("i")))
            image = (Part("ω soft", Sup("i", family, some)),)
        return Max(
            (
                Part("block map", Violated(Relation.BLOCK_MAP, (TAU,))),
                tau_onto(),
                Part("blocks of noise", Violated(Relation.CONTEXT_BLOCKS, (TAU_U,))),
                tau_u_onto(),
                *image,
                steps(family, policy, omega),
                allowed_states(family, omega),
            )
        )

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        which = "the ω given" if claim.omega is not None else "the explicit ω of Theorem 14"
        return (
            f"τ and τ_U read blocks of their own and are onto, and with {tau_u_words(self._policy(claim))} and "
            f"{which}, in every context, at every state, for {family_words(self.family)}, τ of one "
            "simultaneous step of the low-level mechanisms equals the step of the high-level ones"
        )

    def _policy(self, claim: Abstraction) -> TauUPolicy:
        return fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.IDENTITY)
