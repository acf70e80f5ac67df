"""sympy expressions as exact trees, by a walk over the objects; nothing is parsed or evaluated."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from ..errors import InputError
from ..kernel import Apply, Constant, Expression, Operator, Reference, exact

__all__ = ["from_sympy"]

_NARY: dict[Any, Operator] = {
    sympy.Add: Operator.ADD,
    sympy.Mul: Operator.MUL,
    sympy.And: Operator.AND,
    sympy.Or: Operator.OR,
    sympy.Xor: Operator.XOR,
    sympy.Min: Operator.MIN,
    sympy.Max: Operator.MAX,
}
_FIXED: dict[Any, Operator] = {
    sympy.Not: Operator.NOT,
    sympy.Abs: Operator.ABS,
    sympy.floor: Operator.FLOOR,
    sympy.Mod: Operator.MOD,
    sympy.Eq: Operator.EQ,
    sympy.Ne: Operator.NE,
    sympy.Lt: Operator.LT,
    sympy.Le: Operator.LE,
    sympy.Gt: Operator.GT,
    sympy.Ge: Operator.GE,
}


def from_sympy(given: Any) -> Expression:
    """The exact tree of a sympy expression.

    Floats are refused (which number is meant is not known), and so is every head that the grammar
    has no word for; the message names it.

    Raises:
        InputError: a float, an irrational number, or an unknown function.
    """
    known: dict[Any, Expression] = {}

    def walk(node: Any) -> Expression:
        if node not in known:
            known[node] = _node(node, walk)
        return known[node]

    return walk(sympy.Integer(given) if isinstance(given, int) else given)


def _node(node: Any, walk: Callable[[Any], Expression]) -> Expression:
    if node is sympy.true or node is sympy.false:
        return Constant(int(node is sympy.true))
    if isinstance(node, sympy.Rational):
        return Constant(exact(Fraction(int(node.p), int(node.q))))
    if isinstance(node, sympy.Symbol):
        name = str(node.name)
        return Constant(name[1:-1]) if name[:1] == "'" == name[-1:] else Reference(name)
    if isinstance(node, sympy.Pow):
        return _power(node, walk)
    if isinstance(node, sympy.Piecewise):
        return _piecewise(node, walk)
    for heads, check in ((_NARY, len(node.args) >= 1), (_FIXED, True)):
        for head, operator in heads.items():
            if isinstance(node, head) and check:
                return Apply(operator, tuple(walk(argument) for argument in node.args))
    word = (
        "a float: write an exact Rational"
        if isinstance(node, sympy.Float)
        else "not of the grammar"
    )
    raise InputError([f"{type(node).__name__} {node} is {word}"])


def _power(node: Any, walk: Callable[[Any], Expression]) -> Expression:
    base, exponent = node.args
    if not isinstance(exponent, sympy.Integer) or abs(int(exponent)) > 64:
        raise InputError([f"the power {node} has no whole exponent of at most 64"])
    count = abs(int(exponent))
    product = walk(base) if count == 1 else Apply(Operator.MUL, (walk(base),) * count)
    return product if int(exponent) > 0 else Apply(Operator.DIV, (Constant(1), product))


def _piecewise(node: Any, walk: Callable[[Any], Expression]) -> Expression:
    pieces = list(node.args)
    last, condition = pieces.pop()
    found = walk(last)
    if condition is not sympy.true:
        raise InputError(
            [f"{node} has no value where every condition fails; end it with (…, True)"]
        )
    for value, test in reversed(pieces):
        found = Apply(Operator.IF, (walk(test), walk(value), found))
    return found
