"""Approximation with high probability: how likely two models are far apart."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    AtLeast,
    Defect,
    Dist,
    Expected,
    Interventions,
    Max,
    Metric,
    Part,
    Run,
    Sup,
    Var,
    Via,
)
from ..definition import Role, context_map, fixed_tau_u, require
from ..errors import InputError
from ..family import Block, Family
from ..implying import Related
from ..policy import TauUPolicy
from ..wording import family_words

__all__ = ["Exceedance"]


@final
@dataclass(frozen=True, slots=True)
class Exceedance:
    r"""$d_\beta$: the largest probability, over interventions, that solutions are at least β apart.

    $$\max_i \Pr\nolimits_u \bigl( d(\tau M_L(u,i), M_H(u, \omega(i))) \ge \beta \bigr)$$

    At most α: with probability at least 1 - α the models are less than β apart, whatever is done. By
    Markov's inequality it is at most the expected distance over β (`similar` with `expected`).

    Similarity: the metric, cut at β. Law over (u, i): contexts by the low-level law. Statistic:
    probability, then the largest over I. Layer: 3. Composition: $d_{\beta+\gamma}$ of a chain is at most
    $d_\beta + d_\gamma$ (triangle inequality and union bound).

    Attributes:
        beta: β, more than 0.
        family: $I$.
        metric: a distance of states.
        tau_u: `identity`, or given by the claim.

    Source: Beckers, Eberhardt & Halpern (2019), Def. 4.2, arXiv:1906.11583.
    """

    name: ClassVar[str] = "exceedance"
    statement: ClassVar[str] = "whatever is done, two solutions are almost surely less than β apart"
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Def. 4.2"
    stronger: ClassVar[Related] = (("similar", "almost_surely"),)
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "almost_surely"
    fails_on: ClassVar[str] = "xor_almost"

    beta: Fraction = Fraction(1)
    family: Family = Block()
    metric: Metric = Metric.HAMMING
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """The largest probability of being far apart."""
        require(self, claim)
        if self.beta <= 0:
            raise InputError(
                [f"beta = {self.beta}: solutions are always at least 0 apart; give more"]
            )
        context_map(claim, fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.IDENTITY))
        u, i = Var("u"), Var("i")
        low = ApplyMap(TAU, Run(LOW, u, i))
        gap = Dist(self.metric, low, Run(HIGH, ApplyMap(TAU_U, u), ApplyMap(OMEGA, i)))
        often = Expected("u", LOW, Via(AtLeast(self.beta), gap))
        return Max((Part("squares", Sup("i", Interventions(self.family), often)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            f"for {family_words(self.family)}, with probability 1 over contexts the two solutions are "
            f"less than {self.beta} apart in {self.metric.value} distance"
        )
