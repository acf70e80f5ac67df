"""The value of an expression at a state, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

from .domain import Value, exact
from .expression import Apply, Case, Constant, Expression, Operator, Reference
from .failure import EvaluationError

__all__ = ["evaluate"]

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
            for row, entry in rows:
                if row == key:
                    return evaluate(entry, state)
            if default is not None:
                return evaluate(default, state)
            shown = ", ".join(map(str, key))
            raise EvaluationError(f"the table has no row for {shown}, at {_shown(state)}")
        case _:
            raise EvaluationError("a hole '?' has no value; find fills it")


def _apply(operator: Operator, values: Sequence[Value], state: Mapping[str, Value]) -> Value:
    match operator:
        case Operator.EQ:
            return int(values[0] == values[1])
        case Operator.NE:
            return int(values[0] != values[1])
        case Operator.AND:
            return int(all(values))
        case Operator.OR:
            return int(any(values))
        case Operator.XOR:
            return sum(1 for value in values if value) % 2
        case Operator.NOT:
            return int(not values[0])
        case Operator.COUNT:
            return sum(1 for value in values if value)
        case _:
            return exact(_arithmetic(operator, _numbers(operator, values, state), state))


def _numbers(
    operator: Operator, values: Sequence[Value], state: Mapping[str, Value]
) -> list[Number]:
    found: list[Number] = []
    for value in values:
        if isinstance(value, str):
            raise EvaluationError(
                f"{operator.value!r} is applied to the label {value!r}, at {_shown(state)}"
            )
        found.append(value)
    return found


def _arithmetic(operator: Operator, v: Sequence[Number], state: Mapping[str, Value]) -> Number:
    match operator:
        case Operator.ADD:
            return sum(v, start=0)
        case Operator.NEG:
            return -v[0]
        case Operator.MUL:
            total: Number = 1
            for factor in v:
                total = total * factor
            return total
        case Operator.DIV:
            if v[1] == 0:
                raise EvaluationError(f"division by zero at {_shown(state)}")
            return Fraction(v[0]) / v[1]
        case Operator.MOD:
            if v[1] == 0:
                raise EvaluationError(f"mod zero at {_shown(state)}")
            return v[0] - v[1] * floor(Fraction(v[0]) / v[1])
        case Operator.LT:
            return int(v[0] < v[1])
        case Operator.LE:
            return int(v[0] <= v[1])
        case Operator.GT:
            return int(v[0] > v[1])
        case Operator.GE:
            return int(v[0] >= v[1])
        case Operator.MIN:
            return min(v)
        case Operator.MAX:
            return max(v)
        case Operator.ABS:
            return v[0] if v[0] >= 0 else -v[0]
        case Operator.RELU:
            return v[0] if v[0] > 0 else 0
        case Operator.FLOOR:
            return floor(v[0])
        case _:
            raise AssertionError(f"{operator} is not arithmetic")


def _shown(state: Mapping[str, Value]) -> str:
    items = [f"{name} = {value}" for name, value in state.items() if value is not None]
    return ", ".join(items[:12]) + (", …" if len(items) > 12 else "") or "every state"
