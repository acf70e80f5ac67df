"""Joint interchanges: several nodes at once, each with a source of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import final

import numpy as np

from .patched_runs import Runs, Units
from .requirements import Requirement

__all__ = ["JointTest"]


@final
@dataclass(slots=True, eq=False)
class JointTest:
    """Output bits under joint interchanges, remembered for sites and for formulas.

    A row of bits is over (source of the first, …, source of the last, base), the base fastest.
    """

    runs: Runs
    _low: dict[tuple[Units, ...], bytes] = field(default_factory=dict)
    _high: dict[tuple[int, tuple[int, ...]], bytes] = field(default_factory=dict)
    _keep: list[Requirement] = field(default_factory=list)

    def clean(self) -> int:
        """The network's outputs without any interchange, as bits over the rows."""
        bits = self.runs.above(np.arange(self.runs.network.points), [])
        return sum(int(bit) << x for x, bit in enumerate(bits))

    def agrees(self, requirement: Requirement, sites: tuple[Units, ...]) -> bool:
        """Whether every interchange of a subset of nodes that has the last one gives the formula.

        Args:
            requirement: the formula.
            sites: units of its first nodes; earlier prefixes are known to agree.
        """
        last = len(sites) - 1
        for count in range(last + 1):
            for others in combinations(range(last), count):
                places = (*others, last)
                low = self._outputs(tuple(sites[place] for place in places))
                if low != self._demand(requirement, places):
                    return False
        return True

    def _outputs(self, sites: tuple[Units, ...]) -> bytes:
        if sites not in self._low:
            points = self.runs.network.points
            grid = np.indices((points,) * (len(sites) + 1)).reshape(len(sites) + 1, -1)
            patches = [
                (self.runs.site(units), sources)
                for units, sources in zip(sites, grid[:-1], strict=True)
            ]
            self._low[sites] = self.runs.above(grid[-1], patches).tobytes()
        return self._low[sites]

    def _demand(self, requirement: Requirement, places: tuple[int, ...]) -> bytes:
        key = (id(requirement), places)
        if key not in self._high:
            self._keep.append(requirement)  # so that its id stays its own
            points = requirement.points
            outputs = {
                values: requirement.forced_output(dict(zip(places, values, strict=True)))
                for values in product((0, 1), repeat=len(places))
            }
            rows = []
            for sources in product(range(points), repeat=len(places)):
                values = tuple(
                    requirement.values[place] >> source & 1
                    for place, source in zip(places, sources, strict=True)
                )
                rows.append([outputs[values] >> base & 1 for base in range(points)])
            self._high[key] = np.array(rows, np.bool_).tobytes()
        return self._high[key]
