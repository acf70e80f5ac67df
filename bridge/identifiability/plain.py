"""The published procedure, literally: build every circuit, list every interpretation, try every mapping.

Slow on purpose. It is the twin that the counts are tested against, and what their speed is measured
beside. Values are float64; it decides nothing near a threshold.

Source: Méloux, Maniu, Portet & Peyrard (2025), arXiv:2502.20914, on noise-free inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np

from .circuits import Circuit
from .counted_network import CountedNetwork, Floats
from .formulas import VARIABLES, Formula, Skeleton
from .gates import all_inputs
from .options import Options, Pairs
from .requirements import pair_mask

__all__ = [
    "all_circuits",
    "is_perfect",
    "list_interpretations",
    "minimal_mappings",
    "passes_jointly",
    "run_circuit",
]

Places = tuple[tuple[tuple[int, int], ...], ...]
"""For every relevant node the neurons it is at, as (layer, index) pairs."""
Gates = dict[tuple[int, int], tuple[int, tuple[int, ...]]]
"""Neuron -> its truth table over the rows, and its local table over patterns of its parents."""


def all_circuits(inputs: int, hidden: Sequence[int], most: int) -> Iterator[Circuit]:
    """Every circuit: node masks first, then the edge masks between active nodes.

    Args:
        inputs: the number of inputs.
        hidden: the widths of the hidden layers.
        most: the most hidden units on.
    """
    widths = (inputs, *hidden)
    for nodes in product(*(range(1, 1 << width) for width in hidden)):
        if sum(mask.bit_count() for mask in nodes) > most:
            continue
        active = ((1 << inputs) - 1, *nodes, 1)
        layers = [
            list(_edge_masks(above, below, width))
            for (below, above), width in zip(pairwise(active), (*widths[1:], 1), strict=True)
        ]
        yield from product(*layers)


def run_circuit(network: CountedNetwork, circuit: Circuit) -> list[Floats]:
    """Activations of every layer, each of shape (points, units), with zero ablation.

    Inactive edges have weight 0, inactive units the value 0; biases of active units stay.
    """
    values, found = network.rows, []
    for layer, masks in enumerate(circuit):
        weight = network.weights[layer].copy()
        for unit, mask in enumerate(masks):
            for parent in range(weight.shape[1]):
                if not mask >> parent & 1:
                    weight[unit, parent] = 0.0
        on = np.array([mask != 0 for mask in masks])
        values = _activated(values @ weight.T + network.biases[layer], network.slopes[layer]) * on
        found.append(values)
    return found


def is_perfect(network: CountedNetwork, circuit: Circuit, table: Sequence[int]) -> bool:
    """Whether the output, rounded half to even, is the gate at every row."""
    return bool(np.array_equal(np.round(run_circuit(network, circuit)[-1][:, 0]), table))


def list_interpretations(network: CountedNetwork, circuit: Circuit) -> list[Gates]:
    """Every interpretation of a circuit, node by node, each partial one copied for its extensions."""
    runs = run_circuit(network, circuit)
    runs[-1] = np.round(runs[-1])
    partial: list[Gates] = [{}]
    for layer, masks in enumerate(circuit):
        for unit, mask in enumerate(masks):
            tables = _candidates(runs[layer][:, unit]) if mask else []
            if not tables:
                continue  # a unit that is off, or constant: skipped, as a parent too
            extended: list[Gates] = []
            for done in partial:
                parents = [(layer - 1, i) for i in range(mask.bit_length()) if mask >> i & 1]
                read = [done[p][0] for p in parents if p in done]
                for table in tables:
                    if layer == 0:
                        extended.append(done | {(layer, unit): (table, ())})
                        continue
                    for local in _local_tables(table, read, network.points):
                        extended.append(done | {(layer, unit): (table, local)})
            partial = extended
    return partial


def minimal_mappings(network: CountedNetwork, formula: Formula, options: Options) -> list[Places]:
    """Every minimal mapping of a formula: each node's sets tried one by one, pair by pair."""
    pairs = _pairs(options.pairs, network.inputs)
    if options.joint:
        pairs = [(s, b) for s in range(network.points) for b in range(network.points)]
    choices = []
    for node in formula.relevant():
        fitting = []
        for layer, width in enumerate(network.hidden):
            for count in range(1, width + 1):
                for units in combinations(range(width), count):
                    places = tuple((layer, unit) for unit in units)
                    if all(
                        _patched(network, base, [(places, source)])
                        == _forced(formula, network.points, base, {node: source})
                        for source, base in pairs
                    ):
                        fitting.append(places)
        choices.append(fitting)
    found = [
        places
        for places in product(*choices)
        if len({neuron for part in places for neuron in part}) == sum(map(len, places))
        and (not options.joint or passes_jointly(network, formula, places))
    ]
    return [
        one
        for one in found
        if not any(
            other != one
            and all(set(small) <= set(large) for small, large in zip(other, one, strict=True))
            for other in found
        )
    ]


