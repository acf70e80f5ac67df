"""The run of a circuit's program in plain numpy, and the fastest run that there is.

The compiled run, with the same meaning, is `scanning_compiled` (the extra `fast`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.circuit import TRUE, Circuit

from .deadline import undisturbed
from .engine import Budget
from .program import INSIDE, PATTERNS, Code, code_of

__all__ = ["Scan", "fastest", "scan_in_numpy"]

Words = npt.NDArray[Any]
ONES = np.uint64(2**64 - 1)
COMPILING = 20.0
"""Seconds that must be left for the compiled run: it takes one to load, or several on a busy machine."""
ROW = 12
"""Variables that differ between the words of a row of the numpy run: 2^12 words."""


Scan = Callable[[Code, int, int], int]
"""(program, first assignment, how many: a power of two) -> a hit's number, or -1."""


def scan_in_numpy(code: Code, first: int, count: int) -> int:
    """The first assignment, of so many from a first one, at which all outputs are true; or -1.

    Both are multiples of 64, unless there are fewer than six variables: then `count` is all.
    """
    words = max(1, count >> INSIDE)
    row = min(words, 1 << ROW)
    between = [
        np.where(np.arange(row) >> k & 1, ONES, np.uint64(0))
        for k in range(min(ROW, max(0, code.variables - INSIDE)))
    ]
    for start in range(0, words, row):
        hit = _row(code, between, (first >> INSIDE) + start, row)
        if count < 64:
            hit &= np.uint64((1 << count) - 1)
        where = np.flatnonzero(hit)
        if where.size:
            word = int(hit[where[0]])
            bit = (word & -word).bit_length() - 1
            return first + ((start + int(where[0])) << INSIDE) + bit
    return -1


def _row(code: Code, between: Sequence[Words], word: int, row: int) -> Words:
    """All outputs at so many words from a word on."""
    values: list[Words] = [np.full(row, ONES)] * code.registers

    def of(operand: int) -> Words:
        found = values[operand >> 1]
        return ~found if operand & 1 else found

    for target, kind, a, b, c in code.steps.tolist():
        if kind == 3:
            values[target] = _variable(a, between, word, row)
        elif kind == 0:
            values[target] = of(a) & of(b)
        elif kind == 1:
            values[target] = of(a) ^ of(b)
        else:
            no = of(c)
            values[target] = no ^ (of(a) & (of(b) ^ no))
    hit = np.full(row, ONES)
    for operand in code.outputs.tolist():
        hit = hit & of(operand)
    return hit


def _variable(number: int, between: Sequence[Words], word: int, row: int) -> Words:
    if number < INSIDE:
        return np.full(row, PATTERNS[number])
    k = number - INSIDE
    if 1 << k < row:
        return between[k]
    return np.full(row, ONES if word >> k & 1 else np.uint64(0))


def fastest(budget: Budget) -> Scan:
    """The compiled run, where it is installed and there is time to compile it; else the numpy run."""
    if find_spec("numba") is None or budget.left < COMPILING:
        return scan_in_numpy
    with undisturbed():  # half a compilation would leave numba unusable
        from .scanning_compiled import scan_compiled

        scan_compiled(code_of(Circuit(), (TRUE,), ()), 0, 1)
    return scan_compiled
