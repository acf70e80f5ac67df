"""One patched run by a plan that leaves positions out (`pruned`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, final

import torch

from ..graph.computing import computed
from ..graph.node import Extent, Node, Ref
from ..graph.positions import ATTENTION, POINTWISE
from ..graph.sites import Slice
from .pruned import Pruned

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["run_pruned"]

_VIEWS = ("view", "reshape", "flatten", "unflatten", "unsqueeze", "squeeze")


def run_pruned(
    plan: Pruned,
    frontier: Mapping[str, Any],
    held: Sequence[Tensor],
    *,
    everything: bool = False,
) -> dict[str, Tensor]:
    """The values that a plan computes, at their own positions; without those that nothing reads any more.

    Args:
        plan: which positions are computed.
        frontier: the clean values of `plan.reads` for each base, as `Pruned.kept` narrowed them.
        held: what each site is set to.
        everything: whether every computed value is kept.
    """
    return _Running(plan, frontier).run(held, {} if everything else plan.releases)


@final
class _Running:
    """One patched run: the values so far, each with the positions that it has."""

    def __init__(self, plan: Pruned, frontier: Mapping[str, Any]) -> None:
        self.plan, self.positions = plan, plan.positions
        self.network = plan.suffix.network
        self.frontier = frontier
        self.rows = next(len(v) for n, v in frontier.items() if self.network.by_name[n].rows == 0)
        self.done: dict[str, tuple[Any, range]] = {}

    def run(
        self, held: Sequence[Tensor], releases: Mapping[str, Sequence[str]]
    ) -> dict[str, Tensor]:
        sites: dict[str, list[tuple[Slice, Tensor]]] = {}
        for site, tensor in zip(self.plan.suffix.sites, held, strict=True):
            assert isinstance(site, Slice)
            sites.setdefault(site.node, []).append((self._shifted(site), tensor))
        found: dict[str, Tensor] = {}
        with torch.no_grad():
            for name in sites:
                if name not in self.plan.computes:
                    self._put(name, None, range(0), sites[name])
            for name, chosen in self.plan.computes.items():
                value = self._computed(self.network.by_name[name], chosen)
                self._put(name, value, chosen, sites.get(name, []))
                found[name] = self._at(name, chosen) if name in sites else value
                del value
                for read in releases.get(name, ()):
                    self.done.pop(read, None)
                    found.pop(read, None)
        return found

    def _shifted(self, site: Slice) -> Slice:
        """The site in a value that has the positions that are read of it alone."""
        axis, start = self.positions.along[site.node].axis, self.plan.reads[site.node].start
        index = list(site.index)
        part = index[axis]
        if isinstance(part, int):
            index[axis] = part - start
        elif isinstance(part, tuple):
            index[axis] = tuple(place - start for place in part)
        else:
            first, stop, _ = part.indices(self.positions.length)
            index[axis] = slice(first - start, stop - start)
        return replace(site, index=tuple(index))

    def _put(
        self, name: str, value: Any, chosen: range, sites: Sequence[tuple[Slice, Tensor]]
    ) -> None:
        """Keep a value: where more positions are read of it, inside the base's."""
        if name not in self.plan.reads:
            self.done[name] = (value, chosen)
            return
        whole, have = self.frontier[name], self.plan.reads[name]  # a fresh copy for each tile
        if value is not None:
            axis, rows = self._axis(name, whole, len(have))
            other = value if rows is whole else value.view(self.rows, -1, *value.shape[1:])
            rows.narrow(axis, chosen.start - have.start, len(chosen)).copy_(other)
        for site, tensor in sites:
            whole = site.write(whole, tensor)
        self.done[name] = (whole, have)

    def _axis(self, name: str, value: Tensor, length: int) -> tuple[int, Tensor]:
        """The dimension of the positions, in a view that has one for them alone."""
        where = self.positions.along[name]
        if where.merged:
            return 1, value.view(-1, length, *value.shape[1:])
        return where.axis, value

    def _at(self, name: str, chosen: range) -> Any:
        """A value at some positions."""
        if name not in self.done:
            if name not in self.plan.reads:
                return self.network.constants[name]
            self.done[name] = (self.frontier[name], self.plan.reads[name])
        value, have = self.done[name]
        if have == chosen:
            return value
        parts = value if isinstance(value, list | tuple) else [value]
        cut = []
        for part in parts:
            axis, rows = self._axis(name, part, len(have))
            some = rows.narrow(axis, chosen.start - have.start, len(chosen))
            cut.append((some.flatten(0, 1) if rows is not part else some).contiguous())
        return cut if parts is value else cut[0]

    def _computed(self, node: Node, chosen: range) -> Any:
        name = node.operation.name
        if name == ATTENTION:
            return self._attention(node, chosen)
        read = {p: self._read(node, p, chosen) for p in node.parents}
        if name in _VIEWS or name == "expand":
            value = read[node.parents[0]]
            shape = self._shape(node, chosen)
            return value.expand(shape) if name == "expand" else value.reshape(shape)
        return computed(node, read)

    def _read(self, node: Node, parent: str, chosen: range) -> Any:
        if parent in self.positions.along:
            return self._at(parent, chosen)
        value = (
            self.frontier[parent] if parent in self.plan.reads else self.network.constants[parent]
        )
        if node.operation.name not in POINTWISE or not isinstance(value, torch.Tensor):
            return value
        axis = self.positions.along[node.name].axis - (len(node.shape) - value.dim())
        if axis < 0 or value.shape[axis] == 1:
            return value
        return value.narrow(axis, chosen.start, len(chosen)).contiguous()

    def _shape(self, node: Node, chosen: range) -> list[int]:
        where = self.positions.along[node.name]
        sizes = [s.factor * self.rows if isinstance(s, Extent) else s for s in node.shape]
        sizes[where.axis] = self.rows * len(chosen) if where.merged else len(chosen)
        return sizes

    def _attention(self, node: Node, chosen: range) -> Any:
        """Some queries, all keys and values: what is causal becomes a mask."""
        whole = range(self.positions.length)
        read: dict[str, Any] = {}
        for key, wanted in (("query", chosen), ("key", whole), ("value", whole)):
            ref = node.arguments[key]
            assert isinstance(ref, Ref)
            read[key] = self._at(ref.name, wanted)
        mask = node.arguments.get("attn_mask")
        if isinstance(mask, Ref):
            value = self._read(node, mask.name, chosen)
            if value.shape[-2] != 1:
                value = value[..., chosen.start : chosen.stop, :]
            read["attn_mask"] = value
        elif node.arguments.get("is_causal") and chosen != whole:
            size = len(whole)
            causal = torch.ones(size, size, dtype=torch.bool, device=read["query"].device).tril()
            read["attn_mask"] = causal[chosen.start : chosen.stop]
        return computed(_of_some_queries(node, "attn_mask" in read), read)


@lru_cache(maxsize=2**10)
def _of_some_queries(node: Node, masked: bool) -> Node:
    """An attention that reads values of its arguments' own names; what is causal becomes a mask."""
    own = {key: Ref(key) for key in ("query", "key", "value")}
    arguments = {**node.arguments, **own}
    if masked:
        arguments |= {"attn_mask": Ref("attn_mask"), "is_causal": False}
    return replace(node, arguments=arguments)
