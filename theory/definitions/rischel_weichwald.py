"""Transformations of finite causal models with intervention kernels, and their compositional error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import (
    HIGH,
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
    Sup,
    Var,
    Violated,
)
from ..definition import Role, require
from ..implying import Condition, Related

__all__ = ["NO_KERNELS", "RischelWeichwald"]

NO_KERNELS = Condition("no kernels are given", lambda claim: not claim.kernels)
"""They are uniform on the fibres of τ then."""


@final
@dataclass(frozen=True, slots=True)
class RischelWeichwald:
    r"""A transformation with measurement functions τ and intervention kernels $f^i$, of error 0.

    $$\max_{S \subseteq V_H} \sup_x \; D\bigl(P_H^{do(S = x)},\;
      \tau_\# P_L^{do(f^i_S(x))}\bigr)$$

    The kernel of a variable says how its value is realised by its block; the claim gives it, or it is
    uniform on the fibres of τ. τ after the kernel need not be the identity: a kernel that misses is
    charged to the error through the variables that are set. The error of a composition is at most the
    sum of the errors (Prop. 2.12), in √JSD, but not in KL (CE12), nor in Wasserstein distances whose
    kernels stretch (CE24).

    Attributes:
        metric: √JSD in nats, as in the source, or another distance of laws.

    Source: Rischel & Weichwald (2021), Defs. 2.4, 2.7 and 2.11, arXiv:2103.15758.
    """

    name: ClassVar[str] = "rischel-weichwald"
    statement: ClassVar[str] = (
        "realising a setting at random below and measuring gives the law above"
    )
    source: ClassVar[str] = "Rischel & Weichwald (2021), Def. 2.11"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (("observational", "ce1"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "smoking_kernels"
    fails_on: ClassVar[str] = "smoking_no_edge"

    metric: Metric = Metric.SQRT_JSD

    def defect(self, claim: Abstraction) -> Defect:
        """Whether τ is a block map, and the error."""
        require(self, claim)
        query, setting = Var("q"), Var("x")
        above = Marginal(HIGH, query, Law(HIGH, setting))
        gap = Dist(self.metric, above, Gather(query, Mixed(setting)))
        error = Sup("q", Queries("interventions"), Sup("x", Settings(HIGH, query), gap))
        return Max((Part("blocks", Violated(Relation.BLOCK_MAP)), Part("error", error)))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        how = "by its kernel" if claim.kernels else "uniformly over the fibres of τ"
        return (
            "for every set of high-level variables and every setting of it, realised below "
            f"{how}, the measured law is the law above"
        )
