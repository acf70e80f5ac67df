r"""Interchange equivalence: the coarsest variable that a site can carry, without a hypothesis.

For one site, let row s of a table hold the labels of all bases when the site is set to its value in the
run of source s. Two sources may share a value of a high-level variable at the site only if their rows
are equal; the classes of equal rows are therefore the coarsest variable that the site can carry, scored
on these labels (and any variable that it carries is a refinement of them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ..graph.network import CapturedNetwork
from ..graph.replay import Suffix
from ..graph.sites import Site
from .clean import run_clean
from .readout import Readout

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["interchange_classes", "interchange_labels"]


def interchange_labels(
    network: CapturedNetwork,
    inputs: Tensor | tuple[Tensor, ...],
    site: Site,
    readout: Readout,
    *,
    rows: int = 4096,
) -> Tensor:
    """The label of every base under every source, shape (sources, bases), bit-faithfully.

    Args:
        network: the graph.
        inputs: one tensor for each of its inputs, shape (inputs, …).
        site: what is set to its value on the source.
        readout: the label of an output.
        rows: the size of a tile, which fixes the bits.
    """
    given = (inputs,) if isinstance(inputs, torch.Tensor) else tuple(inputs)
    output = network.outputs[readout.output]
    suffix = Suffix.of(network, [site], outputs=[output])
    clean = run_clean(network, given, {"site": site}, suffix.frontier, rows)
    count = clean.inputs
    found = []
    for start in range(0, count * count, rows):
        size = min(rows, count * count - start)
        number = torch.arange(start, start + rows, device=clean.held["site"].device) % (
            count * count
        )
        source, base = number // count, number % count
        frontier = clean.frontier(suffix.frontier, base)
        value = suffix.run(frontier, [clean.held["site"].index_select(0, source)])[output]
        found.append(readout.labels(value)[:size])
    return torch.cat(found).reshape(count, count)


def interchange_classes(labels: Tensor) -> list[list[int]]:
    """The sources with equal rows, each class in order, classes by their first member."""
    classes: dict[tuple[int, ...], list[int]] = {}
    for source, row in enumerate(labels.tolist()):
        classes.setdefault(tuple(row), []).append(source)
    return list(classes.values())
