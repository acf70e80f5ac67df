"""Interpretations of a circuit: a threshold for every unit, a gate between the thresholded values.

Counted layer by layer, as a product of transfer matrices; nothing is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, product
from typing import final

import numpy as np

from .circuits import Circuit
from .counted_network import CountedNetwork
from .options import Arithmetic, Fillings, Options, Parity

__all__ = ["Gate", "Interpretation", "InterpretedUnit", "Interpreter", "local_gates"]

Table = int
"""A truth table over the rows, as bits: bit x is the value at row x."""
Unit = tuple[tuple[Table, ...], tuple[int, ...]]
"""A unit that varies: its candidate tables, and the places of its varying parents in their layer."""
Layers = tuple[tuple[Unit, ...], ...]
Column = tuple[int, ...] | tuple[float, ...]
"""A unit's values at every row: exact integers, or floats."""

Gate = tuple[int | None, ...]
"""A local table over the patterns of the parents, in lexicographic order; `None` is any value."""
XOR, XNOR = (0, 1, 1, 0), (1, 0, 0, 1)


@final
@dataclass(frozen=True, slots=True)
class InterpretedUnit:
    """A unit, its truth table over the rows, and its gate (none in the first layer)."""

    layer: int
    unit: int
    table: Table
    gate: Gate


Interpretation = tuple[InterpretedUnit, ...]
"""A table and a gate for every unit that varies, the output last."""


@lru_cache(maxsize=1 << 18)
def local_gates(
    table: Table, parents: tuple[Table, ...], points: int, fillings: Fillings, parity: Parity
) -> int:
    r"""The number of local tables that turn the parents' values into `table`.

    0 if two rows agree on the parents but not on `table`; else $2^m$ for m parent patterns that no
    row gives (or 1, with `Fillings.ONE`), less those that are XOR or XNOR of exactly two parents.
    Remembered, since it is the same for all networks.

    Example:
        >>> local_gates(0b1000, (0b1100, 0b1010), 4, Fillings.EACH, Parity.NOT_OF_TWO)
        1
        >>> local_gates(0b1000, (0b1100, 0b1000), 4, Fillings.EACH, Parity.NOT_OF_TWO)
        2
    """
    cells = [(0, (1 << points) - 1)]
    for place, parent in enumerate(parents):
        split = []
        for pattern, rows in cells:
            if rows & ~parent:
                split.append((pattern, rows & ~parent))
            if rows & parent:
                split.append((pattern | 1 << place, rows & parent))
        cells = split
    values = {}
    for pattern, rows in cells:
        inside = rows & table
        if inside and inside != rows:
            return 0
        values[pattern] = bool(inside)
    count = 1 << (1 << len(parents)) - len(cells)
    if len(parents) == 2 and parity is Parity.NOT_OF_TWO:
        for complement in (False, True):
            count -= all(
                value == ((pattern in (1, 2)) != complement) for pattern, value in values.items()
            )
    return min(count, 1) if fillings is Fillings.ONE else count


