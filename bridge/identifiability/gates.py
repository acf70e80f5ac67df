"""The gates whose explanations are counted, as truth tables over all 0/1 inputs."""

from __future__ import annotations

from itertools import product

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

__all__ = ["GATES", "all_inputs", "truth_table"]

GATES = ("AND", "IMP", "MAJORITY", "NAND", "NIMP", "NOR", "OR", "XOR")
"""IMP is A → B and NIMP its negation, of two inputs; MAJORITY is of an odd number; XOR is parity."""


def all_inputs(count: int) -> tuple[tuple[int, ...], ...]:
    """All 0/1 vectors, the first input most significant: 00, 01, 10, 11."""
    return tuple(product((0, 1), repeat=count))


def truth_table(gate: str, inputs: int) -> tuple[int, ...]:
    """The gate's values at `all_inputs(inputs)`.

    Raises:
        InputError: no such gate, or the gate is not of that many inputs.

    Example:
        >>> truth_table("IMP", 2)
        (1, 1, 0, 1)
    """
    if gate not in GATES:
        raise InputError([f"no gate {gate!r}{nearest(gate, GATES)}; there are {', '.join(GATES)}"])
    if inputs < 2:
        raise InputError([f"{gate} is of two inputs or more; the network has {inputs}"])
    if gate in ("IMP", "NIMP") and inputs != 2:
        raise InputError([f"{gate} is of two inputs; the network has {inputs}"])
    if gate == "MAJORITY" and inputs % 2 == 0:
        raise InputError([f"MAJORITY is of an odd number of inputs; the network has {inputs}"])
    return tuple(_value(gate, row) for row in all_inputs(inputs))


def _value(gate: str, row: tuple[int, ...]) -> int:
    match gate:
        case "AND" | "NAND":
            value = all(row)
        case "OR" | "NOR":
            value = any(row)
        case "IMP" | "NIMP":
            value = not row[0] or bool(row[1])
        case "MAJORITY":
            value = 2 * sum(row) > len(row)
        case _:
            value = sum(row) % 2 == 1
    return int(value != (gate in ("NAND", "NOR", "NIMP")))
