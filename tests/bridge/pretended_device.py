"""A device that is not there: tensors that say that they are on it, and refuse what such tensors refuse.

Their numbers are in plain memory, so that everything computes; but a tensor of the device does not meet one of the
CPU in an operation (but for single numbers and indices), and has no NumPy array. What finds the results of a CPU
here forgets no tensor on the way to a device. What a real one rounds differently, it does not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork

__all__ = ["DEVICE", "captured", "pretended"]

DEVICE = torch.device("cuda", 0)
PLAIN = torch.device("cpu")
INDEXING = {
    Tensor.__getitem__, Tensor.__setitem__, torch.ops.aten.index.Tensor,
    torch.ops.aten.index_put.default, torch.ops.aten.index_put_.default,
}  # fmt: skip
MOVING = {Tensor.to, Tensor.copy_, Tensor.type_as}


class OnDevice(Tensor):
    """A tensor that says it is on `DEVICE`."""

    device = DEVICE
    is_cuda = True

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _called(func, args, kwargs or {})


class Pretending(TorchFunctionMode):
    """Calls that name the device without a tensor on it: `torch.arange(3, device="cuda")`."""

    paused = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.paused or func is torch.device:
            return func(*args, **(kwargs or {}))
        return _called(func, args, kwargs or {})


@contextmanager
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """With the device, for a while; modules move to it by `.to`, and nothing is compiled for it."""
    with monkeypatch.context() as patched, Pretending():
        patched.setattr(nn.Module, "to", _moved)
        patched.setattr(torch, "compile", lambda function, **options: function)
        patched.setattr(torch.cuda, "is_available", lambda: True)
        patched.setattr(torch.cuda, "synchronize", lambda *given: None)
        patched.setattr(torch.cuda, "empty_cache", lambda: None)
        patched.setattr(torch.cuda, "get_device_name", lambda *given: "a pretended device")
        yield DEVICE


def captured(module: nn.Module, inputs: Tensor | Sequence[Tensor]) -> CapturedNetwork:
    """A module on the device, captured on the CPU and moved: `torch.export` sees through the pretence."""
    given = [inputs] if isinstance(inputs, Tensor) else inputs
    plain, rows = _moved(deepcopy(module), PLAIN), [x.cpu() for x in given]
    Pretending.paused = True
    try:
        for part in plain.modules():
            for name, value in part._parameters.items():
                part._parameters[name] = value if value is None else nn.Parameter(value)
        network = capture(plain, rows)
    finally:
        Pretending.paused = False
    return network.to(DEVICE)


def _moved(module: nn.Module, *given: Any) -> nn.Module:
    """What `nn.Module.to` does, without asking whether a parameter may become a tensor of a device."""
    whole = [x for x in given if not isinstance(x, torch.dtype)]
    for part in module.modules():
        for kept in (part._parameters, part._buffers):
            for name, value in kept.items():
                if value is not None:
                    moved = value.detach().to(*(given if value.is_floating_point() else whole))
                    kept[name] = moved  # type: ignore[assignment]  # a plain tensor serves
    return module


def _called(func: Any, args: Any, kwargs: Any) -> Any:
    """A call, refused where a device would refuse it, with results where they would be."""
    tensors = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, Tensor)]
    here = [x for x in tensors if isinstance(x, OnDevice)]
    target = _target(func, args, kwargs)
    if here:
        _refuse(func, tensors, target)
    with torch._C.DisableTorchFunction():
        result = func(*tree_map(_bare, args), **tree_map(_bare, kwargs))
    on = target == DEVICE if target is not None else bool(here)
    return tree_map(_wrapped if on else _bare, result)


def _refuse(func: Any, tensors: Sequence[Tensor], target: torch.device | None) -> None:
    name = getattr(func, "__name__", str(func))
    if name in ("numpy", "__array__"):
        raise TypeError(f"can't convert {DEVICE} device type tensor to numpy; use Tensor.cpu()")
    apart = [x for x in tensors if not isinstance(x, OnDevice) and x.dim()]
    may_mix = func in MOVING or (func in INDEXING and isinstance(tensors[0], OnDevice))
    if target is None and apart and not may_mix:
        raise RuntimeError(
            f"Expected all tensors to be on the same device: {name} of tensors on {DEVICE} and on "
            f"{PLAIN}, shape {tuple(apart[0].shape)}"
        )


def _target(func: Any, args: Any, kwargs: Any) -> torch.device | None:
    """The device that a call names, if it names one."""
    if func in (Tensor.cpu, Tensor.cuda):
        return PLAIN if func is Tensor.cpu else DEVICE
    named = [kwargs["device"]] if kwargs.get("device") is not None else []
    if func is Tensor.to:
        named += [x for x in args[1:] if isinstance(x, str | torch.device | Tensor)]
    if func is Tensor.type_as:
        named += args[1:]
    for x in named:
        device = x.device if isinstance(x, Tensor) else torch.device(x)
        return DEVICE if device.type == DEVICE.type else PLAIN
    return None


def _bare(x: Any) -> Any:
    """Without the pretence: what is called gets plain tensors, and no name of the device."""
    if isinstance(x, OnDevice):
        return x.as_subclass(Tensor)
    if isinstance(x, torch.device):
        return PLAIN
    return "cpu" if isinstance(x, str) and x.startswith(DEVICE.type) else x


def _wrapped(x: Any) -> Any:
    return x.as_subclass(OnDevice) if isinstance(x, Tensor) and not isinstance(x, OnDevice) else x
