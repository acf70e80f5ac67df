"""Constructive abstraction: each high-level variable is made of a block of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import TAU, Defect, Max, Part, Relation, Violated
from ..definition import Role, require
from ..family import Block, Family
from ..implying import Related
from ..policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from ..squares import Squares

__all__ = ["Constructive"]


@final
@dataclass(frozen=True, slots=True)
class Constructive:
    r"""A constructive abstraction, for a stated family of low-level interventions.

    τ is a block map: disjoint blocks $Z_1, \dots, Z_n$ of low-level variables with
    $\tau = (\tau_1(Z_1), \dots, \tau_n(Z_n))$, each $\tau_j$ onto; and some $\tau_U$ onto the
    high-level contexts satisfies
    $$\forall u\, \forall i \in I_L: \quad \tau(M_L(u, i)) = M_H(\tau_U(u), \omega_\tau(i)).$$

    *Three* notions go by this name; the family tells them apart: `block` (Geiger et al.: unions of
    whole blocks), `taumax` (Beckers, Eberhardt & Halpern: everything on which ω_τ is defined,
    silent interventions included; CE6, CE22 separate it from `block`), `reach` (values that runs
    on inputs produce; CE7 separates it from `block`). Weaker: strong (CE5 separates).

    Attributes:
        family: $I_L$.
        omega: `derived` (the definition), `searched`, or given by the claim.
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.
        high_family: $I_H$, if the claim declares none.
        undefined: what to do where ω_τ is undefined.

    Source: Beckers, Eberhardt & Halpern (2019), Def. 2.6, arXiv:1906.11583; Geiger et al. (2025),
    arXiv:2301.04709.
    """

    name: ClassVar[str] = "constructive"
    statement: ClassVar[str] = (
        "each high-level variable is a function of a block of its own, and every square commutes"
    )
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Def. 2.6; Geiger et al. (2025)"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (("strong", "ce5"), ("interchange", "ce7"))
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "voting"
    fails_on: ClassVar[str] = "ce6"

    family: Family = Block()
    omega: OmegaPolicy | None = None
    tau_u: TauUPolicy | None = None
    high_family: HighFamily = HighFamily.IMAGE
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is no block map or misses a value, or some square does not commute."""
        require(self, claim)
        blocks = Part("block map", Violated(Relation.BLOCK_MAP, (TAU,)))
        return Max((blocks, *self._squares(claim).parts(silence=True)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return "each τ reads a block of its own; " + self._squares(claim).sentence()

    def _squares(self, claim: Abstraction) -> Squares:
        return Squares(claim, self.family, self.omega, self.tau_u, self.high_family, self.undefined)
