"""The squares of a statement one by one: which there are, and what both ways round one give."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import product
from math import prod
from operator import or_
from typing import Any

from tauomega.theory.kernel.commuting import INDEX, Squares, Switch
from tauomega.theory.kernel.domain import Domain, Finite, Range, Value
from tauomega.theory.kernel.evaluation import evaluate, solve
from tauomega.theory.kernel.expression import walk
from tauomega.theory.kernel.program import Kind

from .decoding import items_of
from .document import refuse_unless
from .factors import states_of

__all__ = [
    "WORK",
    "first_of",
    "point_of",
    "settings_of",
    "sides_at",
    "switched_on",
    "work_of",
]

WORK = 30_000_000
"""Nodes that may be evaluated."""
SUBSETS = 2**14
"""Sets of blocks, inert variables or sites that are gone through one by one."""
State = dict[str, Value]


def switched_on(squares: Squares) -> list[tuple[Switch, ...]]:
    """The sets of switches that are on together in some square.

    Raises:
        RefusedError: there are more than 2^14.
    """
    found: list[tuple[Switch, ...]] = [()]
    for place, switch in enumerate(squares.switches):
        free = place >= squares.counted
        found += [(*on, switch) for on in found if free or len(on) < squares.most]
        refuse_unless(len(found) <= SUBSETS, f"more than {SUBSETS:,} sets of blocks")
    return [on for on in found if on or not squares.some]


def _roots(squares: Squares) -> dict[str, Domain]:
    return squares.program.domains(Kind.EXOGENOUS)


def first_of(squares: Squares) -> State:
    """A value for each root: switches are off."""
    domains = _roots(squares).items()
    return {n: next(iter(d)) if isinstance(d, Finite | Range) else 0 for n, d in domains}


def settings_of(squares: Squares) -> Iterator[State]:
    """Every way to choose the interventions of a square, with some context."""
    domains = _roots(squares)
    for index in states_of((INDEX,) if INDEX in domains else (), domains):
        for on in switched_on(squares):
            switches: State = {switch.name: 1 for switch in on}
            for values in product(*(states_of(switch.fields, domains) for switch in on)):
                yield reduce(or_, values, first_of(squares) | index | switches)


def work_of(squares: Squares, *varied: str) -> int:
    """Nodes that all squares evaluate, if these roots vary besides what chooses the interventions.

    Raises:
        RefusedError: some root has infinitely many values.
    """
    trees = [v.mechanism for v in squares.program.variables if v.mechanism is not None]
    trees += [side for _, *sides in squares.sides for side in sides]
    sizes = {n: getattr(d, "size", 0) for n, d in _roots(squares).items()}
    refuse_unless(all(sizes.values()), "a root has infinitely many values")
    settings = sum(
        prod(sizes[n] for switch in on for n in switch.fields) for on in switched_on(squares)
    )
    nodes = 1 + sum(1 for tree in trees for _ in walk(tree))
    return int(prod(sizes[n] for n in varied) * sizes.get(INDEX, 1) * settings * nodes)


def sides_at(squares: Squares, point: State) -> list[tuple[str, Value, Value]]:
    """What the compared variables are in a square, the two ways round.

    Raises:
        EvaluationError: a mechanism or map has no value there.
    """
    state = solve(squares.program, point, {})
    return [(name, evaluate(a, state), evaluate(b, state)) for name, a, b in squares.sides]


def point_of(squares: Squares, items: Any, more: State) -> State:
    """A square that is written down: the roots that have an effect in it, but for those in `more`.

    Raises:
        RefusedError: it is none of the statement's.
    """
    values = more | dict(items_of(items, _roots(squares)))
    on = [switch for switch in squares.switches if values.get(switch.name)]
    wanted = {n for switch in on for n in (switch.name, *switch.fields)} | set(squares.context)
    wanted |= {INDEX} & set(_roots(squares))
    refuse_unless(set(values) == wanted, "what is given makes no square")
    counted = sum(switch in squares.switches[: squares.counted] for switch in on)
    fits = counted <= squares.most and (on or not squares.some)
    refuse_unless(fits, "the intervention is not of the family")
    return first_of(squares) | values
