"""Which gates of a circuit may be taken for variables, and in which order diagrams should ask.

A gate through which every path from its inputs to the root leads (it *dominates* them) can be replaced
by a free variable, if it takes both values: nothing else knows its inputs. An intervened variable
`ITE(mask, value, mechanism)` whose parts are read nowhere else so becomes one variable instead of three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tauomega.theory.kernel.circuit import TRUE, VAR, Circuit

from .circuits import values_of
from .miter import Miter

__all__ = ["Cut", "cut", "orders"]

MOST_INPUTS = 8


@final
@dataclass(frozen=True, slots=True)
class Cut:
    """Gate -> an assignment (the true variables) that makes it false, and one that makes it true."""

    gates: dict[int, tuple[frozenset[int], frozenset[int]]]

    def inputs(self, model: frozenset[int]) -> frozenset[int]:
        """The true variables, given the true variables and cut gates."""
        found = set(model) - set(self.gates)
        for gate, (low, high) in self.gates.items():
            found |= high if gate in model else low
        return frozenset(found)


def cut(miter: Miter) -> Cut:
    """The largest gates of a circuit that can be taken for variables."""
    circuit, root = miter.circuit, 0
    above = _dominators(circuit, miter.cone, miter.literals, root)
    supports: dict[int, frozenset[int] | None] = {TRUE: frozenset()}
    chosen: dict[int, tuple[frozenset[int], frozenset[int]]] = {}
    for number in miter.cone:
        kind, operands = circuit.gates[number]
        if kind == VAR:
            supports[number] = frozenset((number,))
            continue
        parts = [supports[abs(f)] for f in operands]
        known = [part for part in parts if part is not None]
        support = frozenset().union(*known) if len(known) == len(parts) else None
        supports[number] = support if support and len(support) <= MOST_INPUTS else None
        inside = supports[number]
        if inside is None or not all(_dominates(above, number, v) for v in inside):
            continue
        both = _both(circuit, number, sorted(inside))
        if both is not None:
            chosen = {g: p for g, p in chosen.items() if not supports[g] <= inside}  # type: ignore[operator]  # small
            chosen[number] = both
    return Cut(chosen)


def _dominators(
    circuit: Circuit, cone: tuple[int, ...], literals: tuple[int, ...], root: int
) -> dict[int, int]:
    """The nearest gate through which all paths from each gate to the root lead."""
    above = dict.fromkeys((abs(f) for f in literals), root)
    tree = _Tree(root)
    for number in reversed(cone):
        tree.add(number, above[number])
        kind, operands = circuit.gates[number]
        for f in operands if kind != VAR else ():
            child = abs(f)
            above[child] = tree.meeting(above[child], number) if child in above else number
    return above


class _Tree:
    """A tree that grows by leaves; where the ways up from two nodes meet is found in logarithmic time.

    Source: Myers (1983), An applicative random-access stack: each node keeps one long jump upwards.
    """

    __slots__ = ("depth", "jump", "up")

    def __init__(self, root: int) -> None:
        self.depth, self.up, self.jump = {root: 0}, {root: root}, {root: root}

    def add(self, node: int, parent: int) -> None:
        depth, jump = self.depth, self.jump
        depth[node], self.up[node] = depth[parent] + 1, parent
        first = jump[parent]
        second = jump[first]
        alike = depth[parent] - depth[first] == depth[first] - depth[second]
        jump[node] = second if alike else parent

    def meeting(self, one: int, other: int) -> int:
        """The lowest node that is above both, or one of them."""
        depth, jump, up = self.depth, self.jump, self.up
        if depth[one] < depth[other]:
            one, other = other, one
        while depth[one] > depth[other]:
            one = jump[one] if depth[jump[one]] >= depth[other] else up[one]
        while one != other:
            far = jump if jump[one] != jump[other] else up
            one, other = far[one], far[other]
        return one


def _dominates(above: dict[int, int], gate: int, variable: int) -> bool:
    while variable < gate and variable != 0:
        variable = above[variable]
    return variable == gate


def _both(
    circuit: Circuit, gate: int, inputs: list[int]
) -> tuple[frozenset[int], frozenset[int]] | None:
    width = 1 << len(inputs)
    given = {
        f: sum(1 << k for k in range(width) if k >> place & 1) for place, f in enumerate(inputs)
    }
    word = values_of(circuit, circuit.cone((gate,)), given, width)[gate]
    off = ~word & ((1 << width) - 1)
    if not word or not off:
        return None
    low, high = ((w & -w).bit_length() - 1 for w in (off, word))
    return tuple(frozenset(f for p, f in enumerate(inputs) if k >> p & 1) for k in (low, high))  # type: ignore[return-value]  # two


def orders(miter: Miter, cuts: Cut) -> list[tuple[int, ...]]:
    """Orders of the variables and cut gates, the most promising first.

    First as a depth-first walk from the root meets them; then as the runs do, computed variable by
    variable.
    """
    circuit = miter.circuit
    cone = circuit.cone(miter.literals, frozenset(cuts.gates))
    last = max((f for bits in miter.built.bits.values() for f in bits), default=TRUE)
    walks = ([abs(f) for f in miter.literals], [n for n in cone if n > last])
    found = []
    for walk in walks:
        seen: set[int] = set()
        order: list[int] = []
        for start in walk:
            order += _visit(circuit, start, cuts, seen)
        found.append(tuple(order))
    return found


def _visit(circuit: Circuit, start: int, cuts: Cut, seen: set[int]) -> list[int]:
    order: list[int] = []
    pending = [start]
    while pending:
        number = pending.pop()
        if number in seen or number == TRUE:
            continue
        seen.add(number)
        kind, operands = circuit.gates[number]
        if kind == VAR or number in cuts.gates:
            order.append(number)
        else:
            pending += [abs(f) for f in reversed(operands)]
    return order
