"""Φ-abstraction: a homomorphism of graphs along which every mechanism commutes."""

from __future__ import annotations

from dataclasses import dataclass
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
    Part,
    Queries,
    Relation,
    Settings,
    Sup,
    Var,
    Violated,
)
from ..definition import Role, require, tau_onto
from ..implying import LEFT_OPEN, Related, Relative

__all__ = ["PhiAbstraction"]


@final
@dataclass(frozen=True, slots=True)
class PhiAbstraction:
    r"""A Φ-abstraction: box by box, abstracting and acting commute.

    The blocks of τ map the low-level graph into the high-level one, edge by edge and none inside a block
    (φ), both models are Markovian, and for every high-level variable Y with parents P and blocks B, A
    $$\alpha_B \circ F_L(A \to B) = F_H(P \to Y) \circ \alpha_A$$
    as stochastic kernels. The mechanisms of a block's variables are taken together, as one box: with
    separate boxes the source's own Figure 3, which merges Y and Z, would not be an instance (erratum E17).
    α is the 0/1 matrix of τ here; the source also allows stochastic ones.

    Stronger than equality of the laws under block interventions (its Corollary 5: an exact
    transformation), strictly: merging neighbours is no homomorphism, and `chain_merged` is exact.

    Attributes:
        metric: `discrete`, or a distance of laws, the largest over boxes and settings being meant.

    Source: Otsuka & Saigo (2022), Def. 1 and Cor. 5, PMLR 177.
    """

    name: ClassVar[str] = "phi-abstraction"
    statement: ClassVar[str] = "blocks map graph to graph, and every mechanism commutes with them"
    source: ClassVar[str] = "Otsuka & Saigo (2022), Def. 1"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (
        Relative("query-consistency", "chain_merged", LEFT_OPEN),
        Relative("exact", "chain_merged", LEFT_OPEN),
    )
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "otsuka_saigo"
    fails_on: ClassVar[str] = "chain_merged_phi"

    metric: Metric = Metric.DISCRETE

    def defect(self, claim: Abstraction) -> Defect:
        """Whether φ is a homomorphism, and the largest distance of two kernels."""
        require(self, claim)
        query, setting = Var("q"), Var("x")
        above = Marginal(HIGH, query, Law(HIGH, BlockImage(setting)))
        gap = Dist(self.metric, above, Gather(query, Law(LOW, setting)))
        boxes = Sup("q", Queries("boxes"), Sup("x", Settings(LOW, query), gap))
        return Max(
            (
                Part("blocks", Violated(Relation.BLOCK_MAP)),
                tau_onto(),
                Part("graph", Violated(Relation.GRAPH_MAP)),
                Part("boxes", boxes),
            )
        )

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            "each τ is onto and reads a block of its own, the blocks map the low-level graph into the "
            "high-level one without loops, and for every variable, setting the blocks of its parents and "
            "abstracting its block is setting its parents"
        )
