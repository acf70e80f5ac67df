"""A set of circuits, compact: a zero-suppressed decision diagram over the edges.

A circuit is determined by its edges. The diagram answers what a list would answer slowly: how many,
whether one is in it, one at random, the minimal ones.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import final

from tauomega.theory.errors import UndecidedError

from .circuits import Circuit

__all__ = ["CircuitSet", "circuit_key", "minimal_circuits"]

EMPTY, UNIT = 0, 1
"""The node of no set, and the node of the one set without elements."""


@final
@dataclass(slots=True, eq=False)
class CircuitSet:
    """A set of circuits of one architecture.

    Attributes:
        widths: units of every layer, inputs first, without the output.
        root: the diagram's node; nodes are shared by all sets made from this one.
        deadline: the time, by `time.monotonic`, after which making nodes raises `UndecidedError`.

    Source: Minato (1993), Zero-suppressed BDDs for set manipulation; Knuth (2011), TAOCP 4A, 7.1.4,
    for the minimal elements and the sets that contain no other.
    """

    widths: tuple[int, ...]
    root: int = EMPTY
    deadline: float = inf
    _nodes: list[tuple[int, int, int]] = field(default_factory=lambda: [(-1, 0, 0), (-1, 1, 1)])
    _unique: dict[tuple[int, int, int], int] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=lambda: {EMPTY: 0, UNIT: 1})
    _made: dict[tuple[str, int, int], int] = field(default_factory=dict)

    @classmethod
    def from_circuits(
        cls, widths: tuple[int, ...], circuits: Iterable[Circuit], *, deadline: float = inf
    ) -> CircuitSet:
        """The set of some circuits.

        Args:
            widths: the numbers of units, layer by layer.
            circuits: its members.
            deadline: the time, as `time.monotonic` counts, by which it is to be built.

        Complexity: the circuits times the edges, at most.

        Raises:
            UndecidedError: the time was up.
        """
        made = cls(widths, deadline=deadline)
        numbers = sorted({made._number(circuit) for circuit in circuits})
        if time.monotonic() > deadline:
            raise UndecidedError("the time was up before a diagram was built")
        made.root = made._built(numbers, 0, len(numbers), made.edges - 1)
        return made

    @property
    def edges(self) -> int:
        """How many edges the whole network has."""
        return sum(a * b for a, b in pairwise((*self.widths, 1)))

    @property
    def nodes(self) -> int:
        """How many nodes the diagram has, terminals left out."""
        seen, stack = set(), [self.root]
        while stack:
            node = stack.pop()
            if node > UNIT and node not in seen:
                seen.add(node)
                stack += self._nodes[node][1:]
        return len(seen)

    def __len__(self) -> int:
        return self._count(self.root)

    def __contains__(self, circuit: Circuit) -> bool:
        number, node = self._number(circuit), self.root
        for edge in range(self.edges - 1, -1, -1):
            top, low, high = self._nodes[node]
            inside = number >> edge & 1
            if node > UNIT and top == edge:
                node = high if inside else low
            elif inside:
                return False
        return node == UNIT

    def __iter__(self) -> Iterator[Circuit]:
        stack = [(self.root, 0)]
        while stack:
            node, number = stack.pop()
            if node == UNIT:
                yield self._circuit(number)
            elif node != EMPTY:
                edge, low, high = self._nodes[node]
                stack += [(high, number | 1 << edge), (low, number)]

    def sample(self, rng: random.Random) -> Circuit:
        """A circuit, each with the same probability.

        Raises:
            IndexError: the set is empty.
        """
        if self.root == EMPTY:
            raise IndexError("an empty set of circuits has nothing to draw")
        node, number = self.root, 0
        while node != UNIT:
            edge, low, high = self._nodes[node]
            if rng.randrange(self._count(node)) < self._count(high):
                node, number = high, number | 1 << edge
            else:
                node = low
        return self._circuit(number)

    def minimal(self) -> CircuitSet:
        """The circuits that contain no other one of the set."""
        return self._with(self._minimal(self.root))

    def _with(self, root: int) -> CircuitSet:
        shared = self._nodes, self._unique, self._counts, self._made
        return CircuitSet(self.widths, root, self.deadline, *shared)

    def _number(self, circuit: Circuit) -> int:
        number = 0
        for width, masks in zip(self.widths, circuit, strict=True):
            for mask in masks:
                number = number << width | mask
        return number

    def _circuit(self, number: int) -> Circuit:
        layers = []
        for width, here in reversed(list(pairwise((*self.widths, 1)))):
            masks = []
            for _ in range(here):
                masks.append(number & ((1 << width) - 1))
                number >>= width
            layers.append(tuple(reversed(masks)))
        return tuple(reversed(layers))

    def _node(self, edge: int, low: int, high: int) -> int:
        if high == EMPTY:
            return low
        key = (edge, low, high)
        if key not in self._unique:
            if len(self._nodes) % 1024 == 0 and time.monotonic() > self.deadline:
                raise UndecidedError(
                    f"the time was up after {len(self._nodes):,} nodes of a diagram"
                )
            self._unique[key] = len(self._nodes)
            self._nodes.append(key)
        return self._unique[key]

    def _built(self, numbers: list[int], start: int, stop: int, edge: int) -> int:
        """The diagram of a sorted slice of numbers that agree above `edge`."""
        if start == stop:
            return EMPTY
        while edge >= 0 and not numbers[stop - 1] >> edge & 1:
            edge -= 1
        if edge < 0:
            return UNIT
        low, high = start, stop
        while low < high:
            middle = (low + high) // 2
            if numbers[middle] >> edge & 1:
                high = middle
            else:
                low = middle + 1
        return self._node(
            edge,
            self._built(numbers, start, low, edge - 1),
            self._built(numbers, low, stop, edge - 1),
        )

    def _count(self, node: int) -> int:
        if node not in self._counts:
            _, low, high = self._nodes[node]
            self._counts[node] = self._count(low) + self._count(high)
        return self._counts[node]

    def _minimal(self, node: int) -> int:
        if node <= UNIT:
            return node
        key = ("minimal", node, node)
        if key not in self._made:
            edge, low, high = self._nodes[node]
            smaller = self._minimal(low)
            self._made[key] = self._node(edge, smaller, self._above(self._minimal(high), smaller))
        return self._made[key]

    def _above(self, node: int, others: int) -> int:
        """The sets of `node` that contain no set of `others`."""
        if others == EMPTY or node == EMPTY:
            return node
        if others == UNIT:
            return EMPTY
        key = ("above", node, others)
        if key not in self._made:
            edge, low, high = self._nodes[node]
            top, without, within = self._nodes[others]
            if top > edge:  # also where `node` is UNIT, whose edge is -1
                made = self._above(node, without)
            elif edge > top:
                made = self._node(edge, self._above(low, others), self._above(high, others))
            else:
                both = self._common(self._above(high, without), self._above(high, within))
                made = self._node(edge, self._above(low, without), both)
            self._made[key] = made
        return self._made[key]

    def _common(self, one: int, two: int) -> int:
        if one == two or EMPTY in (one, two):
            return one if one == two else EMPTY
        key = ("common", min(one, two), max(one, two))
        if key not in self._made:
            edge, low, high = self._nodes[one]
            top, without, within = self._nodes[two]
            if edge > top:
                made = self._common(low, two)
            elif top > edge:
                made = self._common(one, without)
            else:
                made = self._node(edge, self._common(low, without), self._common(high, within))
            self._made[key] = made
        return self._made[key]


def minimal_circuits(
    widths: tuple[int, ...], circuits: Iterable[Circuit], *, deadline: float = inf
) -> CircuitSet:
    """Those of some circuits that contain no other of them.

    Raises:
        UndecidedError: the deadline, by `time.monotonic`, has passed.
    """
    return CircuitSet.from_circuits(widths, circuits, deadline=deadline).minimal()


def circuit_key(widths: tuple[int, ...], circuit: Circuit) -> str:
    """A circuit as text: layers joined by `-`, units by `/`, each a bit string over what it reads.

    Example:
        >>> circuit_key((2, 2), ((0b01, 0b11), (0b10,)))
        '10/11-01'
    """
    return "-".join(
        "/".join("".join(str(mask >> i & 1) for i in range(width)) for mask in masks)
        for width, masks in zip(widths, circuit, strict=True)
    )
