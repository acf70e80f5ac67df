"""Q-τ consistency: every query of one layer of Pearl's hierarchy has the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    TAU,
    Defect,
    Dist,
    Interventions,
    Joint,
    Law,
    Max,
    Metric,
    Part,
    Push,
    Relation,
    Violated,
)
from ..definition import Role, equal_laws, require, tau_onto
from ..errors import InputError
from ..family import Block, Family
from ..implying import Related
from ..policy import HighFamily, OmegaPolicy
from ..wording import family_words

__all__ = ["QueryConsistency"]


@final
@dataclass(frozen=True, slots=True)
class QueryConsistency:
    r"""Q-τ consistency for all queries Q of a layer, with τ from inter- and intravariable clusters.

    τ reads a block for each high-level variable and is onto, and

    - layer 1: $\tau_\# P_L = P_H$;
    - layer 2: $\tau_\# P_L^i = P_H^{\omega_\tau(i)}$ for every i in the family;
    - layer 3: the outcomes under all of the family, in one context, have the same joint law.

    Each layer implies the one below, and not conversely: CE1 tells 1 from 2, CE2 tells 2 from 3 (and
    the smoking example: P(C = 0 | do(S = 0); S = 1, C = 1) is 72/85 below and 9/10 above). Models with
    conditional laws are refused on layer 3 by name.

    Attributes:
        layer: 1, 2 or 3.
        family: the interventions of layers 2 and 3; whole blocks, as in the source.
        metric: `discrete`, or a distance of laws, the largest over queries being meant.

    Source: Xia & Bareinboim (2024), Q-τ consistency, arXiv:2401.02602.
    """

    name: ClassVar[str] = "query-consistency"
    statement: ClassVar[str] = "with clusters for τ, every query of a layer has the same answer"
    source: ClassVar[str] = "Xia & Bareinboim (2024), Q-τ consistency"
    stronger: ClassVar[Related] = (("phi-abstraction", "chain_merged"),)
    weaker: ClassVar[Related] = (("observational", "ce1"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "smoking_layer_2"
    fails_on: ClassVar[str] = "smoking_layer_3"

    layer: int = 2
    family: Family = Block()
    metric: Metric = Metric.DISCRETE

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is from clusters, and the largest distance of two answers."""
        require(self, claim)
        family = Interventions(self.family)
        match self.layer:
            case 1:
                answers = Part("laws", Dist(self.metric, Push(TAU, Law(LOW)), Law(HIGH)))
            case 2:
                derived, image = OmegaPolicy.DERIVED, HighFamily.IMAGE
                answers = equal_laws(family, derived, image, metric=self.metric)
            case 3:
                gap = Dist(self.metric, Joint(LOW, family), Joint(HIGH, family))
                answers = Part("joint law", gap)
            case _:
                raise InputError([f"layer = {self.layer}: Pearl's hierarchy has layers 1, 2 and 3"])
        return Max((Part("blocks", Violated(Relation.BLOCK_MAP)), tau_onto(), answers))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        what = {
            1: "without intervention, τ of the low-level law is the high-level law",
            2: f"for {family_words(self.family)}, τ of the low-level law is the high-level law",
            3: f"the outcomes under {family_words(self.family)} together have the same joint law",
        }[self.layer]
        return f"each τ is onto and reads a block of its own, and {what}"
