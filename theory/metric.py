"""What is measured between two terms: a distance, or a property that holds or does not."""

from __future__ import annotations

from enum import Enum

__all__ = ["Metric", "Relation"]


class Metric(Enum):
    """A distance between two things of one kind."""

    DISCRETE = "discrete"
    """0 if equal, 1 if not: values, states, interventions, and exact laws."""
    HAMMING = "hamming"
    """Of states: how many variables differ."""
    L1 = "l1"
    """Of states of numbers: the sum of the absolute differences."""
    EUCLIDEAN = "euclidean"
    """Of states of numbers: the root of the sum of the squared differences."""
    SQUARED = "squared"
    """Of states of numbers: the sum of the squared differences; no metric, since no triangle holds."""
    SUP = "sup"
    """Of states of numbers: the largest absolute difference."""
    TV = "tv"
    """Of laws: total variation."""
    KL = "kl"
    """Of laws: the divergence of the first from the second, in nats; not symmetric, maybe ∞."""
    SQRT_JSD = "sqrt-jsd"
    """Of laws: the root of the Jensen-Shannon divergence, in nats; a metric, at most √(ln 2)."""
    W1 = "wasserstein"
    """Of laws of numbers: the cost of moving one onto the other at l1 a unit of mass."""


class Relation(Enum):
    """A property with no number to it: violated (1) or not (0)."""

    ORDER_PRESERVED = "i ⊑ i' ⇒ ω(i) ⊑ ω(i')"
    """Of two low-level interventions and their images."""
    BLOCK_MAP = "no low-level variable is read by the τ of two high-level variables"
    """Of τ."""
    SOFT_IMAGE = "some soft intervention above can stand for it"
    """Of a low-level intervention: the explicit form of ω reads no new parents."""
    SOLVED_ONCE = "there is exactly one solution"
    """Of a set of solutions."""
    SOLVED = "there is a solution"
    """Of a set of solutions."""
    CONTEXT_BLOCKS = "no low-level root is read by the τ_U of two high-level roots"
    """Of τ_U."""
    CLUSTER_GRAPH = "the graph above is the quotient of the graph below, and acyclic"
    """Of the two models' graphs and the blocks of τ."""
    GRAPH_MAP = "blocks map the graph below into the graph above, edge by edge"
    """Of the two models' graphs and the blocks of τ."""
    ONE_LABEL = "equal site values stand for equal high-level values"
    """Of a low and a high run, and another low and high run: for every site."""
