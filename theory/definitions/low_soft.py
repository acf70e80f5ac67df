"""τ-abstraction of soft interventions: solutions, and the states that interventions allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Interventions, Max
from ..definition import Role, require
from ..family import Family, Given
from ..implying import Related
from ..policy import HighFamily, TauUPolicy, Undefined
from ..soft_squares import allowed_states, require_soft
from ..squares import Squares

__all__ = ["LowSoft"]


@final
@dataclass(frozen=True, slots=True)
class LowSoft:
    r"""Low soft τ-abstraction.

    τ and some $\tau_U$ are onto, and for every listed soft intervention $i$
    $$\tau(\mathrm{Rst}(L_i)) = \mathrm{Rst}(H_{\omega(i)}) \quad\text{and}\quad
      \forall u: \tau(M_L(u, i)) = M_H(\tau_U(u), \omega(i)).$$

    $\mathrm{Rst}(i)$ is the set of all states, realised or not, whose targets have values of the new
    mechanisms. ω is not determined: two high-level interventions that agree on all realised states and
    allow the same states serve alike (Theorem 10; examples `mgib_2` and `mgib_2_other`). On hard
    interventions the first condition says that ω is ω_τ.

    Stronger: soft (`mgib_2_other` separates). Weaker: uniform for the same ω (CE3 separates).

    Attributes:
        family: the low-level interventions; by default those that ω lists.
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.

    Source: Massidda, Geiger, Icard & Bacciu (2023), Def. 9, arXiv:2211.12270.
    """

    name: ClassVar[str] = "low-soft"
    statement: ClassVar[str] = (
        "for soft interventions, τ of the allowed states are the allowed states, and every square commutes"
    )
    source: ClassVar[str] = "Massidda, Geiger, Icard & Bacciu (2023), Def. 9"
    stronger: ClassVar[Related] = (("soft", "mgib_2_other"),)
    weaker: ClassVar[Related] = (("uniform", "ce3"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "mgib_1"
    fails_on: ClassVar[str] = "mgib_1_copied"

    family: Family = Given()
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """Whether a map is not onto, an intervention allows other states, or a square fails."""
        require(self, claim)
        require_soft(self.name, claim, self.family)
        *first, squares = self._squares(claim).parts()
        return Max((*first, allowed_states(Interventions(self.family)), squares))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            "τ of the states that i allows are those that ω(i) allows; "
            + self._squares(claim).sentence()
        )

    def _squares(self, claim: Abstraction) -> Squares:
        return Squares(claim, self.family, None, self.tau_u, HighFamily.IMAGE, Undefined.ERROR)
