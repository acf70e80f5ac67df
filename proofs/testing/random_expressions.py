"""Random exact expressions: for testing whatever computes what an expression is worth."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

from tauomega.theory.kernel import (
    Apply,
    Case,
    Constant,
    Expression,
    Finite,
    Operator,
    Range,
    Reference,
    Value,
)

__all__ = ["Space", "assignments", "random_expression", "random_function"]

Space = Sequence[tuple[str, Finite | Range]]
"""Names with their finite domains."""

_COMPARE = (Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE)
_CONNECT = (Operator.AND, Operator.OR, Operator.XOR, Operator.COUNT)
_FOLD = (Operator.ADD, Operator.MUL, Operator.MIN, Operator.MAX)
_ONE = (Operator.NEG, Operator.ABS, Operator.RELU, Operator.FLOOR)


def assignments(space: Space) -> list[dict[str, Value]]:
    """Every state of a space, lexicographically."""
    names = [name for name, _ in space]
    return [
        dict(zip(names, values, strict=True))
        for values in product(*(domain for _, domain in space))
    ]


def random_expression(rng: random.Random, space: Space, depth: int = 3) -> Expression:
    """A number, by every operator of the grammar; division and mod are by constants or conditions."""
    numeric = [(n, d) for n, d in space if not any(isinstance(v, str) for v in d)]
    if depth == 0 or rng.random() < 0.15:
        if numeric and rng.random() < 0.75:
            return Reference(rng.choice(numeric)[0])
        return Constant(rng.randint(-2, 3))

    def deeper() -> Expression:
        return random_expression(rng, space, depth - 1)

    match rng.randrange(7):
        case 0:
            return Apply(rng.choice(_FOLD), tuple(deeper() for _ in range(rng.choice((2, 2, 3)))))
        case 1:
            return Apply(rng.choice(_ONE), (deeper(),))
        case 2:
            divisor = rng.choice((-3, -2, 2, 3, 4))
            return Apply(rng.choice((Operator.DIV, Operator.MOD)), (deeper(), Constant(divisor)))
        case 3:
            test = _condition(rng, space, depth - 1)
            return Apply(Operator.IF, (test, deeper(), deeper()))
        case 4 if space:
            return _table(rng, rng.sample(list(space), k=min(len(space), 2)), deeper)
        case _:
            return _condition(rng, space, depth - 1)


def _condition(rng: random.Random, space: Space, depth: int) -> Expression:
    """An expression with values 0 and 1 only (a count may have more)."""
    labels = [(n, d) for n, d in space if any(isinstance(v, str) for v in d)]
    if labels and rng.random() < 0.3:
        name, domain = rng.choice(labels)
        other = Constant(rng.choice(list(domain)))
        return Apply(rng.choice((Operator.EQ, Operator.NE)), (Reference(name), other))
    if depth <= 0 or rng.random() < 0.5:
        sides = (random_expression(rng, space, 0), random_expression(rng, space, max(0, depth - 1)))
        return Apply(rng.choice(_COMPARE), sides)
    parts = tuple(_condition(rng, space, depth - 1) for _ in range(rng.choice((1, 2, 3))))
    if len(parts) == 1:
        return Apply(Operator.NOT, parts)
    chosen = Apply(rng.choice(_CONNECT), parts)
    return (
        chosen
        if chosen.operator is not Operator.COUNT
        else Apply(Operator.GE, (chosen, Constant(rng.randint(0, 3))))
    )


def _table(rng: random.Random, space: Space, entry: object) -> Expression:
    keys = list(product(*(domain for _, domain in space)))
    some = rng.sample(keys, k=rng.randint(1, min(6, len(keys))))
    assert callable(entry)
    rows = tuple((key, entry()) for key in some)
    default = None if len(some) == len(keys) else entry()
    return Case(tuple(Reference(name) for name, _ in space), rows, default)


def random_function(
    rng: random.Random, space: Space, target: Finite | Range, depth: int = 3
) -> Expression:
    """A function into a domain: a number brought into it by `mod`, or one of several labels."""
    values = list(target)
    if any(isinstance(v, str) for v in values):
        found: Expression = Constant(rng.choice(values))
        for _ in range(rng.randint(0, 2)):
            test = _condition(rng, space, depth - 1)
            found = Apply(Operator.IF, (test, Constant(rng.choice(values)), found))
        return found
    number = Apply(Operator.FLOOR, (random_expression(rng, space, depth),))
    rest = Apply(Operator.MOD, (number, Constant(len(values))))
    if values == list(range(len(values))):
        return rest
    assert isinstance(target, Range)
    return Apply(Operator.ADD, (rest, Constant(target.low)))
