"""Exact expressions: the trees that mechanisms, abstraction maps and soft interventions are made of.

A tree is immutable and hashable; `span` says where in its text a node was read, and does not
take part in equality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from .domain import Value

__all__ = [
    "Apply",
    "Case",
    "Constant",
    "Expression",
    "Hole",
    "Operator",
    "Reference",
    "free_names",
    "substitute",
    "walk",
]

Span = tuple[int, int]


class Operator(Enum):
    """What an inner node does with its operands; the value is how it is written.

    `ADD`, `MUL`, `AND`, `OR`, `XOR`, `MIN`, `MAX`, `COUNT` take any number of operands (at least
    one); `IF` takes condition, value if 1, value if 0. Comparisons and connectives have values in
    {0, 1}; the operands of connectives, the arguments of `COUNT` and conditions must have them too.
    Subtraction is `ADD` with a `NEG` operand. `MOD` is x - n * floor(x / n).
    """

    NEG = "-"
    ADD = "+"
    MUL = "*"
    DIV = "/"
    MOD = "mod"
    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    NOT = "not"
    AND = "and"
    OR = "or"
    XOR = "xor"
    IF = "if"
    MIN = "min"
    MAX = "max"
    ABS = "abs"
    RELU = "relu"
    FLOOR = "floor"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number or a label."""

    value: Value
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a variable or a parameter, by its full name: `X`, `X[3]`, `layers.0[1]`."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator and its operands."""

    operator: Operator
    arguments: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A table: the entry of the row that equals the arguments' values, else the default.

    Written `table(X, W) {0, 0: 1; 0, 1: 0; else: X}`.
    """

    arguments: tuple[Expression, ...]
    rows: tuple[tuple[tuple[Value, ...], Expression], ...]
    default: Expression | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Hole:
    """An unknown function `?(X1, X2)` of its arguments, for a search to fill."""

    arguments: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


Expression = Constant | Reference | Apply | Case | Hole


def children(expression: Expression) -> tuple[Expression, ...]:
    """The direct subexpressions, from left to right."""
    match expression:
        case Apply(arguments=arguments) | Hole(arguments=arguments):
            return arguments
        case Case(arguments=arguments, rows=rows, default=default):
            entries = tuple(entry for _, entry in rows)
            return arguments + entries + (() if default is None else (default,))
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node, parents first, from left to right."""
    pending = [expression]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def free_names(expression: Expression) -> frozenset[str]:
    """The names that the expression mentions (whether or not its value depends on them)."""
    return frozenset(node.name for node in walk(expression) if isinstance(node, Reference))


def substitute(expression: Expression, replacement: Mapping[str, Expression]) -> Expression:
    """The expression with references replaced, all at once."""

    def inside(parts: tuple[Expression, ...]) -> tuple[Expression, ...]:
        return tuple(substitute(part, replacement) for part in parts)

    match expression:
        case Reference(name=name):
            return replacement.get(name, expression)
        case Apply() | Hole():
            return replace(expression, arguments=inside(expression.arguments))
        case Case(arguments=arguments, rows=rows, default=default):
            entries = tuple((key, substitute(entry, replacement)) for key, entry in rows)
            other = None if default is None else substitute(default, replacement)
            return replace(expression, arguments=inside(arguments), rows=entries, default=other)
        case _:
            return expression
