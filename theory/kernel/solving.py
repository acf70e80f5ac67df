"""The solution of a model in a context, by evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from .domain import Domain, Value
from .evaluation import evaluate
from .failure import EvaluationError
from .program import Kind, Program

__all__ = ["roots_of", "solve", "within"]


def roots_of(program: Program) -> list[str]:
    """What a context gives: roots, and parameters."""
    kinds = (Kind.EXOGENOUS, Kind.INPUT, Kind.PARAMETER)
    return [v.name for v in program.variables if v.kind in kinds]


def solve(
    program: Program, context: Mapping[str, Value], fixed: Mapping[str, Value]
) -> dict[str, Value]:
    """The solution: roots, parameters and endogenous variables.

    Raises:
        EvaluationError: a mechanism has no value, or leaves its domain.
    """
    values = dict(context)
    variables = {v.name: v for v in program.variables}
    for name in program.order:
        variable = variables[name]
        if name in fixed:
            values[name] = fixed[name]
        elif variable.mechanism is not None:
            values[name] = within(name, evaluate(variable.mechanism, values), variable.domain)
    return values


def within(name: str, value: Value, domain: Domain) -> Value:
    """The value of a variable.

    Raises:
        EvaluationError: it lies outside the domain.
    """
    if value in domain:
        return value
    raise EvaluationError(f"{name} = {value} leaves its domain {domain}")
