"""A circuit as a straight-line program over words of 64 assignments, and its run in plain numpy.

The compiled run, with the same meaning, is `scanning_compiled` (the extra `fast`). The number of an
assignment has bit k where variable k is true: the first six variables differ inside a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.circuit import AND, TRUE, VAR, XOR, Circuit

from .deadline import undisturbed
from .engine import Budget

__all__ = ["INSIDE", "Code", "Scan", "code_of", "fastest", "scan_in_numpy"]

Words = npt.NDArray[Any]
INSIDE = 6
"""Variables that differ inside a word."""
PATTERNS = np.array(
    [sum(1 << a for a in range(64) if a >> k & 1) for k in range(INSIDE)], dtype=np.uint64
)
ONES = np.uint64(2**64 - 1)
COMPILING = 20.0
"""Seconds that must be left for the compiled run: it takes one to load, or several on a busy machine."""
ROW = 12
"""Variables that differ between the words of a row of the numpy run: 2^12 words."""


@final
@dataclass(frozen=True, slots=True)
class Code:
    """A program: every step writes a register, and registers are used again when they are free.

    Attributes:
        steps: shape (n, 5): the register to write; 0 AND, 1 XOR, 2 ITE, 3 a variable; then three
            operands, each twice a register, plus 1 where it is negated (or the variable's number).
        outputs: operands that must all be true.
        registers: how many there are; number 0 holds true.
        variables: how many there are.
    """

    steps: npt.NDArray[np.int32]
    outputs: npt.NDArray[np.int32]
    registers: int
    variables: int


def code_of(circuit: Circuit, literals: Sequence[int], free: Sequence[int]) -> Code:
    """The program that says where all literals are true; variable k is `free[k]`."""
    cone = circuit.cone(literals)
    place = {f: k for k, f in enumerate(free)}
    last = {TRUE: len(cone)} | {abs(f): len(cone) for f in literals}
    for position, number in enumerate(cone):
        kind, operands = circuit.gates[number]
        for f in operands if kind != VAR else ():
            last[abs(f)] = max(position, last.get(abs(f), 0))
    dying: dict[int, list[int]] = {}
    for number, position in last.items():
        dying.setdefault(position, []).append(number)
    register, unused, count = {TRUE: 0}, list[int](), 1
    steps = np.zeros((len(cone), 5), dtype=np.int32)

    def operand(f: int) -> int:
        return 2 * register[abs(f)] + (f < 0)

    for position, number in enumerate(cone):
        kind, operands = circuit.gates[number]
        if kind == VAR:
            row = [3, place[number], 0, 0]
        else:
            named = {AND: 0, XOR: 1}.get(kind, 2)
            row = [named, *map(operand, operands), 0][:4]
        for dead in dying.get(position, ()):  # they may be overwritten by this very step
            unused.append(register[dead])
        if unused:
            register[number] = unused.pop()
        else:
            register[number], count = count, count + 1
        steps[position] = [register[number], *row]
    outputs = np.array([operand(f) for f in literals], dtype=np.int32)
    return Code(steps, outputs, count, len(free))


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
