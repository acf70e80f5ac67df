"""Names that a right side mentions before names are resolved."""

from __future__ import annotations

from collections.abc import Iterator

from .raw import Raw, RawApply, RawCall, RawHole, RawMatrix, RawName, RawProduct, RawTable

__all__ = ["bare_names", "indexed_by"]


def bare_names(raw: Raw) -> Iterator[str]:
    """Names without an index that an expression mentions, also inside products."""
    pending: list[Raw] = [raw]
    while pending:
        node = pending.pop()
        match node:
            case RawName(name=name, index=None):
                yield name
            case RawProduct(left=left, right=right):
                pending.extend((left, right))
            case RawMatrix(rows=rows):
                pending.extend(entry for row in rows for entry in row)
            case RawApply(arguments=arguments) | RawCall(arguments=arguments):
                pending.extend(arguments)
            case _:
                pass


def indexed_by(raw: Raw, index: str) -> Iterator[str]:
    """Families that an expression indexes by the plain index variable."""
    pending: list[Raw] = [raw]
    while pending:
        node = pending.pop()
        match node:
            case RawName(name=name, index=found):
                if found is not None and found.name == index and found.offset == 0:
                    yield name
            case (
                RawApply(arguments=arguments)
                | RawCall(arguments=arguments)
                | RawHole(arguments=arguments)
            ):
                pending.extend(arguments)
            case RawTable(arguments=arguments, rows=rows, default=default):
                pending.extend(arguments)
                pending.extend(entry for _, entry in rows)
                if default is not None:
                    pending.append(default)
            case _:
                pass
