"""Equations for whole families: `Z = M @ W + F`, written out component by component."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, final

from .errors import Fault, InputError, Source
from .expression import Operator, Span
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
from .resolving import Definition

__all__ = ["Vectors", "mentions_matrix"]

MOST = 2**20
"""Products of entries that one equation may stand for."""

Vector = list[Raw]
Matrix = list[Vector]
Shaped = Raw | Vector | Matrix


def mentions_matrix(raw: Raw, definitions: Mapping[str, Definition]) -> bool:
    """Whether a matrix or `@` occurs, also inside the `let` names that are mentioned."""
    pending, seen = [raw], set()
    while pending:
        node = pending.pop()
        match node:
            case RawMatrix() | RawProduct():
                return True
            case RawName(name=name, index=None):
                definition = definitions.get(name)
                if definition is not None and not definition.parameters and name not in seen:
                    seen.add(name)
                    pending.append(definition.body)
            case RawApply(arguments=below) | RawCall(arguments=below) | RawHole(arguments=below):
                pending.extend(below)
            case RawTable(arguments=below, rows=rows, default=default):
                pending.extend(below)
                pending.extend(entry for _, entry in rows)
                pending.extend([] if default is None else [default])
            case _:
                pass
    return False


@final
@dataclass(slots=True)
class Vectors:
    """What names of families, vectors and matrices stand for in one text."""

    text: str
    source: Source
    families: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, Definition]
    _products: int = 0
    _depth: int = 0

    def components(self, raw: Raw) -> Raw | list[Raw]:
        """The right side as one expression, or as one for each component.

        Raises:
            InputError: shapes that do not fit, a family that is not known, too many products.
        """
        self._products = self._depth = 0
        found = self._shaped(raw)
        if _is_matrix(found):
            self._fail("the right side is a matrix; an equation is for a vector", raw.span)
        return found  # type: ignore[return-value]  # no matrix

    def _shaped(self, raw: Raw) -> Shaped:
        self._depth += 1
        if self._depth > 200:
            self._fail("nested deeper than 200, or an abbreviation within itself", raw.span)
        try:
            return self._node(raw)
        finally:
            self._depth -= 1

    def _node(self, raw: Raw) -> Shaped:
        match raw:
            case RawMatrix(rows=rows, vector=vector):
                return list(rows[0]) if vector else [list(row) for row in rows]
            case RawName(name=name, index=None) if name in self.families:
                return self._members(name, raw.span)
            case RawName(name=name, index=None) if name in self.definitions:
                definition = self.definitions[name]
                if definition.parameters or not mentions_matrix(raw, self.definitions):
                    return raw
                return self._shaped(definition.body)
            case RawSlice(name=name, low=low, high=high, span=span):
                if low.name is not None or high.name is not None:
                    self._fail("the ends of this range are numbers", span)
                if high.offset - low.offset > MOST:
                    self._fail("the range is too long", span)
                places = range(low.offset, high.offset + 1)
                members: Vector = [RawName(name, Index(None, k), span) for k in places]
                return members
            case RawProduct(left=left, right=right, span=span):
                return self._product(self._shaped(left), self._shaped(right), span)
            case RawApply(operator=operator, arguments=arguments, span=span):
                parts = [self._shaped(a) for a in arguments]
                if not any(isinstance(p, list) for p in parts):
                    return RawApply(operator, tuple(parts), span)  # type: ignore[arg-type]  # scalars
                return self._applied(operator, parts, span)
            case _:
                return raw

    def _members(self, family: str, span: Span) -> Vector:
        members = self.families[family]
        return [RawName(family, Index(None, _place(m)), span) for m in members]

    def _applied(self, operator: Operator, parts: Sequence[Shaped], span: Span) -> Shaped:
        if operator is Operator.ADD:
            shapes = {_shape(part) for part in parts}
            if len(shapes) > 1:
                shown = " and ".join(sorted(map(_words, shapes)))
                self._fail(f"{shown} are added", span)
            return _along(parts, lambda entries: RawApply(Operator.ADD, tuple(entries), span))
        if operator is Operator.NEG:
            return _along(parts, lambda entries: RawApply(Operator.NEG, tuple(entries), span))
        if operator is Operator.MUL:
            shaped = [part for part in parts if isinstance(part, list)]
            scalars = tuple(part for part in parts if not isinstance(part, list))
            if len(shaped) == 1:
                return _along(
                    shaped, lambda entries: RawApply(Operator.MUL, (*scalars, *entries), span)
                )
            self._fail("write '@' for the product of vectors and matrices", span)
        if operator is Operator.DIV and not isinstance(parts[1], list):
            divisor = parts[1]
            return _along(
                parts[:1], lambda entries: RawApply(Operator.DIV, (*entries, divisor), span)
            )
        self._fail(f"{operator.value!r} is not applied to vectors; write Z[i] = …", span)

    def _product(self, left: Shaped, right: Shaped, span: Span) -> Shaped:
        if not isinstance(left, list) or not isinstance(right, list):
            self._fail("'@' has a vector or a matrix on both sides; write '*' for numbers", span)
        rows: Matrix = left if _is_matrix(left) else [left]  # type: ignore[assignment, list-item]  # by shape
        columns: Matrix = _transposed(right) if _is_matrix(right) else [right]  # type: ignore[arg-type, list-item]  # by shape
        if len(rows[0]) != len(columns[0]):
            self._fail(f"{_words(_shape(left))} is multiplied by {_words(_shape(right))}", span)
        self._products += len(rows) * len(columns) * len(rows[0])
        if self._products > MOST:
            self._fail(f"more than {MOST} products of entries", span)
        table = [[_dot(row, column, span) for column in columns] for row in rows]
        if not _is_matrix(left):
            return table[0] if _is_matrix(right) else table[0][0]
        return table if _is_matrix(right) else [row[0] for row in table]

    def _fail(self, message: str, span: Span) -> NoReturn:
        raise InputError([Fault(message, self.text, span, self.source)])


def _place(member: str) -> int:
    return int(member[member.rindex("[") + 1 : -1])


def _is_matrix(shaped: Shaped) -> bool:
    return isinstance(shaped, list) and bool(shaped) and isinstance(shaped[0], list)


def _shape(shaped: Shaped) -> tuple[int, ...]:
    if not isinstance(shaped, list):
        return ()
    return (len(shaped), len(shaped[0])) if _is_matrix(shaped) else (len(shaped),)  # type: ignore[arg-type]  # rows


def _words(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of length {shape[0]}"
    return f"a matrix of {shape[0]} by {shape[1]}"


def _along(parts: Sequence[Shaped], combine: Callable[[list[Raw]], Raw]) -> Shaped:
    """An operation, entry by entry, on parts of one shape."""
    if not isinstance(parts[0], list):
        return combine(list(parts))  # type: ignore[arg-type]  # scalars
    columns = zip(*parts, strict=True)
    return [_along(entries, combine) for entries in columns]  # type: ignore[return-value]  # entries


def _transposed(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def _dot(row: Vector, column: Vector, span: Span) -> Raw:
    """The sum of products; terms that are literally zero are left out, factors that are one too."""
    terms: list[Raw] = []
    for a, b in zip(row, column, strict=True):
        values = [x.value for x in (a, b) if isinstance(x, RawNumber)]
        if 0 in values:
            continue
        factors = tuple(x for x in (a, b) if not (isinstance(x, RawNumber) and x.value == 1))
        if len(factors) == 2:
            terms.append(RawApply(Operator.MUL, factors, span))
        else:
            terms.append(factors[0] if factors else RawNumber(1, span))
    if not terms:
        return RawNumber(0, span)
    return terms[0] if len(terms) == 1 else RawApply(Operator.ADD, tuple(terms), span)
