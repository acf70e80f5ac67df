r"""Kernels between sets of blocks, as arrays: what α-abstractions, Φ and transformations compare.

For high-level variables S and T with blocks A and B, a claim has the kernel of B given do(A) below and
that of T given do(S) above. Both are compared in one way of four: set below or above (then the
realisation below is uniform on the fibre), and read above, through τ, or below, spread over fibres.
"""

from __future__ import annotations

from itertools import product
from typing import final

import numpy as np

from .meeting import Meeting
from .models import Array

__all__ = ["Kernels"]


@final
class Kernels:
    """The kernels of one meeting whose τ is a block map onto."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        factor = meeting.scale // sum(meeting.low.law)
        self.below = meeting.low.laws * factor
        self.above = meeting.high_laws

    def commute(
        self, sources: tuple[int, ...], targets: tuple[int, ...], *, set_below: bool, spread: bool
    ) -> Array:
        """Whether both ways round agree at every setting, for all pairs of models.

        Args:
            sources: high-level variables that are set.
            targets: high-level variables that are looked at.
            set_below: settings of blocks, each for itself; else of variables, realised on their fibres.
            spread: laws of blocks, those above spread over fibres; else laws of variables.
        """
        meeting = self.meeting
        fibres: dict[int, list[int]] = {}
        for parts in product(*(meeting.block_values(j) for j in sources)):
            number = meeting.union(parts)
            setting = meeting.image(meeting.size.low.interventions[number])
            fibres.setdefault(meeting.size.high.number(setting), []).append(number)
        low, high = [], []
        for above, realised in fibres.items():
            laws = self.below[:, realised]
            kept = laws if set_below else laws.sum(axis=1, keepdims=True)
            share = 1 if set_below else len(realised)
            for k in range(kept.shape[1]):
                read, wanted = self._read(kept[:, k], self.above[:, above], targets, spread=spread)
                low.append(read)
                high.append(share * wanted)
        return meeting.equal(np.concatenate(low, axis=1), np.concatenate(high, axis=1))

    def _read(
        self, low: Array, high: Array, targets: tuple[int, ...], *, spread: bool
    ) -> tuple[Array, Array]:
        """Laws of states as laws of the targets, or of their blocks, on a common scale."""
        meeting = self.meeting
        states, above = meeting.size.low.states, meeting.size.high.states
        values = [tuple(above[y][j] for j in targets) for y in range(len(above))]
        wanted = _summed(high, values)
        if not spread:
            read = _summed(low, [values[meeting.tau[x]] for x in range(len(states))])
            keys = sorted(set(values))
            empty_low, empty_high = np.zeros_like(low[:, 0]), np.zeros_like(high[:, 0])
            return (
                np.stack([read.get(key, empty_low) for key in keys], axis=1),
                np.stack([wanted.get(key, empty_high) for key in keys], axis=1),
            )
        inside = [k for j in targets for k in meeting.blocks[j]]
        parts = [tuple(state[k] for k in inside) for state in states]
        seen = {part: values[meeting.tau[x]] for x, part in enumerate(parts)}
        size = {value: list(seen.values()).count(value) for value in set(seen.values())}
        block = _summed(low, parts)
        return (
            np.stack([size[seen[part]] * block[part] for part in seen], axis=1),
            np.stack([wanted[seen[part]] for part in seen], axis=1),
        )


def _summed(laws: Array, keys: list[tuple[int, ...]]) -> dict[tuple[int, ...], Array]:
    """The law of a function of the state."""
    found: dict[tuple[int, ...], Array] = {}
    for number, key in enumerate(keys):
        found[key] = found.get(key, 0) + laws[:, number]
    return found
