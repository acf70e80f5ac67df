"""The factors of τ: the low-level variables each truly reads, its range, and whether it is onto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from tauomega.theory.kernel.domain import BOOL, Domain, Finite, Range, Reals, Value, as_range
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import Apply, Expression, Operator, Reference, free_names
from tauomega.theory.kernel.reaching import interval_of, weights_of

from .document import RefusedError

__all__ = ["Factor", "are_apart_and_onto", "are_disjoint", "factor_of", "states_of"]

STATES = 2**16
"""Combinations of values that are listed."""
TRUTHS = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.EQ, Operator.NE})


@dataclass(frozen=True, slots=True)
class Factor:
    """The variables that a map's value depends on; how many states were listed, if any; onto or not."""

    support: tuple[str, ...]
    onto: bool
    listed: int


def are_apart_and_onto(factors: Mapping[str, Factor]) -> bool:
    """Whether no variable is read by two factors, and each takes every value."""
    return are_disjoint(factors) and all(factor.onto for factor in factors.values())


def are_disjoint(factors: Mapping[str, Factor]) -> bool:
    """Whether no variable is read by two factors."""
    read = [v for factor in factors.values() for v in factor.support]
    return len(set(read)) == len(read)


def states_of(names: tuple[str, ...], domains: Mapping[str, Domain]) -> list[dict[str, Value]]:
    """Every combination of the values of some variables.

    Raises:
        RefusedError: there are more than 2^16.
    """
    found = [d for d in (domains[name] for name in names) if isinstance(d, Finite | Range)]
    if len(found) < len(names) or prod(domain.size for domain in found) > STATES:
        raise RefusedError(f"more than {STATES:,} states of {', '.join(names)}")
    return [dict(zip(names, values, strict=True)) for values in product(*found)]


def factor_of(
    name: str, expression: Expression, domains: Mapping[str, Domain], target: Domain
) -> Factor:
    """What a map is, by its form or by listing its states.

    Of a comparison of real numbers nothing is said but that its values are 0 and 1.

    Raises:
        RefusedError: it leaves the target's domain, or there are too many states.
    """
    read = free_names(expression)
    truth = isinstance(expression, Apply) and expression.operator in TRUTHS
    if truth and target == BOOL and any(isinstance(domains[name], Reals) for name in read):
        return Factor((), False, 0)
    names = tuple(v for v in domains if v in read)
    varied = tuple(v for v in names if getattr(domains[v], "size", 2) > 1)
    if isinstance(expression, Reference) and domains[names[0]] == target:
        return Factor(varied, True, 0)
    interval, weights = interval_of(expression, domains), weights_of(expression)
    if weights is not None and all(
        isinstance(d, Reals) for d in (target, *map(domains.get, names))
    ):
        return Factor(tuple(v for v in names if v in weights[1]), bool(weights[1]), 0)
    wanted = as_range(target)
    if interval is not None and weights is not None and wanted is not None:
        if interval.low not in wanted or interval.high not in wanted:
            raise RefusedError(f"τ of {name} leaves its domain")
        return Factor(tuple(v for v in varied if v in weights[1]), interval == wanted, 0)
    states = states_of(names, domains)
    values = [evaluate(expression, state) for state in states]
    if any(value not in target for value in values):
        raise RefusedError(f"τ of {name} leaves its domain")
    keys = [tuple(state.values()) for state in states]
    support = []
    for place, variable in enumerate(names):
        others = [(*key[:place], *key[place + 1 :]) for key in keys]
        if len(set(zip(others, values, strict=True))) > len(set(others)):
            support.append(variable)
    onto = len(set(values)) == getattr(target, "size", None)  # never onto the reals
    return Factor(tuple(support), onto, len(states))
