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

from .family import Family
from .policy import Depth, HighFamily, Sources, Undefined

__all__ = [
    "HIGH",
    "LOW",
    "OMEGA",
    "TAU",
    "TAU_U",
    "ApplyMap",
    "Base",
    "ContextMaps",
    "Contexts",
    "Defect",
    "Dist",
    "HighInterventions",
    "Inf",
    "Interchange",
    "Interventions",
    "Law",
    "Laws",
    "Map",
    "Max",
    "Mean",
    "Metric",
    "Models",
    "OmegaMaps",
    "Part",
    "Push",
    "Read",
    "Relation",
    "Run",
    "Side",
    "Space",
    "States",
    "Sup",
    "Swaps",
    "Term",
    "Var",
    "Violated",
    "clauses",
    "mentions",
]


class Side(Enum):
    """Which of the two models."""

    LOW = "low"
    HIGH = "high"


LOW, HIGH = Side.LOW, Side.HIGH


# ---------------------------------------------------------------- terms


@dataclass(frozen=True, slots=True)
class Var:
    """A bound variable."""

    name: str


class Map(Enum):
    """A map that the claim carries or determines: τ, ω (given or derived), τ_U (given or forced)."""

    TAU = "τ"
    OMEGA = "ω"
    TAU_U = "τ_U"


TAU, OMEGA, TAU_U = Map.TAU, Map.OMEGA, Map.TAU_U


@dataclass(frozen=True, slots=True)
class Run:
    """The solution of a model in a context under an intervention (`None`: the empty one).

    `model` names a bound high-level model, where one is bound.
    """

    side: Side
    context: Term
    intervention: Term | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """The law of a model's solution under an intervention.

    `contexts` names a bound law of contexts; without it the model's own law is meant.
    """

    side: Side
    intervention: Term | None = None
    contexts: str | None = None


@dataclass(frozen=True, slots=True)
class ApplyMap:
    """A map at a point. τ at a state; ω at an intervention; τ_U at a context."""

    map: Map | Var
    argument: Term


@dataclass(frozen=True, slots=True)
class Push:
    """The push-forward of a law under a map."""

    map: Map
    law: Term


@dataclass(frozen=True, slots=True)
class Base:
    """The context in which an interchange happens: the base of a swap."""

    swap: Term


@dataclass(frozen=True, slots=True)
class Interchange:
    """The hard intervention of a swap on one side: its sites at the values they have in its sources.

    Below, the variables of each swapped site; above, the high-level variables themselves.
    """

    side: Side
    swap: Term


@dataclass(frozen=True, slots=True)
class Read:
    """The values of some high-level variables in a high-level state, in this order."""

    names: tuple[str, ...]
    state: Term


Term = Var | Run | Law | ApplyMap | Push | Base | Interchange | Read


# ---------------------------------------------------------------- spaces


@dataclass(frozen=True, slots=True)
class Contexts:
    """All contexts of a model."""

    side: Side


@dataclass(frozen=True, slots=True)
class States:
    """All combinations of values of a model's endogenous variables (below: of the mapped ones)."""

    side: Side


@dataclass(frozen=True, slots=True)
class Interventions:
    """The low-level interventions of a family.

    With a derived ω, those that ω_τ gives no meaning to are an error, or left out.
    """

    family: Family
    undefined: Undefined = Undefined.ERROR


@dataclass(frozen=True, slots=True)
class HighInterventions:
    """I_H: the declared high-level interventions, or all hard ones."""

    family: HighFamily


@dataclass(frozen=True, slots=True)
class ContextMaps:
    """Maps τ_U from low-level to high-level contexts, onto them or not.

    On the hidden copies of high-level inputs a compatible τ_U has no choice as soon as the empty
    intervention is in the family.
    """

    onto: bool


@dataclass(frozen=True, slots=True)
class OmegaMaps:
    """Order-preserving maps ω from the low-level family to I_H, onto it unless I_H is the image."""

    family: Interventions
    high: HighFamily


@dataclass(frozen=True, slots=True)
class Swaps:
    """Interchanges: a base, a non-empty set of sites within the depth, a source for each site."""

    depth: Depth
    sources: Sources


@dataclass(frozen=True, slots=True)
class Laws:
    """Laws of the contexts of a model. A supremum or infimum over them is that over point masses.

    For point masses this is exact where the body is a supremum of 0/1 distances of laws: the set
    of good pairs is convex (Lemma U; proofs/lemma_u.py).
    """

    side: Side


@dataclass(frozen=True, slots=True)
class Models:
    """High-level models over the claimed blocks with the low-level contexts: one mechanism a variable.

    Cyclic ones are included when every block intervention has exactly one solution.
    """


Space = (
    Contexts
    | States
    | Interventions
    | HighInterventions
    | ContextMaps
    | OmegaMaps
    | Swaps
    | Laws
    | Models
)


# ---------------------------------------------------------------- defects


class Metric(Enum):
    """A distance between two things of one kind."""

    DISCRETE = "≠"
    """0 if equal, 1 if not: values, states, interventions, and exact laws."""


class Relation(Enum):
    """A property with no number to it: violated (1) or not (0)."""

    ORDER_PRESERVED = "i ⊑ i' ⇒ ω(i) ⊑ ω(i')"
    """Of two low-level interventions and their images."""
    BLOCK_MAP = "no low-level variable is read by the τ of two high-level variables"
    """Of τ."""
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


Defect = Dist | Violated | Sup | Inf | Mean | Max


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
            case Sup(body=body) | Inf(body=body) | Mean(body=body):
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
            case Law(intervention=intervention):
                pending.append(intervention)
            case Base(swap=swap) | Interchange(swap=swap):
                pending.append(swap)
            case Read(state=state):
                pending.append(state)
            case _:
                pass
    return False
