"""Φ-abstractions: blocks map graph to graph, and every box commutes."""

from __future__ import annotations

import numpy as np

from tauomega.theory.definitions.phi_abstraction import PhiAbstraction

from ..facts import BLOCKS_ONTO
from ..graphs import Graph, projected
from ..kernels import Kernels
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    owner = {k: j for j, block in enumerate(meeting.blocks) for k in block}
    everything = frozenset(range(len(meeting.supports)))
    below = [projected(parents, frozenset(owner)) for parents in meeting.low.parents]
    above = [projected(parents, everything) for parents in meeting.high.parents]
    holds = np.zeros(meeting.shape, dtype=bool)
    for graph in set(above):
        if graph.shared:
            continue  # not Markovian
        columns = np.array([other == graph for other in above])
        rows = np.array([_maps(own, graph, owner) for own in below])
        holds |= rows[:, None] & columns[None, :] & _boxes(meeting, graph)
    return holds


def _maps(below: Graph, above: Graph, owner: dict[int, int]) -> bool:
    """No edge inside a block, each other one mapped to an edge, and no shared noise."""
    images = {(owner[a], owner[b]) for a, b in below.edges}
    return not below.shared and images <= above.edges


def _boxes(meeting: Meeting, graph: Graph) -> Array:
    kernels = Kernels(meeting)
    holds = np.ones(meeting.shape, dtype=bool)
    for y in range(len(meeting.supports)):
        parents = tuple(sorted(a for a, b in graph.edges if b == y))
        holds &= kernels.commute(parents, (y,), set_below=True, spread=False)
    return holds


NOTIONS = (Notion("phi-abstraction", PhiAbstraction(), _reading, clauses=BLOCKS_ONTO),)
ARROWS = (Arrow("phi-abstraction", "probabilistic[block]", "boxes_give_laws"),)
