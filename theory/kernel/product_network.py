"""A base run and its source runs, side by side, as one network: interchange as a network of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .halfspaces import Form

__all__ = ["ReluLayer", "product_network"]

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class ReluLayer:
    """The units `names` have the values φ(weight · previous layer + bias) with φ(z) = max(z, slope · z).

    `weight` has shape (units, previous units), `bias` shape (units,); slope 1 is the identity.
    """

    names: tuple[str, ...]
    weight: tuple[tuple[Fraction, ...], ...]
    bias: tuple[Fraction, ...]
    slope: Fraction


def product_network(
    layers: Sequence[ReluLayer], sites: Mapping[str, tuple[str, ...]], forms: Sequence[Form]
) -> tuple[ReluLayer, ...]:
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
    copies = range(len(sites) + 1)
    columns = [{v: c * width + v for v in range(width)} for c in copies]  # unit before -> column
    total = width * (len(sites) + 1)
    found: list[ReluLayer] = []
    for k, layer in enumerate(layers):
        rows: list[tuple[Fraction, ...]] = []
        bias: list[Fraction] = []
        made: list[dict[int, int]] = [{} for _ in copies]
        for c in copies:
            for j in _computed(c, k, len(layer.names), owner, last):
                made[c][j] = len(rows)
                rows.append(_row(total, {columns[c][v]: w for v, w in enumerate(layer.weight[j])}))
                bias.append(layer.bias[j])
        for (layer_number, j), c in owner.items():
            if layer_number == k:
                made[0][j] = made[c][j]
        columns, total = made, len(rows)
        names = tuple(f"{k}.{row}" for row in range(len(rows)))
        found.append(ReluLayer(names, tuple(rows), tuple(bias), layer.slope))
    outputs = {name: columns[0][j] for j, name in enumerate(layers[-1].names)}
    last_rows = tuple(_row(total, {outputs[n]: f for n, f in factors}) for factors, _ in forms)
    names = tuple(f"form {k}" for k in range(len(forms)))
    found.append(ReluLayer(names, last_rows, tuple(c for _, c in forms), Fraction(1)))
    return tuple(found)


def _row(width: int, entries: Mapping[int, Fraction]) -> tuple[Fraction, ...]:
    return tuple(entries.get(column, ZERO) for column in range(width))


def _computed(
    copy: int, layer: int, width: int, owner: Mapping[tuple[int, int], int], last: Sequence[int]
) -> list[int]:
    """The units of a layer that a copy computes: the base is copy 0."""
    if copy == 0:
        return [j for j in range(width) if (layer, j) not in owner]
    if layer < last[copy - 1]:
        return list(range(width))
    return [j for j in range(width) if owner.get((layer, j)) == copy]
