r"""All maps of states between two small shapes at once, as numpy arrays, with $\omega_\tau$ for each.

The plain twin is `small_models`: `omega` and `support` of one map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from tauomega.proofs.small_models import Shape

__all__ = ["Maps", "every_map"]


@final
@dataclass(frozen=True)
class Maps:
    """Maps from the states of `low` to the states of `high`.

    Attributes:
        low: the shape below.
        high: the shape above.
        tau: array (maps, low states): the high-level state of every low-level one.
        omega: array (maps, low interventions): the high-level intervention, or -1.
    """

    low: Shape
    high: Shape
    tau: Any
    omega: Any

    def where(self, kept: Any) -> Maps:
        """Some of the maps."""
        return Maps(self.low, self.high, self.tau[kept], self.omega[kept])

    @property
    def onto(self) -> Any:
        """Which maps are onto the states above."""
        return self._reached(self.tau, len(self.high.states))

    @property
    def omega_onto(self) -> Any:
        """Of which maps every high-level intervention is ω_τ of some low-level one."""
        return self._reached(self.omega, len(self.high.interventions))

    @property
    def disjoint(self) -> Any:
        """Which maps are block maps: no low-level variable is read by two high-level ones."""
        reads = np.zeros((len(self.tau), len(self.low.sizes)), dtype=np.int64)
        values = np.array(self.high.states)[self.tau]  # maps, low states, high variables
        states = np.array(self.low.states)
        for position in range(len(self.low.sizes)):
            rest = np.delete(states, position, axis=1)
            changed = np.zeros(values[:, 0].shape, dtype=bool)
            for first in range(len(states)):
                same = np.flatnonzero((rest == rest[first]).all(axis=1))
                changed |= (values[:, same] != values[:, [first]]).any(axis=1)
            reads[:, position] = changed.sum(axis=1)
        return (reads <= 1).all(axis=1)

    def __len__(self) -> int:
        return len(self.tau)

    @staticmethod
    def _reached(images: Any, count: int) -> Any:
        return np.all([(images == target).any(axis=1) for target in range(count)], axis=0)


def every_map(low: Shape, high: Shape) -> Maps:
    """Every map of states, lexicographically."""
    below, above = len(low.states), len(high.states)
    tau = np.indices((above,) * below).reshape(below, -1).T
    bits = np.left_shift(1, tau)
    places = {mask: number for number, mask in reversed(list(enumerate(high.restrictions)))}
    lookup = np.full(1 << above, -1)
    lookup[list(places)] = list(places.values())
    omega = np.empty((len(tau), len(low.interventions)), dtype=np.int64)
    for number, mask in enumerate(low.restrictions):
        inside = [state for state in range(below) if mask >> state & 1]
        omega[:, number] = lookup[np.bitwise_or.reduce(bits[:, inside], axis=1)]
    return Maps(low, high, tau, omega)
