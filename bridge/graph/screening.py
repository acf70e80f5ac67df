"""What is wrong with a module, or with example inputs, before anything is captured."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tauomega.theory.errors import InputError

if TYPE_CHECKING:
    import torch
    from torch import nn

__all__ = ["compiled_parts", "screen"]

_COMPILED = (
    "{} is compiled: hooks and captures see what was compiled, not the module; give the module from before "
    "torch.compile"
)
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def screen(module: nn.Module, inputs: Sequence[object]) -> None:
    """Refuse what would be captured wrongly.

    Raises:
        InputError: a module that is compiled, in training mode where that changes what it computes, or
            has hooks; parameters that are not finite or of several types or devices; example inputs
            that are no tensors with the rows first, or do not fit the parameters. All faults at once.
    """
    faults = [*_module_faults(module), *_state_faults(module), *_input_faults(module, inputs)]
    if faults:
        raise InputError(faults)


def compiled_parts(module: nn.Module) -> list[str]:
    """A fault for every part that is compiled: hooks on it are silently ignored."""
    return [
        _COMPILED.format(
            f"{path!r} ({type(part).__name__})" if path else f"the {type(part).__name__}"
        )
        for path, part in module.named_modules()
        if _is_compiled(part)
    ]


def _module_faults(module: nn.Module) -> Iterator[str]:
    from torch import nn

    for path, part in module.named_modules():
        name = f"{path!r} ({type(part).__name__})" if path else f"the {type(part).__name__}"
        if _is_compiled(part):
            yield _COMPILED.format(name)
        elif any(getattr(part, kind, None) for kind in _HOOKS):
            yield f"{name} has hooks, which a graph does not run; remove them first"
        if not part.training:
            continue
        match part:
            case nn.modules.dropout._DropoutNd() if part.p > 0:
                yield f"{name} drops units at random in training mode; call module.eval() first"
            case nn.modules.batchnorm._BatchNorm():
                yield (
                    f"{name} normalises by its batch in training mode, so that rows depend on each "
                    "other; call module.eval() first"
                )
            case nn.modules.instancenorm._InstanceNorm() if part.track_running_stats:
                yield f"{name} updates its statistics in training mode; call module.eval() first"
            case nn.MultiheadAttention() | nn.modules.rnn.RNNBase() if part.dropout > 0:
                yield f"{name} drops units at random in training mode; call module.eval() first"


def _is_compiled(part: nn.Module) -> bool:
    # not imported, which is slow: where nothing has loaded it, no part is compiled
    loaded = sys.modules.get("torch._dynamo.eval_frame")
    wrapped = loaded is not None and isinstance(part, loaded.OptimizedModule)
    return wrapped or getattr(part, "_compiled_call_impl", None) is not None


def _state_faults(module: nn.Module) -> Iterator[str]:
    import torch

    dtypes: dict[torch.dtype, str] = {}
    devices: dict[torch.device, str] = {}
    for kind, tensors in (
        ("parameter", module.named_parameters()),
        ("buffer", module.named_buffers()),
    ):
        for name, tensor in tensors:
            if tensor.is_meta:
                yield f"the {kind} {name!r} is on the device 'meta': it has no values"
                continue
            devices.setdefault(tensor.device, name)
            if not tensor.is_floating_point():
                continue
            if kind == "parameter":
                dtypes.setdefault(tensor.dtype, name)
            bad = torch.isnan(tensor) if kind == "buffer" else ~torch.isfinite(tensor)
            if bool(bad.any()):
                place = [int(i) for i in bad.nonzero()[0]]
                value = tensor[tuple(place)].item()
                yield f"the {kind} {name}{place} is {value}; weights are finite numbers"
    if len(dtypes) > 1:
        shown = ", ".join(f"{name!r} is {dtype}" for dtype, name in dtypes.items())
        yield f"the parameters have several types: {shown}; cast the module to one"
    if len(devices) > 1:
        shown = ", ".join(f"{name!r} is on {device}" for device, name in devices.items())
        yield f"the module is on several devices: {shown}; move it to one"


def _input_faults(module: nn.Module, inputs: Sequence[object]) -> Iterator[str]:
    import torch

    state = [t for t in (*module.parameters(), *module.buffers()) if not t.is_meta]
    weights = [t for t in state if t.is_floating_point()]
    rows: dict[int, int] = {}
    if not inputs:
        yield "give at least one example input, a tensor whose first dimension runs over rows"
    for number, value in enumerate(inputs):
        if not isinstance(value, torch.Tensor) or value.dim() == 0 or value.shape[0] == 0:
            given = (
                f"shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else repr(value)
            )
            yield f"example input {number} is no tensor whose first dimension runs over rows: {given}"
            continue
        rows[number] = int(value.shape[0])
        if state and value.device != state[0].device:
            yield f"example input {number} is on {value.device}, the module on {state[0].device}"
        if value.is_floating_point():
            if weights and value.dtype != weights[0].dtype:
                yield f"example input {number} is {value.dtype}, the parameters are {weights[0].dtype}"
            elif not value.is_meta and not bool(torch.isfinite(value).all()):
                yield f"example input {number} has values that are not finite"
    if len(set(rows.values())) > 1:
        yield f"the example inputs have different numbers of rows: {sorted(set(rows.values()))}"
