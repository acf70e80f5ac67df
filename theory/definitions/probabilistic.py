"""Probabilistic τ-abstraction: the laws agree under every intervention that τ gives a meaning to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Interventions, Max, Metric
from ..definition import Role, equal_laws, omega_parts, omega_policy, require, tau_onto
from ..family import Block, Family
from ..implying import Related
from ..policy import HighFamily, OmegaPolicy, Undefined
from ..wording import family_words, omega_words

__all__ = ["Probabilistic"]


@final
@dataclass(frozen=True, slots=True)
class Probabilistic:
    r"""τ is onto and, with ω = ω_τ, the push-forward of every law below is the law above.

    $$\forall i \in I_L: \quad \tau_\#(P_L^i) = P_H^{\omega_\tau(i)}$$

    Layer 2: CE2 satisfies it, though no map of contexts makes its squares commute; so a distance of
    0 in the sense of Def. 4.4 is strictly stronger, against Prop. 4.5 as printed. Weaker: exact.

    Attributes:
        family: $I_L$.
        metric: `discrete` (equal or not), or a distance of laws, whose supremum over $I_L$ is meant.
        undefined: what to do where ω_τ is undefined.

    Source: Beckers, Eberhardt & Halpern (2019), Def. 4.3, arXiv:1906.11583.
    """

    name: ClassVar[str] = "probabilistic"
    statement: ClassVar[str] = "τ is onto and pushes each law below to the law above, with ω = ω_τ"
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Def. 4.3"
    stronger: ClassVar[Related] = (("counterfactual", "ce2_probabilistic"),)
    weaker: ClassVar[Related] = (("observational", "ce1"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "ce2_probabilistic"
    fails_on: ClassVar[str] = "ce1_probabilistic"

    family: Family = Block()
    metric: Metric = Metric.DISCRETE
    omega: OmegaPolicy | None = None
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ misses a value, and the largest distance of two laws."""
        require(self, claim)
        omega = omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        family = Interventions(self.family, self.undefined)
        parts = omega_parts(family, omega, HighFamily.IMAGE, monotone=False)
        laws = equal_laws(family, omega, HighFamily.IMAGE, metric=self.metric)
        return Max((tau_onto(), *parts, laws))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        close = (
            "equals"
            if self.metric is Metric.DISCRETE
            else f"is at {self.metric.value} distance 0 of"
        )
        policy = omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        return (
            f"τ is onto and, for {family_words(self.family)} and {omega_words(policy)}, the push-forward of the "
            f"low-level law {close} the high-level law"
        )
