"""From a PyTorch module to layers; what is not understood is refused by name."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tauomega.theory.errors import InputError

from .dyadic import exact_float
from .graph.screening import compiled_parts
from .layers import Activation, Layer

if TYPE_CHECKING:
    from torch import nn

__all__ = ["layers_of"]


def layers_of(module: nn.Module) -> tuple[Layer, ...]:
    """The layers of a `Sequential`, nested or not.

    Raises:
        InputError: parts that are no linear layer or (leaky) ReLU, dropout in training mode, hooks
            that would change a value; all at once.
    """
    from torch import nn

    parts = [(name, part) for name, part in module.named_modules() if not list(part.children())]
    faults: list[str] = []
    compiled = compiled_parts(module)
    if compiled:
        raise InputError(compiled)
    if not isinstance(module, nn.Sequential | nn.Linear):
        faults.append(
            f"a {type(module).__name__} is not captured yet; give an nn.Sequential, or example inputs: "
            "Network.from_module(module, example_inputs)"
        )
    layers: list[Layer] = []
    for name, part in parts:
        if part._forward_hooks or part._forward_pre_hooks:
            faults.append(f"{name or 'the module'} has forward hooks; remove them first")
        match part:
            case nn.Linear():
                weight = _array(part.weight)
                bias = (
                    np.zeros(weight.shape[0], weight.dtype)
                    if part.bias is None
                    else _array(part.bias)
                )
                layers.append(Layer(weight, bias, Activation()))
            case nn.Identity() | nn.Flatten():
                pass
            case nn.Dropout():
                if part.training:
                    faults.append(f"{name} is a Dropout in training mode; call module.eval() first")
            case nn.ReLU() | nn.LeakyReLU():
                slope = Fraction(0)
                if isinstance(part, nn.LeakyReLU) and layers:
                    slope = exact_float(layers[-1].weight.dtype.type(part.negative_slope))
                kind = "leaky_relu" if isinstance(part, nn.LeakyReLU) else "relu"
                if not layers or layers[-1].activation.name != "identity":
                    faults.append(
                        f"{name} is a {type(part).__name__} without a linear layer before it"
                    )
                else:
                    layers[-1] = Layer(layers[-1].weight, layers[-1].bias, Activation(kind, slope))
            case _:
                faults.append(
                    f"{name or 'the module'} is a {type(part).__name__}, which is not captured yet; "
                    "use Linear, ReLU, LeakyReLU, Identity"
                )
    if faults:
        raise InputError(faults)
    return tuple(layers)


def _array(tensor: object) -> np.ndarray:
    import torch

    assert isinstance(tensor, torch.Tensor)
    if tensor.dtype is torch.bfloat16:
        raise InputError(["bfloat16 weights are not captured yet; call module.float() first"])
    array: np.ndarray = tensor.detach().cpu().numpy()
    return array.copy()
