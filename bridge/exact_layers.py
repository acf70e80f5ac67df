"""A network as exact layers with named units: what its model, its runs and its bounds all read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from tauomega.theory.kernel.product_network import ReluLayer

from .coordinates import Coordinates, Rows, Step
from .network import Activation, Network

__all__ = ["ExactLayer", "exact_layers", "feature_names", "relu_layer", "run_layers"]

RELU = Activation("relu")


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


def exact_layers(network: Network, features: Mapping[int, Coordinates]) -> tuple[ExactLayer, ...]:
    """The layers in order; a layer with features is followed by the layers that compute them.

    The next layer then reads the features, through the exact inverse: without an interchange the
    network computes what it computed.
    """
    found: list[ExactLayer] = []
    last: Step | None = None
    for k, (weight, bias) in enumerate(network.exact()):
        rows, shift = tuple(map(tuple, weight)), tuple(bias)
        if last is not None:
            rows, shift = _product(rows, last.weight), _applied(rows, last.bias, shift)
        found.append(ExactLayer(network.unit_names(k), rows, shift, network.layers[k].activation))
        last = None
        if k in features:
            *inner, outer = features[k].forward
            found += [_step(f"layers.{k}.forward.{i}", step) for i, step in enumerate(inner)]
            names = feature_names(k, features[k].width)
            found.append(ExactLayer(names, outer.weight, outer.bias, Activation()))
            *inner, last = features[k].backward
            found += [_step(f"layers.{k}.backward.{i}", step) for i, step in enumerate(inner)]
    return tuple(found)


def _step(prefix: str, step: Step) -> ExactLayer:
    names = tuple(f"{prefix}[{j}]" for j in range(len(step.bias)))
    return ExactLayer(names, step.weight, step.bias, RELU if step.relu else Activation())


def _applied(
    weight: Rows, values: tuple[Fraction, ...], bias: tuple[Fraction, ...]
) -> tuple[Fraction, ...]:
    if not any(values):
        return bias
    return tuple(
        sum((w * v for w, v in zip(row, values, strict=True) if w and v), shift)
        for row, shift in zip(weight, bias, strict=True)
    )


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
