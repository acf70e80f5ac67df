"""What a formula demands of the units that stand for its nodes; the same for all networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from typing import final

from .formulas import Bits, Formula, formulas, variable_tables
from .options import Pairs, Placements

__all__ = ["Requirement", "class_of", "pair_mask", "relabelling_class", "requirements"]

MOST_SWAPS = 720
"""Orders of nodes with equal demands that are tried to recognise a relabelling."""


@final
@dataclass(frozen=True, slots=True)
class Requirement:
    """A formula and, for each relevant node, the output's bits over all (source, base) pairs.

    Attributes:
        formula: the formula.
        nodes: its relevant nodes, sorted.
        values: each node's truth table.
        bits: each node's demand; bit (source * points + base) is the formula at the base with the
            node forced to its value at the source.
        points: the number of inputs vectors.
    """

    formula: Formula
    nodes: tuple[int, ...]
    values: tuple[Bits, ...]
    bits: tuple[int, ...]
    points: int

    def forced_output(self, forced: dict[int, int]) -> Bits:
        """The formula's truth table with relevant nodes (by place) forced to constants."""
        every = (1 << self.points) - 1
        columns = variable_tables(self.points.bit_length() - 1)
        tables = {self.nodes[place]: every * value for place, value in forced.items()}
        return self.formula.output(columns, self.points, tables)


@lru_cache(maxsize=64)
def requirements(
    table: tuple[int, ...], depth: int, placements: Placements = Placements.FIRST
) -> tuple[Requirement, ...]:
    """The demands of every formula of a gate: computed once for all networks."""
    return tuple(
        _requirement(formula, len(table)) for formula in formulas(table, depth, placements)
    )


def pair_mask(pairs: Pairs, inputs: int) -> int:
    """The tested pairs, as bits (source * points + base).

    Example:
        >>> pair_mask(Pairs.AB, 2).bit_count(), pair_mask(Pairs.ALL, 2).bit_count()
        (6, 12)
    """
    points = 1 << inputs
    order = {x: x for x in range(points)}
    if pairs is Pairs.BA:
        order = {x: int(f"{x:0{inputs}b}"[::-1], 2) for x in range(points)}
    return sum(
        1 << source * points + base
        for source in range(points)
        for base in range(points)
        if source != base and (pairs is Pairs.ALL or order[source] < order[base])
    )


def _requirement(formula: Formula, points: int) -> Requirement:
    columns = variable_tables(points.bit_length() - 1)
    every = (1 << points) - 1
    values = formula.run(columns, points, {})
    nodes = formula.relevant()
    bits = []
    for node in nodes:
        forced = [formula.output(columns, points, {node: every * value}) for value in (0, 1)]
        bits.append(
            sum(forced[values[node] >> source & 1] << source * points for source in range(points))
        )
    return Requirement(formula, nodes, tuple(values[node] for node in nodes), tuple(bits), points)


@lru_cache(maxsize=100_000)
def relabelling_class(requirement: Requirement) -> tuple[object, ...]:
    """A name that two formulas share iff they are one algorithm up to names and values of nodes.

    It is the output's truth table for every way of forcing relevant nodes to values, each value
    written as the set of inputs that give it, nodes in a canonical order. De Morgan twins share it:
    negating a node and its readers changes neither.
    """
    return class_of(requirement.values, requirement.forced_output, requirement.points)


def class_of(
    values: Sequence[Bits], forced_output: Callable[[dict[int, int]], Bits], points: int
) -> tuple[object, ...]:
    """As `relabelling_class`, of any Boolean variables.

    Args:
        values: each variable's truth table.
        forced_output: the output's truth table, given variables (by place) that are forced.
        points: the number of input vectors.
    """
    every = (1 << points) - 1
    flips = [value & 1 for value in values]  # a variable's value at the first input is 0
    tables = {
        choice: forced_output(
            {place: value ^ flips[place] for place, value in enumerate(choice) if value is not None}
        )
        for choice in product((None, 0, 1), repeat=len(values))
    }
    demands = []
    for place, (value, flip) in enumerate(zip(values, flips, strict=True)):
        alone = [
            tables[tuple(bit if k == place else None for k in range(len(values)))] for bit in (0, 1)
        ]
        demands.append((value ^ (every if flip else 0), *alone))
    order = sorted(range(len(demands)), key=lambda place: demands[place])
    groups: list[list[int]] = []
    for place in order:
        if groups and demands[groups[-1][0]] == demands[place]:
            groups[-1].append(place)
        else:
            groups.append([place])
    names = []
    for count, arrangement in enumerate(product(*(permutations(group) for group in groups))):
        if count == MOST_SWAPS:
            break
        placed = [place for group in arrangement for place in group]
        names.append(
            tuple(
                tables[tuple(_at(choice, placed, place) for place in range(len(placed)))]
                for choice in product((None, 0, 1), repeat=len(demands))
            )
        )
    return (tuple(sorted(demands)), min(names))


def _at(choice: tuple[int | None, ...], placed: list[int], place: int) -> int | None:
    return choice[placed.index(place)]
