"""The search space of the atlas: all small claims, in order of size.

A claim is two shapes, contexts below and above with their laws, worlds for the contexts, and τ. The
size is (variables, values, contexts), each counted over both models, in this order; within a size
uniform laws come first. Up to its bound the space is complete: every acyclic model with one causal
order in all contexts, every τ, in every size listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.kernel import (
    BOOL,
    Case,
    Constant,
    Declaration,
    Expression,
    FiniteLaw,
    Kind,
    Range,
    Reference,
    Value,
    complete,
)
from tauomega.theory.scm import SCM
from tauomega.theory.tables import as_mechanism

from ..small_models import Shape, World, worlds

__all__ = ["SIZES", "Size", "SmallClaim", "bound", "ordered_models"]

Weights = tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Size:
    """The shapes of two models, and the laws of their contexts as whole numbers."""

    low: Shape
    high: Shape
    low_law: Weights
    high_law: Weights
    identity: bool = False
    """Whether τ is the identity, in place of any map."""

    @property
    def key(self) -> tuple[int, int, int]:
        """Variables, values and contexts of both models together."""
        sizes = (*self.low.sizes, *self.high.sizes)
        return len(sizes), sum(sizes), len(self.low_law) + len(self.high_law)

    @property
    def map_count(self) -> int:
        """How many maps τ are covered."""
        return 1 if self.identity else len(self.high.states) ** len(self.low.states)

    def __str__(self) -> str:
        return f"{self.low.sizes}→{self.high.sizes}, contexts {self.low_law}→{self.high_law}"


_SMALL = (
    ((2,), (2,)),
    ((3,), (2,)),
    ((2, 2), (2,)),
    ((2,), (2, 2)),
    ((2, 3), (2,)),
    ((2, 2), (2, 2)),
)
"""Searched with all laws."""
_THREE_VALUES = (((2,), (3,)), ((3,), (3,)), ((2, 2), (3,)), ((2, 3), (2, 2)))
"""Searched with uniform laws, and with a low-level context that never occurs."""
_ONE_CONTEXT = (
    ((2, 3), (3,)),
    ((2, 2), (2, 3)),
    ((2, 3), (2, 3)),
    ((2, 2, 2), (2,)),
    ((2, 2, 2), (2, 2)),
)
_UNIFORM = (((1,), (1,)), ((1,), (1, 1)), ((1, 1), (1,)), ((1, 1), (1, 1)))
_NEVER = ((0, 1), (1,))
"""A low-level context that never occurs."""
_LAWS = (
    *_UNIFORM,
    _NEVER,
    ((1,), (1, 2)),
    ((1, 2), (1,)),
    ((1, 1), (1, 2)),
    ((1, 2), (1, 2)),
    ((1,), (0, 1)),
    ((0, 1), (1, 1)),
    ((1, 1), (0, 1)),
    ((0, 1), (0, 1)),
)


def _sizes() -> tuple[Size, ...]:
    groups = (
        (_SMALL, _LAWS),
        (_THREE_VALUES, (*_UNIFORM, _NEVER)),
        (_ONE_CONTEXT, _UNIFORM[:1]),
    )
    made = [
        Size(Shape(low), Shape(high), *chosen)
        for shapes, laws in groups
        for (low, high), chosen in product(shapes, laws)
    ]
    three = Shape((2, 2, 2))
    made.append(Size(three, three, (1,), (1,), identity=True))
    return tuple(sorted(made, key=lambda size: size.key))


SIZES = _sizes()
"""All sizes that are searched, smallest first."""


def bound() -> str:
    """The bound of the search, in words."""
    return (
        "every acyclic model with one causal order and every τ: two binary variables on each side, or three "
        "values in one of two variables below one binary one, with at most two contexts on each side and laws "
        "(1), (1/2, 1/2), (1/3, 2/3), (0, 1); uniform laws alone where three values are below two binary "
        "variables or above one; one context alone where three values are above two variables, and for "
        "three binary variables below, with τ the identity if there are three above too"
    )


def ordered_models(shape: Shape, contexts: int) -> list[tuple[World, ...]]:
    """Every model with so many contexts and one causal order; contexts are told apart."""
    known = worlds(shape)
    if contexts == 1:
        return [(world,) for world in known]
    return [
        chosen
        for chosen in product(known, repeat=contexts)
        if frozenset.intersection(*(known[world] for world in chosen))
    ]


@final
@dataclass(frozen=True, slots=True)
class SmallClaim:
    """A claim of the search space."""

    size: Size
    low: tuple[World, ...]
    high: tuple[World, ...]
    tau: tuple[int, ...]

    def as_claim(self) -> Abstraction:
        """The claim as `check` takes it: variables X1, …, Y1, …, contexts U on both sides."""
        low = as_model(self.size.low, self.low, self.size.low_law, "X")
        high = as_model(self.size.high, self.high, self.size.high_law, "Y")
        states = {state: number for number, state in enumerate(self.size.low.states)}
        parents = [f"X{k + 1}" for k in range(len(self.size.low.sizes))]
        tau: dict[str, Expression] = {}
        for position in range(len(self.size.high.sizes)):
            rows = tuple(
                (state, Constant(self.size.high.states[self.tau[number]][position]))
                for state, number in states.items()
            )
            tau[f"Y{position + 1}"] = Case(tuple(map(Reference, parents)), rows)
        return Abstraction(low, high, tau)


def as_model(shape: Shape, model: tuple[World, ...], law: Weights, letter: str) -> SCM:
    """Worlds as a model: one exogenous variable U, mechanisms that read what they depend on."""
    total = sum(law)
    probabilities = FiniteLaw(tuple(Fraction(weight, total) for weight in law))
    domain = BOOL if len(law) == 2 else Range(0, len(law) - 1)
    declared = [Declaration("U", Kind.EXOGENOUS, domain, probabilities)]
    names = [f"{letter}{k + 1}" for k in range(len(shape.sizes))]
    for position, name in enumerate(names):
        table: dict[tuple[Value, ...], Value] = dict(_rows(shape, model, position))
        parents = ["U", *(n for n in names if n != name)]
        mechanism = as_mechanism(table, parents)
        size = shape.sizes[position]
        own = BOOL if size == 2 else Range(0, size - 1)
        declared.append(Declaration(name, Kind.ENDOGENOUS, own, None, mechanism))
    return SCM(complete(declared))


def _rows(
    shape: Shape, model: tuple[World, ...], position: int
) -> Iterator[tuple[tuple[int, ...], int]]:
    """The mechanism of a variable: the value under do(all the others), in each context."""
    others = [range(size) for k, size in enumerate(shape.sizes) if k != position]
    for context, world in enumerate(model):
        for values in product(*others):
            setting = (*values[:position], None, *values[position:])
            state = shape.states[world[shape.number(setting)]]
            yield (context, *values), state[position]
