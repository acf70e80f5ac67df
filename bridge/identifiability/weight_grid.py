r"""The exact law of every count over all 2-2-1 threshold networks of a grid of weights.

A unit is on iff $w_1 x_1 + w_2 x_2 + b > 0$; its weights and bias run over a grid, each choice counted
once. With an edge left out its weight is 0, with an input unit off its value is 0 (zero ablation), so a
unit is known by its truth tables for the three ways of keeping edges. There are few such types, and the
law over all networks is a sum over triples of types, weighted by how many choices give each.

This is the null that a claim about one trained network is to be compared with: how often a network
of the grid has an algorithm, and how well the best interchange fits, when nothing was trained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import InputError

from .gates import truth_table
from .interpretations import local_gates
from .options import Fillings, Parity
from .requirements import Requirement, relabelling_class, requirements

__all__ = ["GridLaw", "UnitType", "grid_law", "unit_types"]

Array = npt.NDArray[Any]
UnitType = tuple[int, int, int]
"""Truth tables with the second edge left out, with the first, and with both kept: bit x at input x."""
POINTS = 4
ALONE = 4
"""The place of `leave the site alone`, after the four sources."""
CIRCUITS = ((3, 0), (0, 3), *((a, b) for a in (1, 2, 3) for b in (1, 2, 3) if a | b == 3))
"""What the two hidden units read, as bits; 0 turns a unit off. All nine circuits of 2-2-1."""
Law = Mapping[int | Fraction, int]
"""Value -> how many networks have it."""


@final
@dataclass(frozen=True, slots=True)
class GridLaw:
    """How many networks of a grid have each value of each count.

    Attributes:
        networks: how many there are; `computing` how many compute the gate.
        perfect: circuits, of all nine, that compute the gate.
        interpretations: gates between units over all perfect circuits, unseen patterns counted once.
        formulas: formulas up to relabelling with a mapping; `mappings`: minimal ones, of these.
        accuracy: the best share of agreeing joint interchanges, over all formulas with a node and
            all places for their nodes.
        given: the same laws over the networks that compute the gate.
    """

    gate: str
    networks: int
    computing: int
    laws: Mapping[str, Law]
    given: Mapping[str, Law]


def unit_types(weights: Sequence[Fraction], biases: Sequence[Fraction]) -> dict[UnitType, int]:
    """The types of units of a grid, and how many choices of weights and bias give each.

    Raises:
        InputError: there is no weight, or no bias.

    Example:
        >>> grid = unit_types([Fraction(-1), Fraction(1)], [Fraction(1, 2)])
        >>> len(grid), sum(grid.values())
        (4, 4)
    """
    if not weights or not biases:
        raise InputError(["a grid has at least one weight and one bias"])
    found: Counter[UnitType] = Counter()
    for first, second, bias in product(weights, weights, biases):
        tables = [
            sum(
                1 << x
                for x, (a, b) in enumerate(product((0, 1), repeat=2))
                if v * a + w * b + bias > 0
            )
            for v, w in ((first, Fraction(0)), (Fraction(0), second), (first, second))
        ]
        found[tables[0], tables[1], tables[2]] += 1
    return dict(found)


def grid_law(gate: str, weights: Sequence[Fraction], biases: Sequence[Fraction]) -> GridLaw:
    """The exact law of every count, over all networks of a grid.

    Args:
        gate: one of `gates.GATES`, of two inputs.
        weights: every weight is one of these.
        biases: every bias is one of these.

    Complexity: arrays of (types of units)^3.
    """
    table = truth_table(gate, 2)
    goal = sum(value << x for x, value in enumerate(table))
    types = unit_types(weights, biases)
    shape = (len(types),) * 3
    kept = np.array(list(types), int).T  # kept[edges - 1, type] is a truth table
    counts = np.array(list(types.values()), np.int64)
    share = counts[:, None, None] * counts[None, :, None] * counts[None, None, :]
    composed = _composed()
    gates = _gates(goal)
    perfect = np.zeros(shape, np.int64)
    interpretations = np.zeros(shape, np.int64)
    for first, second in CIRCUITS:
        lower = kept[first - 1] if first else np.zeros(len(types), int)
        upper = kept[second - 1] if second else np.zeros(len(types), int)
        edges = (1 if first else 0) | (2 if second else 0)
        found = composed[lower[:, None, None], upper[None, :, None], kept[edges - 1][None, None, :]]
        right = found == goal
        perfect += right
        interpretations += right * gates[lower[:, None, None], upper[None, :, None]]
    lower, upper, output = kept[2][:, None, None], kept[2][None, :, None], kept[2][None, None, :]
    computing = composed[lower, upper, output] == goal
    formulas, mappings, accuracy, scale = _explained(table, composed)
    values = {
        "perfect": perfect,
        "interpretations": interpretations,
        "formulas": formulas[lower, upper, output],
        "mappings": mappings[lower, upper, output],
        "accuracy": accuracy[lower, upper, output],
    }
    return GridLaw(
        gate,
        int(share.sum()),
        int(share[computing].sum()),
        {
            name: _law(array, share, scale if name == "accuracy" else 1)
            for name, array in values.items()
        },
        {
            name: _law(array[computing], share[computing], scale if name == "accuracy" else 1)
            for name, array in values.items()
        },
    )


def _law(values: Array, share: Array, scale: int) -> Law:
    found: Counter[int | Fraction] = Counter()
    for value in np.unique(values).tolist():
        exact = Fraction(value, scale) if scale > 1 else value
        found[exact] = int(share[values == value].sum())
    return dict(sorted(found.items()))


def _composed() -> Array:
    """The output's table, given the tables of the hidden units and of the output unit."""
    found = np.zeros((16, 16, 16), int)
    for lower, upper, output in product(range(16), repeat=3):
        found[lower, upper, output] = sum(
            (output >> ((lower >> x & 1) * 2 + (upper >> x & 1)) & 1) << x for x in range(POINTS)
        )
    return found


