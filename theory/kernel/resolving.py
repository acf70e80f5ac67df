"""From what was read to expressions: names, families, labels, `let` and `def` resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, final

from .domain import Value
from .errors import Fault, InputError, Source, nearest
from .expression import Apply, Case, Constant, Expression, Hole, Operator, Reference, Span, children
from .parsing import FUNCTIONS, MAX_NESTING
from .raw import (
    Index,
    Raw,
    RawApply,
    RawCall,
    RawHole,
    RawMatrix,
    RawName,
    RawNumber,
    RawProduct,
    RawSlice,
    RawTable,
)

__all__ = ["Definition", "Resolver"]

MAX_NODES = 300_000


@dataclass(frozen=True, slots=True)
class Definition:
    """`def name(parameters) = body`, or `let name = body` (no parameters)."""

    parameters: tuple[str, ...]
    body: Raw


@final
@dataclass(slots=True)
class Resolver:
    """What names mean in one text."""

    text: str
    source: Source
    names: frozenset[str]
    families: Mapping[str, tuple[str, ...]]
    labels: frozenset[str]
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    _nodes: int = 0
    _depth: int = 0
    _known: tuple[str, ...] = ()

    def resolve(self, raw: Raw, indices: Mapping[str, int] | None = None) -> Expression:
        """The expression, with index variables and calls of a `def` replaced.

        Raises:
            InputError: an unknown name, an index outside its family, a range in the wrong place, …
        """
        self._nodes = self._depth = 0
        found = self._expression(raw, indices or {}, {})
        height, size = measure(found)
        if size > MAX_NODES:
            self._fail(f"the expression has more than {MAX_NODES} parts", raw.span)
        if height > MAX_NESTING:
            self._fail(f"nested deeper than {MAX_NESTING}", raw.span)
        return found

    def _expression(
        self, raw: Raw, indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> Expression:
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES:
            self._fail(f"the expression has more than {MAX_NODES} parts", raw.span)
        if self._depth > MAX_NESTING:
            self._fail(f"nested deeper than {MAX_NESTING}", raw.span)
        try:
            return self._node(raw, indices, arguments)
        finally:
            self._depth -= 1

    def _node(
        self, raw: Raw, indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> Expression:
        match raw:
            case RawNumber(value=value, span=span):
                return Constant(value, span)
            case RawName():
                return self._reference(raw, indices, arguments)
            case RawSlice(name=name, span=span):
                inside = "sum, all, any, count, min and max, or as a list of targets"
                self._fail(f"the range of {name!r} stands only inside {inside}", span)
            case RawApply(operator=operator, arguments=operands, span=span):
                resolved = [self._expression(a, indices, arguments) for a in operands]
                return Apply(operator, tuple(resolved), span)
            case RawCall():
                return self._call(raw, indices, arguments)
            case RawHole(arguments=operands, span=span):
                return Hole(tuple(self._operands(operands, indices, arguments)), span)
            case RawTable():
                return self._table(raw, indices, arguments)
            case RawMatrix(span=span) | RawProduct(span=span):
                self._fail(
                    "a matrix or '@' stands in an equation for a whole family: Z = M @ X", span
                )

    def _reference(
        self, raw: RawName, indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> Expression:
        if raw.index is not None:
            return Reference(self.member(raw.name, raw.index, indices, raw.span), raw.span)
        name = raw.name
        if name in arguments:
            return arguments[name]
        if name in indices:
            return Constant(indices[name], raw.span)
        if name in self.names:
            return Reference(name, raw.span)
        if name in self.definitions:
            definition = self.definitions[name]
            if definition.parameters:
                self._fail(f"{name!r} takes {len(definition.parameters)} arguments", raw.span)
            return self._expression(definition.body, {}, {})
        if name in self.labels:
            return Constant(name, raw.span)
        if name in self.families:
            self._fail(f"{name!r} is a family; write {name}[…]", raw.span)
        self._fail(f"unknown name {name!r}{nearest(name, self._candidates())}", raw.span)

    def _candidates(self) -> tuple[str, ...]:
        if not self._known:
            some = sorted(self.names)[:2000]
            self._known = (*some, *self.definitions, *self.labels, *self.families)
        return self._known

    def member(self, name: str, index: Index, indices: Mapping[str, int], span: Span) -> str:
        """The full name of a member of a family."""
        position = index.offset
        if index.name is not None:
            if index.name not in indices:
                self._fail(f"{index.name!r} is not bound as an index in this line", span)
            position += indices[index.name]
        full = f"{name}[{position}]"
        if full not in self.names:
            if name in self.families:
                first, last = self.families[name][0], self.families[name][-1]
                self._fail(f"{full!r} is not in the family {first} .. {last}", span)
            self._fail(f"unknown name {full!r}{nearest(full, self._candidates())}", span)
        return full

    def _call(
        self, raw: RawCall, indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> Expression:
        operator = FUNCTIONS.get(raw.function)
        if operator is None:
            return self._defined(raw, indices, arguments)
        if operator in (Operator.ABS, Operator.RELU, Operator.FLOOR):
            if len(raw.arguments) != 1:
                self._fail(f"{raw.function!r} takes one argument", raw.span)
            return Apply(
                operator, (self._expression(raw.arguments[0], indices, arguments),), raw.span
            )
        operands = self._operands(raw.arguments, indices, arguments)
        return Apply(operator, tuple(operands), raw.span)

    def _operands(
        self, given: Sequence[Raw], indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> list[Expression]:
        """Any number of operands, in which a range stands for its members."""
        operands: list[Expression] = []
        for argument in given:
            if isinstance(argument, RawSlice):
                operands += self._range(argument, indices)
            else:
                operands.append(self._expression(argument, indices, arguments))
        return operands

    def _range(self, raw: RawSlice, indices: Mapping[str, int]) -> list[Expression]:
        bounds = []
        for index in (raw.low, raw.high):
            position = index.offset
            if index.name is not None:
                if index.name not in indices:
                    self._fail(f"{index.name!r} is not bound as an index in this line", raw.span)
                position += indices[index.name]
            bounds.append(position)
        low, high = bounds
        if low > high:
            self._fail(f"the range {low}..{high} is empty", raw.span)
        self._nodes += high - low
        if self._nodes > MAX_NODES:
            self._fail(f"the expression has more than {MAX_NODES} parts", raw.span)
        return [
            Reference(self.member(raw.name, Index(None, k), indices, raw.span), raw.span)
            for k in range(low, high + 1)
        ]

    def _defined(
        self, raw: RawCall, indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> Expression:
        definition = self.definitions.get(raw.function)
        if definition is None or not definition.parameters:
            known = [*FUNCTIONS, *(n for n, d in self.definitions.items() if d.parameters)]
            self._fail(f"unknown function {raw.function!r}{nearest(raw.function, known)}", raw.span)
        if len(raw.arguments) != len(definition.parameters):
            count = len(definition.parameters)
            self._fail(
                f"{raw.function!r} takes {count} arguments, not {len(raw.arguments)}", raw.span
            )
        given = [self._expression(a, indices, arguments) for a in raw.arguments]
        return self._expression(
            definition.body, {}, dict(zip(definition.parameters, given, strict=True))
        )

    def _table(
        self, raw: RawTable, indices: Mapping[str, int], arguments: Mapping[str, Expression]
    ) -> Expression:
        operands = tuple([self._expression(a, indices, arguments) for a in raw.arguments])
        rows: list[tuple[tuple[Value, ...], Expression]] = []
        seen: set[tuple[Value, ...]] = set()
        for key, entry in raw.rows:
            values: list[Value] = []
            for part in key:
                if isinstance(part, RawNumber):
                    values.append(part.value)
                elif part.name in self.labels:
                    values.append(part.name)
                else:
                    hint = nearest(part.name, self.labels)
                    self._fail(f"{part.name!r} is no value{hint}", part.span)
            if tuple(values) in seen:
                shown = ", ".join(map(str, values))
                self._fail(f"the table has two rows for {shown}", key[0].span)
            seen.add(tuple(values))
            rows.append((tuple(values), self._expression(entry, indices, arguments)))
        default = None
        if raw.default is not None:
            default = self._expression(raw.default, indices, arguments)
        return Case(operands, tuple(rows), default, raw.span)

    def _fail(self, message: str, span: Span) -> NoReturn:
        raise InputError([Fault(message, self.text, span, self.source)])


def measure(expression: Expression) -> tuple[int, int]:
    """The height of a tree and its number of nodes, each shared node counted as often as it occurs.

    A `def` shares its arguments, so that the tree may be exponentially larger than what is stored.
    """
    known: dict[int, tuple[int, int]] = {}
    pending = [(expression, False)]
    while pending:
        node, ready = pending.pop()
        if id(node) in known:
            continue
        below = children(node)
        if ready or not below:
            found = [known[id(child)] for child in below]
            height = 1 + max((h for h, _ in found), default=0)
            known[id(node)] = height, 1 + sum(n for _, n in found)
        else:
            pending.append((node, True))
            pending.extend((child, False) for child in below)
    return known[id(expression)]
