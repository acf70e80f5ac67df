"""The values that an expression can take when its variables lie in intervals, for many runs at once.

Ends are floats, rounded outward, or `Fraction`s in arrays of objects, which are exact: one rule for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from math import floor
from typing import Any

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel import Apply, Case, Constant, Expression, Hole, Operator, Reference

from ..graph.arithmetic import NotEvaluatedError

__all__ = ["Box", "box_of"]

Array = npt.NDArray[Any]
Box = tuple[Array, Array]
"""The ends of an interval for each run, each of shape (runs,): float64, or `Fraction`s in an array of objects."""


def box_of(
    expression: Expression, boxes: Mapping[str, Box], runs: int, *, exact: bool = False
) -> Box:
    """Ends that enclose the expression's values, rounded outward where they are floats.

    Args:
        expression: in the variables of `boxes`, with numbers only.
        boxes: variable -> its interval in each run.
        runs: how many runs there are.
        exact: whether the ends are `Fraction`s.

    Raises:
        NotEvaluatedError: an operation that has no rule here (a table, a label, a division).
    """
    match expression:
        case Constant(value=str()) | Case() | Hole():
            raise NotEvaluatedError("tables and labels are not read over intervals")
        case Constant(value=value) if exact:
            ends = np.full(runs, Fraction(value), dtype=object)
            return ends, ends
        case Constant(value=value):
            number = Fraction(value)
            near = float(number)
            low = near if Fraction(near) <= number else float(np.nextafter(near, -np.inf))
            high = near if Fraction(near) >= number else float(np.nextafter(near, np.inf))
            return np.full(runs, low), np.full(runs, high)
        case Reference(name=name):
            return boxes[name]
        case Apply(operator=operator, arguments=arguments):
            return _applied(operator, [box_of(a, boxes, runs, exact=exact) for a in arguments])


def _applied(operator: Operator, given: list[Box]) -> Box:
    match operator:
        case Operator.NEG:
            ((low, high),) = given
            return -high, -low
        case Operator.ADD:
            return reduce(_sum, given)
        case Operator.MUL:
            return reduce(_product, given)
        case Operator.MIN | Operator.MAX:
            pick = np.minimum if operator is Operator.MIN else np.maximum
            return reduce(lambda a, b: (pick(a[0], b[0]), pick(a[1], b[1])), given)
        case Operator.RELU:
            ((low, high),) = given
            return np.maximum(low, 0), np.maximum(high, 0)
        case Operator.ABS:
            ((low, high),) = given
            least = np.where((low <= 0) & (high >= 0), 0, np.minimum(abs(low), abs(high)))
            return least, np.maximum(abs(low), abs(high))
        case Operator.FLOOR:
            ((low, high),) = given
            return _floor(low), _floor(high)
        case Operator.IF:
            condition, yes, no = given
            true, false = condition[0] > 0, condition[1] == 0
            low = np.where(true, yes[0], np.where(false, no[0], np.minimum(yes[0], no[0])))
            high = np.where(true, yes[1], np.where(false, no[1], np.maximum(yes[1], no[1])))
            return low, high
        case Operator.NOT:
            ((low, high),) = given
            return 1 - high, 1 - low
        case Operator.AND:
            return reduce(lambda a, b: (a[0] * b[0], a[1] * b[1]), given)
        case Operator.OR:
            return reduce(lambda a, b: (np.maximum(a[0], b[0]), np.maximum(a[1], b[1])), given)
        case Operator.COUNT:
            return _totals(given)
        case Operator.XOR:
            low, high = _totals(given)
            known = low == high
            return np.where(known, low % 2, 0), np.where(known, low % 2, 1)
        case Operator.LT | Operator.LE | Operator.GT | Operator.GE | Operator.EQ | Operator.NE:
            return _compared(operator, *given)
        case _:
            raise NotEvaluatedError(f"{operator.value!r} is not read over intervals")


def _compared(operator: Operator, left: Box, right: Box) -> Box:
    match operator:
        case Operator.GT:
            return _compared(Operator.LT, right, left)
        case Operator.GE:
            return _compared(Operator.LE, right, left)
        case Operator.LT:
            return (left[1] < right[0]) * 1, (left[0] < right[1]) * 1
        case Operator.LE:
            return (left[1] <= right[0]) * 1, (left[0] <= right[1]) * 1
        case Operator.EQ:
            points = (left[0] == left[1]) & (right[0] == right[1]) & (left[0] == right[0])
            apart = (left[1] < right[0]) | (right[1] < left[0])
            return points * 1, ~apart * 1
        case _:
            low, high = _compared(Operator.EQ, left, right)
            return 1 - high, 1 - low


def _totals(given: list[Box]) -> Box:
    """Sums of counts, which float64 holds."""
    return np.sum([low for low, _ in given], axis=0), np.sum([high for _, high in given], axis=0)


def _sum(a: Box, b: Box) -> Box:
    return _outward(a[0] + b[0], a[1] + b[1])


def _product(a: Box, b: Box) -> Box:
    corners = np.stack([x * y for x in a for y in b])
    return _outward(corners.min(0), corners.max(0))


def _outward(low: Array, high: Array) -> Box:
    """Sums and products of floats were rounded once; those of fractions and of truth values were not."""
    if low.dtype != np.float64:
        return low, high
    return np.nextafter(low, -np.inf), np.nextafter(high, np.inf)


def _floor(ends: Array) -> Array:
    return (
        np.array([floor(end) for end in ends], dtype=object)
        if ends.dtype == object
        else np.floor(ends)
    )
