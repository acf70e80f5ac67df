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
from fractions import Fraction

from .draws import Direction, Draws
from .errors import InputError
from .metric import Metric, Relation
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
    LabelSettings,
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
    "LabelSettings",
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


@dataclass(frozen=True, slots=True)
class Tanh:
    """The hyperbolic tangent: from [0, ∞] to [0, 1]."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """1 from the threshold on, 0 below it."""

    threshold: Fraction


@dataclass(frozen=True, slots=True)
class Via:
    """A monotone function of the body's value."""

    monotone: Tanh | AtLeast
    body: Defect


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of several named parts, each with equal weight."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """The mean of the body over draws, by their exact probabilities; nothing is sampled."""

    variable: str
    draws: Draws
    body: Defect


@dataclass(frozen=True, slots=True)
class Coupled:
    """The mean of the body over pairs of contexts, by a bound coupling of the two models' laws."""

    coupling: str
    low: str
    high: str
    body: Defect


Defect = Dist | Violated | Sup | Inf | Mean | Expected | Max | Via | Average | Sampled | Coupled


def clauses(defect: Defect) -> Iterator[Part]:
    """The named clauses of a defect, flattened; a defect without names is one clause.

    Raises:
        InputError: it is none, as a definition of a user's own may return.
    """
    if not isinstance(defect, Defect):
        asked = "a definition's defect is an expression such as Sup(…) or Max((Part(…), …))"
        raise InputError([f"{asked}, not {defect!r}"])
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
            case Base(swap=swap) | Interchange(swap=swap):
                pending.append(swap)
            case Relabelled(context=context, labels=labels):
                pending.extend((context, labels))
            case Read(state=state):
                pending.append(state)
            case _:
                pass
    return False
