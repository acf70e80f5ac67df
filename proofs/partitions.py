"""Partitions of finitely many values, and their joins."""

from __future__ import annotations

from itertools import product

__all__ = ["Partition", "join", "partitions"]

Partition = tuple[int, ...]
"""The class of every value, numbered by first occurrence."""


def partitions(values: int) -> list[Partition]:
    """All partitions of so many values."""
    found = product(range(values), repeat=values)
    return [p for p in found if all(c <= max((-1, *p[:k])) + 1 for k, c in enumerate(p))]


def join(left: Partition, right: Partition) -> Partition:
    """The finest partition that both refine."""
    classes = list(range(len(left)))
    for a, b in product(range(len(left)), repeat=2):
        if left[a] == left[b] or right[a] == right[b]:
            classes = [classes[a] if c == classes[b] else c for c in classes]
    order = list(dict.fromkeys(classes))
    return tuple(order.index(c) for c in classes)
