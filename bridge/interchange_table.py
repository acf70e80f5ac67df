"""The low-level side of interchange claims: what the output does, for every set of units of a layer.

It does not depend on any high-level model, so it is computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import final

from tauomega.theory.kernel import Value

from .network_model import NetworkModel

__all__ = ["InterchangeTable", "interchange_table"]

Units = tuple[str, ...]
Pair = tuple[tuple[Value, ...], tuple[Value, ...]]
"""A source and a base, as values of the inputs."""


@final
@dataclass(frozen=True, slots=True)
class InterchangeTable:
    """Exact outputs: `outputs[units][source, base]` is the first output of the patched run."""

    inputs: tuple[tuple[Value, ...], ...]
    outputs: Mapping[Units, Mapping[Pair, Fraction]]

    def bits(self, threshold: Fraction = Fraction(1, 2)) -> dict[Units, dict[Pair, bool]]:
        """Whether each output is above a threshold."""
        return {
            units: {pair: value > threshold for pair, value in row.items()}
            for units, row in self.outputs.items()
        }

    def margin(self, threshold: Fraction = Fraction(1, 2)) -> Fraction:
        """The smallest distance of an output to a threshold."""
        return min(abs(v - threshold) for row in self.outputs.values() for v in row.values())


def interchange_table(model: NetworkModel) -> InterchangeTable:
    """Every non-empty set of units of one hidden layer, every ordered pair of inputs, exactly.

    Complexity: the sum over hidden layers of $2^{width}$, times the square of the number of inputs.
    """
    network = model.network
    points = [tuple(context.values()) for context in model.as_scm().contexts()]
    columns = {point: model.row(point) for point in points}
    clean = {point: network.run(columns[point]) for point in points}
    outputs: dict[Units, dict[Pair, Fraction]] = {}
    for layer in range(len(network.layers) - 1):
        names = network.unit_names(layer)
        for count in range(1, len(names) + 1):
            for units in combinations(names, count):
                row: dict[Pair, Fraction] = {}
                for source, base in product(points, repeat=2):
                    patches = {name: clean[source][name] for name in units}
                    row[source, base] = network.run(columns[base], patches)["output[0]"]
                outputs[units] = row
    return InterchangeTable(tuple(points), outputs)
