"""Networks as methods see them: run in float32 on the CPU, a layer at a time, and patched.

Two runners do the same for a captured network (only the layers after the patch are run) and for any
`torch.nn.Module` (through forward hooks). What methods read off them is evidence for methods, never
for a verdict: verdicts come from `check`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, final

from tauomega.theory.errors import InputError

from .graph.screening import compiled_parts
from .network import Network

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["ModuleRunner", "NetworkRunner", "Runner"]


class Runner(Protocol):
    """Runs and patches a network.

    Attributes:
        hidden: name and number of units of each hidden layer.
    """

    hidden: tuple[tuple[str, int], ...]

    def activations(self, layer: int, inputs: Tensor) -> Tensor:
        """The units of a hidden layer, shape (rows, units)."""
        ...

    def outputs(self, inputs: Tensor) -> Tensor:
        """The outputs, shape (rows, outputs)."""
        ...

    def resumed(self, inputs: Tensor, patches: Sequence[tuple[int, Tensor, Tensor]]) -> Tensor:
        """The outputs when layers are patched, shape (rows, outputs); differentiable.

        Args:
            inputs: the bases, shape (rows, inputs).
            patches: (layer, what is put in (rows, units), projector K on what is taken out
                (units, units)), one for a layer: h becomes h - h K + put.
        """
        ...


@final
class NetworkRunner:
    """A captured network through `torch.nn.functional`."""

    def __init__(self, network: Network) -> None:
        import torch

        self.layers = [
            (
                torch.from_numpy(layer.weight.astype("float32")),
                torch.from_numpy(layer.bias.astype("float32")),
                layer.activation,
            )
            for layer in network.layers
        ]
        self.hidden = tuple((f"layers.{k}", w) for k, w in enumerate(network.widths[:-1]))

    def _step(self, k: int, values: Tensor) -> Tensor:
        from torch.nn.functional import leaky_relu, linear, relu

        weight, bias, activation = self.layers[k]
        values = linear(values, weight, bias)
        if activation.name == "relu":
            return relu(values)
        if activation.name == "leaky_relu":
            return leaky_relu(values, float(activation.slope))
        return values

    def activations(self, layer: int, inputs: Tensor) -> Tensor:
        """The units of a hidden layer."""
        for k in range(layer + 1):
            inputs = self._step(k, inputs)
        return inputs

    def outputs(self, inputs: Tensor) -> Tensor:
        """The outputs."""
        return self.activations(len(self.layers) - 1, inputs)

    def resumed(self, inputs: Tensor, patches: Sequence[tuple[int, Tensor, Tensor]]) -> Tensor:
        """The outputs of patched runs."""
        values = inputs
        for k in range(len(self.layers)):
            values = self._step(k, values)
            for layer, put, taken in patches:
                if layer == k:
                    values = values - values @ taken + put
        return values


@final
class ModuleRunner:
    """Any module that maps a (rows, inputs) tensor to (rows, outputs), through forward hooks.

    Args:
        module: the module, in evaluation mode.
        layers: names of submodules, in the order in which they run, whose output (the first, of several)
            has the rows first.
        inputs: the number of inputs.

    Raises:
        InputError: no such submodule, a module that is in training mode, compiled, or not in float32 on
            the CPU, or an output that is no tensor with the rows first; all at once.
    """

    def __init__(self, module: nn.Module, layers: Sequence[str], inputs: int) -> None:
        import torch

        from tauomega.theory.kernel.errors import nearest

        self.module = module
        known = dict(module.named_modules())
        faults = [
            f"no submodule {name!r}{nearest(name, known)}" for name in layers if name not in known
        ]
        if module.training:
            faults.append("the module is in training mode; call module.eval() first")
        faults += compiled_parts(module)
        for name, tensor in module.named_parameters():
            if tensor.dtype != torch.float32 or tensor.device.type != "cpu":
                faults.append(
                    f"the parameter {name!r} is {tensor.dtype} on {tensor.device}; methods run in "
                    "torch.float32 on the CPU"
                )
                break
        if faults:
            raise InputError(faults)
        self.parts = [known[name] for name in layers]
        self.hidden: tuple[tuple[str, int], ...] = ()
        probe = torch.zeros(2, inputs)
        widths = []
        for k, name in enumerate(layers):
            found = self._caught(k, probe)
            if found is None or found.shape[0] != 2:
                faults.append(f"the output of {name!r} is no tensor with the rows first")
            else:
                widths.append((name, int(found.flatten(1).shape[1])))
        with torch.no_grad():
            result = module(probe)
        if not isinstance(result, torch.Tensor) or result.shape[0] != 2:
            faults.append("the module's output is no tensor with the rows first")
        if faults:
            raise InputError(faults)
        self.hidden = tuple(widths)

    def _caught(self, layer: int, inputs: Tensor) -> Tensor | None:
        import torch

        caught: list[Tensor | None] = []
        handle = self.parts[layer].register_forward_hook(
            lambda *call: caught.append(_values(call[2]))
        )
        try:
            with torch.no_grad():
                self.module(inputs)
        finally:
            handle.remove()
        return caught[0] if caught else None

    def activations(self, layer: int, inputs: Tensor) -> Tensor:
        """The units of a hidden layer, flattened."""
        found = self._caught(layer, inputs)
        assert found is not None, "the constructor has run it"
        return found.flatten(1)

    def outputs(self, inputs: Tensor) -> Tensor:
        """The outputs, flattened."""
        found: Tensor = self.module(inputs)
        return found.flatten(1)

    def resumed(self, inputs: Tensor, patches: Sequence[tuple[int, Tensor, Tensor]]) -> Tensor:
        """The outputs of patched runs."""
        handles = []
        for layer, put, taken in patches:

            def replaced(
                _: object, __: object, output: Any, put: Tensor = put, taken: Tensor = taken
            ) -> Any:
                values = _values(output)
                assert values is not None, "the constructor has looked"
                flat = values.flatten(1)
                changed = (flat - flat @ taken + put).reshape(values.shape)
                return (changed, *output[1:]) if isinstance(output, tuple) else changed

            handles.append(self.parts[layer].register_forward_hook(replaced))
        try:
            return self.outputs(inputs)
        finally:
            for handle in handles:
                handle.remove()


def _values(output: Any) -> Tensor | None:
    """A submodule's output, or the first of several, if it is a tensor with rows."""
    import torch

    found = output[0] if isinstance(output, tuple) and output else output
    return found if isinstance(found, torch.Tensor) and found.dim() > 1 else None
