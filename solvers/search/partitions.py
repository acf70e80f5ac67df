r"""Stable partitions of finite tables: which values a high-level variable may merge.

A *system* of blocks $1, \dots, m$ has, for every block $j$, a table: the state that block $j$ takes in
context $u$ when every other block is set,
$$n_j(u, s_1, \dots, s_{j-1}, s_{j+1}, \dots, s_m) \in \{0, \dots, N_j - 1\}.$$
A vector of partitions, one a block, is *stable* when equal classes below the tables lead to equal
classes: then, and only then, there is a mechanism on classes (Theorem AIC). Changing one block at a
time, that is: $s_k \sim s_k'$ implies $n_j(\dots s_k \dots) \sim n_j(\dots s_k' \dots)$ for all $j \ne k$,
all contexts and all states of the others. So the coarsest stable refinement is found by splitting
(Moore's algorithm), and the finest stable coarsening by merging (congruence closure); both are unique.

Everything here is plain arrays: whoever has tables, of an SCM, a network or a circuit, may use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import final

import numpy as np
import numpy.typing as npt

__all__ = [
    "Codes",
    "Merge",
    "Partition",
    "System",
    "coarsest_stable",
    "common_congruence",
    "first_instability",
    "is_stable",
    "normal",
    "partitions",
    "reached",
]

Codes = npt.NDArray[np.int64]
"""States or classes, numbered from 0."""
Partition = tuple[int, ...]
"""The class of every state; classes are numbered in the order of their first states."""


@final
@dataclass(frozen=True, slots=True)
class System:
    """Tables of blocks.

    Attributes:
        sizes: the number of states of each block.
        tables: for block j an array of shape `(contexts, N_1, …, 1, …, N_m)`, with 1 in place of N_j.
    """

    sizes: tuple[int, ...]
    tables: tuple[Codes, ...]

    def __post_init__(self) -> None:
        for j, table in enumerate(self.tables):
            shape = tuple(1 if k == j else n for k, n in enumerate(self.sizes))
            if table.shape[1:] != shape:
                raise ValueError(f"table {j} has shape {table.shape}, not (contexts, {shape})")
            if table.size and not (0 <= table.min() and table.max() < self.sizes[j]):
                raise ValueError(f"table {j} leaves its block's {self.sizes[j]} states")


def normal(codes: Sequence[int]) -> Partition:
    """The same partition, with its classes numbered in the order of their first states."""
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(int(code), len(numbers)) for code in codes)


def partitions(size: int) -> Iterator[Partition]:
    """Every partition of `size` states, as restricted growth strings, coarsest first."""
    pending: list[tuple[Partition, int]] = [((), 0)]
    while pending:
        head, classes = pending.pop()
        if len(head) == size:
            yield head
        else:
            pending += [
                ((*head, c), max(classes, c + 1)) for c in reversed(range(min(classes + 1, size)))
            ]


def first_instability(
    system: System, vector: Sequence[Partition]
) -> tuple[int, int, int, int] | None:
    """The first `(j, k, s, s')`: equal classes `s`, `s'` of block k lead block j to different ones."""
    for j, table in enumerate(system.tables):
        outcome = np.asarray(vector[j])[table]
        for k, size in enumerate(system.sizes):
            if k == j:
                continue
            rows = np.moveaxis(outcome, k + 1, 0).reshape(size, -1)
            first: dict[int, int] = {}
            for s, label in enumerate(vector[k]):
                before = first.setdefault(label, s)
                if not np.array_equal(rows[before], rows[s]):
                    return j, k, before, s
    return None


def is_stable(system: System, vector: Sequence[Partition]) -> bool:
    """Whether equal classes lead to equal classes."""
    return first_instability(system, vector) is None


def coarsest_stable(system: System, start: Sequence[Partition]) -> tuple[Partition, ...]:
    """The coarsest stable vector of partitions that refines `start`; it is unique.

    States are split while they tell apart, by what they do to another block's class. A stable
    refinement of `start` is never split, so what is left is the coarsest.

    Complexity: at most as many rounds as there are states; each reads every table once a block.

    Source: Moore (1956); theory of congruences, as Myhill-Nerode; theorem 51 of the atlas.
    """
    vector = [normal(p) for p in start]
    changed = True
    while changed:
        changed = False
        for k, size in enumerate(system.sizes):
            columns = [np.asarray(vector[k], dtype=np.int64).reshape(size, 1)]
            for j, table in enumerate(system.tables):
                if j != k:
                    outcome = np.asarray(vector[j], dtype=np.int64)[table]
                    columns.append(np.moveaxis(outcome, k + 1, 0).reshape(size, -1))
            signature = np.concatenate(columns, axis=1)
            numbers: dict[bytes, int] = {}
            found = tuple(numbers.setdefault(row.tobytes(), len(numbers)) for row in signature)
            if found != vector[k]:
                vector[k], changed = found, True
    return tuple(vector)


# ---------------------------------------------------------------- two systems at once


@final
@dataclass(frozen=True, slots=True)
class Merge:
    """Two states that every common abstraction must merge, and why.

    States are `(system, state)` of one block. `context` and `left`, `right` - the states of the other
    blocks, already merged one by one - lead to them; without `left` and `right` they are what block
    `block` is in the undisturbed runs.
    """

    block: int
    first: tuple[int, int]
    second: tuple[int, int]
    context: int
    left: tuple[int, ...] | None = None
    right: tuple[int, ...] | None = None


def reached(system: System, runs: Codes) -> tuple[frozenset[int], ...]:
    """The states that runs produce, also when other blocks are set to states that runs produce.

    Args:
        system: the tables.
        runs: shape `(contexts, blocks)`: the undisturbed runs.
    """
    found = [set(map(int, runs[:, j])) for j in range(len(system.sizes))]
    while True:
        before = [len(states) for states in found]
        for j, table in enumerate(system.tables):
            inside = [sorted(s) if k != j else [0] for k, s in enumerate(found)]
            part = table[np.ix_(range(table.shape[0]), *inside)]
            found[j].update(map(int, np.unique(part)))
        if before == [len(states) for states in found]:
            return tuple(frozenset(states) for states in found)


def common_congruence(
    first: System, second: System, runs: tuple[Codes, Codes]
) -> tuple[tuple[Partition, Partition], ...] | tuple[()]:
    """The classes of `derive_merges`, block by block: of the first system's states, of the second's.

    States that no run reaches are in no class, -1.
    """
    merges, inside = derive_merges(first, second, runs)
    found = []
    for j, sizes in enumerate(zip(first.sizes, second.sizes, strict=True)):
        classes = _Classes()
        for merge in merges:
            if merge.block == j:
                classes.join(merge.first, merge.second)
        numbers: dict[tuple[int, int], int] = {}
        pair = []
        for side, size in enumerate(sizes):
            pair.append(
                tuple(
                    numbers.setdefault(classes.root((side, s)), len(numbers))
                    if s in inside[side][j]
                    else -1
                    for s in range(size)
                )
            )
        found.append((pair[0], pair[1]))
    return tuple(found)


def derive_merges(
    first: System, second: System, runs: tuple[Codes, Codes]
) -> tuple[tuple[Merge, ...], tuple[tuple[frozenset[int], ...], ...]]:
    """What a common abstraction must merge: the least congruence on reached states, with reasons.

    The two systems have the same contexts and corresponding blocks. In each context the undisturbed
    runs must read alike; and where the other blocks' states read alike, so must what they lead to.

    Returns:
        The merges, each justified by earlier ones; the reached states of each system's blocks.
    """
    systems = (first, second)
    inside = tuple(reached(s, r) for s, r in zip(systems, runs, strict=True))
    blocks = range(len(first.sizes))
    classes = [_Classes() for _ in blocks]
    merges: list[Merge] = []
    for j in blocks:
        for u in range(runs[0].shape[0]):
            pair = (0, int(runs[0][u, j])), (1, int(runs[1][u, j]))
            if classes[j].join(*pair):
                merges.append(Merge(j, *pair, u))
    changed = True
    while changed:
        changed = False
        for j in blocks:
            # one representative outcome for every class of settings; the others must join it
            seen: dict[tuple[object, ...], tuple[int, tuple[int, ...], int]] = {}
            for side, setting in _settings(inside, j):
                table = systems[side].tables[j]
                key = tuple(classes[k].root((side, s)) for k, s in enumerate(setting) if k != j)
                for u in range(table.shape[0]):
                    state = int(table[(u, *setting)])
                    known = seen.setdefault((u, *key), (side, setting, state))
                    pair = (known[0], known[2]), (side, state)
                    if classes[j].join(*pair):
                        merges.append(Merge(j, *pair, u, known[1], setting))
                        changed = True
    return tuple(merges), inside


def _settings(
    inside: Sequence[Sequence[frozenset[int]]], block: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The reached states of all blocks but one, of each system; of that one a 0 stands in its place."""
    for side, reached_states in enumerate(inside):
        others = [[0] if k == block else sorted(s) for k, s in enumerate(reached_states)]
        yield from ((side, setting) for setting in product(*others))


class _Classes:
    """Disjoint sets of states."""

    __slots__ = ("parent",)

    def __init__(self) -> None:
        self.parent: dict[tuple[int, int], tuple[int, int]] = {}

    def root(self, state: tuple[int, int]) -> tuple[int, int]:
        while (up := self.parent.get(state, state)) != state:
            self.parent[state] = self.parent.get(up, up)
            state = up
        return state

    def join(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Whether the two sets were different."""
        a, b = sorted((self.root(one), self.root(other)))
        self.parent[b] = a
        return a != b
