"""Soft abstraction: one simultaneous step of all mechanisms commutes, at every state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Interventions, Max
from ..definition import Role, require, tau_u_policy
from ..family import Family, Given
from ..implying import Related
from ..policy import HighFamily, TauUPolicy, Undefined
from ..soft_squares import allowed_states, require_soft, steps
from ..squares import Squares
from ..wording import family_words, tau_u_words

__all__ = ["SoftAbstraction"]


@final
@dataclass(frozen=True, slots=True)
class SoftAbstraction:
    r"""Soft τ-abstraction.

    τ and some $\tau_U$ are onto, and for every listed soft intervention $i$, every context $u$ and every
    endogenous state $x$, realised or not,
    $$\tau(F^i(x, u)) = G^{\omega(i)}(\tau(x), \tau_U(u)),$$
    where $F^i$ is one *simultaneous* step of all mechanisms; and $\tau(\mathrm{Rst}(L_i)) =
    \mathrm{Rst}(H_{\omega(i)})$. Then ω is unique. The squares of low soft abstraction follow: a step
    repeated as often as there are variables is the solution.

    Stronger: constructive-soft. Weaker: low-soft (`mgib_2_other` separates) and, for hard
    interventions, tau-abstraction. The paper says "and vice versa" of the latter; CE13 (`ce13`) refutes
    that: a chain inside a block is a τ-abstraction and no soft one.

    Attributes:
        family: the low-level interventions; by default those that ω lists.
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.

    Source: Massidda, Geiger, Icard & Bacciu (2023), Def. 11, arXiv:2211.12270.
    """

    name: ClassVar[str] = "soft"
    statement: ClassVar[str] = (
        "for soft interventions, one simultaneous step of all mechanisms commutes with τ at every state"
    )
    source: ClassVar[str] = "Massidda, Geiger, Icard & Bacciu (2023), Def. 11"
    stronger: ClassVar[Related] = (("constructive-soft", "soft_shared"),)
    weaker: ClassVar[Related] = (
        ("low-soft", "mgib_2_other"),
        ("tau-abstraction", "ce13"),
    )
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "mgib_2"
    fails_on: ClassVar[str] = "ce13"

    family: Family = Given()
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """Whether a map is not onto, an intervention allows other states, or a step fails."""
        require(self, claim)
        require_soft(self.name, claim, self.family)
        *first, _ = self._squares(claim).parts()
        family = Interventions(self.family)
        policy = tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED_ONTO)
        return Max((*first, allowed_states(family), steps(family, policy)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        policy = tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED_ONTO)
        return (
            f"τ is onto, and with {tau_u_words(policy)}, in every context, at every state, for "
            f"{family_words(self.family)}, τ of one simultaneous step of the low-level mechanisms equals "
            "the step of the high-level ones from τ of the state"
        )

    def _squares(self, claim: Abstraction) -> Squares:
        return Squares(claim, self.family, None, self.tau_u, HighFamily.IMAGE, Undefined.ERROR)
