"""Zero errors of α-abstractions, over all pairs of disjoint sets of high-level variables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import numpy as np

from tauomega.theory.definitions.alpha import Alpha, AlphaError

from ..facts import BLOCKS_ONTO, Fact
from ..kernels import Kernels
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]

_LATTICE = (("IIL", "IC"), ("IIL", "ISC"), ("IC", "ISIL"), ("ISC", "ISIL"))


def _pairs(count: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Non-empty disjoint sets of variables."""

    def subsets(names: range | list[int]) -> Iterator[tuple[int, ...]]:
        return chain.from_iterable(combinations(names, k) for k in range(1, len(names) + 1))

    for sources in subsets(range(count)):
        for targets in subsets([k for k in range(count) if k not in sources]):
            yield sources, targets


def _notion(error: AlphaError) -> Notion:
    def reading(meeting: Meeting) -> Array:
        kernels = Kernels(meeting)
        holds = np.ones(meeting.shape, dtype=bool)
        for sources, targets in _pairs(len(meeting.supports)):
            below = error in (AlphaError.IC, AlphaError.IIL)
            spread = error in (AlphaError.IIL, AlphaError.ISC)
            holds &= kernels.commute(sources, targets, set_below=below, spread=spread)
        return holds

    return Notion(
        f"alpha[{error.value}]",
        Alpha(error),
        reading,
        clauses=BLOCKS_ONTO,
        needs=frozenset({Fact.SEVERAL}),
    )


NOTIONS = tuple(map(_notion, AlphaError))
ARROWS = (
    *(
        Arrow(f"alpha[{strong}]", f"alpha[{weak}]", "zennaro_2023_four_errors")
        for strong, weak in _LATTICE
    ),
    *(Arrow("alpha[ISIL]", f"cae[{way}]", "drawn_errors_vanish") for way in ("down", "up")),
)
