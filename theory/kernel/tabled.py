"""One expression at many states: the rows of a large table are found by hash, not one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from .domain import Value
from .evaluation import evaluate
from .expression import Case, Expression

__all__ = ["evaluator"]

FEW = 16
"""Rows that are as quickly compared."""


def evaluator(expression: Expression) -> Callable[[Mapping[str, Value]], Value]:
    """`evaluate` with the expression fixed, as a function of the state.

    Raises:
        EvaluationError: as `evaluate`, when the function is called.
    """
    if not isinstance(expression, Case) or len(expression.rows) <= FEW:
        return partial(evaluate, expression)
    entries: dict[tuple[Value, ...], Expression] = {}
    for key, entry in expression.rows:
        entries.setdefault(key, entry)

    def value(state: Mapping[str, Value]) -> Value:
        key = tuple([evaluate(argument, state) for argument in expression.arguments])
        entry = entries.get(key, expression.default)
        # Without an entry `evaluate` fails, and says where.
        return evaluate(expression if entry is None else entry, state)

    return value
