"""τ-abstraction: one map of contexts makes every square commute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Max
from ..definition import Role, require
from ..family import Block, Family
from ..implying import Related
from ..policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from ..squares import Squares

__all__ = ["TauAbstraction"]


@final
@dataclass(frozen=True, slots=True)
class TauAbstraction:
    r"""A τ-abstraction.

    τ is onto, $I_H = \omega_\tau(I_L)$, and some $\tau_U$ onto the high-level contexts satisfies
    $$\forall u\, \forall i \in I_L: \quad \tau(M_L(u, i)) = M_H(\tau_U(u), \omega_\tau(i)).$$

    Stronger: strong τ-abstraction (CE4 separates), constructive (CE5). Weaker: uniform (CE3).
    We let a claim give ω or τ_U, or ask for τ_U to be searched without being onto; the verdict
    says so.

    Attributes:
        family: $I_L$.
        omega: `derived` (the definition), `searched`, or given by the claim.
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.
        high_family: $I_H$, if the claim declares none.
        undefined: what to do where ω_τ is undefined.

    Source: Beckers, Eberhardt & Halpern (2019), Def. 2.5, arXiv:1906.11583; Beckers & Halpern
    (2019), Def. 3.13.
    """

    name: ClassVar[str] = "tau-abstraction"
    statement: ClassVar[str] = (
        "τ and some map of contexts are onto, and every square commutes in every context"
    )
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Def. 2.5"
    stronger: ClassVar[Related] = (("strong", "ce4"),)
    weaker: ClassVar[Related] = (("uniform", "ce3"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce4_tau_abstraction"
    fails_on: ClassVar[str] = "ce3_tau_abstraction"

    family: Family = Block()
    omega: OmegaPolicy | None = None
    tau_u: TauUPolicy | None = None
    high_family: HighFamily = HighFamily.IMAGE
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ misses a value, I_H is not the image, or some square does not commute."""
        require(self, claim)
        return Max(self._squares(claim).parts())

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return self._squares(claim).sentence()

    def _squares(self, claim: Abstraction) -> Squares:
        return Squares(claim, self.family, self.omega, self.tau_u, self.high_family, self.undefined)
