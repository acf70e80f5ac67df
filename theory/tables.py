"""Functions of finitely many values as tables, and tables as mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .kernel import Case, Constant, Expression, Reference, Value

__all__ = ["as_mechanism", "essential_arguments"]


def as_mechanism(table: Mapping[tuple[Value, ...], Value], parents: Sequence[str]) -> Expression:
    """A table over parents as an expression in the parents that it depends on."""
    needed = essential_arguments(table, len(parents))
    reduced = {tuple(key[p] for p in needed): value for key, value in table.items()}
    rows = tuple((key, Constant(value)) for key, value in reduced.items())
    arguments = tuple(Reference(parents[p]) for p in needed)
    return Case(arguments, rows, rows[0][1]) if arguments else rows[0][1]


def essential_arguments(table: Mapping[tuple[Value, ...], Value], count: int) -> list[int]:
    """Positions of the arguments that a table depends on."""
    found = []
    for position in range(count):
        groups: dict[tuple[Value, ...], Value] = {}
        for key, value in table.items():
            rest = key[:position] + key[position + 1 :]
            if groups.setdefault(rest, value) != value:
                found.append(position)
                break
    return found
