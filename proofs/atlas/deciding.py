"""All notions decided at once, for all pairs of models with one τ: rows of responses in numpy.

Two contexts match on a family iff their response rows are equal, so everything here is equality of
class numbers. This is the fast reading of the notions; the tests compare it with `check`, claim by
claim, and every counterexample of the atlas is decided again by `check`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, final

import numpy as np
import numpy.typing as npt

from ..small_models import Shape, World, omega, support
from .space import Size

__all__ = ["Models", "decided"]

Array = npt.NDArray[Any]
Pairs = tuple[tuple[int, int], ...]
"""Low-level interventions with the high-level ones that they stand for."""
BIG = 7
"""More than the common denominator of all weights."""


@final
@dataclass(frozen=True)
class Models:
    """All models of one shape with so many contexts."""

    shape: Shape
    law: tuple[int, ...]
    listed: list[tuple[World, ...]]
    worlds: Array = field(init=False)
    members: Array = field(init=False)

    def __post_init__(self) -> None:
        distinct = sorted({world for model in self.listed for world in model})
        place = {world: number for number, world in enumerate(distinct)}
        members = [[place[world] for world in model] for model in self.listed]
        object.__setattr__(self, "worlds", np.array(distinct, dtype=np.int64))
        object.__setattr__(self, "members", np.array(members, dtype=np.int64))

    def laws(self, read: Array, scale: int) -> Array:
        """For every model and intervention, the law of the read states as one number."""
        power = np.array([BIG**k for k in range(int(read.max(initial=0)) + 1)], dtype=np.int64)
        codes = power[read][self.members]  # models, contexts, interventions
        weights = np.array([w * scale // sum(self.law) for w in self.law], dtype=np.int64)
        found: Array = (codes * weights[None, :, None]).sum(axis=1)
        return found


@final
@dataclass(frozen=True)
class _Tau:
    """What is settled by τ alone."""

    size: Size
    tau: tuple[int, ...]
    onto: bool
    supports: tuple[frozenset[int], ...]
    omega: tuple[int | None, ...]

    @property
    def is_block_map(self) -> bool:
        return sum(map(len, self.supports)) == len(frozenset().union(*self.supports))


def decided(low: Models, high: Models, size: Size, tau: tuple[int, ...]) -> tuple[Array, Array]:
    """For every pair of models: which notions apply, and which hold, as bits in `NOTIONS` order."""
    low_shape, high_shape = size.low, size.high
    settled = _Tau(
        size,
        tau,
        len(set(tau)) == len(high_shape.states),
        support(low_shape, high_shape, tau),
        omega(low_shape, high_shape, tau),
    )
    return _Decision(settled, low, high).bits()


class _Decision:
    """One τ met with all models."""

    def __init__(self, tau: _Tau, low: Models, high: Models) -> None:
        self.tau, self.low, self.high = tau, low, high
        self.read = np.array(tau.tau, dtype=np.int64)[low.worlds]
        self.shape = (len(low.listed), len(high.listed))
        scale = np.lcm(sum(low.law), sum(high.law))
        self.low_laws = low.laws(self.read, int(scale))
        self.high_laws = high.laws(high.worlds, int(scale))
        self.columns: list[tuple[Array, Array]] = []

    def bits(self) -> tuple[Array, Array]:
        """Applies and holds, one bit a notion."""
        tau, families = self.tau, self._families()
        self._say(True, self._equal_laws(((0, 0),)))
        for groups in families:
            self._say(groups is not None, self._over(groups, self._equal_laws_of))
        self._say(families[2] is not None, self._searched(families[2]))
        for groups in families:
            self._say(groups is not None, self._over(groups, self._compatible))
        for strong in (False, True):
            for groups in families:
                self._squares(groups, strong=strong)
        for groups in families:
            holds = self._over(groups, self._onto) if tau.onto and tau.is_block_map else False
            self._say(True, holds)
        same = len(self.low.law) <= len(self.high.law)
        for groups in families:
            fits = tau.onto and tau.is_block_map
            onto = fits and len(self.low.law) == len(self.high.law)
            self._say(same or not fits, self._over(groups, self._same) if onto else False)
        self._say(True, self._invariance() if tau.onto and tau.is_block_map else False)
        sites = same and tau.is_block_map and all(tau.supports)
        for single in (True, False):
            groups = self._reach(single=single) if sites else None
            self._say(sites, self._over(groups, self._same))
        applies = sum((a.astype(np.int64) << k for k, (a, _) in enumerate(self.columns)), 0)
        holds_ = sum((h.astype(np.int64) << k for k, (_, h) in enumerate(self.columns)), 0)
        return np.asarray(applies), np.asarray(holds_)

    def _say(self, applies: bool, holds: Array | bool) -> None:
        where = np.full(self.shape, applies)
        self.columns.append((where, np.broadcast_to(holds, self.shape) & where))

    def _squares(self, groups: list[tuple[Array, Pairs]] | None, *, strong: bool) -> None:
        """τ-abstraction, or strong: τ not onto is decided first and fails."""
        if not self.tau.onto:
            self._say(True, False)
        elif groups is None:
            self._say(False, False)
        elif strong:
            every = len(self.tau.size.high.interventions)
            kept = [(rows, p) for rows, p in groups if len({j for _, j in p}) == every]
            self._say(True, self._over(kept, self._onto))
        else:
            self._say(True, self._over(groups, self._onto))

    # -------------------------------------------------------- families

    def _families(self) -> list[list[tuple[Array, Pairs]] | None]:
        """single:1, reach, block, taumax: groups of low models with their interventions."""
        tau, everyone = self.tau, np.arange(len(self.low.listed))
        mapped = frozenset().union(*tau.supports)
        taumax = []
        for number, setting in enumerate(tau.size.low.interventions):
            targets = {k for k, value in enumerate(setting) if value is not None}
            image = tau.omega[number]
            if targets <= mapped and image is not None:
                taumax.append((number, image))
        last = [(everyone, tuple(taumax))] if taumax else None
        if not tau.is_block_map:
            return [None, None, None, last]
        blocks = [sorted(reads) for reads in tau.supports if reads]
        values = [list(product(*(range(tau.size.low.sizes[v]) for v in b))) for b in blocks]
        found: list[list[tuple[Array, Pairs]] | None] = []
        for most in (1, len(blocks)):
            pairs = self._derived(self._union(blocks, values, most))
            found.append(None if pairs is None else [(everyone, pairs)])
        reach: list[tuple[Array, Pairs]] | None = []
        for rows, union in self._reached(blocks, len(blocks)):
            pairs = self._derived(union)
            if pairs is None or reach is None:
                reach = None  # τ is not onto: some reached setting has no image
                break
            reach.append((rows, pairs))
        return [found[0], reach, found[1], last]

    def _derived(self, interventions: Sequence[int]) -> Pairs | None:
        pairs = [(number, self.tau.omega[number]) for number in interventions]
        if any(image is None for _, image in pairs):
            return None
        return tuple((number, image) for number, image in pairs if image is not None)

    def _union(
        self, blocks: list[list[int]], values: Sequence[Sequence[tuple[int, ...]]], most: int
    ) -> list[int]:
        shape = self.tau.size.low
        found = []
        for chosen in product(*([None, *v] for v in values)):
            if sum(value is not None for value in chosen) <= most:
                setting: list[int | None] = [None] * len(shape.sizes)
                for block, value in zip(blocks, chosen, strict=True):
                    for variable, x in zip(block, value or (), strict=value is not None):
                        setting[variable] = x
                found.append(shape.number(tuple(setting)))
        return sorted(found)

    def _reached(self, blocks: list[list[int]], most: int) -> list[tuple[Array, list[int]]]:
        """Low models grouped by the block values that their clean runs reach."""
        states = np.array(self.tau.size.low.states)
        clean = self.low.worlds[:, 0][self.low.members]
        groups: dict[tuple[tuple[tuple[int, ...], ...], ...], list[int]] = {}
        for row, runs in enumerate(clean):
            reached = tuple(
                tuple(sorted({tuple(map(int, states[s][block])) for s in runs})) for block in blocks
            )
            groups.setdefault(reached, []).append(row)
        return [
            (np.array(rows), self._union(blocks, reached, most)) for reached, rows in groups.items()
        ]

    def _reach(self, *, single: bool) -> list[tuple[Array, Pairs]]:
        """Interchanges: reached block values, above as the values of τ, whether or not τ is onto."""
        tau = self.tau
        shape, above = tau.size.low, tau.size.high
        blocks = [sorted(reads) for reads in tau.supports]
        found = []
        for rows, union in self._reached(blocks, 1 if single else len(blocks)):
            pairs = []
            for number in union:
                setting = shape.interventions[number]
                state = tuple(0 if value is None else value for value in setting)
                seen = above.states[tau.tau[shape.states.index(state)]]
                images = tuple(
                    None if setting[block[0]] is None else seen[k] for k, block in enumerate(blocks)
                )
                pairs.append((number, above.number(images)))
            found.append((rows, tuple(pairs)))
        return found

    # -------------------------------------------------------- what is asked of a family

    def _over(self, groups: list[tuple[Array, Pairs]] | None, ask: Any) -> Array:
        """Ask each group of low models about its own family."""
        answer = np.zeros(self.shape, dtype=bool)
        for rows, pairs in groups or ():
            answer[rows] = ask(rows, pairs)
        return answer

    def _classes(self, rows: Array, pairs: Pairs) -> tuple[Array, Array]:
        low = self.read[:, [i for i, _ in pairs]]
        high = self.high.worlds[:, [j for _, j in pairs]]
        ids = np.unique(np.concatenate([low, high]), axis=0, return_inverse=True)[1].reshape(-1)
        return ids[: len(low)][self.low.members[rows]], ids[len(low) :][self.high.members]

    def _compatible(self, rows: Array, pairs: Pairs) -> Array:
        low, high = self._classes(rows, pairs)
        same = low[:, None, :, None] == high[None, :, None, :]
        answer: Array = same.any(axis=3).all(axis=2)
        return answer

    def _onto(self, rows: Array, pairs: Pairs) -> Array:
        low, high = self._classes(rows, pairs)
        same = low[:, None, :, None] == high[None, :, None, :]
        above = (high[:, :, None] == high[:, None, :]).sum(axis=2)
        enough = (same.sum(axis=2) >= above[None]).all(axis=2)
        answer: Array = same.any(axis=3).all(axis=2) & enough
        return answer

    def _same(self, rows: Array, pairs: Pairs) -> Array:
        low, high = self._classes(rows, pairs)
        answer: Array = (low[:, None, :] == high[None, :, : low.shape[1]]).all(axis=2)
        return answer

    def _equal_laws(self, pairs: Pairs) -> Array:
        return self._equal_laws_of(np.arange(self.shape[0]), pairs)

    def _equal_laws_of(self, rows: Array, pairs: Pairs) -> Array:
        low = self.low_laws[rows][:, [i for i, _ in pairs]]
        high = self.high_laws[:, [j for _, j in pairs]]
        ids = np.unique(np.concatenate([low, high]), axis=0, return_inverse=True)[1].reshape(-1)
        answer: Array = ids[: len(low), None] == ids[None, len(low) :]
        return answer

    def _searched(self, groups: list[tuple[Array, Pairs]] | None) -> Array:
        """Exact with some order-preserving ω from the block interventions to all above."""
        if not self.tau.is_block_map:
            return np.zeros(self.shape, dtype=bool)
        blocks = [sorted(reads) for reads in self.tau.supports if reads]
        values = [list(product(*(range(self.tau.size.low.sizes[v]) for v in b))) for b in blocks]
        family = self._union(blocks, values, len(blocks))
        low, low_rows = np.unique(self.low_laws[:, family], axis=0, return_inverse=True)
        high, high_rows = np.unique(self.high_laws, axis=0, return_inverse=True)
        table = np.zeros((len(low), len(high)), dtype=bool)
        below = _order(self.tau.size.low, family)
        above = _order(self.tau.size.high, range(len(self.tau.size.high.interventions)))
        for a, b in product(range(len(low)), range(len(high))):
            choices = [np.flatnonzero(high[b] == law).tolist() for law in low[a]]
            table[a, b] = all(choices) and _monotone(choices, below, above)
        answer: Array = table[low_rows.reshape(-1)][:, high_rows.reshape(-1)]
        return answer

    def _invariance(self) -> Array:
        """For every block and context: equal τ of the other blocks, equal τ of this one."""
        tau = self.tau
        shape, above = tau.size.low, tau.size.high
        blocks = [sorted(reads) for reads in tau.supports]
        good = np.ones(len(self.low.worlds), dtype=bool)
        states = np.array(above.states)
        for j in range(len(blocks)):
            others = [block for k, block in enumerate(blocks) if k != j]
            groups: dict[int | None, list[int]] = {}
            for values in product(*(product(*(range(shape.sizes[v]) for v in b)) for b in others)):
                setting: list[int | None] = [None] * len(shape.sizes)
                for block, value in zip(others, values, strict=True):
                    for variable, x in zip(block, value, strict=True):
                        setting[variable] = x
                number = shape.number(tuple(setting))
                groups.setdefault(tau.omega[number], []).append(number)
            for numbers in groups.values():
                seen = states[:, j][self.read[:, numbers]]
                good &= (seen == seen[:, :1]).all(axis=1)
        answer: Array = np.all(good[self.low.members], axis=1, keepdims=True)
        return answer


def _order(shape: Shape, numbers: Sequence[int]) -> Array:
    """`order[a, b]`: intervention a is below b."""
    listed = [shape.interventions[number] for number in numbers]
    return np.array(
        [
            [all(x is None or x == y for x, y in zip(a, b, strict=True)) for b in listed]
            for a in listed
        ]
    )


def _monotone(choices: list[list[int]], below: Array, above: Array) -> bool:
    """Whether an order-preserving choice exists: backtracking, smallest interventions first."""
    chosen: list[int] = []

    def extend() -> bool:
        k = len(chosen)
        if k == len(choices):
            return True
        for candidate in choices[k]:
            if all(
                (not below[i, k] or above[c, candidate])
                and (not below[k, i] or above[candidate, c])
                for i, c in enumerate(chosen)
            ):
                chosen.append(candidate)
                if extend():
                    return True
                chosen.pop()
        return False

    return extend()
