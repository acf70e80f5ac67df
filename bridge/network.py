"""Feed-forward networks as exact values: every stored weight is a dyadic rational."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, final, overload

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.reports.readable import Printed

from .safetensors_file import read_safetensors

if TYPE_CHECKING:
    from torch import Tensor, nn

    from tauomega.theory.kernel import Expression

    from .graph.network import CapturedNetwork
    from .network_model import NetworkModel

__all__ = ["Activation", "Layer", "Network"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class Activation:
    """`identity`, `relu`, or `leaky_relu` with the slope as it is stored."""

    name: str = "identity"
    slope: Fraction = Fraction(0)

    def at(self, value: Fraction) -> Fraction:
        """The exact value."""
        if self.name == "identity" or value >= 0:
            return value
        return self.slope * value


@final
@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """z = W x + b, then the activation. `weight` has shape (out, in), `bias` shape (out,)."""

    weight: Array
    bias: Array
    activation: Activation

    @property
    def width(self) -> int:
        """The number of units."""
        return int(self.weight.shape[0])


@final
@dataclass(frozen=True, slots=True, eq=False)
class Network(Printed):
    """A multi-layer perceptron. Its exact meaning is that of its stored weights as rationals.

    The slope of a leaky ReLU is rounded to the weights' type, like a weight: the float32 of 0.01
    is not 1/100.

    Raises:
        InputError: shapes that do not fit, NaN or infinite weights, with their places; all at once.
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        faults = []
        for k, layer in enumerate(self.layers):
            if layer.weight.ndim != 2 or layer.bias.shape != (layer.weight.shape[0],):
                shapes = f"{layer.weight.shape} and {layer.bias.shape}"
                faults.append(f"layer {k}: weight and bias of shapes {shapes} do not fit")
                continue
            if k and self.layers[k - 1].weight.shape[0] != layer.weight.shape[1]:
                given = self.layers[k - 1].weight.shape[0]
                faults.append(
                    f"layer {k} reads {layer.weight.shape[1]} values; the one before has {given}"
                )
            for word, array in (("weight", layer.weight), ("bias", layer.bias)):
                bad = np.argwhere(~np.isfinite(array))
                if len(bad):
                    place = ", ".join(map(str, bad[0]))
                    faults.append(
                        f"layers.{k}.{word}[{place}] is {array[tuple(bad[0])]}; weights are finite"
                    )
        if not self.layers:
            faults.append("a network has at least one layer")
        if faults:
            raise InputError(faults)

    def __str__(self) -> str:
        """The widths, with what follows each layer: `2 -> 4 relu -> 1`."""
        named = ((layer.width, layer.activation.name) for layer in self.layers)
        words = (f"{width} {name}".removesuffix(" identity") for width, name in named)
        return " -> ".join((str(self.inputs), *words))

    @property
    def inputs(self) -> int:
        """The number of inputs."""
        return int(self.layers[0].weight.shape[1])

    @property
    def dtype(self) -> str:
        """The type of the stored weights, such as `float32`."""
        return str(self.layers[0].weight.dtype)

    @property
    def widths(self) -> tuple[int, ...]:
        """The numbers of units, the last layer's included."""
        return tuple(layer.width for layer in self.layers)

    def unit_names(self, layer: int) -> tuple[str, ...]:
        """The names of a layer's units: `layers.k[j]`, and `output[j]` for the last layer."""
        prefix = "output" if layer == len(self.layers) - 1 else f"layers.{layer}"
        return tuple(f"{prefix}[{j}]" for j in range(self.layers[layer].width))

    @overload
    @classmethod
    def from_module(cls, module: nn.Module) -> Network: ...
    @overload
    @classmethod
    def from_module(
        cls, module: nn.Module, example_inputs: Tensor | Sequence[Tensor]
    ) -> CapturedNetwork: ...
    @classmethod
    def from_module(
        cls, module: nn.Module, example_inputs: Tensor | Sequence[Tensor] | None = None
    ) -> Network | CapturedNetwork:
        """The layers of a `Sequential`, or with example inputs the graph of any module.

        Args:
            module: without example inputs a `torch.nn.Sequential` of linear layers and (leaky) ReLUs.
            example_inputs: one tensor or several, rows first: the module is then captured by
                `torch.export`, for any number of rows (`bridge.graph`).

        Raises:
            InputError: parts of another kind are refused by name; training-mode dropout too.
        """
        if not hasattr(module, "named_modules"):
            raise InputError(
                [f"{type(module).__name__} is given, not a torch.nn.Module: build the module first"]
            )
        if example_inputs is not None:
            from .graph.capture import capture

            return capture(module, example_inputs)
        from .module_to_network import layers_of

        return cls(layers_of(module))

    @classmethod
    def from_safetensors(
        cls, path: str | Path, architecture: Mapping[str, object], *, sha256: str | None = None
    ) -> Network:
        """A network from tensors `layers.{k}.weight` (out, in) and `layers.{k}.bias`.

        Args:
            path: the file.
            architecture: `type = "mlp"`, `layers` (sizes, inputs first), `activation`,
                `negative_slope` for a leaky ReLU, `output_activation` (whether the last layer has it).
            sha256: the digest that the file must have.

        Raises:
            InputError: all faults of the architecture, or of the file, at once.
        """
        return network_of_tensors(
            read_safetensors(Path(path), sha256=sha256), architecture, str(path)
        )

    @classmethod
    def from_directory(cls, directory: str | Path) -> Network:
        """A network from a directory with `config.json` and `model.safetensors`, offline.

        Raises:
            InputError: as `bridge.model_directory.network_from_directory`.
        """
        from .model_directory import network_from_directory

        return network_from_directory(Path(directory))

    def as_model(
        self,
        inputs: Mapping[str, str],
        *,
        encode: Mapping[str, Expression] | None = None,
        semantics: str = "real",
    ) -> NetworkModel:
        """The network as a low-level model: named inputs with finite domains.

        Example:
            `network.as_model({"A": "bool", "B": "0..2"})`
        """
        from tauomega.theory.kernel import parse_domain

        from .network_model import NetworkModel

        domains = {name: parse_domain(text) for name, text in inputs.items()}
        return NetworkModel(self, domains, encode or {}, semantics)

    def run(
        self, inputs: Sequence[Fraction | int], patches: Mapping[str, Fraction] | None = None
    ) -> dict[str, Fraction]:
        """The exact value of every unit, with some set to given values."""
        values = [Fraction(x) for x in inputs]
        found: dict[str, Fraction] = {}
        for k, (weight, bias) in enumerate(self.exact()):
            layer = []
            for j, name in enumerate(self.unit_names(k)):
                total = bias[j] + sum(w * v for w, v in zip(weight[j], values, strict=True))
                value = self.layers[k].activation.at(total)
                if patches and name in patches:
                    value = patches[name]
                found[name] = value
                layer.append(value)
            values = layer
        return found

    def exact(self) -> list[tuple[list[list[Fraction]], list[Fraction]]]:
        """Weights and biases as exact rationals, layer by layer."""
        return [
            (
                [[exact_float(x) for x in row] for row in layer.weight],
                [exact_float(x) for x in layer.bias],
            )
            for layer in self.layers
        ]


