"""Exact transformations, with ω_τ over each family, and with ω searched over blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tauomega.theory.definitions.exact import Exact
from tauomega.theory.family import Block
from tauomega.theory.policy import OmegaPolicy

from ...small_models import Shape
from ..facts import Fact
from ..meeting import Meeting
from ..models import Array, classes
from ..notion import FAMILIES, Arrow, Notion, nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _derived(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.equal_laws)


def _searched(meeting: Meeting) -> Array:
    """Some order-preserving ω from the block interventions to all above."""
    settings = [meeting.block_values(j) for j, reads in enumerate(meeting.supports) if reads]
    family = meeting.unions(settings, len(settings))
    count = meeting.low_laws.shape[0] * len(family)
    low_numbers, high_numbers = classes(
        meeting.low_laws[:, family].reshape(count, -1),
        meeting.high_laws.reshape(-1, meeting.high_laws.shape[2]),
    )
    low, low_rows = np.unique(low_numbers.reshape(-1, len(family)), axis=0, return_inverse=True)
    above_count = len(meeting.size.high.interventions)
    high, high_rows = np.unique(high_numbers.reshape(-1, above_count), axis=0, return_inverse=True)
    orders = _order(meeting.size.low, family), _order(meeting.size.high, range(above_count))
    known: dict[tuple[tuple[int, ...], ...], bool] = {}
    table = np.zeros((len(low), len(high)), dtype=bool)
    for b, laws in enumerate(high):
        for a in np.flatnonzero(np.isin(low, laws).all(axis=1)):
            choices = tuple(tuple(np.flatnonzero(laws == law).tolist()) for law in low[a])
            if choices not in known:
                known[choices] = _monotone(choices, *orders)
            table[a, b] = known[choices]
    found: Array = table[low_rows.reshape(-1)][:, high_rows.reshape(-1)]
    return found


def _order(shape: Shape, numbers: Sequence[int]) -> Array:
    """`order[a, b]`: intervention a is below b."""
    listed = [shape.interventions[number] for number in numbers]
    return np.array(
        [
            [all(x is None or x == y for x, y in zip(a, b, strict=True)) for b in listed]
            for a in listed
        ]
    )


def _monotone(choices: Sequence[Sequence[int]], below: Array, above: Array) -> bool:
    """Whether an order-preserving choice exists."""
    left = np.zeros((len(choices), len(above)), dtype=bool)
    for k, candidates in enumerate(choices):
        left[k, list(candidates)] = True
    return _extended(_consistent(left, below, above), below, above)


def _consistent(left: Array, below: Array, above: Array) -> Array:
    """The candidates that have an ordered partner for every comparable intervention."""
    lower, upper = below.astype(np.float32), above.astype(np.float32)
    while True:
        under = left.astype(np.float32) @ upper == 0  # no candidate of i is below it
        over = left.astype(np.float32) @ upper.T == 0
        kept = left & (lower.T @ under == 0) & (lower @ over == 0)
        if (kept == left).all():
            found: Array = kept
            return found
        left = kept


def _extended(left: Array, below: Array, above: Array) -> bool:
    """Backtracking on what is left, the first undecided intervention first."""
    counts = left.sum(axis=1)
    if not counts.all():
        return False
    open_ = np.flatnonzero(counts > 1)
    if not len(open_):
        return True
    first = open_[0]
    for candidate in np.flatnonzero(left[first]):
        chosen = left.copy()
        chosen[first] = False
        chosen[first, candidate] = True
        if _extended(_consistent(chosen, below, above), below, above):
            return True
    return False


NOTIONS = (
    *over_families("exact", lambda family: Exact(family, OmegaPolicy.DERIVED), _derived),
    Notion("exact[block, ω searched]", Exact(Block()), _searched, given=frozenset({Fact.BLOCKS})),
)
_CLAUSES = "definitions_by_more_clauses"
ARROWS = (
    *nested("exact"),
    Arrow("exact[block]", "exact[block, ω searched]", "beckers_2019_omega_tau"),
    Arrow("exact[block, ω searched]", "exact[block]", "searched_omega_is_omega_tau"),
    *(
        Arrow(f"exact[{f}]", f"probabilistic[{f}]", _CLAUSES, frozenset({Fact.ONTO}))
        for f in FAMILIES
    ),
)
