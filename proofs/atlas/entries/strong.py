"""Strong abstractions: every high-level intervention is reached."""

from __future__ import annotations

from dataclasses import replace

from tauomega.theory.definitions.strong import Strong

from ..facts import Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    groups = meeting.family(family) or []
    every = len(meeting.size.high.interventions)
    kept = [group for group in groups if len({j for _, j in group.pairs}) == every]
    return meeting.over_groups(kept, meeting.matched)


_FOUND = over_families("strong", Strong, _reading, clauses=frozenset({Fact.ONTO}))
NOTIONS = (
    replace(_FOUND[0], settles=frozenset({Fact.ALONE}), settled_by="lemma_c"),
    *_FOUND[1:],
)
ARROWS = (
    *(
        Arrow(f"strong[{f}]", f"tau-abstraction[{f}]", "definitions_within_definitions")
        for f in FAMILIES
    ),
    Arrow("strong[single:1]", "strong[block]", "lemma_c"),
    Arrow("strong[single:1]", "cluster-dag", "one_variable_above"),
)
