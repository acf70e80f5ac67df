"""Multi-layer perceptrons as one case of the graph, in both directions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from tauomega.theory.errors import InputError

from ..dyadic import exact_float
from ..network import Activation, Layer, Network
from .addresses import addresses_of
from .network import CapturedNetwork
from .node import Extent, Node, Ref
from .operations import CONSTANT, INPUT, OPERATIONS, OpKind

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["graph_of_mlp", "mlp_of_graph"]

_PASSING = ("dropout", "flatten", "view", "reshape", "contiguous", "clone", "alias", "detach")
_ACTIVATIONS = ("relu", "leaky_relu")


def mlp_of_graph(network: CapturedNetwork) -> Network:
    """The layers of a chain of linear maps and (leaky) ReLUs on vectors, exactly as stored.

    Raises:
        InputError: an operation that belongs to no such chain, by name; all at once.
    """
    faults: list[str] = []
    layers: list[Layer] = []
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        faults.append("a multi-layer perceptron has one input and one output")
    chain = [node for node in network.nodes if node.target is not None]
    here = network.inputs[0]
    for node in chain:
        kind = node.operation.name
        moved = kind in _PASSING and len(node.shape) <= 2
        if node.operation.kind is OpKind.DISCRETE and node.dtype is None:
            continue
        if kind not in ("linear", *_ACTIVATIONS) and not moved:
            where = f" in {node.module!r}" if node.module else ""
            faults.append(f"{kind}{where} is no part of a multi-layer perceptron")
            continue
        source = next(iter(node.arguments.values()))
        if source != Ref(here):
            faults.append(f"{kind} in {node.module!r} does not read the value before it: no chain")
        here = node.name
        if kind == "linear":
            layers.append(_layer(node, network))
        elif kind in _ACTIVATIONS:
            if not layers or layers[-1].activation.name != "identity":
                faults.append(f"{kind} in {node.module!r} has no linear layer before it")
                continue
            dtype = layers[-1].weight.dtype.type
            slope = exact_float(dtype(node.arguments.get("negative_slope", 0.01)))
            own = Activation(kind, slope if kind == "leaky_relu" else Fraction(0))
            layers[-1] = Layer(layers[-1].weight, layers[-1].bias, own)
    if faults:
        raise InputError(sorted(set(faults)))
    return Network(tuple(layers))


def graph_of_mlp(network: Network) -> CapturedNetwork:
    """The graph of a multi-layer perceptron; `layers.k` and `output` name its values."""
    import torch

    aten: Any = torch.ops.aten
    dtype = getattr(torch, network.dtype)
    nodes = [Node("input", INPUT, {}, None, (Extent(1), network.inputs), dtype, "")]
    constants: dict[str, Tensor] = {}
    stacks: dict[str, tuple[str, ...]] = {}
    here = "input"
    for k, layer in enumerate(network.layers):
        path = f"layers.{k}" if k < len(network.layers) - 1 else "output"
        for word, array in (("weight", layer.weight), ("bias", layer.bias)):
            name = f"{word}_{k}"
            constants[name] = torch.from_numpy(np.array(array))
            nodes.append(Node(name, CONSTANT, {}, None, tuple(array.shape), dtype, path))
        shape = (Extent(1), layer.width)
        read: dict[str, object] = {"input": Ref(here)}
        read |= {"weight": Ref(f"weight_{k}"), "bias": Ref(f"bias_{k}")}
        here = f"linear_{k}"
        nodes.append(
            Node(here, OPERATIONS["linear"], read, aten.linear.default, shape, dtype, path)
        )
        stacks[here] = (path,)
        kind = layer.activation.name
        if kind != "identity":
            read = {"self": Ref(here)}
            if kind == "leaky_relu":
                read["negative_slope"] = float(layer.activation.slope)
            here = f"{kind}_{k}"
            target = getattr(aten, kind).default
            nodes.append(Node(here, OPERATIONS[kind], read, target, shape, dtype, path))
            stacks[here] = (path,)
    outputs = {"output": here}
    return CapturedNetwork(
        tuple(nodes), constants, ("input",), outputs, addresses_of(nodes, stacks, outputs)
    )


def _layer(node: Node, network: CapturedNetwork) -> Layer:
    weight = _stored(node.arguments["weight"], network)
    bias = node.arguments.get("bias")
    shift = np.zeros(len(weight), weight.dtype) if bias is None else _stored(bias, network)
    return Layer(weight, shift, Activation())


def _stored(argument: object, network: CapturedNetwork) -> np.ndarray:
    import torch

    assert isinstance(argument, Ref)
    if argument.name not in network.constants:
        raise InputError(["a linear map whose weights are computed is no layer of a perceptron"])
    tensor = network.constants[argument.name].detach().cpu()
    if tensor.dtype is torch.bfloat16:
        raise InputError(["bfloat16 weights have no exact layers here; call module.float() first"])
    array: np.ndarray = tensor.numpy().copy()
    return array
