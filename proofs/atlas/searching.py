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
from .deciding import decided
from .models import Array, Models
from .notions import NOTIONS
from .renaming import maps_up_to_renaming
from .space import SIZES, Size, SmallClaim, ordered_models

__all__ = ["Profiles", "profiles", "small_claims"]


@final
@dataclass(frozen=True)
class Profiles:
    """The profiles that occur, in order of their first claims.

    `bits[p, 0, k]` says that notion k applies in profile p, `bits[p, 1, k]` that it holds; `examined`
    counts claims, those that are equal up to renaming too.
    """

    bits: Array
    claims: tuple[SmallClaim, ...]
    examined: int

    def first_separating(self) -> Array:
        """`[i, j]`: the first profile in which i holds and j applies and fails, or -1."""
        applies, holds = self.bits[:, 0], self.bits[:, 1]
        fails = applies & ~holds
        found = np.full((len(NOTIONS), len(NOTIONS)), -1)
        for k in range(len(NOTIONS)):
            separates = holds[:, k, None] & fails
            found[k] = np.where(separates.any(axis=0), separates.argmax(axis=0), -1)
        return found


def profiles(
    sizes: tuple[Size, ...] = SIZES,
    *,
    progress: Callable[[int, int | None], None] | None = None,
) -> Profiles:
    """All profiles up to the bound."""
    seen: dict[bytes, SmallClaim] = {}
    listed = [(size, list(_maps(size))) for size in sizes]
    total, shown, every = 0, 0, sum(len(taus) for _, taus in listed)
    for size, taus in listed:
        low, high = _models(size)
        total += len(low) * len(high) * size.map_count
        for tau in taus:
            if progress is not None:
                progress(shown, every)
            shown += 1
            _add(seen, decided(low, high, size, tau), size, tau, (low, high))
    packed = np.array([np.frombuffer(key, dtype=np.uint8) for key in seen])
    flat = np.unpackbits(packed, axis=1, count=2 * len(NOTIONS)).astype(bool)
    return Profiles(flat.reshape(-1, 2, len(NOTIONS)), tuple(seen.values()), total)


def _maps(size: Size) -> Iterator[tuple[int, ...]]:
    """The maps to search, up to renaming."""
    if size.identity:
        yield tuple(range(len(size.low.states)))
    else:
        yield from maps_up_to_renaming(size.low, size.high)


def _add(
    seen: dict[bytes, SmallClaim],
    decided_: Array,
    size: Size,
    tau: tuple[int, ...],
    models: tuple[Models, Models],
) -> None:
    """Note each profile that is new, with its first pair of models."""
    low, high = models
    packed = np.packbits(decided_.reshape(2 * len(NOTIONS), -1), axis=0)
    rows = np.ascontiguousarray(packed.T).view(np.dtype((np.void, packed.shape[0]))).reshape(-1)
    found, first = np.unique(rows, return_index=True)
    for position in np.argsort(first):
        key = found[position].tobytes()
        if key not in seen:
            a, b = divmod(int(first[position]), len(high))
            seen[key] = SmallClaim(size, low.listed[a], high.listed[b], tau)


def small_claims(sizes: tuple[Size, ...] = SIZES) -> Iterator[SmallClaim]:
    """Every claim of the search space, in order."""
    for size in sizes:
        low, high = _models(size)
        identity = [tuple(range(len(size.low.states)))]
        for tau in identity if size.identity else maps(size.low, size.high):
            for below in low.listed:
                for above in high.listed:
                    yield SmallClaim(size, below, above, tau)


def _models(size: Size) -> tuple[Models, Models]:
    def made(shape: Shape, law: tuple[int, ...]) -> Models:
        return Models(shape, law, ordered_models(shape, len(law)))

    return made(size.low, size.low_law), made(size.high, size.high_law)
