"""Formulas over AND, OR and NOT that compute a gate: skeletons, and where their NOTs go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import final

from .gates import all_inputs
from .options import Placements

__all__ = ["Formula", "formulas", "place_nots", "skeletons"]

Skeleton = tuple["Skeleton", ...] | str
"""A variable's name, or (operator, left, right); the operators are `*` (and) and `+` (or)."""
Bits = int
"""A truth table: bit x is the value at the x-th input."""


@final
@dataclass(frozen=True, slots=True)
class Formula:
    """A skeleton with NOTs on some of its nodes; nodes are numbered in preorder from 0.

    The NOT over the k-th smallest negated node has the number (nodes of the skeleton) + k.
    """

    skeleton: Skeleton
    negated: tuple[int, ...]

    def __str__(self) -> str:
        return _text(self.skeleton, 0, frozenset(self.negated))[0]

    @property
    def size(self) -> int:
        """The number of nodes of the skeleton."""
        return _size(self.skeleton)

    def relevant(self) -> tuple[int, ...]:
        """The nodes that need units: internal, not the root, not the child of a NOT; sorted.

        A NOT stands for its child, so `not A` is relevant and `A` is not.
        """
        size, places = self.size, {node: k for k, node in enumerate(self.negated)}
        found = []
        for node, part in enumerate(_nodes(self.skeleton)):
            if node in places:
                if node:
                    found.append(size + places[node])
            elif node and not isinstance(part, str):
                found.append(node)
        return tuple(sorted(found))

    def run(self, columns: Sequence[Bits], points: int, forced: dict[int, Bits]) -> dict[int, Bits]:
        """The truth tables of all nodes, with the tables of some nodes given.

        Args:
            columns: the variables' tables, in the order of the variables.
            points: how many bits a table has.
            forced: node -> table; whatever reads the node reads that.
        """
        found: dict[int, Bits] = {}
        every = (1 << points) - 1
        names = sorted({part for part in _nodes(self.skeleton) if isinstance(part, str)})
        values = dict(zip(VARIABLES, columns, strict=False))
        assert set(names) <= set(values)
        places = {node: k for k, node in enumerate(self.negated)}
        size = self.size

        def run(part: Skeleton, node: int) -> tuple[Bits, int]:
            if isinstance(part, str):
                value, after = values[part], node + 1
            else:
                operator, left, right = part
                first, after = run(left, node + 1)
                second, after = run(right, after)
                value = first & second if operator == "*" else first | second
            value = found[node] = forced.get(node, value)
            if node in places:
                number = size + places[node]
                value = found[number] = forced.get(number, every & ~value)
            return value, after

        found[-1] = run(self.skeleton, 0)[0]
        return found

    def output(self, columns: Sequence[Bits], points: int, forced: dict[int, Bits]) -> Bits:
        """The truth table of the root, with some nodes forced."""
        return self.run(columns, points, forced)[-1]


VARIABLES = ("A", "B", "C", "D", "E")


def skeletons(inputs: int, depth: int) -> tuple[Skeleton, ...]:
    """All skeletons to a depth, shallow ones first.

    Depth 0 are the variables; depth t is op(f, g) with f of depth t - 1 exactly and g of any smaller
    depth than t, kept if the text of f is less than that of g (code points, outer parentheses off).
    So op(A*B, A) is missing, as in the source.

    Source: Méloux et al. (2025), arXiv:2502.20914: 88 of two variables to depth 3.

    Example:
        >>> [len(skeletons(2, depth)) for depth in range(4)]
        [2, 4, 10, 88]
    """
    levels: list[list[Skeleton]] = [list(VARIABLES[:inputs])]
    texts: dict[Skeleton, str] = {part: str(part) for part in levels[0]}
    for _ in range(depth):
        shallower = [part for level in levels for part in level]
        level: list[Skeleton] = []
        for first in levels[-1]:
            for second in shallower:
                if texts[first] < texts[second]:
                    level += [("*", first, second), ("+", first, second)]
        for part in level:
            texts[part] = "".join(
                p if isinstance(p, str) else f"({texts[p]})" for p in (part[1], part[0], part[2])
            )
        levels.append(level)
    return tuple(part for level in levels for part in level)


