"""One computed value of a network: an operation, what it reads, and where in the module it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    import torch

    from .operations import Operation

__all__ = ["Extent", "Node", "Ref", "references"]


@final
@dataclass(frozen=True, slots=True)
class Ref:
    """The value of another node, as an argument."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Extent:
    """A size that grows with the batch: `factor` times the number of rows."""

    factor: int

    def __str__(self) -> str:
        return "batch" if self.factor == 1 else f"{self.factor} * batch"


@final
@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value of the network.

    Attributes:
        name: its own name in the graph, unique.
        operation: what computes it; its kind says which uses of the graph understand it.
        arguments: by the name that the operator's schema gives them; defaults are left out.
        target: the PyTorch operator, which a replay calls; `None` for inputs and constants.
        shape: a size or an `Extent` for each dimension; empty for scalars and for tuples of tensors.
        dtype: such as `torch.float32`; `None` for sizes and for tuples of tensors.
        module: the path of the innermost module that computes it; "" for the whole network.
    """

    name: str
    operation: Operation
    arguments: Mapping[str, object]
    target: Callable[..., object] | None
    shape: tuple[int | Extent, ...]
    dtype: torch.dtype | None
    module: str

    @property
    def parents(self) -> tuple[str, ...]:
        """The nodes that it reads, each once, in the order of its arguments."""
        return _parents(self)

    def to(self, device: torch.device) -> Node:
        """The same node, creating what it creates on a device."""
        import torch

        named = {k: v for k, v in self.arguments.items() if isinstance(v, torch.device)}
        return replace(self, arguments={**self.arguments, **dict.fromkeys(named, device)})

    @property
    def rows(self) -> int | None:
        """The dimension that runs over the rows of the batch alone, or `None`."""
        places = [i for i, size in enumerate(self.shape) if isinstance(size, Extent)]
        single = len(places) == 1 and self.shape[places[0]] == Extent(1)
        return places[0] if single else None


@lru_cache(maxsize=2**14)
def _parents(node: Node) -> tuple[str, ...]:
    found = (r.name for argument in node.arguments.values() for r in references(argument))
    return tuple(dict.fromkeys(found))


def references(argument: object) -> Iterator[Ref]:
    """The nodes that an argument reads."""
    match argument:
        case Ref():
            yield argument
        case tuple():
            for part in argument:
                yield from references(part)
