r"""Defects: how far a square is from commuting, as an expression with an exact value in $[0, \infty]$.

A definition of the field *is* a defect: it holds iff the value is 0, its approximate form with
tolerance α iff the value is at most α. Bound variables are strings; what is free is the claim: its
two models, τ, and the given or derived ω and τ_U. `solvers.enumerate` interprets every word
literally; every other engine bounds the same value faster.

    Space   what a supremum, an infimum or a mean ranges over
    Term    a context, an intervention, a state, a law or a map
    Defect  a number

An empty `Sup` or `Mean` is an error, never "true"; an empty `Inf` is ∞.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .averages import AtLeast, Average, Coupled, Direction, Draws, Sampled, Tanh, Via
from .spaces import (
    BoxSwaps,
    ContextMaps,
    Contexts,
    Couplings,
    DrawnSettings,
    Exchanges,
    FullStates,
    HighInterventions,
    Images,
    InertSettings,
    Interventions,
    Laws,
    Models,
    OmegaMaps,
    Preimages,
    Queries,
    Relabellings,
    Settings,
    Space,
    States,
    Swaps,
)
from .terms import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Background,
    Base,
    BlockImage,
    Drawn,
    Gather,
    Image,
    Interchange,
    Joined,
    Joint,
    Law,
    Map,
    Marginal,
    Mixed,
    Push,
    Read,
    Relabelled,
    Restriction,
    Run,
    Side,
    Solutions,
    Spread,
    Step,
    Term,
    Var,
)

__all__ = [
    "HIGH",
    "LOW",
    "OMEGA",
    "TAU",
    "TAU_U",
    "ApplyMap",
    "AtLeast",
    "Average",
    "Background",
    "Base",
    "BlockImage",
    "BoxSwaps",
    "ContextMaps",
    "Contexts",
    "Coupled",
    "Couplings",
    "Defect",
    "Direction",
    "Dist",
    "Drawn",
    "DrawnSettings",
    "Draws",
    "Exchanges",
    "Expected",
    "FullStates",
    "Gather",
    "HighInterventions",
    "Image",
    "Images",
    "InertSettings",
    "Inf",
    "Interchange",
    "Interventions",
    "Joined",
    "Joint",
    "Law",
    "Laws",
    "Map",
    "Marginal",
    "Max",
    "Mean",
    "Metric",
    "Mixed",
    "Models",
    "OmegaMaps",
    "Part",
    "Preimages",
    "Push",
    "Queries",
    "Read",
    "Relabelled",
    "Relabellings",
    "Relation",
    "Restriction",
    "Run",
    "Sampled",
    "Settings",
    "Side",
    "Solutions",
    "Space",
    "Spread",
    "States",
    "Step",
    "Sup",
    "Swaps",
    "Tanh",
    "Term",
    "Var",
    "Via",
    "Violated",
    "clauses",
    "mentions",
]


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


@dataclass(frozen=True, slots=True)
class Dist:
    """The distance of two terms."""

    metric: Metric
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Violated:
    """1 if the relation fails of the arguments, else 0."""

    relation: Relation
    arguments: tuple[Term | Map, ...] = ()


@dataclass(frozen=True, slots=True)
class Sup:
    """The supremum of the body over a space."""

    variable: str
    space: Space
    body: Defect


@dataclass(frozen=True, slots=True)
class Inf:
    """The infimum of the body over a space; ∞ if the space is empty."""

    variable: str
    space: Space
    body: Defect


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the body over the finitely many elements of a space, each with equal weight."""

    variable: str
    space: Space
    body: Defect


@dataclass(frozen=True, slots=True)
class Part:
    """A named clause of a conjunction."""

    name: str
    defect: Defect


@dataclass(frozen=True, slots=True)
class Max:
    """The largest of several named clauses, decided in order; the first that fails decides."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """The mean of the body over the contexts of a model, by their own law."""

    variable: str
    side: Side
    body: Defect


Defect = Dist | Violated | Sup | Inf | Mean | Expected | Max | Via | Average | Sampled | Coupled


def clauses(defect: Defect) -> Iterator[Part]:
    """The named clauses of a defect, flattened; a defect without names is one clause."""
    match defect:
        case Max(parts=parts):
            for part in parts:
                if isinstance(part.defect, Max):
                    yield from clauses(part.defect)
                else:
                    yield part
        case _:
            yield Part("square", defect)


def mentions(defect: Defect, wanted: Map) -> bool:
    """Whether some term of a defect applies this map of the claim."""
    pending: list[object] = [defect]
    while pending:
        node = pending.pop()
        if node is wanted:
            return True
        match node:
            case Max(parts=parts):
                pending.extend(part.defect for part in parts)
            case Average(parts=parts):
                pending.extend(part.defect for part in parts)
            case Sup(body=body) | Inf(body=body) | Mean(body=body) | Expected(body=body):
                pending.append(body)
            case Via(body=body) | Sampled(body=body) | Coupled(body=body):
                pending.append(body)
            case Dist(left=left, right=right):
                pending.extend((left, right))
            case Violated(arguments=arguments):
                pending.extend(arguments)
            case ApplyMap(map=applied, argument=argument):
                pending.extend((applied, argument))
            case Push(map=applied, law=law):
                pending.extend((applied, law))
            case Run(context=context, intervention=intervention):
                pending.extend((context, intervention))
            case Law(intervention=intervention) | Restriction(intervention=intervention):
                pending.append(intervention)
            case Step(state=state, context=context, intervention=intervention):
                pending.extend((state, context, intervention))
            case Solutions(context=context, intervention=intervention):
                pending.extend((context, intervention))
            case Image(map=applied, states=states):
                pending.extend((applied, states))
            case Base(swap=swap) | Interchange(swap=swap) | Relabelled(swap=swap):
                pending.append(swap)
            case Read(state=state):
                pending.append(state)
            case _:
                pass
    return False
