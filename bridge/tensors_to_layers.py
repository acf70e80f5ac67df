"""From tensors by name, and an architecture in words, to the layers of a perceptron."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from .dyadic import exact_float
from .layers import Activation, Array, Layer

__all__ = ["layers_of_tensors"]


def layers_of_tensors(
    tensors: Mapping[str, Array], architecture: Mapping[str, object], path: str
) -> tuple[Layer, ...]:
    """The layers of tensors `layers.{k}.weight` (out, in) and `layers.{k}.bias`.

    Args:
        tensors: the tensors by name.
        architecture: as `Network.from_safetensors` takes it.
        path: the file that they are from, for messages.

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
    stored = exact_float(dtype.type(slope))
    activation = Activation(
        activation_name, stored if activation_name == "leaky_relu" else Fraction(0)
    )
    last = len(sizes) - 2
    return tuple(
        Layer(
            tensors[f"layers.{k}.weight"],
            tensors[f"layers.{k}.bias"],
            activation if k < last or output else Activation(),
        )
        for k in range(last + 1)
    )


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
