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
from typing import TYPE_CHECKING, final

from tauomega.theory.errors import InputError

from .replay import Suffix

if TYPE_CHECKING:
    from torch import Tensor

    from .network import CapturedNetwork
    from .sites import Site

__all__ = ["SiteReport", "check_site"]


MOST_SHIFTS = 64


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


def check_site(network: CapturedNetwork, site: Site, inputs: Sequence[Tensor]) -> SiteReport:
    """Look at a site, with every row as the base and the next as its source (then the one after, …).

    Args:
        network: the graph.
        site: the site.
        inputs: at least two different rows.

    Raises:
        InputError: interchanges move no output, or source = base is not the identity.
    """
    import torch

    suffix = Suffix.of(network, [site])
    clean = network.values(*inputs)
    held = site.read(clean[site.node])
    same = suffix.run(clean, [held])
    ends = list(network.outputs.values())
    faults = []
    if not all(torch.equal(same[end], clean[end]) for end in ends):
        faults.append(f"{site.name}: an interchange of a row with itself changes an output")
    rows = len(held)
    changed = torch.zeros(rows, dtype=torch.bool)
    tried = 0
    for shift in range(1, min(rows, MOST_SHIFTS + 1)):
        moved = suffix.run(clean, [held.roll(-shift, 0)])
        tried += rows
        for end in ends:
            if len(clean[end]) == rows:
                changed |= (moved[end] != clean[end]).reshape(rows, -1).any(1).cpu()
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