@lru_cache(maxsize=64)
def formulas(
    table: tuple[int, ...], depth: int, placements: Placements = Placements.FIRST
) -> tuple[Formula, ...]:
    """The formulas that compute a truth table.

    Args:
        table: the gate's values at `all_inputs`; its length is a power of two.
        depth: the largest depth.
        placements: of every skeleton the first placement of NOTs (by number, then preorder), as the
            source does, or all placements.

    Example:
        >>> len(formulas((0, 1, 1, 0), 3)), len(formulas((1, 1, 0, 1), 3))
        (56, 86)
    """
    inputs = len(table).bit_length() - 1
    columns = variable_tables(inputs)
    goal = sum(value << x for x, value in enumerate(table))
    found: list[Formula] = []
    cache: dict[Skeleton, dict[Bits, tuple[int, ...]]] = {}
    for skeleton in skeletons(inputs, depth):
        if placements is Placements.ALL:
            found += (Formula(skeleton, nots) for nots in place_nots(skeleton, goal, columns))
            continue
        reachable = _first(skeleton, columns, len(table), cache)
        if goal in reachable:
            found.append(Formula(skeleton, reachable[goal]))
    return tuple(found)


def variable_tables(inputs: int) -> tuple[Bits, ...]:
    """The truth tables of the variables themselves."""
    rows = all_inputs(inputs)
    return tuple(sum(row[i] << x for x, row in enumerate(rows)) for i in range(inputs))


def place_nots(
    skeleton: Skeleton, goal: Bits, columns: Sequence[Bits]
) -> Iterator[tuple[int, ...]]:
    """Every placement of NOTs, by number, then lexicographically, that gives the goal.

    The literal search, exponential in the size: `formulas` with `Placements.FIRST` does not use it.
    """
    size = _size(skeleton)
    points = 1 << len(columns)
    for count in range(size + 1):
        for nots in combinations(range(size), count):
            formula = Formula(skeleton, nots)
            if formula.output(columns, points, {}) == goal:
                yield nots


def _first(
    part: Skeleton,
    columns: Sequence[Bits],
    points: int,
    cache: dict[Skeleton, dict[Bits, tuple[int, ...]]],
) -> dict[Bits, tuple[int, ...]]:
    """For every function that NOTs can give a subtree, the first placement, numbered from its root.

    Only smallest placements of the parts matter, and of those the lexicographically first: a
    subtree's numbers are consecutive, so tuples are compared part by part.
    """
    if part in cache:
        return cache[part]
    every = (1 << points) - 1
    plain: dict[Bits, tuple[int, ...]] = {}
    if isinstance(part, str):
        plain[columns[VARIABLES.index(part)]] = ()
    else:
        operator, left, right = part
        firsts = _first(left, columns, points, cache)
        offset = 1 + _size(left)
        seconds = [
            (table, tuple(n + offset for n in nots))
            for table, nots in _first(right, columns, points, cache).items()
        ]
        for table, nots in firsts.items():
            shifted = tuple(n + 1 for n in nots)
            for other, more in seconds:
                value = table & other if operator == "*" else table | other
                _keep(plain, value, shifted + more)
    found = dict(plain)
    for table, nots in plain.items():
        _keep(found, every & ~table, (0, *nots))
    cache[part] = found
    return found


def _keep(found: dict[Bits, tuple[int, ...]], value: Bits, nots: tuple[int, ...]) -> None:
    known = found.get(value)
    if known is None or (len(nots), nots) < (len(known), known):
        found[value] = nots


@lru_cache(maxsize=100_000)
def _size(part: Skeleton) -> int:
    return 1 if isinstance(part, str) else 1 + _size(part[1]) + _size(part[2])


def _nodes(part: Skeleton) -> Iterator[Skeleton]:
    yield part
    if not isinstance(part, str):
        yield from _nodes(part[1])
        yield from _nodes(part[2])


def _text(part: Skeleton, node: int, negated: frozenset[int]) -> tuple[str, int]:
    if isinstance(part, str):
        text, after = part, node + 1
    else:
        first, after = _operand(part[1], node + 1, negated)
        second, after = _operand(part[2], after, negated)
        text = f"{first}{part[0]}{second}"
    if node in negated:
        text = f"¬{text}" if isinstance(part, str) else f"¬({text})"
    return text, after


def _operand(part: Skeleton, node: int, negated: frozenset[int]) -> tuple[str, int]:
    text, after = _text(part, node, negated)
    return (text if isinstance(part, str) or node in negated else f"({text})"), after
