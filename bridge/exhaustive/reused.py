"""Patched runs of a chain of linear maps and activations, which write over the tensors of the run before.

A fresh tensor of half a megabyte costs about as much as the product that fills it: the system hands out its
pages one by one (measured, on a CPU). So a tile's tensors are kept, and the next tile is written into them by
the same operators: `linear` into a given tensor, an activation in place. In either form PyTorch runs the one
kernel of the operator, so the bits are those of `Suffix.run`, the twin of this; the tests compare them.

A tile pairs a range of bases with some sources, so that what is read of the bases is copied as it is, and
the entries that the sources set stay where they are as long as the sources do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, final

import torch

from ..graph.computing import computed
from ..graph.node import Node, Ref
from ..graph.replay import Suffix
from ..graph.sites import Site, Slice
from .clean import CleanRuns

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Reused"]

TOGETHER = 2**17
"""Numbers of outputs that are read together: few enough for a cache, many for one call."""
ACTIVATIONS = ("relu", "leaky_relu", "gelu", "silu", "sigmoid", "tanh")


@final
@dataclass(slots=True, eq=False)
class Reused:
    """The chain, and its tensors.

    Attributes:
        clean: of the value that the first sites lie in, the least range of units with all that no source
            sets, for every input, shape (inputs, units of the range).
        room: that value for a tile, shape (rows, units).
        at: where the range starts.
        mixed: whether sources set some of it too.
        sites: node -> the entries that are set in its value: the site's number, it, and what it can hold.
        start: the node of the first sites.
        steps: node -> what computes its value from the one before.
        found: the outputs of some tiles.
        sources: whose entries `room` has, and for how many bases.
    """

    clean: Tensor
    room: Tensor
    at: int
    mixed: bool
    sites: Mapping[str, Sequence[tuple[int, Slice, Tensor]]]
    start: str
    steps: Mapping[str, Callable[[Tensor], Tensor]]
    found: Tensor
    sources: tuple[Sequence[Tensor], int] = field(default=((), 0), init=False)

    @classmethod
    def of(
        cls, suffix: Suffix, clean: CleanRuns, held: Sequence[Tensor], output: str, rows: int
    ) -> Reused | None:
        """The chain up to an output; `None` where a step is anything else, or a site is not a slice."""
        constants = suffix.network.constants
        starts = [name for name in suffix.frontier if name not in constants]
        if len(starts) != 1 or not suffix.steps or suffix.steps[-1] != output:
            return None
        (start,) = starts
        value = clean.values[start]
        sites = _by_node(suffix.sites, held)
        if start not in clean.by_row or value.dim() != 2 or sites is None:
            return None
        steps = _steps(suffix, start, rows)
        if steps is None:
            return None
        unset = torch.ones(value.shape[1], dtype=torch.bool)
        for _, site, _ in sites[start]:
            unset[site.key[1:]] = False
        places = unset.nonzero().flatten().tolist()
        at, stop = (places[0], places[-1] + 1) if places else (0, 0)
        mixed = len(places) < stop - at
        room = value[:1].expand(rows, -1).clone()
        units = suffix.network.by_name[output].shape[1]
        assert isinstance(units, int)
        tiles = max(1, TOGETHER // (rows * units))
        found = value.new_empty(tiles * rows, units)
        return cls(value[:, at:stop], room, at, mixed, sites, start, steps, found)

    @property
    def tiles(self) -> int:
        """How many tiles' outputs are found together."""
        return len(self.found) // len(self.room)

    @torch.no_grad()
    def outputs(self, bases: slice, sources: Sequence[Tensor]) -> Tensor:
        """The outputs of a range of bases with some sources, bases slowest; the next run writes over them.

        Args:
            bases: a range of inputs: with the sources at most `tiles` times the rows of a tile.
            sources: for each site the numbers of what it is set to, in step.
        """
        each = len(sources[0])
        step = len(self.room) // each
        for start in range(bases.start, bases.stop, step):
            some = slice(start, min(start + step, bases.stop))
            at, size = (start - bases.start) * each, (some.stop - start) * each
            self.found[at : at + size] = self._tile(some, sources)[:size]
        return self.found[: (bases.stop - bases.start) * each]

    def _tile(self, bases: slice, sources: Sequence[Tensor]) -> Tensor:
        """The outputs of one tile, the pairs' first."""
        shape = bases.stop - bases.start, len(sources[0])
        value = self.room
        part = _by_pair(value, shape).narrow(2, self.at, self.clean.shape[1])
        part.copy_(self.clean[bases, None])
        known, times = self.sources
        if sources is not known or shape[0] > times or self.mixed:
            _set(value, shape, self.sites[self.start], sources)
            self.sources = sources, shape[0]
        for name, step in self.steps.items():
            value = step(value)
            if name in self.sites:
                _set(value, shape, self.sites[name], sources)
        return value


def _by_node(
    sites: Sequence[Site], held: Sequence[Tensor]
) -> dict[str, list[tuple[int, Slice, Tensor]]] | None:
    found: dict[str, list[tuple[int, Slice, Tensor]]] = {}
    for number, (site, own) in enumerate(zip(sites, held, strict=True)):
        if not isinstance(site, Slice):
            return None
        found.setdefault(site.node, []).append((number, site, own))
    return found


def _steps(suffix: Suffix, start: str, rows: int) -> dict[str, Callable[[Tensor], Tensor]] | None:
    """What computes each value from the one before; two tensors of a size take turns."""
    constants = suffix.network.constants
    rooms: dict[tuple[int, bool], Tensor] = {}
    found: dict[str, Callable[[Tensor], Tensor]] = {}
    before, maps = start, 0
    for name in suffix.steps:
        node = suffix.network.by_name[name]
        if [p for p in node.parents if p not in constants] != [before]:
            return None
        weight, bias = (constants.get(_name(node, key)) for key in ("weight", "bias"))
        if node.operation.name == "linear" and weight is not None and bias is not None:
            maps += 1
            size = len(bias), maps % 2 == 0
            room = rooms.setdefault(size, weight.new_empty(rows, len(bias)))
            found[name] = partial(_mapped, weight=weight, bias=bias, room=room)
        elif node.operation.name not in ACTIVATIONS:
            return None
        elif maps:
            found[name] = partial(_activated, _in_place(node), before)
        else:  # what the sources set stays as it is
            found[name] = partial(_activated, node, before)
        before = name
    return found


def _set(
    value: Tensor,
    shape: tuple[int, int],
    sites: Sequence[tuple[int, Slice, Tensor]],
    sources: Sequence[Tensor],
) -> None:
    """Set the entries of some sites, for each base to those of each source."""
    for number, site, held in sites:
        _by_pair(value, shape)[:, *site.key] = held.index_select(0, sources[number])


def _by_pair(value: Tensor, shape: tuple[int, int]) -> Tensor:
    return value[: shape[0] * shape[1]].view(*shape, -1)


def _mapped(value: Tensor, weight: Tensor, bias: Tensor, room: Tensor) -> Tensor:
    found: Tensor = torch.ops.aten.linear.out(value, weight, bias, out=room)
    return found


def _activated(node: Node, before: str, value: Tensor) -> Tensor:
    found: Tensor = computed(node, {before: value})
    return found


def _in_place(node: Node) -> Node:
    """The same operation, written over what it reads."""
    operator = getattr(torch.ops.aten, f"{node.operation.name}_").default
    return replace(node, target=operator)


def _name(node: Node, key: str) -> str:
    match node.arguments.get(key):
        case Ref(name):
            return name
        case _:
            return ""
