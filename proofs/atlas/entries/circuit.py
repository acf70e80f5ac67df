"""A circuit with the outputs of its model: equal runs, in contexts of one name, without intervention."""

from __future__ import annotations

from tauomega.theory.definitions.circuit import Circuit

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    return meeting.same(meeting.everyone, ((0, 0),))


NOTIONS = (
    Notion(
        "circuit",
        Circuit(),
        _reading,
        given=frozenset({Fact.CONTEXTS}),
    ),
)
ARROWS: tuple[Arrow, ...] = ()
