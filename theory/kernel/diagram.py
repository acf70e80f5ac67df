"""Decision diagrams, reduced and ordered: a circuit is unsatisfiable iff its diagram is false.

With an order of the variables a function has exactly one diagram, so building it is deciding it, by
enumeration with equal cases met once. This is the plain version that a certificate is checked with.

Source: Bryant (1986), "Graph-based algorithms for Boolean function manipulation", IEEE TC-35(8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .circuit import AND, TRUE, VAR, XOR, Circuit

__all__ = ["DiagramTooLargeError", "Diagrams", "diagram_of"]

Node = int
"""A signed number; `-f` is the negation. 1 is true."""


class DiagramTooLargeError(Exception):
    """More nodes would be needed than are allowed."""


class Diagrams:
    """Nodes (level, high, low), each made once; the high branch is never negated."""

    def __init__(self, limit: int) -> None:
        self.nodes: list[tuple[int, Node, Node]] = [(1 << 60, 0, 0), (1 << 60, 0, 0)]
        self.limit = limit
        self._known: dict[tuple[int, Node, Node], Node] = {}
        self._cache: dict[tuple[Node, Node, Node], Node] = {}

    def node(self, level: int, high: Node, low: Node) -> Node:
        """The function that is `high` where the variable of this level is true, else `low`.

        Raises:
            DiagramTooLargeError: it would be one node too many.
        """
        if high == low:
            return high
        if high < 0:
            return -self.node(level, -high, -low)
        key = (level, high, low)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.nodes)
            if found > self.limit:
                raise DiagramTooLargeError
            self.nodes.append(key)
        return found

    def ite(self, f: Node, g: Node, h: Node) -> Node:
        """`g` where `f` holds, else `h`. Iterative: an explicit stack of frames.

        A frame waits for its branches if it has a level: then their diagrams are the last two results.
        """
        nodes, cache = self.nodes, self._cache
        results: list[Node] = []
        stack: list[tuple[Node, Node, Node, int | None]] = [(f, g, h, None)]
        while stack:
            f, g, h, level = stack.pop()
            if level is not None:
                low, high = results.pop(), results.pop()
                cache[f, g, h] = made = self.node(level, high, low)
                results.append(made)
                continue
            if f < 0:
                f, g, h = -f, h, g
            if abs(g) == f:  # where f holds, it is true
                g = TRUE if g == f else -TRUE
            if abs(h) == f:
                h = -TRUE if h == f else TRUE
            if f == TRUE or g == h:
                results.append(g)
            elif abs(g) == abs(h) == TRUE:
                results.append(f if g == TRUE else -f)
            elif (f, g, h) in cache:
                results.append(cache[f, g, h])
            else:
                first, second, third = nodes[f], nodes[abs(g)], nodes[abs(h)]
                top = min(first[0], second[0], third[0])
                stack.append((f, g, h, top))
                for side in (2, 1):  # the high branch is done first
                    a = first[side] if first[0] == top else f
                    b = second[side] if second[0] == top else abs(g)
                    c = third[side] if third[0] == top else abs(h)
                    stack.append((a, b if g > 0 else -b, c if h > 0 else -c, None))
        return results[0]


def diagram_of(
    circuit: Circuit, literals: Sequence[int], order: Sequence[int], limit: int
) -> tuple[Node, int]:
    """The diagram of the conjunction of literals, and how many nodes were made; -1 is false.

    The order lists variables, and gates that are to be taken for variables: what is false then is
    false of the gates, too.

    Raises:
        DiagramTooLargeError: more than `limit` nodes.
        ValueError: a variable is missing in the order, or stands in it twice.
    """
    diagrams = Diagrams(limit)
    found: dict[int, Node] = {TRUE: TRUE}
    levels: Mapping[int, int] = {number: level for level, number in enumerate(order)}
    if len(levels) < len(order):
        raise ValueError("the order names a variable twice")
    for number in circuit.cone(literals, frozenset(levels)):
        kind, operands = circuit.gates[number]
        if number in levels:
            found[number] = diagrams.node(levels[number], TRUE, -TRUE)
            continue
        if kind == VAR:
            raise ValueError(f"the order does not name {circuit.names[operands[0]]!r}")
        v = [found[f] if f > 0 else -found[-f] for f in operands]
        if kind == AND:
            found[number] = diagrams.ite(v[0], v[1], -TRUE)
        elif kind == XOR:
            found[number] = diagrams.ite(v[0], -v[1], v[1])
        else:
            found[number] = diagrams.ite(v[0], v[1], v[2])
    total = TRUE
    for f in literals:
        total = diagrams.ite(total, found[f] if f > 0 else -found[-f], -TRUE)
    return total, len(diagrams.nodes) - 2
