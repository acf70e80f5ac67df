r"""Expressions as weighted sums; whether such a sum takes every value, without listing its arguments.

A weighted sum $c_0 + \sum c_k x_k$ of independent integers $0 \le x_k \le n_k$ with integer weights
$0 < c_1 \le c_2 \le \dots$ takes every integer between its least and its largest value iff each
$c_k \le 1 + \sum_{j<k} c_j n_j$: below $c_k$ only the earlier terms count, and they reach no further.
(Such a sequence of weights is called complete; Brown (1961), "Note on complete sequences of integers".)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from .domain import Domain, Range, as_range
from .expression import Apply, Case, Constant, Expression, Operator, Reference

__all__ = ["Unit", "Weights", "entry_of", "interval_of", "weights_of"]

Weights = tuple[Fraction, dict[str, Fraction]]
"""A constant, and the weight of each name; none is 0."""


@dataclass(frozen=True, slots=True)
class Unit:
    """max(z, slope z) of a weighted sum z of inputs and earlier units; 0 ≤ slope ≤ 1."""

    form: Weights
    slope: Fraction


def weights_of(
    expression: Expression, state: Mapping[str, Weights] | None = None
) -> Weights | None:
    """The expression as a constant and a weight for each name, if it is read as a weighted sum.

    A name stands for its weighted sum in `state`, else for itself; of a table whose arguments are
    constants, one entry counts.
    """

    def inner(part: Expression) -> Weights | None:
        return weights_of(part, state)

    match expression:
        case Constant(value=value) if not isinstance(value, str):
            return Fraction(value), {}
        case Reference(name=name):
            return (state or {}).get(name, (Fraction(0), {name: Fraction(1)}))
        case Apply(operator=Operator.ADD, arguments=arguments):
            return _sum([inner(a) for a in arguments])
        case Apply(operator=Operator.NEG, arguments=(argument,)):
            return _times((Fraction(-1), {}), inner(argument))
        case Apply(operator=Operator.MUL, arguments=arguments):
            return reduce(_times, map(inner, arguments))
        case Apply(operator=Operator.DIV, arguments=(top, bottom)):
            divisor = inner(bottom)
            if divisor is None or divisor[1] or not divisor[0]:
                return None
            return _times((1 / divisor[0], {}), inner(top))
        case Case(arguments=(_,)):
            entry = entry_of(expression, state or {})
            return None if entry is expression else inner(entry)
        case _:
            return None


def entry_of(expression: Expression, state: Mapping[str, Weights]) -> Expression:
    """The entry of a table whose one argument is a constant in this state; any other expression itself."""
    match expression:
        case Case(arguments=(argument,), rows=rows, default=default):
            found = weights_of(argument, state)
            if found is not None and not found[1]:
                return next((e for key, e in rows if key == (found[0],)), default) or expression
    return expression


def _sum(terms: Sequence[Weights | None]) -> Weights | None:
    constant, sums = Fraction(0), dict[str, Fraction]()
    for term in terms:
        if term is None:
            return None
        constant += term[0]
        for name, weight in term[1].items():
            sums[name] = sums.get(name, Fraction(0)) + weight
    return constant, {name: w for name, w in sums.items() if w}


def _times(a: Weights | None, b: Weights | None) -> Weights | None:
    """The product, if one of the two is a constant."""
    if a is None or b is None or (a[1] and b[1]):
        return None
    (factor, _), (constant, weights) = (b, a) if a[1] else (a, b)
    return factor * constant, {name: factor * w for name, w in weights.items() if factor}


def interval_of(expression: Expression, domains: Mapping[str, Domain]) -> Range | None:
    """The integers that a weighted sum takes, if they are all from its least to its largest value."""
    found = weights_of(expression)
    if found is None:
        return None
    low, weights = found
    terms: list[tuple[Fraction, int]] = []
    for name, weight in weights.items():
        domain = as_range(domains[name])
        if domain is None:
            return None
        low += weight * (domain.low if weight > 0 else domain.high)
        terms.append((abs(weight), domain.size - 1))
    reach = 0
    for weight, count in sorted(terms):
        if weight.denominator != 1 or weight > 1 + reach:
            return None
        reach += weight.numerator * count
    return Range(int(low), int(low) + reach) if low.denominator == 1 else None
