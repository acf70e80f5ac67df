"""α-abstractions ⟨R, a, α⟩ of finite causal models, with their four interventional errors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
    LOW,
    BlockImage,
    Defect,
    Dist,
    Gather,
    Law,
    Marginal,
    Max,
    Metric,
    Mixed,
    Part,
    Queries,
    Relation,
    Settings,
    Spread,
    Sup,
    Term,
    Var,
    Violated,
)
from ..definition import Role, require, tau_onto
from ..implying import Related
from ..policy import Pairs

__all__ = ["Alpha", "AlphaError"]


class AlphaError(Enum):
    """Which way round the square, and on which level the two laws are compared."""

    IC = "IC"
    """Interventional consistency: set below, abstract; above."""
    IIL = "IIL"
    """Interventional information loss: set below; above, and come back."""
    ISIL = "ISIL"
    """Interventional superresolution information loss: set above; come down, act, abstract."""
    ISC = "ISC"
    """Interventional superresolution consistency: set above; both compared below."""


@final
@dataclass(frozen=True, slots=True)
class Alpha:
    r"""Zero error of an α-abstraction: R the mapped variables, a the blocks, α the maps τ of the blocks.

    For disjoint sets $X', Y'$ of high-level variables with blocks $A, B$,
    $\mu = P_L(B \mid do(A))$, $\nu = P_H(Y' \mid do(X'))$ as stochastic matrices, and $D$ the metric,
    maximal over columns:
    $$\mathrm{IC}: D(\nu \alpha_A, \alpha_B \mu) \qquad \mathrm{IIL}: D(\mu, \alpha_B^+ \nu \alpha_A)
      \qquad \mathrm{ISIL}: D(\nu, \alpha_B \mu \alpha_A^+) \qquad
      \mathrm{ISC}: D(\alpha_B^+ \nu, \mu \alpha_A^+),$$
    and the error is the largest over the pairs in J. IIL = 0 implies IC = 0 and ISC = 0, each of which
    implies ISIL = 0; IC and ISC are incomparable (CE11). J matters: no error on single variables does
    not exclude one on sets (CE10). An empty J is an error, not a proof.

    Attributes:
        error: IC, IIL, ISIL or ISC.
        pairs: J: `all`, `singles`, `directed`, `parental`, or a list of [[sources], [targets]].
        metric: √JSD in nats, as in the source, or another distance of laws.

    Source: Zennaro, Turrini & Damoulas (2023), IJCAI, Definitions 4-7 and their code; Rischel
    (2020), MSc thesis, for ⟨R, a, α⟩.
    """

    name: ClassVar[str] = "alpha"
    statement: ClassVar[str] = "setting and abstracting commute for each pair of sets, as kernels"
    source: ClassVar[str] = "Zennaro, Turrini & Damoulas (2023)"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "smoking"
    fails_on: ClassVar[str] = "ce10"

    error: AlphaError = AlphaError.IC
    pairs: Pairs = "all"
    metric: Metric = Metric.SQRT_JSD

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is a block map onto, and the largest error over J."""
        require(self, claim)
        query, setting = Var("q"), Var("x")
        low: Term
        high: Term
        if self.error in (AlphaError.IC, AlphaError.IIL):
            side = LOW
            low, high = Law(LOW, setting), Law(HIGH, BlockImage(setting))
        else:
            side = HIGH
            low, high = Mixed(setting, uniform=True), Law(HIGH, setting)
        above = Marginal(HIGH, query, high)
        if self.error in (AlphaError.IC, AlphaError.ISIL):
            gap = Dist(self.metric, above, Gather(query, low))
        elif self.error is AlphaError.IIL:
            gap = Dist(self.metric, Marginal(LOW, query, low), Spread(query, above))
        else:
            gap = Dist(self.metric, Spread(query, above), Marginal(LOW, query, low))
        error = Sup("q", Queries(self.pairs), Sup("x", Settings(side, query), gap))
        blocks = Part("blocks", Violated(Relation.BLOCK_MAP))
        return Max((blocks, tau_onto(), Part(self.error.value, error)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        listed = isinstance(self.pairs, tuple)
        chosen = "the listed" if listed else str(self.pairs)
        way = {
            AlphaError.IC: "setting blocks and abstracting the result is setting the variables",
            AlphaError.IIL: "setting blocks is setting the variables and coming back uniformly",
            AlphaError.ISIL: "setting the variables is coming down uniformly, acting, abstracting",
            AlphaError.ISC: "setting the variables and coming back is coming down and acting",
        }[self.error]
        return f"each τ is onto and reads a block of its own; for {chosen} pairs of sets, {way}"
