"""From an exported program to a graph; every operation that is not supported is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, final

from tauomega.theory.errors import InputError

from .addresses import Stack, addresses_of
from .network import CapturedNetwork
from .node import Extent, Node, Ref
from .operations import CONSTANT, INPUT, OPERATIONS, Operation, OpKind, operation_of

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["PREFIX", "network_of_program"]

PREFIX = "module"
"""What the user's module is called inside the module that is exported."""


@final
@dataclass(slots=True)
class _Building:
    """The nodes so far.

    `renamed` sends a node of the program to the node that holds its value now: an input has the name of
    the module's argument, and a value that was written in place is a new node.
    """

    rows: str
    nodes: list[Node]
    stacks: dict[str, Stack]
    renamed: dict[str, str]
    faults: list[str]

    def now(self, name: str) -> str:
        """The node that holds the value of a node of the program."""
        return self.renamed.get(name, name)


def network_of_program(
    program: Any, arguments: Sequence[str], names: Sequence[str]
) -> CapturedNetwork:
    """The graph of an `ExportedProgram` whose root holds the user's module as `PREFIX`.

    Args:
        program: exported with a dynamic first dimension, one for all inputs.
        arguments: what the user's module calls its arguments, in order.
        names: the names of the outputs, in order.

    Raises:
        InputError: a number of rows that is not free, operations that are not supported; all at once.
    """
    sign = program.graph_signature
    held = {**sign.inputs_to_parameters, **sign.inputs_to_buffers}
    held |= sign.inputs_to_lifted_tensor_constants
    tensors = {**program.state_dict, **program.constants}
    building = _Building(_row_symbol(program), [], {}, {}, [])
    constants: dict[str, Tensor] = {}
    inputs: list[str] = []
    outputs: list[str] = []
    taken = {node.name for node in program.graph.nodes}
    for node in program.graph.nodes:
        if node.op == "placeholder" and node.name in held:
            constants[node.name] = _copied(tensors[held[node.name]])
            owner = held[node.name].removeprefix(f"{PREFIX}.").rpartition(".")[0]
            building.nodes.append(_made(node, CONSTANT, {}, owner, building))
        elif node.op == "placeholder":
            wanted = arguments[len(inputs)] if len(inputs) < len(arguments) else node.name
            building.renamed[node.name] = node.name if wanted in taken else wanted
            made = _made(node, INPUT, {}, "", building)
            building.nodes.append(replace(made, name=building.now(node.name)))
            inputs.append(building.now(node.name))
        elif node.op == "call_function":
            _convert_call(node, building)
        elif node.op == "output":
            outputs += [building.now(a.name) for a in node.args[0] if a is not None]
        else:
            building.faults.append(f"a {node.op} node ({node.name}) is not captured")
    if not building.rows:
        building.faults.append(
            "the module fixes the number of rows; a network must accept any number of them"
        )
    if building.faults:
        raise InputError(sorted(set(building.faults)))
    outer = dict(zip(names, outputs, strict=True))
    addresses = addresses_of(building.nodes, building.stacks, outer)
    return CapturedNetwork(tuple(building.nodes), constants, tuple(inputs), outer, addresses)


def _copied(tensor: Tensor) -> Tensor:
    """A copy that asks for gradients as the original does: matmul's order of summation depends on it."""
    copy = tensor.detach().clone()
    return copy.requires_grad_(tensor.requires_grad)


def _row_symbol(program: Any) -> str:
    """The symbol of the first dimension of all inputs, or "" if it is a number."""
    given = set(program.graph_signature.user_inputs)
    found = {
        str(node.meta["val"].shape[0])
        for node in program.graph.nodes
        if node.op == "placeholder" and node.name in given
    }
    symbols = {symbol for symbol in found if not symbol.isdigit()}
    return symbols.pop() if len(found) == len(symbols) == 1 else ""


def _convert_call(node: Any, building: _Building) -> None:
    target: Any = node.target
    stack = _stack(node)
    module = stack[-1] if stack else ""
    operation = operation_of(target)
    schema = getattr(target, "_schema", None)
    in_place = schema is not None and schema.is_mutable
    if in_place:
        operation, target = _out_of_place(target)
    if operation is None:
        building.faults.append(f"the operation {node.target}{_where(module)} is not supported")
        return
    if operation.kind is OpKind.CHECK:
        return
    names = [a.name for a in schema.arguments] if schema is not None else []
    listed = {
        (names[i] if i < len(names) else str(i)): value for i, value in enumerate(node.args)
    } | dict(node.kwargs)
    arguments = {name: _argument(value, building) for name, value in listed.items()}
    if in_place:
        first = node.args[0]
        origin = building.now(first.name)
        made = next(n for n in building.nodes if n.name == origin)
        if made.operation.kind in (OpKind.MOVING, OpKind.INPUT, OpKind.CONSTANT):
            building.faults.append(
                f"{node.target}{_where(module)} writes into a view, an input or a parameter; "
                "use the operation that returns a new tensor"
            )
            return
        building.renamed = {k: node.name if v == origin else v for k, v in building.renamed.items()}
        building.renamed |= {first.name: node.name, origin: node.name}
    building.nodes.append(
        replace(_made(node, operation, arguments, module, building), target=target)
    )
    building.stacks[node.name] = stack


def _where(module: str) -> str:
    return f" in {module!r}" if module else ""


def _out_of_place(target: Any) -> tuple[Operation | None, Any]:
    """`relu_` as `relu`, if there is one with the same arguments."""
    import torch

    name = target.overloadpacket.__name__
    packet = getattr(torch.ops.aten, name.removesuffix("_"), None)
    other = getattr(packet, target._overloadname, None) if packet is not None else None
    if not name.endswith("_") or other is None or other._schema.is_mutable:
        return None, target
    return OPERATIONS.get(name.removesuffix("_")), other


def _argument(value: object, building: _Building) -> object:
    from torch import fx

    match value:
        case fx.Node():
            return Ref(building.now(value.name))
        case list() | tuple():
            return tuple(_argument(part, building) for part in value)
        case _:
            return value


def _made(
    node: Any,
    operation: Operation,
    arguments: Mapping[str, object],
    module: str,
    building: _Building,
) -> Node:
    import torch

    value = node.meta.get("val")
    if not isinstance(value, torch.Tensor):
        return Node(node.name, operation, arguments, None, (), None, module)
    shape = tuple(_extent(size, building) for size in value.shape)
    return Node(node.name, operation, arguments, None, shape, value.dtype, module)


def _extent(size: Any, building: _Building) -> int | Extent:
    text = str(size)
    if text.isdigit():
        return int(text)
    factor, _, symbol = text.rpartition("*")
    if symbol != building.rows or not (factor or "1").isdigit():
        building.faults.append(f"a size depends on the rows as {text}; only multiples are captured")
        return 0
    return Extent(int(factor or 1))


def _stack(node: Any) -> Stack:
    """The paths of the modules around a node, from the outside in."""
    found = []
    for path, _ in node.meta.get("nn_module_stack", {}).values():
        if path == PREFIX or path.startswith(f"{PREFIX}."):
            found.append(path.removeprefix(PREFIX).removeprefix("."))
    return tuple(found)
