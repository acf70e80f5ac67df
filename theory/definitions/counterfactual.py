"""Counterfactual consistency: the joint law of all interventions' outcomes is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import HIGH, LOW, Defect, Dist, Interventions, Joint, Max, Metric, Part
from ..definition import Role, require, tau_onto
from ..family import Block, Family
from ..implying import Related
from ..policy import Undefined
from ..wording import family_words

__all__ = ["Counterfactual"]


@final
@dataclass(frozen=True, slots=True)
class Counterfactual:
    r"""Layer 3: outcomes under all interventions, in one context, have the same joint law.

    $$\mathrm{law}\bigl((\tau M_L(U, i))_{i \in I}\bigr) =
      \mathrm{law}\bigl((M_H(U, \omega_\tau(i)))_{i \in I}\bigr)$$

    So every counterfactual query over I has the same answer. Stronger than equal laws for each i
    alone (CE2 separates). This is distance 0 in the sense of Def. 4.4 with couplings in place of maps
    of contexts, one coupling for all interventions: the repair of Prop. 4.5 of Beckers, Eberhardt &
    Halpern (2019). Models with conditional laws say nothing on this layer and are refused by name.

    Attributes:
        family: I.
        metric: `discrete`, or a distance of laws on the joint outcomes.
        undefined: what to do where ω_τ is undefined.

    Source: Xia & Bareinboim (2024), Q-τ consistency on layer 3, arXiv:2401.02602, for all queries
    over I at once.
    """

    name: ClassVar[str] = "counterfactual"
    statement: ClassVar[str] = "the outcomes under all interventions have the same joint law"
    source: ClassVar[str] = "Xia & Bareinboim (2024), layer 3"
    stronger: ClassVar[Related] = (("probabilistic-approximate", "unequal_coins"),)
    weaker: ClassVar[Related] = (("probabilistic", "ce2_probabilistic"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "fair_copies"
    fails_on: ClassVar[str] = "ce2_counterfactual"

    family: Family = Block()
    metric: Metric = Metric.DISCRETE
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ misses a value, and the distance of the two joint laws."""
        require(self, claim)
        family = Interventions(self.family, self.undefined)
        gap = Dist(self.metric, Joint(LOW, family), Joint(HIGH, family))
        return Max((tau_onto(), Part("joint law", gap)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            f"τ is onto and the outcomes under {family_words(self.family)}, read through τ and taken "
            "together, have the joint law of the high-level outcomes under ω_τ"
        )
