"""What must hold of a site before anything is claimed about it.

A site that moves nothing makes every interchange claim true; one that holds something else than its name
says makes it about something else. So, on given inputs:

1. setting the site to a source's value changes some output, for some pair of rows;
2. source = base leaves every output as it is, bit for bit;
3. its name says what it holds: the value's shape and the module that computes it are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, final

from tauomega.theory.errors import InputError

from .replay import Suffix
from .sites import Slice

if TYPE_CHECKING:
    from torch import Tensor

    from .network import CapturedNetwork
    from .sites import Site

__all__ = ["SiteReport", "check_site"]


MOST_SHIFTS = 64
CHUNK = 64
"""Rows that are run at once, which bounds memory."""


@final
@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was seen of a site.

    Attributes:
        name: the site.
        computed_by: operation and module, in words.
        held: the shape of what it holds for one row.
        distinct: how many different values it has on the inputs.
        moved: how many of the rows changed an output when another row was the source: the next one,
            or the one after, … until some output moves.
        rows: how many rows there were.
        steps: how many nodes a patched run computes, of how many.
    """

    name: str
    computed_by: str
    held: tuple[int, ...]
    distinct: int
    moved: int
    rows: int
    steps: tuple[int, int]

    def __str__(self) -> str:
        shape = " × ".join(map(str, self.held)) or "1"
        return (
            f"{self.name} holds {shape} numbers, computed by {self.computed_by}; {self.distinct} distinct "
            f"values on {self.rows} rows, {self.moved} interchanges move an output"
        )


def check_site(
    network: CapturedNetwork,
    site: Site,
    inputs: Sequence[Tensor],
    *,
    outputs: Sequence[Site] | None = None,
) -> SiteReport:
    """Look at a site, with every row as the base and the next as its source (then the one after, …).

    Args:
        network: the graph.
        site: the site.
        inputs: at least two different rows.
        outputs: the parts of values that it should move; the whole outputs by default.

    Raises:
        InputError: interchanges move no output, or source = base is not the identity.
    """
    import torch

    ends = outputs or [Slice(node, (), name) for name, node in network.outputs.items()]
    suffix = Suffix.of(network, [site], outputs=[end.node for end in ends])
    look = partial(_looked, suffix, ends, inputs)
    parts = [look(at, None) for at in range(0, len(inputs[0]), CHUNK)]
    held = torch.cat([part.held for part in parts])
    faults = []
    if any(bool(part.moved.any()) for part in parts):
        faults.append(f"{site.name}: an interchange of a row with itself changes an output")
    rows = len(held)
    changed = torch.zeros(rows, dtype=torch.bool)
    tried = 0
    for shift in range(1, min(rows, MOST_SHIFTS + 1)):
        sources = held.roll(-shift, 0)
        changed = torch.cat([look(at, sources).moved for at in range(0, rows, CHUNK)])
        tried += rows
        if bool(changed.any()):
            break
    if not bool(changed.any()):
        faults.append(
            f"{site.name}: none of {tried} interchanges moves an output; a claim about it would hold "
            "for any value"
        )
    if faults:
        raise InputError(faults)
    node = network.by_name[site.node]
    where = f"{node.operation.name} in {node.module!r}" if node.module else node.operation.name
    return SiteReport(
        site.name,
        where,
        tuple(held.shape[1:]),
        len(torch.unique(held.reshape(rows, -1), dim=0)),
        int(changed.sum()),
        rows,
        (len(suffix.steps), sum(n.target is not None for n in network.nodes)),
    )


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Some rows: what the site holds in each, and whether setting it moved an output."""

    held: Tensor
    moved: Tensor


def _looked(
    suffix: Suffix,
    ends: Sequence[Site],
    inputs: Sequence[Tensor],
    start: int,
    sources: Tensor | None,
) -> _Look:
    """A chunk of rows, the site set to what the sources hold there, or to its own value."""
    import torch

    (site,) = suffix.sites
    rows = [x[start : start + CHUNK] for x in inputs]
    nodes = [*suffix.frontier, site.node, *(end.node for end in ends)]
    clean = suffix.network.values(*rows, needed=nodes)
    held = site.read(clean[site.node])
    patched = suffix.run(clean, [held if sources is None else sources[start : start + len(held)]])
    moved = torch.zeros(len(held), dtype=torch.bool)
    for end in ends:
        before, after = end.read(clean[end.node]), end.read(patched[end.node])
        if len(before) == len(held):
            moved |= (after != before).reshape(len(held), -1).any(1).cpu()
    return _Look(held, moved)