def network_of_tensors(
    tensors: Mapping[str, Array], architecture: Mapping[str, object], path: str
) -> Network:
    """The network of tensors `layers.{k}.weight` (out, in) and `layers.{k}.bias`.

    Raises:
        InputError: all faults of the architecture, or of the tensors, at once.
    """
    sizes, activation_name, slope, output = _architecture(architecture)
    faults: list[str] = []
    wanted: dict[str, tuple[int, ...]] = {}
    for k, (before, after) in enumerate(itertools.pairwise(sizes)):
        wanted[f"layers.{k}.weight"] = (after, before)
        wanted[f"layers.{k}.bias"] = (after,)
    for name, shape in wanted.items():
        if name not in tensors:
            faults.append(f"{path}: tensor {name!r} is missing{nearest(name, tensors)}")
        elif tensors[name].shape != shape:
            faults.append(f"{path}: tensor {name!r} has shape {tensors[name].shape}, not {shape}")
    faults += [
        f"{path}: tensor {name!r} belongs to no layer" for name in tensors if name not in wanted
    ]
    if faults:
        raise InputError(faults)
    dtype = tensors["layers.0.weight"].dtype
    stored = Fraction(*float(dtype.type(slope)).as_integer_ratio())
    activation = Activation(
        activation_name, stored if activation_name == "leaky_relu" else Fraction(0)
    )
    last = len(sizes) - 2
    return Network(
        tuple(
            Layer(
                tensors[f"layers.{k}.weight"],
                tensors[f"layers.{k}.bias"],
                activation if k < last or output else Activation(),
            )
            for k in range(last + 1)
        )
    )


def exact_float(value: Any) -> Fraction:
    """A float as the rational number that it is."""
    return Fraction(*float(value).as_integer_ratio())


_KEYS = ("type", "layers", "activation", "negative_slope", "output_activation")


def _architecture(table: Mapping[str, object]) -> tuple[list[int], str, Fraction, bool]:
    faults = [f"architecture has no key {k!r}{nearest(k, _KEYS)}" for k in table if k not in _KEYS]
    if table.get("type", "mlp") != "mlp":
        faults.append(f'architecture.type is "mlp", not {table["type"]!r}')
    sizes = table.get("layers")
    if not (
        isinstance(sizes, list)
        and len(sizes) >= 2
        and all(isinstance(n, int) and 0 < n < 10**6 for n in sizes)
    ):
        faults.append(
            f"architecture.layers lists sizes, inputs first, such as [2, 3, 1]; not {sizes!r}"
        )
        sizes = []
    name = table.get("activation", "relu")
    if name not in ("identity", "relu", "leaky_relu"):
        faults.append(
            f'architecture.activation is "identity", "relu" or "leaky_relu", not {name!r}'
        )
    slope = Fraction(1, 100)
    try:
        slope = Fraction(str(table.get("negative_slope", "0.01")))
    except (ValueError, ZeroDivisionError):
        faults.append(f'negative_slope is a number such as "0.01", not {table["negative_slope"]!r}')
    output = table.get("output_activation", False)
    if not isinstance(output, bool):
        faults.append(f"output_activation is true or false, not {output!r}")
    if faults:
        raise InputError(faults)
    assert isinstance(sizes, list)
    return sizes, str(name), slope, bool(output)
