"""Feed-forward networks as exact values: every stored weight is a dyadic rational."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, final, overload

import numpy as np

from tauomega.theory.errors import InputError
from tauomega.theory.reports.readable import Printed

from .dyadic import exact_float
from .layers import Activation, Layer
from .model_directory import layers_from_directory
from .module_to_layers import layers_of
from .safetensors_file import read_safetensors
from .tensors_to_layers import layers_of_tensors

if TYPE_CHECKING:
    from torch import Tensor, nn

    from tauomega.theory.kernel import Expression

    from .graph.network import CapturedNetwork
    from .network_model import NetworkModel

__all__ = ["Activation", "Layer", "Network"]


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
        tensors = read_safetensors(Path(path), sha256=sha256)
        return cls(layers_of_tensors(tensors, architecture, str(path)))

    @classmethod
    def from_directory(cls, directory: str | Path) -> Network:
        """A network from a directory with `config.json` and `model.safetensors`, offline.

        Raises:
            InputError: as `bridge.model_directory.layers_from_directory`.
        """
        return cls(layers_from_directory(Path(directory)))

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
