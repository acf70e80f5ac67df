"""Exact trees as sympy expressions.

Numbers are exact; a numeric variable is a real `Symbol` of its full name; a label is an integer-free
`Symbol` named in quotes. Truth values are the numbers 0 and 1: a comparison `a < b` is
`Piecewise((1, a < b), (0, True))`, as in the grammar, where `2 * (X < 3)` has a meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from ..errors import InputError
from ..kernel import Apply, Case, Constant, Expression, Operator, Reference, Value

__all__ = ["symbol_of", "to_sympy", "truth_to_sympy", "value_to_sympy"]

_RELATION = {
    Operator.EQ: sympy.Eq,
    Operator.NE: sympy.Ne,
    Operator.LT: sympy.Lt,
    Operator.LE: sympy.Le,
    Operator.GT: sympy.Gt,
    Operator.GE: sympy.Ge,
}
_CONNECTIVE = (Operator.NOT, Operator.AND, Operator.OR, Operator.XOR)


def symbol_of(name: str) -> Any:
    """The symbol of a variable."""
    return sympy.Symbol(name, real=True)


def value_to_sympy(value: Value) -> Any:
    """A value as a sympy number, or a label as a symbol in quotes."""
    if isinstance(value, str):
        return sympy.Symbol(f"'{value}'")
    number = Fraction(value)
    return sympy.Rational(number.numerator, number.denominator)


def to_sympy(expression: Expression, symbols: Mapping[str, Any] | None = None) -> Any:
    """The expression, with variables replaced by the given objects, or by their symbols.

    Raises:
        InputError: a hole has no sympy form.
    """
    known = symbols or {}
    match expression:
        case Constant(value=value):
            return value_to_sympy(value)
        case Reference(name=name):
            return known.get(name, symbol_of(name))
        case Apply(operator=Operator.IF, arguments=(condition, yes, no)):
            test = truth_to_sympy(condition, known)
            return sympy.Piecewise((to_sympy(yes, known), test), (to_sympy(no, known), True))
        case Apply(operator=operator) if operator in _RELATION or operator in _CONNECTIVE:
            return sympy.Piecewise((1, truth_to_sympy(expression, known)), (0, True))
        case Apply(operator=operator, arguments=arguments):
            return _arithmetic(operator, [to_sympy(a, known) for a in arguments])
        case Case(arguments=arguments, rows=rows, default=default):
            given = [to_sympy(a, known) for a in arguments]
            pieces = [(to_sympy(entry, known), _matches(given, key)) for key, entry in rows]
            if default is not None:
                pieces.append((to_sympy(default, known), sympy.true))
            else:
                pieces[-1] = (pieces[-1][0], sympy.true)
            return sympy.Piecewise(*pieces)
        case _:
            raise InputError(["a hole '?' has no sympy form; fill it first"])


def truth_to_sympy(expression: Expression, symbols: Mapping[str, Any]) -> Any:
    """An expression with values in {0, 1} as a sympy Boolean."""
    match expression:
        case Apply(operator=operator, arguments=(left, right)) if operator in _RELATION:
            return _RELATION[operator](to_sympy(left, symbols), to_sympy(right, symbols))
        case Apply(operator=operator, arguments=arguments) if operator in _CONNECTIVE:
            parts = [truth_to_sympy(a, symbols) for a in arguments]
            if operator is Operator.NOT:
                return sympy.Not(parts[0])
            joined = {Operator.AND: sympy.And, Operator.OR: sympy.Or, Operator.XOR: sympy.Xor}
            return joined[operator](*parts)
        case _:
            return sympy.Ne(to_sympy(expression, symbols), 0)


def _matches(given: Sequence[Any], key: Sequence[Value]) -> Any:
    return sympy.And(*(sympy.Eq(g, value_to_sympy(v)) for g, v in zip(given, key, strict=True)))


def _arithmetic(operator: Operator, given: Sequence[Any]) -> Any:
    first = given[0]
    match operator:
        case Operator.ADD:
            return sympy.Add(*given)
        case Operator.MUL:
            return sympy.Mul(*given)
        case Operator.NEG:
            return -first
        case Operator.DIV:
            return first / given[1]
        case Operator.MOD:
            return first - given[1] * sympy.floor(first / given[1])
        case Operator.MIN:
            return sympy.Min(*given)
        case Operator.MAX:
            return sympy.Max(*given)
        case Operator.ABS:
            return sympy.Abs(first)
        case Operator.RELU:
            return sympy.Max(first, 0)
        case Operator.FLOOR:
            return sympy.floor(first)
        case Operator.COUNT:
            return reduce(lambda a, b: a + b, given)
        case _:
            raise AssertionError(f"{operator} is no arithmetic")
