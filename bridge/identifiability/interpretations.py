"""Interpretations of a circuit: a threshold for every unit, a gate between the thresholded values.

Counted layer by layer, as a product of transfer matrices; nothing is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any, final

import numpy as np

from tauomega.theory.errors import UndecidedError

from .circuits import Circuit
from .counted_network import CountedNetwork
from .options import Arithmetic, Fillings, Options, Parity

__all__ = ["Interpreter", "local_gates"]

Table = int
"""A truth table over the rows, as bits: bit x is the value at row x."""
Unit = tuple[tuple[Table, ...], tuple[int, ...]]
"""A unit that varies: its candidate tables, and the places of its varying parents in their layer."""
Layers = tuple[tuple[Unit, ...], ...]
Column = tuple[int, ...] | tuple[float, ...]
"""A unit's values at every row: exact integers, or floats."""


def local_gates(
    table: Table, parents: tuple[Table, ...], points: int, fillings: Fillings, parity: Parity
) -> int:
    r"""The number of local tables that turn the parents' values into `table`.

    0 if two rows agree on the parents but not on `table`; else $2^m$ for m parent patterns that no
    row gives (or 1, with `Fillings.ONE`), less those that are XOR or XNOR of exactly two parents.

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
    """

    network: CountedNetwork
    table: tuple[int, ...]
    options: Options
    closest: float = float("inf")
    _units: dict[tuple[object, ...], tuple[int, Column]] = field(default_factory=dict)
    _candidates: list[tuple[Table, ...]] = field(default_factory=list)
    _counts: dict[Layers, int] = field(default_factory=dict)
    _choices: dict[Unit, list[tuple[Table, int]]] = field(default_factory=dict)

    def count(self, circuit: Circuit) -> int:
        r"""The number of interpretations of a perfect circuit.

        $$\sum_{t_1} \sum_{t_2} \prod_u f(t_{2,u} \mid t_1) \cdots f(t_{out} \mid t_d)$$
        over the candidate tables of the units of every layer.
        """
        layers = self._layers_of(circuit)
        if layers not in self._counts:
            self._counts[layers] = self._count(layers)
        return self._counts[layers]

    def _layers_of(self, circuit: Circuit) -> Layers:
        """The units that vary, layer by layer; the last layer is the output."""
        below: dict[int, tuple[int, Column]] = dict(enumerate(enumerate(self._inputs())))
        places: dict[int, int] = {}
        layers: list[tuple[Unit, ...]] = []
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
        goal = sum(value << x for x, value in enumerate(self.table))
        reads = tuple(place for i, place in places.items() if circuit[-1][0] >> i & 1)
        return (*layers, (((goal,), reads),))

    def _inputs(self) -> Sequence[Column]:
        if self.options.arithmetic is Arithmetic.EXACT:
            return self.network.exact.columns
        return [tuple(column) for column in self.network.rows.T.tolist()]

    def _unit(self, layer: int, unit: int, parents: list[tuple[int, Column]]) -> tuple[int, Column]:
        """A new unit: its number, and its values at every row."""
        if self.options.arithmetic is Arithmetic.STORED:
            kind = np.dtype(self.network.dtype).type
            values: Column = self.network.stored_unit(layer, unit, parents)
            levels: list[Any] = [kind(value) for value in sorted(set(values))]
            thresholds = [(low + high) / kind(2) for low, high in pairwise(levels)]
            scale = 1
        else:
            values = self._exactly(layer, unit, parents)
            levels = sorted(set(values))
            thresholds = levels[:-1]
            scale = self.network.exact.scales[layer + 1]
        tables = []
        for threshold, (low, high) in zip(thresholds, pairwise(levels), strict=True):
            if threshold >= high:
                raise UndecidedError(
                    f"two values of unit {unit} of layer {layer} are neighbouring {self.network.dtype} "
                    f"numbers, {low!s} and {high!s}, with no threshold between them: the published "
                    "procedure stops here; write --arithmetic exact"
                )
            tables.append(sum(1 << x for x, value in enumerate(values) if value > threshold))
            self.closest = min(self.closest, float((high - low) / scale) / 2)
        self._candidates.append(tuple(tables))
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
        for units in layers[1:]:
            after: dict[tuple[Table, ...], int] = {}
            for below, weight in weights.items():
                options = []
                for tables, reads in units:
                    choices = self._chosen(tables, tuple(below[p] for p in reads))
                    if not choices:
                        break
                    options.append(choices)
                else:
                    for chosen in product(*options):
                        total = weight
                        for _, gates in chosen:
                            total *= gates
                        tables_here = tuple(table for table, _ in chosen)
                        after[tables_here] = after.get(tables_here, 0) + total
            weights = after
        return sum(weights.values())

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
