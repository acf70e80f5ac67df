"""Approximation of one model by another over the same variables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Contexts,
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
)
from ..definition import Role, context_map, fixed_tau_u, require
from ..family import Block, Family
from ..implying import Related
from ..policy import TauUPolicy
from ..wording import family_words

__all__ = ["Similar", "Statistic"]


class Statistic(Enum):
    """What is taken over contexts."""

    SUP = "sup"
    EXPECTED = "expected"


@final
@dataclass(frozen=True, slots=True)
class Similar:
    r"""$d_{max}$: the largest distance of two models' solutions in the same context.

    $$\max_{i} \max_u d(\tau M_L(u,i), M_H(u, \omega(i))) \quad\text{or}\quad
      \max_i \mathbb{E}_u\, d(\tau M_L(u,i), M_H(u, \omega(i)))$$

    For similar models τ, τ_U and ω are identities; with another τ it is the distance for a fixed map
    of contexts. Circuits compare two low-level models this way: a circuit is an approximation of its
    network, not an abstraction of it.

    Similarity: the metric; statistic: sup, or the mean under the low-level law; layer 3; composes
    additively by the triangle inequality.

    Attributes:
        family: $I$.
        metric: `discrete`, `hamming`, `l1`, `euclidean` or `sup`, on states.
        statistic: `sup` (Def. 3.1) or `expected` (Def. 4.1) over contexts.
        tau_u: `identity`, or given by the claim.

    Source: Beckers, Eberhardt & Halpern (2019), Defs. 3.1 and 4.1, arXiv:1906.11583.
    """

    name: ClassVar[str] = "similar"
    statement: ClassVar[str] = "in the same context, the two solutions are equal (up to α)"
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Defs. 3.1, 4.1"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "xor_twice"
    fails_on: ClassVar[str] = "xor_almost"

    family: Family = Block()
    metric: Metric = Metric.DISCRETE
    statistic: Statistic = Statistic.SUP
    tau_u: TauUPolicy | None = None

    def defect(self, claim: Abstraction) -> Defect:
        """The distance."""
        require(self, claim)
        context_map(claim, fixed_tau_u(self.name, claim, self.tau_u, TauUPolicy.IDENTITY))
        u, i = Var("u"), Var("i")
        low = ApplyMap(TAU, Run(LOW, u, i))
        high = Run(HIGH, ApplyMap(TAU_U, u), ApplyMap(OMEGA, i))
        gap: Defect = Dist(self.metric, low, high)
        expected = self.statistic is Statistic.EXPECTED
        gap = Expected("u", LOW, gap) if expected else Sup("u", Contexts(LOW), gap)
        return Max((Part("squares", Sup("i", Interventions(self.family), gap)),))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        over = (
            "in every context" if self.statistic is Statistic.SUP else "in the mean over contexts"
        )
        return (
            f"{over}, for {family_words(self.family)}, the two solutions are at "
            f"{self.metric.value} distance 0"
        )
