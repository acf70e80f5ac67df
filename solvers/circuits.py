"""Circuits read by the engines: all assignments of a word at once, and the variables in the order of a walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tauomega.theory.kernel.circuit import AND, TRUE, VAR, XOR, Circuit

__all__ = ["values_of", "variables_of"]


def variables_of(
    circuit: Circuit, literals: Iterable[int], seen: set[int] | None = None
) -> list[int]:
    """The variables that these literals depend on, in the order of a depth-first visit.

    Gates in `seen` are not visited, and the visited ones are added to it.
    """
    seen = set() if seen is None else seen
    seen.add(TRUE)
    order: list[int] = []
    pending = [abs(f) for f in literals][::-1]
    while pending:
        number = pending.pop()
        if number in seen:
            continue
        seen.add(number)
        kind, operands = circuit.gates[number]
        if kind == VAR:
            order.append(number)
        else:
            pending += [abs(f) for f in reversed(operands)]
    return order


def values_of(
    circuit: Circuit, cone: Sequence[int], given: Mapping[int, int], width: int
) -> dict[int, int]:
    """Every gate of a cone at `width` assignments at once: bit k belongs to assignment k.

    Variables that are not given are false.
    """
    ones = (1 << width) - 1
    found = {TRUE: ones}
    for number in cone:
        kind, operands = circuit.gates[number]
        if kind == VAR:
            found[number] = given.get(number, 0)
            continue
        v = [found[f] if f > 0 else found[-f] ^ ones for f in operands]
        if kind == AND:
            found[number] = v[0] & v[1]
        elif kind == XOR:
            found[number] = v[0] ^ v[1]
        else:
            found[number] = (v[0] & v[1]) | ((v[0] ^ ones) & v[2])
    return found