def _gates(goal: int) -> Array:
    """Local gates of the output over its parents that vary: each unseen pattern counted once."""
    found = np.zeros((16, 16), np.int64)
    for lower, upper in product(range(16), repeat=2):
        parents = tuple(table for table in (lower, upper) if table not in (0, 15))
        found[lower, upper] = local_gates(goal, parents, POINTS, Fillings.ONE, Parity.ALLOWED)
    return found


def _explained(table: tuple[int, ...], composed: Array) -> tuple[Array, Array, Array, int]:
    """Formulas, mappings and the best accuracy for every triple of tables; accuracies times `scale`."""
    outputs = _joint(composed)
    classes: dict[object, Requirement] = {}
    for requirement in requirements(table, 2):
        classes.setdefault(relabelling_class(requirement), requirement)
    formulas = np.zeros((16, 16, 16), np.int64)
    mappings = np.zeros((16, 16, 16), np.int64)
    accuracy = np.zeros((16, 16, 16), np.int64)
    scale = POINTS**3
    for requirement in classes.values():
        found = np.zeros((16, 16, 16), np.int64)
        covered = np.zeros((16, 16, 16), bool)
        for places in _places(len(requirement.nodes)):
            valid = np.ones((16, 16, 16), bool)
            for chosen in product((False, True), repeat=len(places)):
                agreed = _agreed(outputs, requirement, places, chosen)
                valid &= agreed.all(axis=-1)
                if all(chosen) and chosen:
                    fits = agreed.sum(axis=-1) * (scale // agreed.shape[-1])
                    accuracy = np.maximum(accuracy, fits)
            larger = places == (3,)  # both units as one site: minimal only if neither would do
            found += valid & ~covered if larger else valid
            covered |= valid
        formulas += found > 0
        mappings += found
    return formulas, mappings, accuracy, scale


def _places(nodes: int) -> list[tuple[int, ...]]:
    """Sites for the nodes: the first unit, the second, or for a single node both together."""
    if nodes == 1:
        return [(1,), (2,), (3,)]
    return list(permutations((1, 2), nodes)) if nodes <= 2 else []


def _joint(composed: Array) -> Array:
    """Output bits, shape (16, 16, 16, 5, 5, 4): sources of both units (4: alone), and the base."""
    found = np.zeros((16, 16, 16, 5, 5, POINTS), bool)
    tables, outputs = np.arange(16), np.arange(16)
    for first, second, base in product(range(5), range(5), range(POINTS)):
        lower = tables >> (base if first == ALONE else first) & 1
        upper = tables >> (base if second == ALONE else second) & 1
        pattern = lower[:, None, None] * 2 + upper[None, :, None]
        found[:, :, :, first, second, base] = outputs[None, None, :] >> pattern & 1
    return found


def _agreed(
    outputs: Array, requirement: Requirement, places: tuple[int, ...], chosen: tuple[bool, ...]
) -> Array:
    """Which interchanges of the chosen nodes agree with the formula, shape (16, 16, 16, runs)."""
    used = [k for k, wanted in enumerate(chosen) if wanted]
    columns = []
    for sources in product(range(POINTS), repeat=len(used)):
        where = [ALONE, ALONE]
        forced = {}
        for k, source in zip(used, sources, strict=True):
            forced[k] = requirement.values[k] >> source & 1
            for unit in (0, 1):
                if places[k] >> unit & 1:
                    where[unit] = source
        wanted = requirement.forced_output(forced)
        bits = np.array([wanted >> base & 1 for base in range(POINTS)], bool)
        columns.append(outputs[:, :, :, where[0], where[1]] == bits)
    return np.concatenate(columns, axis=-1)
