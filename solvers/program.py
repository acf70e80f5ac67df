"""A circuit as a straight-line program over words of 64 assignments.

The number of an assignment has bit k where variable k is true: the first six variables differ inside
a word. `scanning` runs programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.circuit import AND, TRUE, VAR, XOR, Circuit

__all__ = ["INSIDE", "PATTERNS", "Code", "code_of"]

INSIDE = 6
"""Variables that differ inside a word."""
PATTERNS = np.array(
    [sum(1 << a for a in range(64) if a >> k & 1) for k in range(INSIDE)], dtype=np.uint64
)
"""Their values, a bit for each assignment of a word."""


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
