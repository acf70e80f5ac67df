"""From a module to its graph, by `torch.export`; what cannot be captured is refused by name.

The capture is checked before it is returned: on the example inputs, and on another number of rows, the
graph must compute the very bits that the module computes. `nn.TransformerEncoder` calls fused kernels
when gradients are off, which are one opaque operation with other bits; what is captured is what it
computes step by step, as whenever gradients are on (`torch.backends.mha.set_fastpath_enabled(False)`).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import TYPE_CHECKING, Any

from tauomega.theory.errors import InputError

from .export_to_graph import network_of_program
from .screening import screen

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .network import CapturedNetwork

__all__ = ["capture"]


def capture(module: nn.Module, example_inputs: Tensor | Sequence[Tensor]) -> CapturedNetwork:
    """The graph of a module in evaluation mode, for any number of rows.

    Args:
        module: computes tensors (one, a tuple, or a mapping such as a `ModelOutput`) from tensors.
        example_inputs: one tensor or several, the first dimension of each running over rows; every other
            size is fixed by them.

    Raises:
        InputError: what `screen` refuses; control flow that depends on data; operations that are not
            supported, with their modules; a graph that does not compute what the module computes.
    """
    import torch

    inputs = (
        (example_inputs,) if isinstance(example_inputs, torch.Tensor) else tuple(example_inputs)
    )
    screen(module, inputs)
    rows = [torch.cat([x] * 2) if len(x) == 1 else x for x in inputs]  # one row would be a constant
    wrapper = _wrapper(module)
    with torch.no_grad(), _no_fast_path():
        arguments = tuple(signature(module.forward).parameters)
        names = _names(wrapper, rows)
        network = network_of_program(_export(wrapper, rows), arguments, names)
        _compare(network, wrapper, rows)
    return network


@contextmanager
def _no_fast_path() -> Iterator[None]:
    """Without the fused kernels that transformer layers call when gradients are off."""
    import torch

    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _wrapper(module: nn.Module) -> Any:
    """A module with a flat tuple of tensors as its output; the user's module is left as it is."""
    from torch import nn

    fixed: dict[str, object] = {}
    if "use_cache" in signature(module.forward).parameters:
        fixed["use_cache"] = False  # keys and values of earlier calls are no output

    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
            return tuple(value for _, value in _flat(self.module(*inputs, **fixed)))

        def names(self, inputs: Sequence[Tensor]) -> tuple[str, ...]:
            return tuple(name for name, _ in _flat(self.module(*inputs, **fixed)))

    return Flat()


def _names(wrapper: Any, inputs: Sequence[Tensor]) -> tuple[str, ...]:
    try:
        names: tuple[str, ...] = wrapper.names(inputs)
    except InputError:
        raise
    except Exception as error:  # whatever the module raises is the user's to read
        raise InputError(
            [f"the module cannot run on the example inputs: {type(error).__name__}: {error}"]
        ) from error
    return names


def _flat(output: object, name: str = "") -> list[tuple[str, Tensor]]:
    import torch

    match output:
        case torch.Tensor():
            return [(name or "output", output)]
        case Mapping():
            parts: list[tuple[str, object]] = [(str(k), v) for k, v in output.items()]
        case tuple() | list():
            parts = [(f"output.{i}", value) for i, value in enumerate(output)]
        case None:
            return []
        case _:
            raise InputError(
                [
                    f"the module's output has a {type(output).__name__}, which is no tensor; wrap the module"
                ]
            )
    return [
        found for key, value in parts for found in _flat(value, f"{name}.{key}" if name else key)
    ]


def _export(wrapper: nn.Module, inputs: Sequence[Tensor]) -> Any:
    from torch.export import Dim, export

    auto = tuple({0: Dim.AUTO} for _ in inputs)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return export(wrapper, tuple(inputs), dynamic_shapes=(auto,), strict=False)
    except InputError:
        raise
    except Exception as error:  # torch.export raises whatever the module's code raises
        raise InputError([_refusal(error)]) from error


def _refusal(error: Exception) -> str:
    text = str(error).strip().splitlines() or [""]
    if "data-dependent" in str(error).lower() or "DataDependent" in type(error).__name__:
        return (
            "the module branches on the values that it computes, so that one graph cannot stand for it: "
            f"{text[0][:200]}"
        )
    return f"torch.export cannot capture the module: {type(error).__name__}: {text[0][:200]}"


def _compare(network: CapturedNetwork, wrapper: nn.Module, inputs: Sequence[Tensor]) -> None:
    import torch

    for batch in (list(inputs), [torch.cat([x, x[:1]]) for x in inputs]):
        expected = wrapper(*batch)
        found = network.run(*batch)
        for name, wanted, value in zip(network.outputs, expected, found.values(), strict=True):
            if not torch.equal(wanted, value):
                raise InputError(
                    [
                        f"the graph computes another {name!r} than the module for {len(batch[0])} rows: "
                        "the module does something that torch.export does not see"
                    ]
                )
