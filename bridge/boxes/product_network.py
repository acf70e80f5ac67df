"""A base run and its source runs, side by side, as one network: interchange as a network of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.kernel.halfspaces import Form

from ..exact_layers import ExactLayer

__all__ = ["ProductLayer", "product_network"]

Row = list[Fraction]
ZERO = Fraction(0)


@final
@dataclass(frozen=True, slots=True)
class ProductLayer:
    """activation(weight · previous + bias): `weight` (rows, previous rows), one slope for all rows."""

    weight: tuple[tuple[Fraction, ...], ...]
    bias: tuple[Fraction, ...]
    slope: Fraction


def product_network(
    layers: Sequence[ExactLayer], sites: Mapping[str, tuple[str, ...]], forms: Sequence[Form]
) -> tuple[ProductLayer, ...]:
    r"""The affine forms of the outputs of a base whose sites are set to their values in source runs.

    Its input is the base's inputs, then those of each site's source in the order of `sites`. A source
    is run up to its site and no further; what it overwrites in the base is not computed. The last layer
    has a row for each form.

    Args:
        layers: the network.
        sites: the swapped sites: name -> units.
        forms: affine forms in the network's outputs.
    """
    place = {name: (k, j) for k, layer in enumerate(layers) for j, name in enumerate(layer.names)}
    owner = {place[unit]: c for c, units in enumerate(sites.values(), 1) for unit in units}
    last = [max(place[unit][0] for unit in units) for units in sites.values()]
    width = len(layers[0].weight[0])
    columns = [
        {v: c * width + v for v in range(width)} for c in range(len(sites) + 1)
    ]  # of each copy: unit of the layer before -> column
    total = width * (len(sites) + 1)
    found: list[ProductLayer] = []
    for k, layer in enumerate(layers):
        rows: list[Row] = []
        bias: list[Fraction] = []
        made: list[dict[int, int]] = [{} for _ in columns]
        for c in range(len(columns)):
            for j in _computed(c, k, len(layer.names), owner, last):
                row = [ZERO] * total
                for v, weight in enumerate(layer.weight[j]):
                    row[columns[c][v]] = weight
                made[c][j] = len(rows)
                rows.append(row)
                bias.append(layer.bias[j])
        for (layer_number, j), c in owner.items():
            if layer_number == k:
                made[0][j] = made[c][j]
        columns, total = made, len(rows)
        slope = Fraction(1) if layer.activation.name == "identity" else layer.activation.slope
        found.append(ProductLayer(tuple(map(tuple, rows)), tuple(bias), slope))
    outputs = {name: columns[0][j] for j, name in enumerate(layers[-1].names)}
    rows = []
    for factors, _ in forms:
        row = [ZERO] * total
        for name, factor in factors:
            row[outputs[name]] = factor
        rows.append(row)
    constants = tuple(constant for _, constant in forms)
    found.append(ProductLayer(tuple(map(tuple, rows)), constants, Fraction(1)))
    return tuple(found)


def _computed(
    copy: int, layer: int, width: int, owner: Mapping[tuple[int, int], int], last: Sequence[int]
) -> list[int]:
    """The units of a layer that a copy computes: the base is copy 0."""
    if copy == 0:
        return [j for j in range(width) if (layer, j) not in owner]
    if layer < last[copy - 1]:
        return list(range(width))
    return [j for j in range(width) if owner.get((layer, j)) == copy]
