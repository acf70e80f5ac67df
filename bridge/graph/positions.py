r"""Where the positions of a sequence lie in every value, and which positions an operation reads.

The inputs have shape (rows, positions, …). From there every operation is followed by its own rule: a
linear map over the last dimension keeps the positions where they are, a transposition moves them, a view
may merge them with the rows. An operation without a rule has no positions, and whoever wants to leave
positions out must compute it whole. Nothing is read off the name of a class or a module.

Positions are mixed by attention alone. Which queries read which keys is read off the mask that the graph
computes, for all inputs: an entry of it that is false, or −∞, gives the weight exp(−∞) = 0, and a finite
value times 0 changes no bit of a sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from .network import CapturedNetwork
from .node import Extent, Node, Ref, references

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ATTENTION", "POINTWISE", "Positions", "allowed"]

ATTENTION = "scaled_dot_product_attention"
_POINTWISE = (
    "add sub rsub neg mul div square relu leaky_relu relu6 hardtanh abs maximum minimum clamp clamp_min "
    "clamp_max threshold gelu silu sigmoid tanh exp log sqrt rsqrt reciprocal pow erf cos sin elu softplus "
    "mish logsigmoid dropout to _to_copy alias clone contiguous detach masked_fill where"
)
POINTWISE = frozenset(_POINTWISE.split())
_READS = {"linear": "input", "addmm": "mat1", "embedding": "indices"}
_NORMS = ("layer_norm", "rms_norm")
_VIEWS = ("view", "reshape", "expand", "flatten", "unflatten", "unsqueeze", "squeeze")
_PARTS = ("split", "split_with_sizes", "chunk", "unbind")


@final
@dataclass(frozen=True, slots=True)
class Along:
    """The dimension of the positions; `merged` if it runs over rows and positions, these fastest."""

    axis: int
    merged: bool = False


@final
@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """The positions of a network.

    Attributes:
        length: how many there are.
        along: node -> where they lie in its value; nodes without a rule are missing.
    """

    length: int
    along: Mapping[str, Along]

    @classmethod
    def of(cls, network: CapturedNetwork) -> Positions | None:
        """The positions of a network whose inputs all have shape (rows, positions, …), else `None`."""
        shapes = [network.by_name[name].shape for name in network.inputs]
        lengths = {shape[1] if len(shape) > 1 else None for shape in shapes}
        length = lengths.pop() if len(lengths) == 1 else None
        if not isinstance(length, int) or any(shape[0] != Extent(1) for shape in shapes):
            return None
        along = {name: Along(1) for name in network.inputs}
        for node in network.nodes:
            if node.target is None:
                continue
            found = _followed(node, network, along, length)
            if found is not None:
                along[node.name] = found
        return cls(length, along)

    def narrowed(self, name: str, value: Tensor, chosen: range) -> Tensor:
        """The chosen positions of a whole value of a node, stored one after the other."""
        where = self.along[name]
        if where.merged:
            parts = value.reshape(-1, self.length, *value.shape[1:])
            part = parts[:, chosen.start : chosen.stop].flatten(0, 1)
            return part.contiguous()
        return value.narrow(where.axis, chosen.start, len(chosen)).contiguous()


def allowed(mask: Tensor) -> Tensor:
    """Where a mask of attention lets a query read a key: true, or above −∞."""
    import torch

    return mask if mask.dtype is torch.bool else mask > -float("inf")


def _followed(
    node: Node, network: CapturedNetwork, along: Mapping[str, Along], length: int
) -> Along | None:
    read = [name for name in node.parents if name in along]
    if not read:
        return None
    name = node.operation.name
    found: Along | None = None
    if name in POINTWISE or name == "cat":
        found = _aligned(node, network, along, read)
    elif name in _READS or name in _NORMS or name in ("softmax", "mean", "sum"):
        found = _over_the_last(node, network, along)
    elif name in _VIEWS:
        found = _viewed(node, network, along, length)
    elif name in ("transpose", "permute", "swapaxes"):
        found = _moved(node, network, along)
    elif name in _PARTS or name in ("slice", "select"):
        found = _beside(node, network, along)
    elif name == "getitem":
        found = along[read[0]]
    elif name == ATTENTION:
        rank = len(node.shape)
        three = [_argument(node, key) for key in ("query", "key", "value")]
        good = all(along.get(other) == Along(rank - 2) for other in three)
        found = Along(rank - 2) if good else None
    if found is None or name in _PARTS:
        return found
    size = node.shape[found.axis] if found.axis < len(node.shape) else None
    return found if size == (Extent(length) if found.merged else length) else None


def _argument(node: Node, key: str) -> str:
    """The node that an argument is, or ""."""
    given = node.arguments.get(key)
    return given.name if isinstance(given, Ref) else ""


def _aligned(
    node: Node, network: CapturedNetwork, along: Mapping[str, Along], read: Sequence[str]
) -> Along | None:
    """Entry by entry, dimensions aligned at the end as in broadcasting; or laid side by side."""
    rank = len(node.shape)
    found = {
        Along(along[p].axis + rank - len(network.by_name[p].shape), along[p].merged) for p in read
    }
    where = found.pop() if len(found) == 1 else None
    if where is not None and node.operation.name == "cat":
        dim = node.arguments.get("dim", 0)
        listed = list(references(node.arguments["tensors"]))
        beside = isinstance(dim, int) and dim % rank != where.axis
        return where if beside and all(ref.name in along for ref in listed) else None
    return where


def _over_the_last(
    node: Node, network: CapturedNetwork, along: Mapping[str, Along]
) -> Along | None:
    """What mixes later dimensions only."""
    name = node.operation.name
    key = _READS.get(name, "input" if name in _NORMS else "self")
    own = _argument(node, key)
    others = [p for p in node.parents if p != own and p in along]
    if own not in along or others:
        return None
    where, rank = along[own], len(network.by_name[own].shape)
    if name == "embedding":
        return where
    if name in _NORMS:
        shape = node.arguments.get("normalized_shape", ())
        first = rank - (len(shape) if isinstance(shape, tuple) else rank)
    elif name in ("softmax", "mean", "sum"):
        dims = node.arguments.get("dim")
        listed = dims if isinstance(dims, tuple) else (dims,)
        if not listed or not all(isinstance(d, int) for d in listed):
            return None
        first = min(d % rank for d in listed if isinstance(d, int))
    else:
        first = rank - 1
    return where if where.axis < first else None


def _viewed(
    node: Node, network: CapturedNetwork, along: Mapping[str, Along], length: int
) -> Along | None:
    """The dimension with as many entries before it, and as many positions."""
    own = node.parents[0]
    if own not in along:
        return None
    where, shape = along[own], network.by_name[own].shape
    before: tuple[int, int] = (1, 1) if where.merged else _size(shape[: where.axis])
    if node.operation.name == "expand":
        return Along(where.axis + len(node.shape) - len(shape), where.merged)
    for axis, size in enumerate(node.shape):
        if size == length and _size(node.shape[:axis]) == before:
            return Along(axis)
    merged = node.shape and node.shape[0] == Extent(length) and before == (1, 1)
    return Along(0, merged=True) if merged else None


def _size(shape: Sequence[int | Extent]) -> tuple[int, int]:
    """The product of some sizes: (its number, the power of the number of rows)."""
    number, power = 1, 0
    for size in shape:
        number *= size.factor if isinstance(size, Extent) else size
        power += isinstance(size, Extent)
    return number, power


def _moved(node: Node, network: CapturedNetwork, along: Mapping[str, Along]) -> Along | None:
    own = node.parents[0]
    rank = len(network.by_name[own].shape)
    if along[own].merged:
        return None
    if node.operation.name == "permute":
        dims = node.arguments.get("dims")
        order = [d % rank for d in dims if isinstance(d, int)] if isinstance(dims, tuple) else []
        return Along(order.index(along[own].axis)) if len(order) == rank else None
    keys = ("dim0", "dim1") if "dim0" in node.arguments else ("axis0", "axis1")
    ends = [d % rank for key in keys if isinstance(d := node.arguments.get(key), int)]
    if len(ends) != 2:
        return None
    axis = along[own].axis
    return Along(ends[1 - ends.index(axis)] if axis in ends else axis)


def _beside(node: Node, network: CapturedNetwork, along: Mapping[str, Along]) -> Along | None:
    """A cut across another dimension than that of the positions, or none at all."""
    own = node.parents[0]
    rank = len(network.by_name[own].shape)
    dim = node.arguments.get("dim", 0)
    if not isinstance(dim, int) or along[own].merged:
        return None
    dim %= rank
    name, axis = node.operation.name, along[own].axis
    if dim == axis:
        return along[own] if name == "slice" and node.shape == network.by_name[own].shape else None
    dropped = name in ("select", "unbind") and dim < axis
    return Along(axis - dropped)