@final
@dataclass(slots=True)
class Interpreter:
    """Counts the interpretations of circuits of one network, and remembers what circuits share.

    Two circuits in which all units have the same candidate tables and the same parents have equally
    many interpretations. Unit values are exact integers, so that ties are ties, or floats of the
    weights' type (see `Arithmetic`).

    Attributes:
        table: the gate's truth table: the value of the output unit, which is rounded.
        closest: the smallest distance of a unit's value to a threshold between two of its values.
        neighbours: pairs of values of a unit that are neighbouring floats, so that their midpoint
            rounds to the larger and does not separate them. The published procedure raises an error
            there; here the smaller value is below the threshold, the larger one is not.
    """

    network: CountedNetwork
    table: tuple[int, ...]
    options: Options
    closest: float = float("inf")
    neighbours: int = 0
    _units: dict[tuple[object, ...], tuple[int, Column]] = field(default_factory=dict)
    _candidates: list[tuple[Table, ...]] = field(default_factory=list)
    _counts: dict[Layers, int] = field(default_factory=dict)
    _choices: dict[Unit, list[tuple[Table, int]]] = field(default_factory=dict)

    def count(self, circuit: Circuit) -> int:
        r"""The number of interpretations of a perfect circuit.

        $$\sum_{t_1} \sum_{t_2} \prod_u f(t_{2,u} \mid t_1) \cdots f(t_{out} \mid t_d)$$
        over the candidate tables of the units of every layer.
        """
        layers, _ = self._layers_of(circuit)
        if layers not in self._counts:
            self._counts[layers] = self._count(layers)
        return self._counts[layers]

    def listed(self, circuit: Circuit) -> Iterator[Interpretation]:
        """Every interpretation of a perfect circuit, one after another."""
        layers, names = self._layers_of(circuit)
        units = [
            ((layer, name), *unit)
            for layer, (here, labels) in enumerate(zip(layers, names, strict=True))
            for name, unit in zip(labels, here, strict=True)
        ]

        def extend(done: Interpretation) -> Iterator[Interpretation]:
            if len(done) == len(units):
                yield done
                return
            (layer, name), tables, reads = units[len(done)]
            below = [one for one in done if one.layer == layer - 1]
            for table in tables:
                gates: Iterable[Gate] = ((),)
                if layer:
                    parents = tuple(below[place].table for place in reads)
                    gates = self._gates(table, parents)
                for gate in gates:
                    yield from extend((*done, InterpretedUnit(layer, name, table, gate)))

        return extend(())

    def _gates(self, table: Table, parents: tuple[Table, ...]) -> Iterator[Gate]:
        """The local tables that `local_gates` counts."""
        options, points = self.options, self.network.points
        if not self._local(table, parents):
            return
        patterns = list(product((0, 1), repeat=len(parents)))
        seen = {tuple(p >> x & 1 for p in parents): table >> x & 1 for x in range(points)}
        free = [pattern for pattern in patterns if pattern not in seen]
        if options.fillings is Fillings.ONE:
            yield tuple(seen.get(pattern) for pattern in patterns)
            return
        for values in product((0, 1), repeat=len(free)):
            filled = seen | dict(zip(free, values, strict=True))
            gate = tuple(filled[pattern] for pattern in patterns)
            if options.parity is Parity.ALLOWED or gate not in (XOR, XNOR):
                yield gate

    def _layers_of(self, circuit: Circuit) -> tuple[Layers, tuple[tuple[int, ...], ...]]:
        """The units that vary, layer by layer, and their indices; the last layer is the output."""
        below: dict[int, tuple[int, Column]] = dict(enumerate(enumerate(self._inputs())))
        places: dict[int, int] = {}
        layers: list[tuple[Unit, ...]] = []
        names: list[tuple[int, ...]] = []
        for layer, masks in enumerate(circuit[:-1]):
            here: dict[int, tuple[int, Column]] = {}
            units: list[Unit] = []
            varying: dict[int, int] = {}
            for unit, mask in enumerate(masks):
                if not mask:
                    continue
                parents = [i for i in below if mask >> i & 1]
                key = (layer, unit, *((i, below[i][0]) for i in parents))
                if key not in self._units:
                    self._units[key] = self._unit(layer, unit, [(i, below[i][1]) for i in parents])
                number = self._units[key][0]
                here[unit] = self._units[key]
                if self._candidates[number]:
                    varying[unit] = len(units)
                    reads = tuple(places[i] for i in parents if i in places)
                    units.append((self._candidates[number], reads))
            below, places = here, varying
            layers.append(tuple(units))
            names.append(tuple(varying))
        goal = sum(value << x for x, value in enumerate(self.table))
        reads = tuple(place for i, place in places.items() if circuit[-1][0] >> i & 1)
        return (*layers, (((goal,), reads),)), (*names, (0,))

    def _inputs(self) -> Sequence[Column]:
        if self.options.arithmetic is Arithmetic.EXACT:
            return self.network.exact.columns
        return [tuple(column) for column in self.network.rows.T.tolist()]

    def _unit(self, layer: int, unit: int, parents: list[tuple[int, Column]]) -> tuple[int, Column]:
        """A new unit: its number, and its values at every row."""
        if self.options.arithmetic is Arithmetic.STORED:
            values: Column = self.network.stored_unit(layer, unit, parents)
            scale = 1
        else:
            values = self._exactly(layer, unit, parents)
            scale = self.network.exact.scales[layer + 1]
        levels = sorted(set(values))
        for low, high in pairwise(levels):
            self.closest = min(self.closest, float((high - low) / scale) / 2)
            if self.options.arithmetic is Arithmetic.STORED:
                kind = np.dtype(self.network.dtype).type
                self.neighbours += bool((kind(low) + kind(high)) / kind(2) >= kind(high))
        tables = tuple(
            sum(1 << x for x, value in enumerate(values) if value > level) for level in levels[:-1]
        )
        self._candidates.append(tables)
        return len(self._candidates) - 1, values

    def _exactly(self, layer: int, unit: int, parents: list[tuple[int, Column]]) -> tuple[int, ...]:
        return tuple(
            self.network.exact.unit(layer, unit, [(i, int(column[x])) for i, column in parents])
            for x in range(self.network.points)
        )

    def _count(self, layers: Layers) -> int:
        weights: dict[tuple[Table, ...], int] = dict.fromkeys(
            product(*(tables for tables, _ in layers[0])),
            1,
        )
        for units in layers[1:-1]:
            after: dict[tuple[Table, ...], int] = {}
            for below, weight in weights.items():
                partial: list[tuple[tuple[Table, ...], int]] = [((), weight)]
                for tables, reads in units:
                    choices = self._chosen(tables, tuple([below[p] for p in reads]))
                    partial = [
                        ((*done, table), total * gates)
                        for done, total in partial
                        for table, gates in choices
                    ]
                for chosen, total in partial:
                    after[chosen] = after.get(chosen, 0) + total
            weights = after
        (((goal,), reads),) = layers[-1]
        found = 0
        for below, weight in weights.items():
            found += weight * self._local(goal, tuple([below[p] for p in reads]))
        return found

    def _chosen(
        self, tables: tuple[Table, ...], parents: tuple[Table, ...]
    ) -> list[tuple[Table, int]]:
        key = (tables, parents)
        found = self._choices.get(key)
        if found is None:
            found = [(table, gates) for table in tables if (gates := self._local(table, parents))]
            self._choices[key] = found
        return found

    def _local(self, table: Table, parents: tuple[Table, ...]) -> int:
        options = self.options
        return local_gates(table, parents, self.network.points, options.fillings, options.parity)
