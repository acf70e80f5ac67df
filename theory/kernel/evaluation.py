"""The value of an expression at a state, and the solution of a model in a context, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor, prod

from .domain import Domain, Value, exact
from .expression import Apply, Case, Constant, Expression, Operator, Reference
from .failure import EvaluationError
from .program import ROOTS, Kind, Program

__all__ = ["evaluate", "roots_of", "solve", "within"]

Number = int | Fraction


def evaluate(expression: Expression, state: Mapping[str, Value]) -> Value:
    """The value at a state: an int, a Fraction that is no integer, or a label.

    Raises:
        EvaluationError: a divisor is zero, or a table has no row; the state is named.
    """
    match expression:
        case Constant(value=value):
            return value
        case Reference(name=name):
            return state[name]
        case Apply(operator=Operator.IF, arguments=(condition, yes, no)):
            return evaluate(yes if evaluate(condition, state) else no, state)
        case Apply(operator=operator, arguments=arguments):
            values = [evaluate(argument, state) for argument in arguments]
            return _apply(operator, values, state)
        case Case(arguments=arguments, rows=rows, default=default):
            key = tuple([evaluate(argument, state) for argument in arguments])
            entry = next((found for row, found in rows if row == key), default)
            if entry is not None:
                return evaluate(entry, state)
            shown = ", ".join(map(str, key))
            raise EvaluationError(f"the table has no row for {shown}, at {_shown(state)}")
        case _:
            raise EvaluationError("a hole '?' has no value; find fills it")


def _apply(operator: Operator, values: Sequence[Value], state: Mapping[str, Value]) -> Value:
    if operator in _OF_VALUES:
        return _OF_VALUES[operator](values)
    numbers: list[Number] = []
    for value in values:
        if isinstance(value, str):
            raise EvaluationError(
                f"{operator.value!r} is applied to the label {value!r}, at {_shown(state)}"
            )
        numbers.append(value)
    if operator in (Operator.DIV, Operator.MOD) and numbers[1] == 0:
        word = "division by" if operator is Operator.DIV else "mod"
        raise EvaluationError(f"{word} zero at {_shown(state)}")
    return exact(_OF_NUMBERS[operator](numbers))


_OF_VALUES: dict[Operator, Callable[[Sequence[Value]], int]] = {
    Operator.EQ: lambda v: int(v[0] == v[1]),
    Operator.NE: lambda v: int(v[0] != v[1]),
    Operator.AND: lambda v: int(all(v)),
    Operator.OR: lambda v: int(any(v)),
    Operator.XOR: lambda v: sum(map(bool, v)) % 2,
    Operator.NOT: lambda v: int(not v[0]),
    Operator.COUNT: lambda v: sum(map(bool, v)),
}
_OF_NUMBERS: dict[Operator, Callable[[list[Number]], Number]] = {
    Operator.ADD: sum,
    Operator.NEG: lambda v: -v[0],
    Operator.MUL: prod,
    Operator.DIV: lambda v: Fraction(v[0]) / v[1],
    Operator.MOD: lambda v: v[0] - v[1] * floor(Fraction(v[0]) / v[1]),
    Operator.LT: lambda v: int(v[0] < v[1]),
    Operator.LE: lambda v: int(v[0] <= v[1]),
    Operator.GT: lambda v: int(v[0] > v[1]),
    Operator.GE: lambda v: int(v[0] >= v[1]),
    Operator.MIN: lambda v: min(v),
    Operator.MAX: lambda v: max(v),
    Operator.ABS: lambda v: max(v[0], -v[0]),
    Operator.RELU: lambda v: max(v[0], 0),
    Operator.FLOOR: lambda v: floor(v[0]),
}


def _shown(state: Mapping[str, Value]) -> str:
    items = [f"{name} = {value}" for name, value in state.items() if value is not None]
    return ", ".join(items[:12]) + (", …" if len(items) > 12 else "") or "every state"


# ---------------------------------------------------------------- models


def roots_of(program: Program) -> list[str]:
    """What a context gives: roots, and parameters."""
    return list(program.domains(*ROOTS, Kind.PARAMETER))


def solve(
    program: Program, context: Mapping[str, Value], fixed: Mapping[str, Value]
) -> dict[str, Value]:
    """The solution: roots, parameters and endogenous variables.

    Raises:
        EvaluationError: a mechanism has no value, or leaves its domain.
    """
    values = dict(context)
    for name in program.order:
        variable = program.by_name[name]
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
