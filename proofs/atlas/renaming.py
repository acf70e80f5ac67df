"""Maps of states up to renaming: one for each class, the first.

Renaming variables or values, below or above, changes no notion of abstraction, and the small models of a
shape are closed under it. So a claim has the verdicts of one whose τ is the first of its class, which comes
no later in the order of search: the first claim of every profile is found among these.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np

from ..small_models import Shape, maps
from .models import Array

__all__ = ["maps_up_to_renaming", "renamings"]


def renamings(shape: Shape) -> list[tuple[int, ...]]:
    """What renaming variables of one size, and values, does to the numbers of states."""
    sizes = shape.sizes
    place = {state: number for number, state in enumerate(shape.states)}
    found = []
    for order in permutations(range(len(sizes))):
        if any(sizes[k] != sizes[own] for k, own in enumerate(order)):
            continue
        for values in product(*(list(permutations(range(size))) for size in sizes)):
            found.append(
                tuple(
                    place[tuple(values[k][state[own]] for k, own in enumerate(order))]
                    for state in shape.states
                )
            )
    return found


def maps_up_to_renaming(low: Shape, high: Shape) -> Iterator[tuple[int, ...]]:
    """The first map of each class, in order."""
    below = np.array(renamings(low))
    above = np.array(renamings(high))
    base = len(high.states) ** np.arange(len(low.states) - 1, -1, -1, dtype=np.int64)
    seen = np.zeros(len(high.states) ** len(low.states), dtype=bool)
    for number, tau in enumerate(maps(low, high)):
        if not seen[number]:
            images: Array = above[:, np.array(tau)[below]]
            seen[(images * base).sum(axis=2)] = True
            yield tau
