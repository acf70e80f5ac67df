"""The search: which combinations of notions small claims realise, each with its first claim.

A *profile* says of every notion whether it applies and whether it holds. The atlas needs no more of
the search space than the set of profiles that occur: the first claim in whose profile D holds and E
applies and fails is the smallest counterexample to "D implies E".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from ..small_models import Shape, maps
from .deciding import Models, decided
from .space import SIZES, Size, SmallClaim, ordered_models

__all__ = ["Profile", "profiles", "small_claims"]


@final
@dataclass(frozen=True, slots=True)
class Profile:
    """Which notions apply and hold, as bits, and the first claim with this profile."""

    applies: int
    holds: int
    claim: SmallClaim


def profiles(
    sizes: tuple[Size, ...] = SIZES,
    *,
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[list[Profile], int]:
    """All profiles up to the bound, in order of their first claims, and the number of claims."""
    seen: dict[tuple[int, int], SmallClaim] = {}
    total = 0
    for number, size in enumerate(sizes):
        if progress is not None:
            progress(number, len(sizes))
        low, high = _models(size)
        for tau in maps(size.low, size.high):
            applies, holds = decided(low, high, size, tau)
            total += applies.size
            joint = np.stack([applies.reshape(-1), holds.reshape(-1)], axis=1)
            found, first = np.unique(joint, axis=0, return_index=True)
            for position in np.argsort(first):
                key = (int(found[position][0]), int(found[position][1]))
                if key not in seen:
                    a, b = divmod(int(first[position]), applies.shape[1])
                    seen[key] = SmallClaim(size, low.listed[a], high.listed[b], tau)
    return [Profile(*key, claim) for key, claim in seen.items()], total


def small_claims(sizes: tuple[Size, ...] = SIZES) -> Iterator[SmallClaim]:
    """Every claim of the search space, in order."""
    for size in sizes:
        low, high = _models(size)
        for tau in maps(size.low, size.high):
            for below in low.listed:
                for above in high.listed:
                    yield SmallClaim(size, below, above, tau)


def _models(size: Size) -> tuple[Models, Models]:
    def made(shape: Shape, law: tuple[int, ...]) -> Models:
        return Models(shape, law, ordered_models(shape, len(law)))

    return made(size.low, size.low_law), made(size.high, size.high_law)
