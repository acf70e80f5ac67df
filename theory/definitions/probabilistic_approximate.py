"""Approximate abstraction of probabilistic models: maps of contexts, or couplings in their place."""

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
    ApplyMap,
    Coupled,
    Couplings,
    Defect,
    Dist,
    Images,
    Inf,
    Interventions,
    Max,
    Mean,
    Metric,
    Part,
    Preimages,
    Run,
    Sup,
    Var,
)
from ..definition import Role, omega_policy, require, tau_onto
from ..family import Block, Family
from ..implying import Related
from ..policy import OmegaPolicy, Undefined
from ..wording import family_words

__all__ = ["Matching", "ProbabilisticApproximate", "Weighting"]


class Matching(Enum):
    """How contexts below and above are put together."""

    MAP = "map"
    """A map that pushes the law below to the law above (Def. 4.4); there may be none."""
    COUPLING = "coupling"
    """One coupling of the two laws for all interventions."""
    COUPLING_EACH = "coupling-each"
    """A coupling for each intervention."""


class Weighting(Enum):
    """How interventions with one image count."""

    WORST = "worst"
    """The worst one (Def. 4.4)."""
    UNIFORM = "uniform"
    """Their mean (Def. 4.8, with Pr_I(· | j) uniform on what ω sends to j)."""


@final
@dataclass(frozen=True, slots=True)
class ProbabilisticApproximate:
    r"""Definition 4.4's $d_\tau$ of probabilistic models, with maps of contexts or with couplings.

    $$\min_{\pi} \max_{i \in I_L} \mathbb{E}_{(u,w) \sim \pi}\,
      d\bigl(\tau M_L(u,i), M_H(w, \omega_\tau(i))\bigr)$$
    π ranges over the couplings of $P_L$ and $P_H$ that are maps (`map`: the definition; ∞ if no map
    pushes one law to the other, which a coupling always does), over all couplings (`coupling`), or over
    all for each i alone (`coupling-each`): each at most the one before. At 0, `coupling-each` says
    `probabilistic` and `coupling` says `counterfactual`: the two repairs of Prop. 4.5, which is false
    for `map` as printed (CE2: `coupling-each` 0, `map` 1).

    Similarity: the metric. Law over (u, i): π over contexts; the worst intervention, or the mean over
    those with one image, and the worst image. Statistic: the mean over contexts. Layer: 3, but
    `coupling-each`, which is of layer 2. Composes: $K\alpha_1 + \alpha_2$ if the second τ is K-Lipschitz
    and $\omega_{\tau_2}\omega_{\tau_1} = \omega_{\tau_2\tau_1}$ (couplings glue).

    Attributes:
        family: $I_L$.
        metric: a distance of high-level states.
        matching: `map`, `coupling` or `coupling-each`.
        weighting: `worst` or `uniform`.
        undefined: what to do where ω_τ is undefined.

    Source: Beckers, Eberhardt & Halpern (2019), Defs. 4.4, 4.7 and 4.8, arXiv:1906.11583 (4.8 as we read
    it: the largest over high-level interventions of the mean over those that stand for them); couplings
    are ours.
    """

    name: ClassVar[str] = "probabilistic-approximate"
    statement: ClassVar[str] = "with contexts put together, the mean distance is 0 (up to α)"
    source: ClassVar[str] = "Beckers, Eberhardt & Halpern (2019), Defs. 4.4, 4.8"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (
        ("probabilistic", "ce2_map"),
        ("counterfactual", "unequal_coins"),
    )
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "fair_copies_map"
    fails_on: ClassVar[str] = "ce2_map"

    family: Family = Block()
    metric: Metric = Metric.DISCRETE
    matching: Matching = Matching.MAP
    weighting: Weighting = Weighting.WORST
    omega: OmegaPolicy | None = None
    undefined: Undefined = Undefined.ERROR

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ misses a value, and the least expectation."""
        require(self, claim)
        omega_policy(claim, self.omega, OmegaPolicy.DERIVED)
        family = Interventions(self.family, self.undefined)
        u, w, i, j = Var("u"), Var("w"), Var("i"), Var("j")
        low = ApplyMap(TAU, Run(LOW, u, i))
        body: Defect = Dist(self.metric, low, Run(HIGH, w, ApplyMap(OMEGA, i)))
        body = Coupled("c", "u", "w", body)
        by_image = self.weighting is Weighting.UNIFORM
        if by_image:
            body = Mean("i", Preimages(family, j), body)
        pairs, each = Couplings(self.matching is Matching.MAP), Matching.COUPLING_EACH
        if self.matching is each:
            body = Inf("c", pairs, body)
        body = Sup("j", Images(family), body) if by_image else Sup("i", family, body)
        if self.matching is not each:
            body = Inf("c", pairs, body)
        return Max((tau_onto(), Part("squares", body)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        how = {
            Matching.MAP: "a map that pushes the law below to the law above",
            Matching.COUPLING: "one coupling of the two laws",
            Matching.COUPLING_EACH: "a coupling of the two laws for each intervention",
        }[self.matching]
        count = (
            "" if self.weighting is Weighting.WORST else ", in the mean over those with one image"
        )
        return (
            f"τ is onto and, with contexts put together by {how}, for {family_words(self.family)}{count}, "
            f"the mean {self.metric.value} distance of τ of the low-level solution and the high-level one "
            "is 0"
        )
