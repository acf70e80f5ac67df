"""One interchange of an alignment as tensors, to be replayed by any tool that patches PyTorch modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from tauomega.theory.errors import InputError

from ..feature_map import FeatureMap
from ..network import Network
from .alignment import Alignment
from .lesson import Failure
from .question import AlignmentQuestion

__all__ = ["PYVENE", "Exchange", "exchange_of", "module_of"]

PYVENE = """\
network.config, network.device = SimpleNamespace(to_dict=dict), torch.device("cpu")
swap = lambda base, source: base + (source - base) @ projector
model = pyvene.IntervenableModel({"component": f"{site}.output", "intervention": swap}, model=network)
_, patched = model({"input": base}, [{"input": source}])
print(patched)
"""
"""The replay in five lines of pyvene, with the fields of an `Exchange` as its variables."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """A base, a source, and what is exchanged: `base + (source - base) @ projector` at a submodule.

    Attributes:
        network: the network as a `Sequential`, float32.
        site: the name of the submodule whose output is the layer.
        projector: shape (units, units), the float32 nearest to the exact one.
        base: the base's inputs, shape (1, inputs).
        source: the source's.
    """

    network: nn.Sequential
    site: str
    projector: Tensor
    base: Tensor
    source: Tensor

    def by_hook(self) -> Tensor:
        """The outputs, by a forward hook of plain PyTorch."""
        part = self.network.get_submodule(self.site)
        seen: list[Tensor] = []
        with torch.no_grad():
            handle = part.register_forward_hook(lambda *call: seen.append(call[2]))
            self.network(self.source)
            handle.remove()
            handle = part.register_forward_hook(
                lambda *call: call[2] + (seen[0] - call[2]) @ self.projector
            )
            found: Tensor = self.network(self.base)
            handle.remove()
        return found


def exchange_of(question: AlignmentQuestion, alignment: Alignment, failure: Failure) -> Exchange:
    """A failing interchange of one variable, as tensors.

    Raises:
        InputError: several variables are exchanged at once, the map is not linear, or an activation is no
            ReLU with a layer of its own.
    """
    if len(failure.variables) != 1 or not isinstance(alignment.map, FeatureMap):
        raise InputError(["an exchange has one variable and linear features"])
    chosen = dict(alignment.features)[failure.variables[0]]
    rows = torch.tensor(
        [[float(x) for x in row] for row in alignment.map.matrix], dtype=torch.float64
    )
    back = torch.tensor(
        [[float(x) for x in row] for row in alignment.map.inverse], dtype=torch.float64
    )
    projector = (back[:, list(chosen)] @ rows[list(chosen)]).T.float()
    network = module_of(question.model.network)
    after = [k for k, part in enumerate(network) if not isinstance(part, nn.Linear)]
    place = after[question.layer]
    base, source = (
        torch.tensor([[float(x) for x in row]]) for row in (failure.base, failure.sources[0])
    )
    return Exchange(network, str(place), projector, base, source)


def module_of(network: Network) -> nn.Sequential:
    """The network as a `Sequential`: each layer a `Linear` and its activation."""
    parts: list[nn.Module] = []
    for layer in network.layers:
        linear = nn.Linear(layer.weight.shape[1], layer.width)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.weight))
            linear.bias.copy_(torch.tensor(layer.bias))
        parts.append(linear)
        if layer.activation.name == "relu":
            parts.append(nn.ReLU())
        elif layer.activation.name == "leaky_relu":
            parts.append(nn.LeakyReLU(float(layer.activation.slope)))
        elif layer is not network.layers[-1]:
            parts.append(nn.Identity())
    return nn.Sequential(*parts).requires_grad_(False).eval()
