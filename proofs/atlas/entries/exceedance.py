"""d_1 = 0: in contexts of one name, squares commute almost surely."""

from __future__ import annotations

from tauomega.theory.definitions.exceedance import Exceedance

from ..facts import Fact
from ..meeting import Meeting, Pairs
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _almost(meeting: Meeting, rows: Array, pairs: Pairs) -> Array:
    low, high = meeting.responses(rows, pairs)
    likely = [k for k, weight in enumerate(meeting.low.law) if weight]
    answer: Array = (low[:, None, likely] == high[None, :, likely]).all(axis=2)
    return answer


def _reading(meeting: Meeting) -> Array:
    return meeting.over("block", lambda rows, pairs: _almost(meeting, rows, pairs))


NOTIONS = (
    Notion(
        "exceedance[block]",
        Exceedance(),
        _reading,
        given=frozenset({Fact.CONTEXTS, Fact.DEFINED}),
    ),
)
ARROWS: tuple[Arrow, ...] = ()
