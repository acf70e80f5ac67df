"""Whether units that an explanation does not read have no effect: the other half of a claim.

Interchanges of whole sites (BLOCK) say that the sites carry the formula's values. Silence says that
nothing else matters once all sites are set.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from .patched_runs import PatchedRuns, Units
from .requirements import Requirement

__all__ = ["is_silent", "unread_sets"]


def unread_sets(hidden: tuple[int, ...], sites: tuple[Units, ...]) -> list[Units]:
    """The sets that silence is tested on: units outside all sites, in one layer that has no site below.

    Units above a site may carry what it sets to the output; they are mediators and are left alone.

    Example:
        >>> unread_sets((2, 2), (0b0100,))
        [1, 2, 3, 8]
    """
    used = 0
    for units in sites:
        used |= units
    found: list[Units] = []
    first = 0
    for width in hidden:
        layer = [first + u for u in range(width) if not used >> first + u & 1]
        for chosen in range(1, 1 << len(layer)):
            found.append(sum(1 << u for place, u in enumerate(layer) if chosen >> place & 1))
        if used >> first & ((1 << width) - 1):
            break
        first += width
    return found


def is_silent(runs: PatchedRuns, requirement: Requirement, sites: tuple[Units, ...]) -> bool:
    """Whether the formula's output survives every overwriting of unread units, all sites being set.

    All sites get values from sources of their own, the unread units (see `unread_sets`) those of one
    more source; the output must be the formula's with all relevant nodes forced.
    """
    points = requirement.points
    grid = np.indices((points,) * (len(sites) + 2)).reshape(len(sites) + 2, -1)
    patches = [(runs.site(units), sources) for units, sources in zip(sites, grid[:-2], strict=True)]
    wanted = np.zeros(grid.shape[1], np.bool_)
    bits = [(value >> grid[place]) & 1 for place, value in enumerate(requirement.values)]
    for values in product((0, 1), repeat=len(sites)):
        output = requirement.forced_output(dict(enumerate(values)))
        here = np.ones(grid.shape[1], np.bool_)
        for column, value in zip(bits, values, strict=True):
            here &= column == value
        wanted[here] = ((output >> grid[-1][here]) & 1).astype(np.bool_)
    return all(
        bool(
            np.array_equal(runs.above(grid[-1], [*patches, (runs.site(unread), grid[-2])]), wanted)
        )
        for unread in unread_sets(runs.network.hidden, sites)
    )
