"""Clean runs: each input once, in tiles of the size that the patched runs will have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import torch

from ..graph.network import CapturedNetwork
from ..graph.sites import Site, Slice

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CleanRuns", "run_clean"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class CleanRuns:
    """The values that patched runs read, for every input.

    Attributes:
        values: node -> its value for all inputs, first dimension inputs; for a node without rows, such
            as a mask or a size, its value at the size of a tile.
        by_row: the nodes that have a row for each input.
        held: site name -> what the site holds in each input's run.
        inputs: how many there are.
    """

    values: Mapping[str, Any]
    by_row: frozenset[str]
    held: Mapping[str, Tensor]
    inputs: int

    def frontier(self, names: Iterable[str], rows: Tensor) -> dict[str, Any]:
        """The values of some nodes for the inputs with these numbers."""
        return {
            name: self.values[name].index_select(0, rows)
            if name in self.by_row
            else self.values[name]
            for name in names
        }


def run_clean(
    network: CapturedNetwork,
    inputs: Sequence[Tensor],
    sites: Mapping[str, Site],
    nodes: Iterable[str],
    rows: int,
) -> CleanRuns:
    """Run every input once, `rows` at a time; the last tile is filled up with the first input.

    Args:
        network: the graph.
        inputs: one tensor for each of its inputs, shape (inputs, …).
        sites: what is read off each run.
        nodes: the nodes whose values are kept.
        rows: the size of a tile.
    """
    count = len(inputs[0])
    wanted = list(nodes)
    kept: dict[str, list[Any]] = {name: [] for name in wanted}
    held: dict[str, list[Tensor]] = {name: [] for name in sites}
    needed = [*wanted, *(site.node for site in sites.values())]
    by_row = frozenset(name for name in wanted if network.by_name[name].rows == 0)
    for start in range(0, count, rows):
        size = min(rows, count - start)
        filled = [_filled(x[start : start + size], x[:1], rows) for x in inputs]
        values = network.values(*filled, needed=needed)
        for name in wanted:
            kept[name].append(values[name][:size] if name in by_row else values[name])
        for name, site in sites.items():
            value = values[site.node]
            if isinstance(site, Slice):  # copies entries, so that fewer rows have the same bits
                value = value[:size]
            held[name].append(site.read(value)[:size])
    return CleanRuns(
        {n: torch.cat(parts) if n in by_row else parts[0] for n, parts in kept.items()},
        by_row,
        {name: torch.cat(parts) for name, parts in held.items()},
        count,
    )


def _filled(part: Tensor, filler: Tensor, rows: int) -> Tensor:
    missing = rows - len(part)
    return torch.cat([part, filler.expand(missing, *filler.shape[1:])]) if missing else part
