"""Mappings: where in a network a formula's nodes may be, so that every tested interchange agrees."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import final

from tauomega.theory.errors import UndecidedError

from .joint import JointTest
from .options import Options
from .patched_runs import Runs, Units, single_sites
from .requirements import Requirement, pair_mask, requirements

__all__ = ["FormulaMappings", "Mapper", "Mapping", "count_disjoint", "minimal_units"]

Mapping = tuple[Units, ...]
"""Units for each relevant node, in the order of `Requirement.nodes`."""


@final
@dataclass(frozen=True, slots=True)
class FormulaMappings:
    """A formula, and how many minimal mappings it has."""

    requirement: Requirement
    total: int


@final
@dataclass(slots=True, eq=False)
class Mapper:
    """Maps formulas of a gate into one network.

    The network's side does not depend on the formula: for every set of units of one hidden layer, the
    output's bits over the tested pairs. A node may be at the sets whose bits are what it demands.
    """

    runs: Runs
    table: tuple[int, ...]
    options: Options
    _mask: int = field(init=False)
    _sites: dict[int, list[Units]] = field(init=False)
    _smallest: dict[int, list[Units]] = field(default_factory=dict)
    _joint: JointTest = field(init=False)

    def __post_init__(self) -> None:
        network = self.runs.network
        self._mask = pair_mask(self.options.pairs, network.inputs)
        if self.options.joint:
            self._mask = (1 << network.points**2) - 1
        self._sites = {}
        for units, bits in single_sites(self.runs).items():
            self._sites.setdefault(bits & self._mask, []).append(units)
        self._joint = JointTest(self.runs)

    def count(self, *, timeout: float = inf) -> list[FormulaMappings]:
        """The number of minimal mappings of every formula, in the order of the formulas.

        Raises:
            UndecidedError: the time was up.
        """
        deadline = time.monotonic() + timeout
        depth = self.options.depth_for(len(self.runs.network.hidden))
        found = []
        for requirement in requirements(self.table, depth, self.options.placements):
            if time.monotonic() > deadline:
                raise UndecidedError("the time was up before all formulas were mapped")
            if self.options.joint:
                total = len(self._jointly(requirement, deadline))
            else:
                total = count_disjoint([self._minimal(bits) for bits in requirement.bits])
            found.append(FormulaMappings(requirement, total))
        return found

    def mappings(self, requirement: Requirement) -> Iterator[Mapping]:
        r"""The minimal valid mappings of a formula: none contains another, node by node.

        Without joint interchanges each node is tested on its own, so a mapping is minimal iff every
        node has an inclusion-minimal valid set: a smaller set of one node stays disjoint from the
        others'. With them, the minimal ones are sought among all.
        """
        if self.options.joint:
            yield from self._jointly(requirement, inf)
        else:
            yield from _disjoint([self._minimal(bits) for bits in requirement.bits])

    def _minimal(self, bits: int) -> list[Units]:
        bits &= self._mask
        if bits not in self._smallest:
            self._smallest[bits] = minimal_units(self._sites.get(bits, []))
        return self._smallest[bits]

    def _jointly(self, requirement: Requirement, deadline: float) -> list[Mapping]:
        choices = [self._sites.get(bits & self._mask, []) for bits in requirement.bits]
        if not all(choices) or len(choices) > sum(self.runs.network.hidden):
            return []
        goal = sum(value << x for x, value in enumerate(self.table))
        if not choices:
            return [()] if self._joint.clean() == goal else []
        valid: list[Mapping] = []

        def extend(done: Mapping, used: Units) -> None:
            if time.monotonic() > deadline:
                raise UndecidedError("the time was up before all formulas were mapped")
            if len(done) == len(choices):
                valid.append(done)
                return
            for units in choices[len(done)]:
                if not units & used and self._joint.agrees(requirement, (*done, units)):
                    extend((*done, units), units | used)

        extend((), 0)
        return _antichain(valid)


def count_disjoint(choices: Sequence[Sequence[Units]]) -> int:
    """The number of ways to choose one set of each list, pairwise disjoint.

    Example:
        >>> count_disjoint([[0b01, 0b10], [0b01, 0b10, 0b11]])
        2
    """
    if not all(choices):
        return 0
    weights = {0: 1}
    for options in sorted(choices, key=len):
        after: dict[Units, int] = {}
        for used, weight in weights.items():
            for units in options:
                if not units & used:
                    after[units | used] = after.get(units | used, 0) + weight
        if not after:
            return 0
        weights = after
    return sum(weights.values())


def minimal_units(sites: Sequence[Units]) -> list[Units]:
    """The sets that contain no other one of the list; sets of different layers do not compare."""
    kept: list[Units] = []
    for units in sorted(sites, key=lambda s: (s.bit_count(), s)):
        if not any(smaller & units == smaller for smaller in kept):
            kept.append(units)
    return kept


def _disjoint(choices: Sequence[Sequence[Units]]) -> Iterator[Mapping]:
    def extend(done: Mapping, used: Units) -> Iterator[Mapping]:
        if len(done) == len(choices):
            yield done
            return
        for units in choices[len(done)]:
            if not units & used:
                yield from extend((*done, units), used | units)

    return extend((), 0)


def _antichain(found: list[Mapping]) -> list[Mapping]:
    kept: list[Mapping] = []
    for mapping in sorted(found, key=lambda m: (sum(s.bit_count() for s in m), m)):
        if not any(
            all(small & units == small for small, units in zip(smaller, mapping, strict=True))
            for smaller in kept
        ):
            kept.append(mapping)
    return kept