def passes_jointly(network: CountedNetwork, formula: Formula, places: Places) -> bool:
    """Whether every interchange of any subset of nodes, each with its own source, agrees."""
    nodes = formula.relevant()
    points = range(network.points)
    for count in range(len(nodes) + 1):
        for chosen in combinations(range(len(nodes)), count):
            for base, *sources in product(points, repeat=count + 1):
                patches = [(places[k], s) for k, s in zip(chosen, sources, strict=True)]
                forced = {nodes[k]: s for k, s in zip(chosen, sources, strict=True)}
                if _patched(network, base, patches) != _forced(
                    formula, network.points, base, forced
                ):
                    return False
    return True


def _edge_masks(above: int, below: int, width: int) -> Iterator[tuple[int, ...]]:
    """Incoming masks of every unit: active ones read active ones, and all of those are read."""
    choices: list[list[int]] = []
    for unit in range(width):
        on = above >> unit & 1
        choices.append([m for m in range(1, below + 1) if m & ~below == 0] if on else [0])
    for masks in product(*choices):
        read = 0
        for mask in masks:
            read |= mask
        if read == below:
            yield masks


def _activated(z: Floats, slope: float) -> Floats:
    return np.where(z < 0, z * slope, z)


def _candidates(values: Floats) -> list[int]:
    levels = sorted(set(values.tolist()))
    return [
        sum(1 << x for x, value in enumerate(values.tolist()) if value > (low + high) / 2)
        for low, high in pairwise(levels)
    ]


def _local_tables(table: int, parents: Sequence[int], points: int) -> Iterator[tuple[int, ...]]:
    """Every local table that gives `table`; XOR and XNOR of exactly two parents are left out."""
    patterns = list(product((0, 1), repeat=len(parents)))
    seen: dict[tuple[int, ...], int] = {}
    for x in range(points):
        pattern = tuple(parent >> x & 1 for parent in parents)
        if seen.setdefault(pattern, table >> x & 1) != table >> x & 1:
            return
    free = [pattern for pattern in patterns if pattern not in seen]
    for values in product((0, 1), repeat=len(free)):
        filled = seen | dict(zip(free, values, strict=True))
        local = tuple(filled[pattern] for pattern in patterns)
        if len(parents) != 2 or local not in ((0, 1, 1, 0), (1, 0, 0, 1)):
            yield local


def _pairs(pairs: Pairs, inputs: int) -> list[tuple[int, int]]:
    points, mask = 1 << inputs, pair_mask(pairs, inputs)
    return [
        (source, base)
        for source in range(points)
        for base in range(points)
        if mask >> source * points + base & 1
    ]


def _patched(
    network: CountedNetwork, base: int, patches: Sequence[tuple[Sequence[tuple[int, int]], int]]
) -> bool:
    """Whether the output is above 1/2 on `base`, neurons overwritten by their values on sources."""
    clean = {source: _activations(network, source) for _, source in patches}
    values: Any = network.rows[base]
    for layer in range(len(network.weights)):
        values = _activated(
            network.weights[layer] @ values + network.biases[layer], network.slopes[layer]
        )
        for places, source in patches:
            for at, unit in places:
                if at == layer:
                    values[unit] = clean[source][layer][unit]
    return bool(values[0] > 0.5)


def _activations(network: CountedNetwork, row: int) -> list[Floats]:
    values, found = network.rows[row], []
    for weight, bias, slope in zip(network.weights, network.biases, network.slopes, strict=True):
        values = _activated(weight @ values + bias, slope)
        found.append(values)
    return found


def _forced(formula: Formula, points: int, base: int, sources: dict[int, int]) -> bool:
    """The formula at a base with nodes forced to their values at sources."""
    values = {
        node: _evaluate(formula, points, source, {})[node] for node, source in sources.items()
    }
    return _evaluate(formula, points, base, values)[-1]


def _evaluate(formula: Formula, points: int, row: int, forced: dict[int, bool]) -> dict[int, bool]:
    """The value of every node at one row; -1 is the root."""
    values = dict(zip(VARIABLES, all_inputs(points.bit_length() - 1)[row], strict=False))
    found: dict[int, bool] = {}

    def evaluate(part: Skeleton) -> bool:
        node = len([n for n in found if n < formula.size])
        found[node] = False  # its number, in preorder
        if isinstance(part, str):
            value = bool(values[part])
        elif part[0] == "*":
            first, second = evaluate(part[1]), evaluate(part[2])
            value = first and second
        else:
            first, second = evaluate(part[1]), evaluate(part[2])
            value = first or second
        found[node] = value = forced.get(node, value)
        if node in formula.negated:
            number = formula.size + formula.negated.index(node)
            found[number] = value = forced.get(number, not value)
        return value

    root = evaluate(formula.skeleton)
    return found | {-1: root}
