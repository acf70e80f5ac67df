"""What the parser reads before names are resolved: families, ranges, calls of functions."""

from __future__ import annotations

from dataclasses import dataclass

from .domain import Value
from .expression import Operator, Span

__all__ = [
    "Index",
    "Raw",
    "RawApply",
    "RawCall",
    "RawHole",
    "RawMatrix",
    "RawName",
    "RawNumber",
    "RawProduct",
    "RawSlice",
    "RawTable",
]


@dataclass(frozen=True, slots=True)
class Index:
    """`3`, `i`, `i + 1` or `i - 1`."""

    name: str | None
    offset: int


@dataclass(frozen=True, slots=True)
class RawNumber:
    """A literal."""

    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class RawName:
    """A name, perhaps with an index."""

    name: str
    index: Index | None
    span: Span


@dataclass(frozen=True, slots=True)
class RawSlice:
    """`X[1..3]`."""

    name: str
    low: Index
    high: Index
    span: Span


@dataclass(frozen=True, slots=True)
class RawApply:
    """An operator."""

    operator: Operator
    arguments: tuple[Raw, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RawCall:
    """A function: built in (`sum`, `max`, …) or defined by `def`."""

    function: str
    arguments: tuple[Raw, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RawTable:
    """`table(X) {0: 1; else: 0}`."""

    arguments: tuple[Raw, ...]
    rows: tuple[tuple[tuple[RawNumber | RawName, ...], Raw], ...]
    default: Raw | None
    span: Span


@dataclass(frozen=True, slots=True)
class RawHole:
    """`?(X1, X2)`."""

    arguments: tuple[Raw, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RawMatrix:
    """`[[1, 3], [2, 0]]`, or a vector `[1, 2]` as the one row of a matrix without brackets of its own."""

    rows: tuple[tuple[Raw, ...], ...]
    vector: bool
    span: Span


@dataclass(frozen=True, slots=True)
class RawProduct:
    """`M @ X`."""

    left: Raw
    right: Raw
    span: Span


Raw = (
    RawMatrix
    | RawProduct
    | RawNumber
    | RawName
    | RawSlice
    | RawApply
    | RawCall
    | RawTable
    | RawHole
)
