"""Interchange accuracy 1: the blocks of variables with children exchanged at once, the others scored."""

from __future__ import annotations

from itertools import product

import numpy as np

from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
from tauomega.theory.policy import TauUPolicy

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion, Sites

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    read_by_others = [frozenset().union(*own) - {-1} for own in meeting.high.parents]
    holds = np.zeros(meeting.shape, dtype=bool)
    for sites in set(read_by_others):
        if not sites:
            continue  # a claim without sites
        columns = np.array([s == sites for s in read_by_others])
        holds |= columns[None, :] & _agree(meeting, sorted(sites))
    return holds


def _agree(meeting: Meeting, sites: list[int]) -> Array:
    """Whether all exchanges of these sites give the other variables the values that they have above."""
    low, high = meeting.low, meeting.high
    contexts = range(len(low.law))
    outputs = [y for y in range(len(meeting.supports)) if y not in sites]
    values = np.array(meeting.size.high.states)
    same = np.ones(meeting.shape, dtype=bool)
    for sources in product(contexts, repeat=len(sites)):
        below = [
            meeting.union(
                [
                    meeting.setting(block, [meeting.size.low.states[runs[s]][k] for k in block])
                    for s, block in zip(sources, (meeting.blocks[y] for y in sites), strict=True)
                ]
            )
            for runs in low.worlds[:, 0][low.members]
        ]
        above = []
        for runs in high.worlds[:, 0][high.members]:
            own = {y: int(values[runs[s], y]) for s, y in zip(sources, sites, strict=True)}
            setting = tuple(own.get(y) for y in range(len(meeting.supports)))
            above.append(meeting.size.high.number(setting))
        for base in contexts:
            seen = values[meeting.read[low.members[:, base], below]][:, outputs]
            wanted = values[high.worlds[high.members[:, base], above]][:, outputs]
            same &= meeting.equal(seen, wanted)
    return same


NOTIONS = (
    Notion(
        "interchange-accuracy[variables with children]",
        InterchangeAccuracy(tau_u=TauUPolicy.IDENTITY),
        _reading,
        sites=Sites.PARENTS,
        given=frozenset({Fact.SITES, Fact.CONTEXTS, Fact.EDGES}),
    ),
)
ARROWS: tuple[Arrow, ...] = ()
