"""Contexts grouped by how their models respond, below and above together.

Two contexts are in one class iff they gave equal responses to every intervention so far. A
compatible τ_U exists iff every low-level context shares its class with a high-level one; one that
is onto exists iff, besides, no class has fewer low-level contexts than high-level ones. No matching
is needed: any surjection within each class will do (theory: proofs/counting.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

__all__ = ["ResponseClasses"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True, slots=True)
class ResponseClasses:
    """Class numbers of the low-level contexts, then of the high-level ones."""

    ids: Array
    below: int
    radix: int

    @classmethod
    def start(cls, below: int, above: int, radix: int) -> ResponseClasses:
        """All contexts in one class; responses will be integers below `radix`."""
        return cls(np.zeros(below + above, dtype=np.int64), below, radix)

    def refined(self, low: Array, high: Array) -> ResponseClasses:
        """Split by more responses: rows are interventions, columns contexts."""
        ids, rows = self.ids, np.concatenate([low, high], axis=1)
        span = int(ids.max(initial=0)) + 1
        for row in rows:
            if span > 2**62 // self.radix:  # renumber before 62 bits are full
                ids = np.unique(ids, return_inverse=True)[1].reshape(-1).astype(np.int64)
                span = int(ids.max(initial=0)) + 1
            ids = ids * self.radix + row
            span *= self.radix
        ids = np.unique(ids, return_inverse=True)[1].reshape(-1).astype(np.int64)
        return ResponseClasses(ids, self.below, self.radix)

    def _counts(self) -> tuple[Array, Array]:
        size = int(self.ids.max(initial=0)) + 1
        low = np.bincount(self.ids[: self.below], minlength=size)
        return low, np.bincount(self.ids[self.below :], minlength=size)

    def unmatched(self) -> int | None:
        """The first low-level context whose class has no high-level one."""
        _, above = self._counts()
        lonely = np.flatnonzero(above[self.ids[: self.below]] == 0)
        return int(lonely[0]) if len(lonely) else None

    def rare(self) -> int | None:
        """The first high-level context whose class has fewer low-level than high-level contexts."""
        below, above = self._counts()
        gaps = np.flatnonzero((below < above)[self.ids[self.below :]])
        return int(gaps[0]) if len(gaps) else None

    def matching(self, onto: bool, most: int) -> Iterator[tuple[int, int]]:
        """The first pairs of a compatible τ_U, onto where that was asked and holds."""
        members: dict[int, list[int]] = {}
        for position, label in enumerate(self.ids[self.below :].tolist()):
            members.setdefault(label, []).append(position)
        used: dict[int, int] = {}
        for position, label in enumerate(self.ids[: min(self.below, most)].tolist()):
            choices = members[label]
            turn = used.get(label, 0)
            used[label] = turn + 1
            yield position, choices[turn % len(choices) if onto else 0]
