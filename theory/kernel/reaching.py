r"""Whether a map takes every value, without listing its arguments.

A weighted sum $c_0 + \sum c_k x_k$ of independent integers $0 \le x_k \le n_k$ with integer weights
$0 < c_1 \le c_2 \le \dots$ takes every integer between its least and its largest value iff each
$c_k \le 1 + \sum_{j<k} c_j n_j$: below $c_k$ only the earlier terms count, and they reach no further.
(Such a sequence of weights is called complete; Brown (1961), "Note on complete sequences of integers".)
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .domain import BOOL, Domain, Range
from .expression import Apply, Constant, Expression, Operator, Reference

__all__ = ["Weights", "interval_of", "plus", "times", "weights_of"]

Weights = tuple[Fraction, dict[str, Fraction]]
"""A constant, and the weight of each name; none is 0."""


def weights_of(expression: Expression) -> Weights | None:
    """The expression as a constant and a weight for each name, if it is read as a weighted sum."""
    match expression:
        case Constant(value=value) if not isinstance(value, str):
            return Fraction(value), {}
        case Reference(name=name):
            return Fraction(0), {name: Fraction(1)}
        case Apply(operator=Operator.ADD, arguments=arguments):
            constant, weights = Fraction(0), dict[str, Fraction]()
            for argument in arguments:
                term = weights_of(argument)
                if term is None:
                    return None
                constant += term[0]
                for name, weight in term[1].items():
                    weights[name] = weights.get(name, Fraction(0)) + weight
            return constant, {name: w for name, w in weights.items() if w}
        case Apply(operator=Operator.NEG, arguments=(argument,)):
            return _scaled(weights_of(argument), Fraction(-1))
        case Apply(operator=Operator.MUL, arguments=arguments):
            found: Weights | None = (Fraction(1), {})
            for argument in arguments:
                term = weights_of(argument)
                if term is None or found is None or (term[1] and found[1]):
                    return None
                found = times(term, found[0]) if term[1] else times(found, term[0])
            return found
        case Apply(operator=Operator.DIV, arguments=(top, Constant(value=value))):
            if isinstance(value, str) or value == 0:
                return None
            return _scaled(weights_of(top), 1 / Fraction(value))
        case _:
            return None


def plus(a: Weights, b: Weights) -> Weights:
    """The sum of two weighted sums, without weights that are 0."""
    weights = dict(a[1])
    for name, weight in b[1].items():
        weights[name] = weights.get(name, Fraction(0)) + weight
    return a[0] + b[0], {name: w for name, w in weights.items() if w}


def _scaled(a: Weights | None, factor: Fraction) -> Weights | None:
    return None if a is None else times(a, factor)


def times(a: Weights, factor: Fraction) -> Weights:
    """A multiple of a weighted sum."""
    return a[0] * factor, {name: w * factor for name, w in a[1].items() if factor}


def interval_of(expression: Expression, domains: Mapping[str, Domain]) -> Range | None:
    """The integers that a weighted sum takes, if they are all from its least to its largest value."""
    found = weights_of(expression)
    if found is None:
        return None
    low, weights = found
    terms: list[tuple[Fraction, int]] = []
    for name, weight in weights.items():
        domain = Range(0, 1) if domains[name] == BOOL else domains[name]
        if not isinstance(domain, Range):
            return None
        low += weight * (domain.low if weight > 0 else domain.high)
        terms.append((abs(weight), domain.size - 1))
    reach = 0
    for weight, count in sorted(terms):
        if weight.denominator != 1 or weight > 1 + reach:
            return None
        reach += weight.numerator * count
    return Range(int(low), int(low) + reach) if low.denominator == 1 else None
