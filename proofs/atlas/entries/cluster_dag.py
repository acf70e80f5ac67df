"""The graph above is the cluster graph of the graph below."""

from __future__ import annotations

import numpy as np

from tauomega.theory.definitions.cluster_dag import ClusterDag

from ..facts import Fact
from ..graphs import Graph, projected, quotient
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    owner = {k: j for j, block in enumerate(meeting.blocks) for k in block}
    everything = frozenset(range(len(meeting.supports)))
    numbers: dict[Graph, int] = {}
    above = [
        numbers.setdefault(projected(parents, everything), len(numbers))
        for parents in meeting.high.parents
    ]
    below = []
    for parents in meeting.low.parents:
        graph = quotient(projected(parents, frozenset(owner)), owner)
        below.append(-1 if graph is None else numbers.get(graph, -1))
    found: Array = np.array(below)[:, None] == np.array(above)[None, :]
    return found


NOTIONS = (Notion("cluster-dag", ClusterDag(), _reading, clauses=frozenset({Fact.BLOCKS})),)
ARROWS: tuple[Arrow, ...] = ()
