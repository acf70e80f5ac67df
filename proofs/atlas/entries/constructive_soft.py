"""Constructive soft abstraction over blocks, with contexts of one name and the explicit ω of Theorem 14."""

from __future__ import annotations

from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
from tauomega.theory.family import Block

from ..facts import BLOCKS_ONTO, Fact
from ..meeting import Meeting, Pairs
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _same_steps(meeting: Meeting, rows: Array, pairs: Pairs) -> Array:
    low, high = meeting.steps(rows, pairs)
    answer: Array = (low[:, None, :] == high[None, :, : low.shape[1]]).all(axis=2)
    return answer


def _reading(meeting: Meeting) -> Array:
    """On whole blocks the explicit ω is ω_τ: constants go to constants."""
    onto = len(meeting.low.law) == len(meeting.high.law)
    return meeting.over("block", lambda rows, pairs: _same_steps(meeting, rows, pairs)) & onto


NOTIONS = (
    Notion(
        "constructive-soft[block, same contexts]",
        ConstructiveSoft(Block()),
        _reading,
        clauses=BLOCKS_ONTO,
        needs=frozenset({Fact.CONTEXTS}),
    ),
)
_SOFT = "constructive-soft[block, same contexts]"
ARROWS = (
    Arrow(_SOFT, "soft[block]", "soft_steps_need_no_interventions"),
    Arrow(_SOFT, "constructive[block, same contexts]", "massidda_2023_soft_implies_hard"),
)
