"""Interchange consistency on all mapped variables: each site alone, or every subset of sites."""

from __future__ import annotations

from collections.abc import Callable

from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.policy import Depth, Scored, TauUPolicy

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion, Sites

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, most: int) -> Array:
    """Reached block values, above as the values of τ, whether or not τ is onto."""
    holds = meeting.over_groups([], meeting.same)
    for rows, values in meeting.reached():
        pairs = []
        for number in meeting.unions(values, most):
            above = meeting.image(meeting.size.low.interventions[number])
            pairs.append((number, meeting.size.high.number(above)))
        holds[rows] = meeting.same(rows, tuple(pairs))
    return holds


def _bound(most: int) -> Callable[[Meeting], Array]:
    return lambda meeting: _reading(meeting, most)


def _notion(word: str, depth: Depth, most: int) -> Notion:
    given = frozenset({Fact.SITES, Fact.CONTEXTS})
    swaps = InterchangeConsistency(joint=depth, scored=Scored.MAPPED, tau_u=TauUPolicy.IDENTITY)
    return Notion(f"interchange[{word}]", swaps, _bound(most), sites=Sites.ALL, given=given)


_ALL, _EACH = "interchange[all sites]", "interchange[each site alone]"
NOTIONS = (
    _notion("each site alone", Depth(1), 1),
    _notion("all sites", Depth(None), 2**10),
)
_NAMED = "squares_in_named_contexts"
ARROWS = (
    Arrow(_ALL, _EACH, "interchange_of_constructive"),
    Arrow(_ALL, "uniform[reach]", "interchange_covers_reached_values"),
    Arrow(_ALL, "similar[reach]", "interchange_covers_reached_values"),
    Arrow(_ALL, "interchange-accuracy[variables with children]", _NAMED),
    Arrow(_EACH, "circuit", _NAMED),
)
