"""Constructive abstractions, with some map of contexts or with the contexts of one name."""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.policy import TauUPolicy

from ..facts import BLOCKS_ONTO, Fact
from ..meeting import Meeting
from ..models import Array
from ..notion import FAMILIES, Arrow, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]

_CLAUSES = "definitions_within_definitions"
_SAME = ", same contexts"


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.matched)


def _same(meeting: Meeting, family: str) -> Array:
    """Every context above is one below, too."""
    onto = len(meeting.low.law) == len(meeting.high.law)
    return meeting.over(family, meeting.same) & onto


def _arrows() -> Iterator[Arrow]:
    for f in FAMILIES:
        yield Arrow(f"constructive[{f}]", f"tau-abstraction[{f}]", _CLAUSES)
        yield Arrow(f"constructive[{f}{_SAME}]", f"constructive[{f}]", _CLAUSES)
        similar = "definitions_by_more_clauses"
        yield Arrow(f"constructive[{f}{_SAME}]", f"similar[{f}]", similar)
    yield Arrow("constructive[taumax]", "strong[taumax]", "lemma_c")
    yield Arrow("constructive[block]", "invariance", "xia_2024_invariance")


NOTIONS = (
    *over_families("constructive", Constructive, _reading, clauses=BLOCKS_ONTO),
    *over_families(
        "constructive",
        lambda family: Constructive(family, tau_u=TauUPolicy.IDENTITY),
        _same,
        suffix=_SAME,
        clauses=BLOCKS_ONTO,
        needs=frozenset({Fact.CONTEXTS}),
    ),
)
ARROWS = (*nested("constructive"), *nested("constructive", _SAME), *_arrows())
