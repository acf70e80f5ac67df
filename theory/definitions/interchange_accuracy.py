"""Interchange accuracy: the share of interchanges after which the outputs agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    TAU,
    TAU_U,
    ApplyMap,
    Base,
    Defect,
    Dist,
    Exchanges,
    Interchange,
    Max,
    Mean,
    Metric,
    Part,
    Read,
    Run,
    Var,
)
from ..definition import Role, context_map, fixed_tau_u, require
from ..implying import Related
from ..policy import Scored, Sources, TauUPolicy
from .interchange import InterchangeConsistency

__all__ = ["InterchangeAccuracy"]


@final
@dataclass(frozen=True, slots=True)
class InterchangeAccuracy:
    r"""Interchange accuracy 1; its distance is the share of interchanges that disagree.

    $$1 - \frac{1}{N^{k+1}} \sum_{b, s_1, \dots, s_k}
      \mathbb{1}\bigl[\mathrm{out}\,\tau M_L(b, Z_j \leftarrow M_L(s_j)|_{Z_j}) =
      \mathrm{out}\,M_H(\tau_U b, Y_j \leftarrow M_H(\tau_U s_j)|_{Y_j})\bigr]$$
    over all bases and sources in all k sites **at once**, source = base included: Definition 5 of the
    source. With `swapped` naming one site it is that site's own accuracy, which says nothing on
    several at once (CE8: 1 alone, 48/64 together).

    Similarity: outputs equal or not. Law over (u, i): bases and sources uniform and independent (or the
    listed pairs). Statistic: the mean. Layer: 3. Composition: none is known for values that the
    intermediate model does not reach.

    Attributes:
        swapped: the sites that are exchanged, all at once; all of the claim's if none is named.
        sources: which (source, base) pairs.
        scored: which high-level variables are compared.

    Source: Geiger et al. (2024), Def. 5, arXiv:2303.02536.
    """

    name: ClassVar[str] = "interchange-accuracy"
    statement: ClassVar[str] = "after every interchange of all sites at once, the outputs agree"
    source: ClassVar[str] = "Geiger et al. (2024), Def. 5"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.SITES})
    holds_on: ClassVar[str] = "ce7_interchange"
    fails_on: ClassVar[str] = "ce8"

    swapped: tuple[str, ...] = ()
    sources: Sources = Sources()
    scored: Scored = Scored.OUTPUTS
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """The share of interchanges after which a scored variable differs."""
        require(self, claim)
        context_map(claim, fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.INPUTS))
        consistency = InterchangeConsistency(scored=self.scored)
        read = consistency.scored_variables(claim)
        x = Var("x")
        low = ApplyMap(TAU, Run(LOW, Base(x), Interchange(LOW, x)))
        high = Run(HIGH, ApplyMap(TAU_U, Base(x)), Interchange(HIGH, x))
        wrong = Dist(Metric.DISCRETE, Read(read, low), Read(read, high))
        return Max((Part("accuracy", Mean("x", Exchanges(self.swapped, self.sources), wrong)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        sites = ", ".join(self.swapped or claim.sites)
        return (
            f"the outputs agree after every interchange of {sites} at once, in the mean over pairs"
        )
