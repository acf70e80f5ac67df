"""Transformations of error 0, their kernels uniform on the fibres of τ."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np

from tauomega.theory.definitions.rischel_weichwald import NO_KERNELS, RischelWeichwald

from ..facts import Fact
from ..kernels import Kernels
from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    kernels, names = Kernels(meeting), range(len(meeting.supports))
    holds = np.ones(meeting.shape, dtype=bool)
    for chosen in chain.from_iterable(combinations(names, k) for k in range(len(names) + 1)):
        holds &= kernels.commute(chosen, tuple(names), set_below=False, spread=False)
    return holds


NOTIONS = (
    Notion(
        "rischel-weichwald",
        RischelWeichwald(),
        _reading,
        clauses=frozenset({Fact.BLOCKS}),
        needs=frozenset({Fact.ONTO}),  # no fibre is empty
        only=NO_KERNELS,
    ),
)
_FUNCTIONS = "equal_laws_of_functions"
ARROWS = (
    Arrow("rischel-weichwald", "alpha[ISIL]", _FUNCTIONS),
    Arrow("rischel-weichwald", "query-consistency[layer 1]", _FUNCTIONS),
)
