"""Approximate τ-abstraction: the smallest largest distance that a map of contexts achieves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Interventions, Max, Metric
from ..definition import Role, compatible_contexts, omega_policy, require, tau_onto, tau_u_policy
from ..family import Block, Family
from ..implying import Related
from ..policy import HighFamily, OmegaPolicy, TauUPolicy, Undefined
from ..wording import family_words, omega_words, tau_u_words

__all__ = ["Approximate"]


@final
@dataclass(frozen=True, slots=True)
class Approximate:
    r"""$d_\tau = \min_{\tau_U \text{ onto}} \max_{i, u} d\bigl(\tau(M_L(u,i)), M_H(\tau_U(u), \omega_\tau(i))\bigr)$.

    A τ-α-approximate abstraction has $d_\tau \le \alpha$: ask `check(..., at_most=α)`, or
    `distance(...)` for the value. 0 iff a τ-abstraction (Prop. 3.3). Prop. 3.4 as printed (τ the
    identity: iff $d_{max} \le \alpha$) holds in one direction only, because $\tau_U$ may permute the
    contexts. If no map of contexts is onto, the distance is ∞.

    Similarity: the metric; statistic: the supremum over contexts and interventions; layer 3;
    composes: $K \alpha_1 + \alpha_2$ if the second τ is K-Lipschitz.

    Attributes:
        family: $I_L$.
        metric: `discrete`, `hamming`, `l1`, `euclidean` or `sup`, on high-level states.
        tau_u: `searched-onto` (the definition), another policy, or given by the claim.
        undefined: what to do where ω_τ is undefined.

    Source: Beckers, Eberhardt & Halpern (2019), Def. 3.2, arXiv:1906.11583.
    """

    name: ClassVar[str] = "approximate"
    statement: ClassVar[str] = "with some map of contexts onto, every square commutes up to α"
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Def. 3.2"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce19_within"
    fails_on: ClassVar[str] = "ce19"

    family: Family = Block()
    metric: Metric = Metric.EUCLIDEAN
    omega: OmegaPolicy | None = None
    tau_u: TauUPolicy | None = None
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ misses a value, and the distance."""
        require(self, claim)
        omega = omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        tau_u = tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED_ONTO)
        family = Interventions(self.family, self.undefined)
        squares = compatible_contexts(family, tau_u, omega, HighFamily.IMAGE, metric=self.metric)
        return Max((tau_onto(), squares))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        tau_u = tau_u_policy(claim, self.tau_u, TauUPolicy.SEARCHED_ONTO)
        omega = omega_words(omega_policy(claim, self.omega, OmegaPolicy.DERIVED))
        return (
            f"τ is onto and, with {tau_u_words(tau_u)}, in every context, for "
            f"{family_words(self.family)} and {omega}, τ of the low-level solution is at "
            f"{self.metric.value} distance 0 of the high-level solution"
        )
