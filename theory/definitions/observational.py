"""Observational consistency: the laws agree when nobody intervenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import HIGH, LOW, TAU, Defect, Dist, Law, Max, Metric, Part, Push
from ..definition import Role, require
from ..implying import Related

__all__ = ["Observational"]


@final
@dataclass(frozen=True, slots=True)
class Observational:
    r"""The push-forward of the low-level law is the high-level law.

    $$\tau_\# P_L = P_H$$

    Weaker than every exact transformation whose family contains the empty intervention; CE1
    separates the two.

    Source: layer 1 of Pearl's hierarchy; the empty intervention of Rubenstein et al. (2017),
    Def. 3, arXiv:1707.00819.
    """

    name: ClassVar[str] = "observational"
    statement: ClassVar[str] = "τ of the low-level law is the high-level law, without interventions"
    source: ClassVar[str] = "Rubenstein et al. (2017), Def. 3 with I = {∅}"
    stronger: ClassVar[Related] = (("exact", "ce1"),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "ce1_observational"
    fails_on: ClassVar[str] = "biased_coin"

    def defect(self, claim: Abstraction) -> Defect:
        """1 if the two laws differ, else 0."""
        require(self, claim)
        gap = Dist(Metric.DISCRETE, Push(TAU, Law(LOW)), Law(HIGH))
        return Max((Part("laws", gap),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return "without intervention, τ of the low-level law equals the high-level law"
