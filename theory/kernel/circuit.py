"""Boolean circuits, hash-consed: VAR, CONST, NOT, AND, OR, XOR, ITE over integers as literals.

A *literal* is a non-zero integer; `-f` is the negation of `f`; 1 is true and -1 is false. The number of
a gate is also its variable in the circuit's clauses, so a circuit and its CNF need no dictionary
between them. Equal gates are built once. Nothing here is recursive: circuits may be deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

__all__ = ["FALSE", "TRUE", "Circuit", "CircuitTooLargeError"]

TRUE, FALSE = 1, -1
LARGEST = 4_000_000
"""Gates that a circuit may have."""
VAR, AND, XOR, ITE = "var", "and", "xor", "ite"


class CircuitTooLargeError(Exception):
    """More gates would be needed than are allowed."""


class Circuit:
    """A growing set of gates.

    `gates[n]` is the gate with number `n`: its kind and its operands, which are literals of smaller
    numbers; OR is an AND of negations. Negations are pulled out, so that an operand of XOR, the
    condition and the first branch of ITE are positive.

    Example:
        >>> circuit = Circuit()
        >>> a, b = circuit.var("a"), circuit.var("b")
        >>> circuit.xor(a, b) == -circuit.xor(-b, a)
        True
    """

    def __init__(self) -> None:
        self.gates: list[tuple[str, tuple[int, ...]]] = [("const", ()), ("const", ())]
        self.names: list[str] = []
        self._known: dict[tuple[str, tuple[int, ...]], int] = {}

    # ------------------------------------------------------------ building

    def var(self, name: str) -> int:
        """A new variable; names are for people and need not differ."""
        self.names.append(name)
        self.gates.append((VAR, (len(self.names) - 1,)))
        return len(self.gates) - 1

    def _gate(self, kind: str, operands: tuple[int, ...]) -> int:
        key = (kind, operands)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.gates)
            if found > LARGEST:
                raise CircuitTooLargeError(f"it needs more than {LARGEST:,} gates")
            self.gates.append(key)
        return found

    def land(self, f: int, g: int) -> int:
        """The conjunction of two literals."""
        if f == FALSE or g == FALSE or f == -g:
            return FALSE
        if f in (TRUE, g):
            return g
        if g == TRUE:
            return f
        return self._gate(AND, (f, g) if f < g else (g, f))

    def lor(self, f: int, g: int) -> int:
        """The disjunction of two literals."""
        return -self.land(-f, -g)

    def xor(self, f: int, g: int) -> int:
        """Whether exactly one of two literals is true."""
        sign = 1 if (f < 0) == (g < 0) else -1
        f, g = sorted((abs(f), abs(g)))
        if f == g:
            return -sign
        return -sign * g if f == TRUE else sign * self._gate(XOR, (f, g))

    def ite(self, c: int, f: int, g: int) -> int:
        """`f` if `c`, else `g`."""
        if c < 0:
            c, f, g = -c, g, f
        if self.gates[abs(f)][0] == ITE:
            f = self._branch(f, c, 1)
        if self.gates[abs(g)][0] == ITE:
            g = self._branch(g, c, 2)
        if c == TRUE or f == g:
            return f
        if f == -g:
            return self.xor(c, g)
        if f in (TRUE, c):
            return self.lor(c, g)
        if f in (FALSE, -c):
            return self.land(-c, g)
        if g in (FALSE, c):
            return self.land(c, f)
        if g in (TRUE, -c):
            return self.lor(-c, f)
        return self._gate(ITE, (c, f, g)) if f > 0 else -self._gate(ITE, (c, -f, -g))

    def _branch(self, f: int, c: int, which: int) -> int:
        """An ITE on the same condition, where the condition is known: its first or second branch."""
        operands = self.gates[abs(f)][1]
        if operands[0] != c:
            return f
        return operands[which] if f > 0 else -operands[which]

    def all(self, literals: Iterable[int]) -> int:
        """The conjunction of any number of literals."""
        return reduce(self.land, literals, TRUE)

    def any(self, literals: Iterable[int]) -> int:
        """The disjunction of any number of literals."""
        return reduce(self.lor, literals, FALSE)

    # ------------------------------------------------------------ reading

    def cone(self, literals: Iterable[int], cuts: frozenset[int] = frozenset()) -> list[int]:
        """The numbers of the gates that these literals depend on, smallest first; no constant.

        What only gates in `cuts` depend on is left out.
        """
        wanted = {abs(f) for f in literals} - {TRUE}
        pending = list(wanted)
        while pending:
            number = pending.pop()
            kind, operands = self.gates[number]
            for f in operands if kind != VAR and number not in cuts else ():
                if abs(f) not in wanted:
                    wanted.add(abs(f))
                    pending.append(abs(f))
        return sorted(wanted - {TRUE})

    def clauses(
        self, literals: Sequence[int], defined: Sequence[int] = ()
    ) -> list[tuple[int, ...]]:
        """Clauses that are satisfiable iff all these literals can be true at once.

        Gate n is variable n. Every gate of the cone is defined in full, smallest first (Tseitin);
        so are the gates of the `defined` literals, which need not be true.
        """
        found: list[tuple[int, ...]] = [(TRUE,)]
        for n in self.cone((*literals, *defined)):
            found += self.definition(n)
        return found + [(f,) for f in literals]

    def definition(self, number: int) -> list[tuple[int, ...]]:
        """The clauses that say what a gate is in terms of its operands; none for a variable."""
        n, (kind, operands) = number, self.gates[number]
        match kind:
            case "and":
                f, g = operands
                return [(-n, f), (-n, g), (n, -f, -g)]
            case "xor":
                f, g = operands
                return [(-n, f, g), (-n, -f, -g), (n, -f, g), (n, f, -g)]
            case "ite":
                c, f, g = operands
                decided = [(-n, -c, f), (n, -c, -f), (-n, c, g), (n, c, -g)]
                return [*decided, (-n, f, g), (n, -f, -g)]
            case _:
                return []
