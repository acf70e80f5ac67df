r"""Explanations of a network, ordered: places, what each tells apart, and which says more.

An explanation puts a variable at each of some disjoint sites (units of one hidden layer) and says which
inputs the variable tells apart: a *label* for every input. It is valid if the output, under every
interchange of any of the sites with sources of their own, depends on the sources through their labels
only; then a high-level model of the labels is well-defined and agrees with every such run.

One is coarser than another if its τ is a function of the other's: each of its sites is a union of sites
of the other, and its label a function of theirs. The explanation without sites says only what the output
is, and is valid always; the one whose sites are single units, told apart by their values, is the network
itself, and valid always: a score that asks for validity alone is met by both. What carries information
is the order between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log2
from typing import final

import numpy as np
import numpy.typing as npt

from tauomega.theory.errors import OutOfReachError

from .mappings import Mapping
from .patched_runs import PatchedRuns, Runs, Units
from .requirements import Requirement

__all__ = [
    "Explanation",
    "Label",
    "coarsest_labels",
    "covers",
    "is_valid",
    "itself",
    "joint_outputs",
    "lattice",
    "normal",
    "of_formula",
    "site_families",
]

Label = tuple[int, ...]
"""The class of every input, classes numbered in the order of their first inputs."""
MOST_RUNS = 1 << 22


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Disjoint sites, in increasing order of their units, and the label at each."""

    sites: tuple[Units, ...] = ()
    labels: tuple[Label, ...] = ()

    @property
    def bits(self) -> float:
        """Bits of τ: the logarithm of how many states of the labels interchanges can reach."""
        return sum(log2(max(label) + 1) for label in self.labels)

    def __le__(self, other: Explanation) -> bool:
        """Whether this one is coarser: its τ is a function of the other's."""
        for site, label in zip(self.sites, self.labels, strict=True):
            within = [
                part
                for units, part in zip(other.sites, other.labels, strict=True)
                if units & ~site == 0
            ]
            if sum(units for units in other.sites if units & ~site == 0) != site:
                return False
            if not _is_function(label, within):
                return False
        return True

    def restrictions(self) -> tuple[Explanation, ...]:
        """This one without one of its sites, for each; all are valid if this one is."""
        places = range(len(self.sites))
        return tuple(
            Explanation(
                tuple(self.sites[k] for k in places if k != left_out),
                tuple(self.labels[k] for k in places if k != left_out),
            )
            for left_out in places
        )


def _is_function(label: Label, of: Sequence[Label]) -> bool:
    seen: dict[tuple[int, ...], int] = {}
    return all(
        seen.setdefault(key, value) == value
        for value, *key_ in zip(label, *of, strict=True)
        for key in [tuple(key_)]
    )


def joint_outputs(runs: Runs, sites: Sequence[Units]) -> npt.NDArray[np.bool_]:
    """Output bits under every interchange of the sites.

    Returns:
        shape (points + 1,) * sites + (points,): the source of every site, the last index leaving it
        alone, then the base.

    Raises:
        OutOfReachError: more than 2^22 runs.
    """
    points = runs.network.points
    shape = (points + 1,) * len(sites) + (points,)
    size = (points + 1) ** len(sites) * points
    if size > MOST_RUNS:
        raise OutOfReachError("joint interchanges", size, MOST_RUNS)
    grid = np.indices(shape).reshape(len(shape), -1)
    patches = [
        (runs.site(units), np.where(sources == points, -1, sources))
        for units, sources in zip(sites, grid[:-1], strict=True)
    ]
    found: npt.NDArray[np.bool_] = runs.above(grid[-1], patches).reshape(shape)
    return found


def coarsest_labels(outputs: npt.NDArray[np.bool_]) -> tuple[Label, ...]:
    """For every site the coarsest label that makes an explanation of these sites valid.

    Two sources may share a label iff their rows are equal: the outputs under every base and every
    choice at the other sites. A valid label of a site is constant on no two different rows, so it
    refines this one; and these together are valid, since replacing sources one by one by others
    with equal rows changes no output.

    Args:
        outputs: as `joint_outputs` gives them.

    Source: theorem 52 of the atlas for one site; for several, the outputs are scored only, so the
        labels do not constrain each other and each is a Myhill-Nerode quotient.
    """
    return tuple(
        normal([row.tobytes() for row in np.moveaxis(outputs, place, 0)[:-1]])
        for place in range(outputs.ndim - 1)
    )


def normal(codes: Sequence[object]) -> Label:
    """Classes numbered in the order of their first members."""
    numbers: dict[object, int] = {}
    return tuple(numbers.setdefault(code, len(numbers)) for code in codes)


def is_valid(runs: Runs, explanation: Explanation) -> bool:
    """Whether outputs under interchanges depend on the labels of the sources only."""
    coarsest = coarsest_labels(joint_outputs(runs, explanation.sites))
    return all(
        _is_function(least, [label])
        for least, label in zip(coarsest, explanation.labels, strict=True)
    )


def itself(runs: PatchedRuns) -> Explanation:
    """The finest valid explanation: every unit a site, labelled by its value at every input."""
    sites, labels, number = [], [], 0
    for values in runs.clean:
        for column in values.T.tolist():
            sites.append(1 << number)
            labels.append(normal(column))
            number += 1
    return Explanation(tuple(sites), tuple(labels))


def of_formula(requirement: Requirement, mapping: Mapping) -> Explanation:
    """The explanation that a formula with a mapping is: its nodes' truth tables as labels."""
    points = range(requirement.points)
    places = sorted(
        (units, normal([table >> x & 1 for x in points]))
        for units, table in zip(mapping, requirement.values, strict=True)
    )
    return Explanation(tuple(p[0] for p in places), tuple(p[1] for p in places))


def covers(explanations: Sequence[Explanation]) -> list[tuple[int, int]]:
    """The order's diagram: pairs (coarser, finer) with nothing between them, as indices."""
    below = [
        {k for k, one in enumerate(explanations) if k != n and one <= other}
        for n, other in enumerate(explanations)
    ]
    return [
        (k, n)
        for n, coarser in enumerate(below)
        for k in sorted(coarser)
        if not any(k in below[m] for m in coarser)
    ]


def lattice(runs: PatchedRuns, *, most_sites: int) -> tuple[Explanation, ...]:
    """Explanations with the coarsest labels, one for every family of sites, and the two ends.

    The first says only what the output is, the last is the network itself; families of which a site
    carries nothing are left out.

    Raises:
        OutOfReachError: more than 2^22 joint interchanges of one family.
    """
    found = []
    for sites in site_families(runs.network.hidden, most_sites):
        labels = coarsest_labels(joint_outputs(runs, sites))
        if all(max(label) > 0 for label in labels):
            found.append(Explanation(sites, labels))
    end = itself(runs)
    return tuple(found) if end in found else (*found, end)


def site_families(hidden: Sequence[int], most: int) -> list[tuple[Units, ...]]:
    """All sets of at most `most` disjoint sites, each in one layer, fewest sites first.

    Example:
        >>> site_families((2,), 2)
        [(), (1,), (2,), (3,), (1, 2)]
    """
    sites: list[Units] = []
    first = 0
    for width in hidden:
        sites += [units << first for units in range(1, 1 << width)]
        first += width
    return [
        chosen
        for count in range(most + 1)
        for chosen in combinations(sites, count)
        if sum(chosen).bit_count() == sum(units.bit_count() for units in chosen)
    ]
