"""Unknown tables as literals, and expressions with holes as circuits over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod

from tauomega.theory.kernel import (
    Domain,
    Expression,
    Finite,
    Hole,
    Range,
    Reference,
    Value,
    evaluate,
    free_names,
)
from tauomega.theory.kernel.blasting import Blaster, Cases, Symbol
from tauomega.theory.kernel.circuit import FALSE, TRUE
from tauomega.theory.kernel.words import Word

from .sketch import Candidate, Key, Place, Sketch

__all__ = ["Known", "Tables"]

Known = Value | Symbol
"""A value, or a symbol where the value depends on what is unknown."""
Literals = dict[Value, int]
FEW = 64
"""Combinations of unknown values that are gone through one by one."""


class Tables:
    """The unknown tables of a sketch: one literal for every cell and value, one of them true.

    `trees` gives the cells of an unknown by key; `clauses` says that a cell has exactly one value.
    A cell with two values has one variable.
    """

    __slots__ = ("_names", "_values", "blaster", "cells", "clauses", "sketch", "trees")

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.blaster = Blaster()
        self.clauses: list[tuple[int, ...]] = []
        self.cells: list[list[Literals]] = []
        self._names: dict[int, tuple[str, ...]] = {}
        self._values: dict[tuple[int, tuple[Known, ...]], Literals] = {}
        self.trees: dict[tuple[Place, str], dict[Key, Literals]] = {}
        for unknown in sketch.unknowns:
            cells = [
                self.cell(f"{unknown.name}{key}", values)
                for key, values in zip(unknown.keys, unknown.values, strict=True)
            ]
            self.cells.append(cells)
            by_key = dict(zip(unknown.keys, cells, strict=True))
            self.trees[unknown.place, unknown.name] = by_key

    def cell(self, name: str, values: Sequence[Value]) -> Literals:
        """A new unknown value."""
        var = self.blaster.circuit.var
        if len(values) == 1:
            return {values[0]: TRUE}
        if len(values) == 2:
            bit = var(name)
            return {values[0]: -bit, values[1]: bit}
        found = {value: var(f"{name} = {value}") for value in values}
        self.clauses.append(tuple(found.values()))
        self.clauses += [(-f, -g) for f, g in combinations(found.values(), 2)]
        return found

    def candidate(self, holds: Callable[[int], bool]) -> Candidate:
        """The candidate that an assignment stands for."""
        return tuple(
            tuple(next(v for v, f in cell.items() if holds(f)) for cell in cells)
            for cells in self.cells
        )

    def literals(self, candidate: Candidate) -> Iterator[int]:
        """The literals that are true exactly at this candidate."""
        for cells, table in zip(self.cells, candidate, strict=True):
            for cell, value in zip(cells, table, strict=True):
                if cell[value] != TRUE:
                    yield cell[value]

    # ------------------------------------------------------------ expressions

    def symbol(self, known: Known) -> Symbol:
        """A known value as a symbol."""
        return known if isinstance(known, Word | Cases) else self.blaster.constant(known)

    def value(
        self, place: Place, name: str, expression: Expression, state: Mapping[str, Known]
    ) -> Known:
        """What an expression, or the hole of this name, is worth at a state."""
        used = self._names.get(id(expression))  # the claim keeps it; hashing a tree is slow
        if used is None:
            used = self._names[id(expression)] = tuple(sorted(free_names(expression)))
        given = [(n, known) for n in used if isinstance(known := state[n], Word | Cases)]
        few = all(isinstance(known, Cases) for _, known in given)
        options = [known.literals for _, known in given if isinstance(known, Cases)]
        if few and prod(map(len, options)) <= FEW:
            return self._case_by_case(place, name, expression, state, used, given, options)
        symbols = {n: self.symbol(state[n]) for n in used}
        if not isinstance(expression, Hole):
            return self.blaster.value(expression, symbols)
        arguments = [
            symbols[a.name] if isinstance(a, Reference) else self.blaster.value(a, symbols)
            for a in expression.arguments
        ]
        literals = [self.blaster.cases(a).literals for a in arguments]
        return self.known(self._select(list(self.trees[place, name].items()), literals, 0))

    def _case_by_case(
        self,
        place: Place,
        name: str,
        expression: Expression,
        state: Mapping[str, Known],
        used: Sequence[str],
        given: Sequence[tuple[str, Known]],
        options: Sequence[Mapping[Value, int]],
    ) -> Known:
        """The value at every combination of the few values that the unknown names have."""
        if not given:
            return self.known(self._at(place, name, expression, {n: state[n] for n in used}))
        c = self.blaster.circuit
        found: Literals = {}
        for chosen in product(*(o.items() for o in options)):
            test = c.all(f for _, f in chosen)
            if test == FALSE:
                continue
            here = {n: state[n] for n in used}
            here |= {n: value for (n, _), (value, _) in zip(given, chosen, strict=True)}
            for result, f in self._at(place, name, expression, here).items():
                found[result] = c.lor(found.get(result, FALSE), c.land(test, f))
        return self.known(found)

    def _at(
        self, place: Place, name: str, expression: Expression, state: Mapping[str, Known]
    ) -> Literals:
        """The value at a state of which all is known."""
        key = (id(expression), tuple(state.values()))
        found = self._values.get(key)
        if found is None:
            values: dict[str, Value] = dict(state)  # type: ignore[arg-type]  # all are values
            if isinstance(expression, Hole):
                cell = tuple(evaluate(a, values) for a in expression.arguments)
                return self.trees[place, name][cell]
            found = self._values[key] = {evaluate(expression, values): TRUE}
        return found

    def _select(
        self,
        cells: Sequence[tuple[Key, Literals]],
        arguments: Sequence[Mapping[Value, int]],
        at: int,
    ) -> Literals:
        """The value at symbolic arguments: those from `at` on are still to be looked at."""
        if at == len(arguments):
            return cells[0][1]
        c = self.blaster.circuit
        groups: dict[Value, list[tuple[Key, Literals]]] = {}
        for key, cell in cells:
            if arguments[at].get(key[at], FALSE) != FALSE:
                groups.setdefault(key[at], []).append((key, cell))
        found: Literals = {}
        for value, group in groups.items():
            test = arguments[at][value]
            for result, f in self._select(group, arguments, at + 1).items():
                found[result] = c.lor(found.get(result, FALSE), c.land(test, f))
        return found

    def known(self, literals: Literals) -> Known:
        """What a cell is worth, in the form that circuits compute with."""
        for value, f in literals.items():
            if f == TRUE:
                return value
        return Cases(literals)

    def within(self, known: Known, domain: Domain) -> Known:
        """The same value, known to be in a finite domain."""
        if isinstance(known, Word) and isinstance(domain, Finite | Range):
            return self.blaster.within(known, domain)
        return known

    def mux(self, mask: int, yes: Known, no: Known) -> Known:
        """`yes` if the literal holds, else `no`."""
        if mask == TRUE or yes == no:
            return yes
        if mask == FALSE:
            return no
        if isinstance(yes, Word) or isinstance(no, Word):
            return self.blaster.mux(mask, self.symbol(yes), self.symbol(no))
        ours, theirs = self._literals(yes), self._literals(no)
        ite = self.blaster.circuit.ite
        values = dict.fromkeys((*ours, *theirs))
        return Cases({v: ite(mask, ours.get(v, FALSE), theirs.get(v, FALSE)) for v in values})

    def equal(self, one: Known, other: Known) -> int:
        """Whether two values are equal."""
        if isinstance(one, Word) or isinstance(other, Word):
            return self.blaster.equal(self.symbol(one), self.symbol(other))
        if one == other:
            return TRUE
        c, theirs = self.blaster.circuit, self._literals(other)
        ours = self._literals(one)
        if set(ours) == set(theirs) and len(ours) == 2:
            value = next(iter(ours))
            return -c.xor(ours[value], theirs[value])
        return c.any(c.land(f, theirs[v]) for v, f in ours.items() if v in theirs)

    @staticmethod
    def _literals(known: Known) -> Mapping[Value, int]:
        if isinstance(known, Cases):
            return known.literals
        assert not isinstance(known, Word)
        return {known: TRUE}
