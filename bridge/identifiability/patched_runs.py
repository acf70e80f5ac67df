"""Interchanges in a network: units overwritten by the values that they have in other runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol, final

import numpy as np
import numpy.typing as npt

from .counted_network import CountedNetwork, Floats

__all__ = ["Ints", "PatchedRuns", "Runs", "Shape", "Site", "Units", "single_sites"]

Ints = npt.NDArray[np.int64]
Site = tuple[int, int]
"""A hidden layer and units of it, as bits (bit i is unit i)."""
Units = int
"""Hidden units of the whole network as bits, those of the first layer lowest."""


class Shape(Protocol):
    """How many inputs there are, how many vectors of them, and the units of every layer of sites."""

    @property
    def inputs(self) -> int:
        """The number of inputs."""
        ...

    @property
    def points(self) -> int:
        """The number of vectors of inputs."""
        ...

    @property
    def hidden(self) -> tuple[int, ...]:
        """The units of every layer that sites are in."""
        ...


class Runs(Protocol):
    """Something that runs under interchanges and has an output bit: a network, a finite model."""

    @property
    def network(self) -> Shape:
        """What it looks like."""
        ...

    def above(self, bases: Ints, patches: Sequence[tuple[Site, Ints]]) -> npt.NDArray[np.bool_]:
        """Whether the output is on, for every run; see `PatchedRuns.above`."""
        ...

    def table(self, layer: int) -> npt.NDArray[np.bool_]:
        """The output's bits for all sets of units of a layer, shape (2^units, sources, bases)."""
        ...

    def site(self, units: Units) -> Site:
        """The layer that all these units are in, and which of it they are."""
        ...


@final
@dataclass(slots=True, eq=False)
class PatchedRuns:
    """Runs a network with sites patched, many at a time, and says whether the output is above 1/2.

    Attributes:
        clean: activations of every hidden layer, each of shape (points, units).
        margin: the smallest distance of an output, after its activation, to 1/2 that was met.
        recomputed: how many runs were within the floating-point error of 1/2 and decided exactly.
    """

    network: CountedNetwork
    clean: tuple[Floats, ...] = field(init=False)
    margin: float = float("inf")
    recomputed: int = 0
    _exact: tuple[tuple[tuple[int, ...], ...], ...] | None = None

    def __post_init__(self) -> None:
        values, found = self.network.rows, []
        for layer in range(len(self.network.hidden)):
            values = self._layer(layer, values)
            found.append(values)
        self.clean = tuple(found)

    def above(self, bases: Ints, patches: Sequence[tuple[Site, Ints]]) -> npt.NDArray[np.bool_]:
        """Whether the output is above 1/2.

        Args:
            bases: rows to run on, shape (runs,).
            patches: sites, and for each the rows whose values they get, shape (runs,); -1 leaves
                the site alone.
        """
        values = self.network.rows[bases]
        for layer in range(len(self.network.hidden)):
            values = self._layer(layer, values)
            for (at, units), sources in patches:
                if at == layer:
                    chosen = np.flatnonzero(units >> np.arange(values.shape[1]) & 1)
                    runs = np.flatnonzero(sources >= 0)
                    where = np.ix_(runs, chosen)
                    values[where] = self.clean[layer][np.ix_(sources[runs], chosen)]
        z = values @ self.network.weights[-1][0] + self.network.biases[-1][0]
        return self._decided(z, bases, patches)

    def table(self, layer: int) -> npt.NDArray[np.bool_]:
        """The output's bits for all sets of units of a layer, shape (2^units, sources, bases)."""
        width = self.network.hidden[layer]
        sets = (np.arange(1 << width)[:, None] >> np.arange(width) & 1).astype(bool)
        clean = self.clean[layer]
        values = np.where(sets[:, None, None, :], clean[None, :, None, :], clean[None, None, :, :])
        for above in range(layer + 1, len(self.network.hidden)):
            values = self._layer(above, values)
        z = values @ self.network.weights[-1][0] + self.network.biases[-1][0]
        found: npt.NDArray[np.bool_] = z > 0.5
        self._measure(z[1:])
        for units, source, base in np.argwhere(np.abs(z - 0.5) <= self._error()).tolist():
            rows, at = np.array([base]), np.array([source])
            found[units, source, base] = self._exactly(rows, [((layer, units), at)], 0)
            self.recomputed += 1
        return found

    def site(self, units: Units) -> Site:
        """The layer that all these units are in, and which of it they are."""
        for layer, width in enumerate(self.network.hidden):
            if units & ((1 << width) - 1):
                assert units < 1 << width, "units of one layer"
                return layer, units
            units >>= width
        raise AssertionError("no units")

    def _layer(self, layer: int, values: Floats) -> Floats:
        z = values @ self.network.weights[layer].T + self.network.biases[layer]
        slope = self.network.slopes[layer]
        return z if slope == 1 else np.where(z < 0, z * slope, z)

    def _error(self) -> float:
        return self.network.error

    def _measure(self, z: Any) -> None:
        if z.size:
            outputs = np.where(z < 0, z * self.network.slopes[-1], z)
            self.margin = min(self.margin, float(np.abs(outputs - 0.5).min()))

    def _decided(
        self, z: Floats, bases: Ints, patches: Sequence[tuple[Site, Ints]]
    ) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = z > 0.5
        self._measure(z)
        for run in np.flatnonzero(np.abs(z - 0.5) <= self._error()).tolist():
            found[run] = self._exactly(bases, patches, run)
            self.recomputed += 1
        return found

    def _exactly(self, bases: Ints, patches: Sequence[tuple[Site, Ints]], run: int) -> bool:
        exact = self.network.exact
        clean = self._exact_clean()
        values: Sequence[int] = exact.rows[int(bases[run])]
        for layer, width in enumerate(self.network.hidden):
            parents = list(enumerate(values))
            here = [exact.unit(layer, unit, parents) for unit in range(width)]
            for (at, units), sources in patches:
                if at == layer and sources[run] >= 0:
                    for unit in range(width):
                        if units >> unit & 1:
                            here[unit] = clean[layer][int(sources[run])][unit]
            values = here
        total = exact.biases[-1][0] + sum(
            w * v for w, v in zip(exact.weights[-1][0], values, strict=True)
        )
        return Fraction(total, exact.scales[-1]) > Fraction(1, 2)

    def _exact_clean(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        if self._exact is None:
            layers, rows = [], self.network.exact.rows
            for layer, width in enumerate(self.network.hidden):
                rows = tuple(
                    tuple(
                        self.network.exact.unit(layer, unit, list(enumerate(row)))
                        for unit in range(width)
                    )
                    for row in rows
                )
                layers.append(rows)
            self._exact = tuple(layers)
        return self._exact


def single_sites(runs: Runs) -> dict[Units, int]:
    """For every set of units of one layer, the output's bits over all (source, base) pairs.

    Bit (source * points + base) is 1 iff the output is above 1/2 in the patched run.
    """
    points = runs.network.points
    places = points * points
    found: dict[Units, int] = {}
    first = 0
    for layer, width in enumerate(runs.network.hidden):
        rows = runs.table(layer).reshape(1 << width, places)
        packed = np.packbits(rows, axis=1, bitorder="little")
        for units in range(1, 1 << width):
            found[units << first] = int.from_bytes(packed[units].tobytes(), "little")
        first += width
    return found
