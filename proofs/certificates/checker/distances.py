"""Approximate claims: squares that commute up to a distance.

That a distance is within a bound is one more expression of a square's two sides, 1 if it is. So it is evidence
for equal sides that proves it, of whatever kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from tauomega.theory.kernel.commuting import Squares
from tauomega.theory.kernel.domain import exact
from tauomega.theory.kernel.expression import Apply, Constant, Expression, Operator

from .decoding import value_of
from .document import RefusedError, refuse_unless

__all__ = ["bounded", "distance_of", "number_of"]


def _differ(left: Expression, right: Expression) -> Expression:
    return Apply(Operator.NE, (left, right))


def _gap(left: Expression, right: Expression) -> Expression:
    return Apply(Operator.ABS, (Apply(Operator.ADD, (left, Apply(Operator.NEG, (right,)))),))


def _square(left: Expression, right: Expression) -> Expression:
    return Apply(Operator.MUL, (_gap(left, right),) * 2)


METRICS: Mapping[str, tuple[Callable[[Expression, Expression], Expression], Operator]] = {
    "discrete": (_differ, Operator.MAX),
    "hamming": (_differ, Operator.ADD),
    "l1": (_gap, Operator.ADD),
    "euclidean": (_square, Operator.ADD),
    "sup": (_gap, Operator.MAX),
}
"""Metric -> what is made of each variable's two values, and of these; the Euclidean one is squared."""


def distance_of(squares: Squares, metric: str) -> Expression:
    """The distance of the two sides of squares; the square of the Euclidean one.

    Raises:
        RefusedError: no such metric.
    """
    refuse_unless(metric in METRICS, f"no metric of states: {metric}")
    of_one, total = METRICS[metric]
    return Apply(total, tuple(of_one(left, right) for _, left, right in squares.sides))


def bounded(squares: Squares, metric: str, bound: str, *, below: bool) -> Squares:
    """The same squares, of which one commutes iff its distance is at most a bound, or below it.

    Raises:
        RefusedError: no such metric, or no such bound.
    """
    root = metric == "euclidean" and bound.startswith("√")
    number = number_of(bound.removeprefix("√").strip("()") if root else bound)
    limit = exact(number if root or metric != "euclidean" else number**2)
    relation = Operator.LT if below else Operator.LE
    within = Apply(relation, (distance_of(squares, metric), Constant(limit)))
    return replace(squares, sides=(("the distance", within, Constant(1)),))


def number_of(text: str) -> Fraction:
    """A number that is not negative.

    Raises:
        RefusedError: it is none.
    """
    number = value_of(text)
    if isinstance(number, str) or number < 0:
        raise RefusedError(f"no bound of a distance: {text}")
    return Fraction(number)
