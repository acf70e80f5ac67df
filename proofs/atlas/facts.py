"""What decides whether a notion applies to a claim, and what is known of a claim on which one holds.

`check` reads a definition in this order: what the claim must carry, else bad input (`given`); clauses
about the maps alone, which fail (`clauses`); what the remaining clauses need, else bad input (`needs`).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .meeting import Meeting
    from .models import Array

__all__ = ["BLOCKS_ONTO", "Fact", "consequences", "contradictory", "where"]


class Fact(Enum):
    """A condition on a claim whose high-level variables have two values or more."""

    ONTO = "τ is onto"
    BLOCKS = "τ is a block map"
    DEFINED = "τ is a block map and ω_τ is defined on all unions of blocks"
    SITES = "τ is a block map and each τ reads something"
    CONTEXTS = "every low-level context is one of the high-level model, by name"
    SEVERAL = "there are several high-level variables"
    ALONE = "there is one high-level variable"
    EDGES = "some high-level variable reads another"
    FIXED = "noise is read by the high-level variables without parents alone, and by their blocks"


BLOCKS_ONTO = frozenset({Fact.BLOCKS, Fact.ONTO})

_RULES: tuple[tuple[frozenset[Fact], frozenset[Fact]], ...] = (
    (frozenset({Fact.DEFINED}), frozenset({Fact.BLOCKS})),
    (frozenset({Fact.SITES}), frozenset({Fact.BLOCKS})),
    (frozenset({Fact.EDGES}), frozenset({Fact.SEVERAL})),
    (frozenset({Fact.SITES, Fact.DEFINED}), frozenset({Fact.ONTO})),
    (frozenset({Fact.ONTO, Fact.BLOCKS}), frozenset({Fact.DEFINED, Fact.SITES})),
)


def consequences(facts: frozenset[Fact]) -> frozenset[Fact]:
    """All that follows from some facts."""
    known = facts
    for _ in _RULES:
        for premises, more in _RULES:
            if premises <= known:
                known |= more
    return known


def contradictory(facts: frozenset[Fact]) -> bool:
    """Whether no claim has all these."""
    return {Fact.ALONE, Fact.SEVERAL} <= facts


def where(meeting: Meeting, facts: frozenset[Fact]) -> Array:
    """For which pairs of models all these facts hold."""
    found = np.ones(meeting.shape, dtype=bool)
    for fact in facts:
        found &= _where(meeting, fact)
    return found


def _where(meeting: Meeting, fact: Fact) -> Array | bool:
    match fact:
        case Fact.ONTO:
            return meeting.onto
        case Fact.BLOCKS:
            return meeting.is_block_map
        case Fact.DEFINED:
            return meeting.family("block") is not None
        case Fact.SITES:
            return meeting.is_block_map and all(meeting.supports)
        case Fact.CONTEXTS:
            return len(meeting.low.law) <= len(meeting.high.law)
        case Fact.SEVERAL:
            return len(meeting.supports) > 1
        case Fact.ALONE:
            return len(meeting.supports) == 1
        case Fact.EDGES:
            above = [any(p - {-1} for p in own) for own in meeting.high.parents]
            return np.array(above)[None, :]
        case Fact.FIXED:
            return _fixed(meeting)


def _fixed(meeting: Meeting) -> Array:
    """Whether all noise is overwritten once the variables without parents are set."""
    found = np.zeros(meeting.shape, dtype=bool)
    names = range(len(meeting.supports))
    kinds = [frozenset(y for y in names if own[y] - {-1}) for own in meeting.high.parents]
    noisy = [frozenset(y for y in names if -1 in own[y]) for own in meeting.high.parents]
    for inner in set(kinds):
        columns = [k == inner and not n & inner for k, n in zip(kinds, noisy, strict=True)]
        roots = {v for y in names if y not in inner for v in meeting.blocks[y]}
        rows = [
            not any(-1 in read for v, read in enumerate(own) if v not in roots)
            for own in meeting.low.parents
        ]
        found |= np.array(rows)[:, None] & np.array(columns)[None, :]
    return found
