"""Cluster graphs: the graph above is the quotient of the graph below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from ..abstraction import Abstraction
from ..defect import Defect, Max, Part, Relation, Violated
from ..definition import Role, require
from ..implying import Related

__all__ = ["ClusterDag"]


@final
@dataclass(frozen=True, slots=True)
class ClusterDag:
    r"""The high-level graph is the cluster graph (C-DAG) of the low-level one over the blocks of τ.

    $Y_i \to Y_j$ iff some variable of block i is a parent of one of block j; $Y_i \leftrightarrow Y_j$ iff
    some of them share noise; and the quotient has no cycle. Variables that no τ reads are marginalised
    first. **A notion of graphs alone**: it says nothing of values, and CE14 satisfies it while no
    high-level model does what the low one does.

    An edge is a dependence, not a name that occurs: `X1 + 0*X2` has one parent.

    Source: Anand, Ribeiro, Tian & Bareinboim (2023), AAAI; as compatibility of an abstraction with a
    C-DAG, Xia & Bareinboim (2024), arXiv:2401.02602; against α-abstractions, Schooltink & Zennaro
    (2025), arXiv:2412.17080.
    """

    name: ClassVar[str] = "cluster-dag"
    statement: ClassVar[str] = "the graph above is the quotient of the graph below, without cycles"
    source: ClassVar[str] = "Anand et al. (2023)"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = ()
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU})
    holds_on: ClassVar[str] = "ce14_graph"
    fails_on: ClassVar[str] = "smoking_no_edge"

    def defect(self, claim: Abstraction) -> Defect:
        """1 if τ is no block map or the graphs differ, else 0."""
        require(self, claim)
        blocks = Part("blocks", Violated(Relation.BLOCK_MAP))
        return Max((blocks, Part("graph", Violated(Relation.CLUSTER_GRAPH))))

    def sentence(self, claim: Abstraction) -> str:
        """What is claimed, in words."""
        return (
            "each τ reads a block of its own, the quotient of the low-level graph by the blocks has no "
            "cycle, and its edges, directed and confounding, are those of the high-level graph"
        )
