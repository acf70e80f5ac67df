r"""Patched runs of the positions that matter: those that a patch changes and that the readout needs.

A patch at position p of a decoder changes no position before p, and a label read at the last position
needs of the last block only that one. Both follow from the graph (`graph.positions`): forwards, a value
changes where what it reads changes, through attention where the mask lets a query read a changed key;
backwards, a value is needed where what reads it is needed. A patched run then computes of every step the
positions that are changed *and* needed; keys, values and residuals of all others are those of the base.

**Which bits.** Every position is computed by the module's own operators from the same numbers, but on
tensors with fewer positions, and an operator may add in another order when its shapes change (a single
query of an attention does, measured). So a plan is tried: on whole tiles of real pairs every value that
it computes must have the bits of the unpruned replay, node by node; otherwise attention is given more
queries, and at last nothing is pruned. What is then assumed, and named in the result, is that the order
in which an operator adds depends on the shapes of its arguments and not on the numbers in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, final

import torch

from ..graph.node import Node, Ref
from ..graph.positions import ATTENTION, POINTWISE, Positions, allowed
from ..graph.replay import Suffix, last_reads
from ..graph.sites import Slice
from .clean import CleanRuns
from .readout import Argmax, Readout

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Pruned", "masks_of"]


def masks_of(suffix: Suffix) -> tuple[str, ...]:
    """The masks of the attentions that a patched run computes."""
    nodes = [suffix.network.by_name[name] for name in suffix.steps]
    found = (n.arguments.get("attn_mask") for n in nodes if n.operation.name == ATTENTION)
    return tuple(dict.fromkeys(ref.name for ref in found if isinstance(ref, Ref)))


@final
@dataclass(frozen=True, slots=True, eq=False)
class Pruned:
    """The plan of a patched run that leaves positions out.

    Attributes:
        suffix: the run that it shortens.
        positions: where they lie.
        computes: node -> the positions that are computed of it, for every step that is computed.
        reads: node -> the positions that are read of its clean value, for the base.
        place: the position that the label is read at.
        queries: how many queries an attention has at least.
        releases: for each step the values that no later one reads.
    """

    suffix: Suffix
    positions: Positions
    computes: Mapping[str, range]
    reads: Mapping[str, range]
    place: int
    queries: int
    releases: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(
        cls, suffix: Suffix, readout: Readout, masks: Mapping[str, Any], queries: int
    ) -> Pruned | None:
        """The plan, or `None` where positions cannot be followed or nothing is saved.

        Args:
            suffix: the run.
            readout: the largest entry at one position.
            masks: the value of every mask for all inputs, first dimension inputs or 1.
            queries: how many queries an attention has at least.
        """
        positions = Positions.of(suffix.network)
        if positions is None or not isinstance(readout, Argmax) or len(readout.at) != 1:
            return None
        output = suffix.network.outputs[readout.output]
        if output not in positions.along or positions.along[output].axis != 1:
            return None
        changed = _changed(suffix, positions, masks)
        if changed is None:
            return None
        place = readout.at[0] % positions.length
        made = _needed(suffix, positions, changed, (output, place), queries)
        if made is None:
            return None
        kept = (output, *suffix.network.constants)
        releases = last_reads(suffix.network, tuple(made[0]), kept)
        return cls(suffix, positions, *made, place, queries, releases)

    def kept(self, clean: CleanRuns) -> CleanRuns:
        """The clean values, each narrowed once to the positions that are read of it."""
        values = {
            name: self.positions.narrowed(name, clean.values[name], chosen)
            if name in self.positions.along and name in clean.by_row
            else clean.values[name]
            for name, chosen in self.reads.items()
        }
        return replace(clean, values=values)

    def output(self, values: Mapping[str, Tensor], readout: Readout) -> tuple[Tensor, Readout]:
        """The value to be read, and the readout of it."""
        assert isinstance(readout, Argmax)
        name = self.suffix.network.outputs[readout.output]
        start = self.computes[name].start
        return values[name], replace(readout, at=(self.place - start,))


def _changed(
    suffix: Suffix, positions: Positions, masks: Mapping[str, Any]
) -> dict[str, range] | None:
    """Where each step differs from the base at most, or `None` if a step cannot be followed."""
    network, found = suffix.network, dict[str, range]()
    own: dict[str, range] = {}
    for site in suffix.sites:
        chosen = _site_positions(site, positions)
        if chosen is None:
            return None
        own[site.node] = _hull([own.get(site.node), chosen])
    found |= {node: chosen for node, chosen in own.items() if node not in suffix.steps}
    for name in suffix.steps:
        node = network.by_name[name]
        if name not in positions.along or not _readable(node, suffix, positions):
            return None
        if node.operation.name == ATTENTION:
            reached = _attended(node, found, masks, positions.length)
            if reached is None:
                return None
        else:
            reached = _hull(found.get(p) for p in node.parents)
        found[name] = _hull([reached, own.get(name)])
    return found


def _site_positions(site: object, positions: Positions) -> range | None:
    if not isinstance(site, Slice) or site.node not in positions.along:
        return None
    where = positions.along[site.node]
    if where.merged or len(site.index) <= where.axis:
        return None
    part = site.index[where.axis]
    if isinstance(part, slice):
        return range(*part.indices(positions.length))
    places = (part,) if isinstance(part, int) else part
    return range(min(places), max(places) + 1)


def _readable(node: Node, suffix: Suffix, positions: Positions) -> bool:
    """Whether what a step reads besides can be cut to some positions: it has them all, or one."""
    if node.operation.name not in POINTWISE:
        return True
    where, rank = positions.along[node.name], len(node.shape)
    for parent in node.parents:
        shape = suffix.network.by_name[parent].shape
        axis = where.axis - (rank - len(shape))
        if parent in positions.along or axis < 0:
            continue
        if where.merged or shape[axis] not in (1, positions.length):
            return False
    return True


def _attended(
    node: Node, changed: Mapping[str, range], masks: Mapping[str, Any], length: int
) -> range | None:
    """The queries that change: their own, and those that a changed key or value reaches."""
    key, value, query, mask = (
        ref.name if isinstance(ref := node.arguments.get(k), Ref) else ""
        for k in ("key", "value", "query", "attn_mask")
    )
    if mask in changed:
        return None
    seen = torch.ones(length, length, dtype=torch.bool)
    if mask:
        entries = allowed(masks[mask]).cpu()
        seen &= entries.expand(*entries.shape[:-2], length, length).flatten(0, -3).any(dim=0)
    if node.arguments.get("is_causal"):
        seen = seen.tril()
    touched = _hull([changed.get(key), changed.get(value)])
    rows = seen[:, touched.start : touched.stop].any(dim=1).nonzero().flatten().tolist()
    reached = range(rows[0], rows[-1] + 1) if rows else range(0)
    return _hull([reached, changed.get(query)])


def _needed(
    suffix: Suffix,
    positions: Positions,
    changed: Mapping[str, range],
    end: tuple[str, int],
    queries: int,
) -> tuple[dict[str, range], dict[str, range]] | None:
    """What is computed of each step, and what is read of clean values; `None` if nothing is."""
    network, whole = suffix.network, range(positions.length)
    needed: dict[str, range] = {end[0]: range(end[1], end[1] + 1)}
    computes: dict[str, range] = {}
    reads: dict[str, range] = {}
    for name in reversed(suffix.steps):
        node = network.by_name[name]
        chosen = _meet(changed[name], needed.get(name, range(0)))
        if not chosen:
            continue
        if node.operation.name == ATTENTION:
            start = max(0, min(chosen.start, chosen.stop - queries))
            chosen = range(start, max(chosen.stop, min(start + queries, positions.length)))
        computes[name] = chosen
        for parent in node.parents:
            keys = (node.arguments.get("key"), node.arguments.get("value"))
            mixed = node.operation.name == ATTENTION and Ref(parent) in keys
            needed[parent] = _hull([needed.get(parent), whole if mixed else chosen])
    if end[0] not in computes:
        return None
    starts = {site.node for site in suffix.sites}
    for parent, chosen in needed.items():
        own = computes.get(parent, range(0))
        if parent in starts:
            reads[parent] = _hull([chosen, changed[parent]])
        elif parent not in network.constants and _meet(own, chosen) != chosen:
            reads[parent] = _hull([chosen, own])
    if any(positions.along[name].merged for name in reads if name in positions.along):
        return None
    ordered = {name: computes[name] for name in suffix.steps if name in computes}
    return ordered, reads


def _hull(ranges: Iterable[range | None]) -> range:
    some = [r for r in ranges if r]
    return range(min(r.start for r in some), max(r.stop for r in some)) if some else range(0)


def _meet(a: range, b: range) -> range:
    return range(max(a.start, b.start), min(a.stop, b.stop)) or range(0)
