"""One evaluation of a perceptron, as PyTorch does it: a format, a batch of copies of one row, one thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

import numpy as np

from ..network import Network
from .formats import FORMATS, Format, rounded

if TYPE_CHECKING:
    import torch

__all__ = ["Machine", "one_thread"]

_CUT = Format("tfloat32 operand", 11, -126, FORMATS["float32"].largest, 24, -126, True, 0.0, "")


@final
class Machine:
    """A network as PyTorch runs it on a CPU, with patches between layers.

    Every run is a batch of `batch` copies of one row, of which the first is read: the number of rows changes
    the order of summation. For `tfloat32`, which no CPU has, the operands of each product are rounded to
    11 bits and multiplied in float32: one of the ways that its model allows.
    """

    def __init__(self, network: Network, dtype: str = "float32", batch: int = 1) -> None:
        import torch

        self.network = network
        self.batch = batch
        self._cuts = dtype == "tfloat32"
        self.dtype: torch.dtype = torch.float32 if self._cuts else getattr(torch, dtype)
        self._layers = [
            (
                self._operand(torch.from_numpy(np.array(layer.weight)).to(self.dtype)),
                torch.from_numpy(np.array(layer.bias)).to(self.dtype),
                layer.activation,
            )
            for layer in network.layers
        ]

    def run(
        self, row: Sequence[Fraction], patches: Mapping[str, torch.Tensor] | None = None
    ) -> dict[str, torch.Tensor]:
        """The value of every unit, as scalars of the format."""
        import torch
        from torch.nn.functional import leaky_relu, linear, relu

        wide = torch.tensor([[float(x) for x in row]] * self.batch, dtype=torch.float64)
        values = wide.to(torch.float32).to(self.dtype) if self.dtype != torch.float64 else wide
        found: dict[str, torch.Tensor] = {}
        with torch.no_grad():
            for k, (weight, bias, activation) in enumerate(self._layers):
                values = linear(self._operand(values), weight, bias)
                if activation.name == "relu":
                    values = relu(values)
                elif activation.name == "leaky_relu":
                    values = leaky_relu(values, float(activation.slope))
                for j, name in enumerate(self.network.unit_names(k)):
                    if patches and name in patches:
                        values[:, j] = patches[name]
                    found[name] = values[0, j].clone()
        return found

    def _operand(self, tensor: torch.Tensor) -> torch.Tensor:
        import torch

        if not self._cuts:
            return tensor
        cut: Any = rounded(tensor.numpy(), _CUT).astype(np.float32)
        return torch.from_numpy(cut)


@contextmanager
def one_thread() -> Iterator[None]:
    """Runs on one thread: the number of threads may change the order of summation."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
