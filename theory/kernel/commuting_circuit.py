"""The statement that squares commute, as a circuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .blasting import Blaster, NotBlastedError, Symbol
from .circuit import CircuitTooLargeError
from .commuting import Squares

__all__ = ["Built", "build"]


@dataclass(frozen=True, slots=True)
class Built:
    """Squares as a circuit: they all commute iff not all `literals` can be true at once.

    `bits` are those of each root, lowest first: its place in its domain. `sides` are the values of the
    compared variables, the two ways round.
    """

    blaster: Blaster
    literals: tuple[int, ...]
    bits: Mapping[str, tuple[int, ...]]
    sides: tuple[tuple[Symbol, Symbol], ...]


def build(squares: Squares) -> Built:
    """The circuit of a statement.

    Raises:
        NotBlastedError: a domain is infinite, or an expression has no circuit of allowed size.
    """
    blaster = Blaster()
    words = blaster.words
    state: dict[str, Symbol] = {}
    bits: dict[str, tuple[int, ...]] = {}
    try:
        for v in squares.program.variables:
            if v.mechanism is None:
                state[v.name], own = blaster.variable(v.name, v.domain)
                bits[v.name] = tuple(own)
        for v in squares.program.variables:
            if v.mechanism is not None:
                state[v.name] = blaster.within(blaster.value(v.mechanism, state), v.domain)
        sides = tuple(
            (blaster.value(a, state), blaster.value(b, state)) for _, a, b in squares.sides
        )
        differ = [-blaster.equal(a, b) for a, b in sides]
        literals = [blaster.circuit.any((*differ, *blaster.faults))]
        masks = [blaster.truth(state[s.name]) for s in squares.switches[: squares.counted]]
        if squares.some:
            literals.append(blaster.circuit.any(masks))
        if squares.most < len(masks):
            total = words.add([words.truth(f) for f in masks])
            literals.append(-words.less(words.constant(squares.most), total))
    except CircuitTooLargeError as error:
        raise NotBlastedError(str(error)) from None
    return Built(blaster, tuple(literals), bits, sides)
