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

    __slots__ = ("_cache", "_known", "limit", "nodes")

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
        """`g` where `f` holds, else `h`. Iterative: an explicit stack of frames."""
        nodes, cache = self.nodes, self._cache
        results: list[Node] = []
        stack: list[tuple[int, Node, Node, Node]] = [(0, f, g, h)]
        while stack:
            level, f, g, h = stack.pop()
            if level:  # both cofactors are done: f is the sign, (g, h) unused; see below
                low, high = results.pop(), results.pop()
                made = self.node(level - 1, high, low)
                cache[(f, g, h)] = made
                results.append(made)
                continue
            if f < 0:
                f, g, h = -f, h, g
            if g == f:
                g = TRUE
            elif g == -f:
                g = -TRUE
            if h == f:
                h = -TRUE
            elif h == -f:
                h = TRUE
            if f == TRUE or g == h:
                results.append(g)
                continue
            if g == TRUE and h == -TRUE:
                results.append(f)
                continue
            if g == -TRUE and h == TRUE:
                results.append(-f)
                continue
            found = cache.get((f, g, h))
            if found is not None:
                results.append(found)
                continue
            a, b, c = nodes[f], nodes[abs(g)], nodes[abs(h)]
            top = min(a[0], b[0], c[0])
            f1, f0 = (a[1], a[2]) if a[0] == top else (f, f)
            g1, g0 = _cofactors(g, b, top)
            h1, h0 = _cofactors(h, c, top)
            stack.append((top + 1, f, g, h))
            stack.append((0, f0, g0, h0))
            stack.append((0, f1, g1, h1))
        return results[0]


def _cofactors(f: Node, node: tuple[int, Node, Node], top: int) -> tuple[Node, Node]:
    if node[0] != top:
        return f, f
    return (node[1], node[2]) if f > 0 else (-node[1], -node[2])


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
