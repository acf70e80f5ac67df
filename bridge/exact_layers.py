"""A network as exact layers with named units: what its model, its runs and its bounds all read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.kernel.product_network import ReluLayer

from .feature_map import FeatureMap
from .network import Activation, Network

__all__ = ["ExactLayer", "exact_layers", "feature_names", "relu_layer", "run_layers"]

Rows = tuple[tuple[Fraction, ...], ...]


@final
@dataclass(frozen=True, slots=True)
class ExactLayer:
    """The units `names` have the values activation(weight · previous layer + bias).

    `weight` has shape (units, previous units), `bias` shape (units,); both exact.
    """

    names: tuple[str, ...]
    weight: Rows
    bias: tuple[Fraction, ...]
    activation: Activation


def feature_names(layer: int, width: int) -> tuple[str, ...]:
    """The names of a layer's features: `layers.k.features[i]`."""
    return tuple(f"layers.{layer}.features[{i}]" for i in range(width))


def exact_layers(network: Network, features: Mapping[int, FeatureMap]) -> tuple[ExactLayer, ...]:
    """The layers in order; a layer with features is followed by the layer of its features.

    The next layer then reads the features, through the exact inverse: without an interchange the
    network computes what it computed.
    """
    found: list[ExactLayer] = []
    inverse: Rows | None = None
    for k, (weight, bias) in enumerate(network.exact()):
        rows = tuple(map(tuple, weight))
        if inverse is not None:
            rows = _product(rows, inverse)
        activation = network.layers[k].activation
        found.append(ExactLayer(network.unit_names(k), rows, tuple(bias), activation))
        inverse = None
        if k in features:
            change = features[k]
            names = feature_names(k, change.width)
            nothing = (Fraction(0),) * change.width
            found.append(ExactLayer(names, change.matrix, nothing, Activation()))
            inverse = change.inverse
    return tuple(found)


def _product(left: Rows, right: Rows) -> Rows:
    columns = tuple(zip(*right, strict=True))
    return tuple(
        tuple(
            sum((x * y for x, y in zip(row, column, strict=True) if x and y), Fraction(0))
            for column in columns
        )
        for row in left
    )


def relu_layer(layer: ExactLayer) -> ReluLayer:
    """The layer as the kernel has it."""
    slope = Fraction(1) if layer.activation.name == "identity" else layer.activation.slope
    return ReluLayer(layer.names, layer.weight, layer.bias, slope)


def run_layers(
    layers: Sequence[ExactLayer], row: Sequence[Fraction], patches: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """The exact value of every unit at a row of inputs, with some units set to given values."""
    values = list(row)
    found: dict[str, Fraction] = {}
    for layer in layers:
        sums = (
            sum((w * v for w, v in zip(weights, values, strict=True) if w), shift)
            for weights, shift in zip(layer.weight, layer.bias, strict=True)
        )
        values = [
            patches.get(name, layer.activation.at(total))
            for name, total in zip(layer.names, sums, strict=True)
        ]
        found.update(zip(layer.names, values, strict=True))
    return found
