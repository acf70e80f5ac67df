"""The graph of a network and its direct readings: values by name, networkx, descendants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, final

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest
from tauomega.theory.reports.readable import Printed

from .computing import computed
from .node import Node

if TYPE_CHECKING:
    import networkx as nx
    import torch
    from torch import Tensor

    from .sites import Slice

__all__ = ["CapturedNetwork"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class CapturedNetwork(Printed):
    """A network as a graph of operations, for any number of rows.

    Attributes:
        nodes: in an order in which they can be computed.
        constants: the tensors of the constant nodes; copies, which later training does not change.
        inputs: the names of the input nodes, in the order of the module's arguments.
        outputs: output name -> node.
        addresses: every name by module path and its node; see `graph.addresses`.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, Tensor]
    inputs: tuple[str, ...]
    outputs: Mapping[str, str]
    addresses: Mapping[str, str]
    by_name: Mapping[str, Node] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {node.name: node for node in self.nodes})

    def __str__(self) -> str:
        """How many operations there are, what goes in and what comes out."""
        shapes = {n.name: f"({', '.join(map(str, n.shape))})" for n in self.nodes}
        read = ", ".join(f"{name} {shapes[name]}" for name in self.inputs)
        given = ", ".join(f"{name} {shapes[node]}" for name, node in self.outputs.items())
        return f"a graph of {len(self.nodes):,} values from {read} to {given}"

    @property
    def dtype(self) -> torch.dtype:
        """The type of the parameters; float32 without any."""
        import torch

        found = [t.dtype for t in self.constants.values() if t.is_floating_point()]
        return found[0] if found else torch.float32

    @property
    def device(self) -> torch.device:
        """Where the parameters are; the CPU without any."""
        import torch

        return next((t.device for t in self.constants.values()), torch.device("cpu"))

    def to(self, device: torch.device | str) -> CapturedNetwork:
        """The same operations on another device, its constants and what the operations create."""
        import torch

        there = torch.device(device)
        if there.type == self.device.type:
            return self
        constants = {name: value.to(there) for name, value in self.constants.items()}
        return replace(self, nodes=tuple(n.to(there) for n in self.nodes), constants=constants)

    def node(self, address: str) -> Node:
        """The node of a name by module path.

        Raises:
            InputError: there is none of that name; the nearest is suggested.
        """
        if address not in self.addresses:
            raise InputError([f"no value {address!r}{nearest(address, self.addresses)}"])
        return self.by_name[self.addresses[address]]

    def site(self, text: str) -> Slice:
        """The site that a text names, such as `transformer.h.1.mlp[:, 3, :16]`."""
        from .site_text import parse_site

        return parse_site(text, self)

    def digraph(self) -> nx.DiGraph[str]:
        """The values as a `networkx.DiGraph`: an edge from each value to what reads it."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        for node in self.nodes:
            shape = tuple(map(str, node.shape))
            graph.add_node(
                node.name, operation=node.operation.name, module=node.module, shape=shape
            )
            graph.add_edges_from((parent, node.name) for parent in node.parents)
        return graph

    def descendants(self, names: Iterable[str]) -> frozenset[str]:
        """The nodes that read one of these, directly or not."""
        reached = set(names)
        found = set()
        for node in self.nodes:
            if reached.intersection(node.parents):
                reached.add(node.name)
                found.add(node.name)
        return frozenset(found)

    def ancestors(self, names: Iterable[str]) -> frozenset[str]:
        """Some nodes with everything that they read, directly or not."""
        needed = set(names)
        for node in reversed(self.nodes):
            if node.name in needed:
                needed.update(node.parents)
        return frozenset(needed)

    def run(self, *inputs: Tensor) -> dict[str, Tensor]:
        """The outputs by name, computed by the operators of the module in its order."""
        values = self.values(*inputs)
        found: dict[str, Tensor] = {name: values[node] for name, node in self.outputs.items()}
        return found

    def values(self, *inputs: Tensor, needed: Iterable[str] | None = None) -> dict[str, Any]:
        """The value of every node: tensors, tuples of tensors, and sizes.

        Args:
            inputs: one tensor for each input node, with as many rows each.
            needed: nodes beyond which only what they read is computed; all nodes by default.

        Raises:
            InputError: another number of inputs, types, devices or sizes than the capture's.
        """
        import torch

        self._check(inputs)
        wanted = self.by_name if needed is None else self.ancestors(needed)
        values: dict[str, Any] = dict(self.constants)
        values.update(zip(self.inputs, inputs, strict=True))
        with torch.no_grad():
            for node in self.nodes:
                if node.name in wanted and node.name not in values:
                    values[node.name] = computed(node, values)
        return values

    def _check(self, inputs: Sequence[Tensor]) -> None:
        if len(inputs) != len(self.inputs):
            raise InputError([f"the network has {len(self.inputs)} inputs, not {len(inputs)}"])
        state = next(iter(self.constants.values()), None)
        faults = []
        for name, value in zip(self.inputs, inputs, strict=True):
            node = self.by_name[name]
            if value.dtype != node.dtype:
                faults.append(
                    f"the input {name!r} is {value.dtype}; it was captured as {node.dtype}"
                )
            if state is not None and value.device != state.device:
                faults.append(
                    f"the input {name!r} is on {value.device}, the network on {state.device}"
                )
            if tuple(value.shape[1:]) != node.shape[1:]:
                wanted = ", ".join(map(str, node.shape))
                faults.append(f"the input {name!r} has shape {tuple(value.shape)}, not ({wanted})")
        if faults:
            raise InputError(faults)
