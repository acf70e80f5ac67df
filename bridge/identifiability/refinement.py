r"""Labels that all sites keep: scored on the sites themselves, not on the output only.

If a high-level model is to say what every site does, and not only what comes out, then a label of one
site must determine, under every interchange, the labels of the sites that it leads to. Such labels are
*stable*, and the coarsest stable ones are found by splitting classes until nothing tells their members
apart (Moore 1956). They refine the labels that the output alone needs.

States of a site are the exact values of its units, in runs on all inputs and in all interchanges of other
sites with states so found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import final

from tauomega.theory.errors import OutOfReachError

from .counted_network import CountedNetwork
from .explanations import Label, normal
from .patched_runs import Units

__all__ = ["StableLabels", "stable_labels"]

MOST_RUNS = 1 << 17
State = tuple[int, ...]
"""The exact values of a site's units, over the common denominator of their layer."""


@final
@dataclass(frozen=True, slots=True)
class StableLabels:
    """The coarsest stable labels.

    Attributes:
        sites: units of one layer each.
        labels: of every site, the class at every input.
        states: of every site, how many states interchanges reach.
        classes: of every site, how many classes these states have.
    """

    sites: tuple[Units, ...]
    labels: tuple[Label, ...]
    states: tuple[int, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """One interchange: the state that each site is set to (-1: none), and what it leads to."""

    base: int
    chosen: tuple[int, ...]
    reached: tuple[int, ...]
    output: bool


def stable_labels(network: CountedNetwork, sites: Sequence[Units]) -> StableLabels:
    """The coarsest labels under which outputs and all sites' labels are functions of labels.

    Args:
        network: the network, exactly.
        sites: disjoint sets of units, each in one hidden layer.

    Raises:
        OutOfReachError: more than 2^17 interchanges.

    Complexity: runs times states, at most.

    Source: Moore (1956); for abstractions, theorem 51 of the atlas.
    """
    places = [_place(network, units) for units in sites]
    states: list[dict[State, int]] = [{} for _ in sites]
    for base in range(network.points):
        for known, state in zip(states, _run(network, places, base, {})[0], strict=True):
            known.setdefault(state, len(known))
    runs: list[_Run] = []
    counts: list[int] = []
    while counts != [len(known) for known in states]:
        counts = [len(known) for known in states]
        runs = _interchanges(network, places, states)
    clean = [
        [states[k][_run(network, places, base, {})[0][k]] for base in range(network.points)]
        for k in range(len(sites))
    ]
    classes = _split(runs, counts)
    return StableLabels(
        tuple(sites),
        tuple(normal([found[s] for s in here]) for found, here in zip(classes, clean, strict=True)),
        tuple(counts),
        tuple(len(set(found)) for found in classes),
    )


def _split(runs: Sequence[_Run], counts: Sequence[int]) -> list[list[int]]:
    """Split classes by what their states lead to, until nothing splits."""
    classes = [[0] * count for count in counts]
    while True:
        after = []
        for k, count in enumerate(counts):
            told: list[list[object]] = [[classes[k][state]] for state in range(count)]
            for run in runs:
                if run.chosen[k] >= 0:
                    seen = [classes[j][s] for j, s in enumerate(run.reached) if j != k]
                    told[run.chosen[k]].append((*seen, run.output))
            after.append(list(normal([tuple(row) for row in told])))
        if after == classes:
            return classes
        classes = after


def _interchanges(
    network: CountedNetwork,
    places: Sequence[tuple[int, tuple[int, ...]]],
    states: Sequence[dict[State, int]],
) -> list[_Run]:
    """Every choice of known states at some sites; states that are new become known."""
    listed = [list(known) for known in states]
    size = network.points
    for known in listed:
        size *= len(known) + 1
    if size > MOST_RUNS:
        raise OutOfReachError("interchanges of states", size, MOST_RUNS)
    runs = []
    for base, *chosen in product(
        range(network.points), *(range(-1, len(known)) for known in listed)
    ):
        forced = {k: listed[k][s] for k, s in enumerate(chosen) if s >= 0}
        reached, output = _run(network, places, base, forced)
        numbers = tuple(
            known.setdefault(state, len(known))
            for known, state in zip(states, reached, strict=True)
        )
        runs.append(_Run(base, tuple(chosen), numbers, output))
    return runs


def _run(
    network: CountedNetwork,
    places: Sequence[tuple[int, tuple[int, ...]]],
    base: int,
    forced: dict[int, State],
) -> tuple[list[State], bool]:
    """The states of all sites, and the output bit, with some sites set."""
    exact = network.exact
    values: Sequence[int] = exact.rows[base]
    reached: list[State] = [()] * len(places)
    for layer, width in enumerate(network.hidden):
        parents = list(enumerate(values))
        here = [exact.unit(layer, unit, parents) for unit in range(width)]
        for k, (at, units) in enumerate(places):
            if at == layer:
                for unit, value in zip(units, forced.get(k, ()), strict=False):
                    here[unit] = value
                reached[k] = tuple(here[unit] for unit in units)
        values = here
    total = exact.biases[-1][0] + sum(
        w * v for w, v in zip(exact.weights[-1][0], values, strict=True)
    )
    return reached, Fraction(total, exact.scales[-1]) > Fraction(1, 2)


def _place(network: CountedNetwork, units: Units) -> tuple[int, tuple[int, ...]]:
    """The layer of a site, and its units in it."""
    for layer, width in enumerate(network.hidden):
        here = units & ((1 << width) - 1)
        if here:
            assert here == units, "units of one layer"
            return layer, tuple(unit for unit in range(width) if here >> unit & 1)
        units >>= width
    raise AssertionError("no units")
