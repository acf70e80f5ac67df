"""One evaluation of a perceptron, as PyTorch does it: a format, a device, a batch of copies of one row, one thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

import numpy as np

from tauomega.theory.errors import InputError

from ..network import Network
from .formats import FORMATS, Format, rounded

if TYPE_CHECKING:
    import torch

__all__ = ["Machine", "absent", "devices", "pinned"]

_CUT = Format("tfloat32 operand", 11, -126, FORMATS["float32"].largest, 24, -126, True, 0.0, "")


@final
class Machine:
    """A network as PyTorch runs it on a device, with patches between layers.

    Every run is a batch of `batch` copies of one row, of which the first is read: the number of rows changes
    the order of summation. For `tfloat32`, which no CPU has, the operands of each product are rounded to
    11 bits and multiplied in float32: one of the ways that its model allows.

    Raises:
        InputError: the device is not here.
    """

    def __init__(
        self, network: Network, dtype: str = "float32", batch: int = 1, device: str = "cpu"
    ) -> None:
        import torch

        missing = absent(device)
        if missing:
            raise InputError([missing])
        self.network = network
        self.batch = batch
        self.device = torch.device(device)
        self._cuts = dtype == "tfloat32"
        self.dtype: torch.dtype = torch.float32 if self._cuts else getattr(torch, dtype)
        self._layers = [
            (
                self._operand(self._stored(layer.weight)),
                self._stored(layer.bias),
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
        values = values.to(self.device)
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

    def scalar(self, value: Fraction) -> torch.Tensor:
        """A number as the machine holds it."""
        import torch

        return torch.tensor(float(value), dtype=self.dtype).to(self.device)

    def __str__(self) -> str:
        """What runs: a processor's name where it is no CPU, and the library."""
        import torch

        named = "" if self.device.type == "cpu" else f"{torch.cuda.get_device_name(self.device)}, "
        return f"{named}PyTorch {torch.__version__}"

    def _stored(self, values: np.ndarray[Any, Any]) -> torch.Tensor:
        import torch

        return torch.from_numpy(np.array(values)).to(self.dtype).to(self.device)

    def _operand(self, tensor: torch.Tensor) -> torch.Tensor:
        import torch

        if not self._cuts:
            return tensor
        cut: Any = rounded(tensor.numpy(), _CUT).astype(np.float32)
        return torch.from_numpy(cut)


def devices() -> tuple[str, ...]:
    """The devices that are here."""
    import torch

    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def absent(device: str) -> str | None:
    """What to say of a device that is not here."""
    if device in devices():
        return None
    return (
        f"there is no device {device!r} here; run this where there is one, or ask what cpu computes"
    )


@contextmanager
def pinned() -> Iterator[None]:
    """Runs with one order of summation, as far as PyTorch lets it be chosen.

    They are on one thread, whose number may change the order; products on a GPU round no operand to TF32, and add
    in no type that is narrower than float32.
    """
    import torch

    threads, matmul = torch.get_num_threads(), torch.backends.cuda.matmul
    names = (
        "allow_tf32",
        "allow_bf16_reduced_precision_reduction",
        "allow_fp16_reduced_precision_reduction",
    )
    before: list[tuple[Any, str, bool]] = [(matmul, name, getattr(matmul, name)) for name in names]
    before.append((torch.backends.cudnn, "allow_tf32", torch.backends.cudnn.allow_tf32))
    torch.set_num_threads(1)
    try:
        for owner, name, _ in before:
            setattr(owner, name, False)
        yield
    finally:
        torch.set_num_threads(threads)
        for owner, name, value in before:
            setattr(owner, name, value)
