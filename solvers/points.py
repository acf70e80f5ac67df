"""Squares as points: read off the roots of a statement's model, and run by the two models themselves.

The kernel decides a statement as one model without interventions (`squares_of`); here a square is what a
person means by it, two interventions in a context, and each side is the solution of its own model. The
two are compared in the tests, and whatever is reported is evaluated here again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from tauomega.theory.kernel import Domain, Finite, Range, Value, evaluate
from tauomega.theory.kernel.commuting import (
    INDEX,
    Blocks,
    Commuting,
    Interchange,
    Items,
    Listed,
    Squares,
)
from tauomega.theory.kernel.commuting_circuit import Built
from tauomega.theory.kernel.evaluation import roots_of, solve, within

__all__ = ["Point", "above", "choices_of", "differing", "fields_of", "interchanged", "read_point"]


@final
@dataclass(frozen=True, slots=True)
class Point:
    """One square: a context (with parameters), an intervention below and one above.

    `sources` are the contexts of the interchanged sites.
    """

    context: Items
    low: Items
    high: Items
    sources: tuple[tuple[str, Items], ...] = ()


# ---------------------------------------------------------------- evaluated


def differing(statement: Commuting, point: Point) -> tuple[str, ...]:
    """The compared variables in which the two ways round a square differ.

    Raises:
        EvaluationError: a mechanism or map has no value there.
    """
    context = dict(point.context)
    below = solve(statement.low, context, dict(point.low))
    result = solve(statement.high, above(statement, context), dict(point.high))
    tau = dict(statement.tau)
    return tuple(n for n in statement.compared if evaluate(tau[n], below) != result[n])


def above(statement: Commuting, context: Mapping[str, Value]) -> dict[str, Value]:
    """τ_U of a context; parameters keep their values.

    Raises:
        EvaluationError: it has no value there, or leaves its domain.
    """
    domains = {v.name: v.domain for v in statement.high.variables}
    shared = {n: context[n] for n in roots_of(statement.high) if n in context}
    maps = statement.tau_u or ()
    return shared | {n: within(n, evaluate(e, context), domains[n]) for n, e in maps}


def interchanged(
    statement: Commuting, context: Items, sources: tuple[tuple[str, Items], ...]
) -> Point:
    """The square of an interchange: what its sites have on their sources."""
    family = statement.family
    assert isinstance(family, Interchange), "the family is no interchange"
    sites = dict(family.sites)
    low: dict[str, Value] = {}
    high: dict[str, Value] = {}
    for name, items in sources:
        source = dict(context) | dict(items)
        below = solve(statement.low, source, {})
        low |= {v: below[v] for v in sites[name]}
        high[name] = solve(statement.high, above(statement, source), {})[name]
    return Point(context, tuple(low.items()), tuple(high.items()), sources)


# ---------------------------------------------------------------- read off a circuit's assignment


def read_point(
    statement: Commuting, squares: Squares, built: Built, holds: Callable[[int], bool]
) -> Point:
    """The square that an assignment of the circuit's variables stands for."""
    domains = {v.name: v.domain for v in squares.program.variables}
    values = {n: _value(domains[n], bits, holds) for n, bits in built.bits.items()}
    family = statement.family
    context = tuple((n, values[n]) for n in squares.context)
    if isinstance(family, Listed):
        place = values[INDEX]
        assert isinstance(place, int)
        return Point(context, *family.pairs[place])
    on = [s for s in squares.switches if values[s.name]]
    if isinstance(family, Interchange):
        fields = {s.name: s.fields for s in on}
        sources = tuple(
            (name, tuple((f.removeprefix(f"{name} from "), values[f]) for f in fields[switch]))
            for name, switch in ((name, f"swap {name}") for name, _ in family.sites)
            if switch in fields
        )
        return interchanged(statement, context, sources)
    low = {f.removeprefix("set "): values[f] for s in on for f in s.fields}
    mentioned = {v.name: _first(v.domain) for v in statement.low.variables}
    state = mentioned | low  # a τ may mention variables that it does not depend on
    tau, made = dict(statement.tau), {s.name for s in on}
    high = tuple((n, evaluate(tau[n], state)) for n, _ in family.blocks if f"do {n}" in made)
    return Point(context, tuple(low.items()), high)


def _value(domain: Domain, bits: tuple[int, ...], holds: Callable[[int], bool]) -> Value:
    assert isinstance(domain, Finite | Range)
    place = min(sum(1 << k for k, f in enumerate(bits) if holds(f)), domain.size - 1)
    return domain.low + place if isinstance(domain, Range) else domain.values[place]


def _first(domain: Domain) -> Value:
    return next(iter(domain)) if isinstance(domain, Finite | Range) else 0


# ---------------------------------------------------------------- the order of squares


def choices_of(statement: Commuting, squares: Squares, built: Built) -> tuple[tuple[str, int], ...]:
    """The targets, each with the literal that it is set: squares with fewer of them come first."""
    if isinstance(statement.family, Blocks):
        return tuple((name, built.bits[switch][0]) for name, switch in _targets(statement, squares))
    return tuple((s.name.removeprefix("swap "), built.bits[s.name][0]) for s in squares.switches)


def fields_of(statement: Commuting, squares: Squares, built: Built) -> tuple[tuple[int, ...], ...]:
    """The bits of what is set, and of the context: among squares with the same targets, the least first."""
    if isinstance(statement.family, Blocks):
        own = [f"set {name}" for name, _ in _targets(statement, squares)]
    elif isinstance(statement.family, Listed):
        own = [INDEX]
    else:
        own = [f for s in squares.switches for f in s.fields]
    names = [*own, *squares.context]
    return tuple(built.bits[n] for n in names)


def _targets(statement: Commuting, squares: Squares) -> list[tuple[str, str]]:
    """The variables that may be set, in the order of the low-level model, each with its switch."""
    place = {v.name: k for k, v in enumerate(statement.low.variables)}
    found = [(f.removeprefix("set "), s.name) for s in squares.switches for f in s.fields]
    return sorted(found, key=lambda target: place[target[0]])
