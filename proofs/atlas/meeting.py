"""One τ met with all pairs of models of a size: families, and what may be asked of them, in numpy.

Two contexts match on a family iff their response rows are equal, so most of this is equality of class
numbers. It is the fast reading of the notions; the tests compare each notion's with `check`, claim by
claim, and every counterexample of the atlas is decided again by `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import product
from math import lcm
from typing import NamedTuple, final

import numpy as np

from ..small_models import Setting, omega, support
from .models import Array, Models, classes
from .space import Size

__all__ = ["Group", "Meeting", "Pairs", "some_onto"]

Pairs = tuple[tuple[int, int], ...]
"""Low-level interventions with the high-level ones that they stand for."""


class Group(NamedTuple):
    """Low-level models that share a family."""

    rows: Array
    pairs: Pairs


Ask = Callable[[Array, Pairs], Array]


@final
class Meeting:
    """One τ met with all pairs of models."""

    def __init__(self, size: Size, tau: tuple[int, ...], low: Models, high: Models) -> None:
        self.size, self.tau, self.low, self.high = size, tau, low, high
        self.supports = support(size.low, size.high, tau)
        self.omega = omega(size.low, size.high, tau)
        self.onto = len(set(tau)) == len(size.high.states)
        self.shape = (len(low), len(high))
        self.scale = lcm(sum(low.law), sum(high.law))
        self.read = np.array(tau, dtype=np.int64)[low.worlds]

    @cached_property
    def is_block_map(self) -> bool:
        """No two high-level variables read one low-level variable."""
        return sum(map(len, self.supports)) == len(frozenset().union(*self.supports))

    @property
    def blocks(self) -> list[list[int]]:
        """The low-level variables that each high-level one reads."""
        return [sorted(reads) for reads in self.supports]

    # -------------------------------------------------------- readings

    def over(self, family: str, ask: Ask) -> Array:
        """What a question says over a family on which ω_τ is defined."""
        return self.over_groups(self.family(family) or [], ask)

    def over_groups(self, groups: Sequence[Group], ask: Ask) -> Array:
        """Ask each group of low models about its own family."""
        answer = np.zeros(self.shape, dtype=bool)
        for rows, pairs in groups:
            answer[rows] = ask(rows, pairs)
        return answer

    @property
    def everyone(self) -> Array:
        """All low-level models."""
        return np.arange(self.shape[0])

    # -------------------------------------------------------- families

    def family(self, name: str) -> list[Group] | None:
        """`single:1`, `reach`, `block`, `taumax`: groups of low models with their interventions."""
        return self._families[name]

    @cached_property
    def _families(self) -> dict[str, list[Group] | None]:
        mapped = frozenset().union(*self.supports)
        taumax = []
        for number, setting in enumerate(self.size.low.interventions):
            targets = {k for k, value in enumerate(setting) if value is not None}
            image = self.omega[number]
            if targets <= mapped and image is not None:
                taumax.append((number, image))
        found: dict[str, list[Group] | None] = dict.fromkeys(("single:1", "reach", "block"))
        found["taumax"] = [Group(self.everyone, tuple(taumax))] if taumax else None
        if not self.is_block_map:
            return found
        values = [self.block_values(j) for j, reads in enumerate(self.supports) if reads]
        for name, most in (("single:1", 1), ("block", len(values))):
            pairs = self._derived(self.unions(values, most))
            found[name] = None if pairs is None else [Group(self.everyone, pairs)]
        reach = []
        for rows, reached in self.reached():
            pairs = self._derived(self.unions(reached, len(reached)))
            if pairs is None:  # τ is not onto: some reached setting has no image
                return found
            reach.append(Group(rows, pairs))
        found["reach"] = reach
        return found

    def _derived(self, interventions: Sequence[int]) -> Pairs | None:
        pairs = [(number, self.omega[number]) for number in interventions]
        if any(image is None for _, image in pairs):
            return None
        return tuple((number, image) for number, image in pairs if image is not None)

    def block_values(self, variable: int) -> list[Setting]:
        """All settings of the block of a high-level variable."""
        sizes, block = self.size.low.sizes, self.blocks[variable]
        return [self.setting(block, v) for v in product(*(range(sizes[k]) for k in block))]

    def setting(self, block: Sequence[int], values: Sequence[int]) -> Setting:
        """Values of some low-level variables as an intervention."""
        chosen = dict(zip(block, values, strict=True))
        return tuple(chosen.get(k) for k in range(len(self.size.low.sizes)))

    def unions(self, values: Sequence[Sequence[Setting]], most: int) -> list[int]:
        """All unions of at most so many settings, one from each list."""
        found = []
        for chosen in product(*([None, *v] for v in values)):
            parts = [part for part in chosen if part is not None]
            if len(parts) <= most:
                found.append(self.union(parts))
        return sorted(found)

    def union(self, parts: Sequence[Setting]) -> int:
        """The number of the intervention that does all of these."""
        whole: list[int | None] = [None] * len(self.size.low.sizes)
        for part in parts:
            for k, value in enumerate(part):
                whole[k] = value if value is not None else whole[k]
        return self.size.low.number(tuple(whole))

    def reached(self) -> Iterator[tuple[Array, list[list[Setting]]]]:
        """Low models grouped by the block values that their clean runs reach."""
        blocks = [block for block in self.blocks if block]
        states = np.array(self.size.low.states)
        clean = self.low.worlds[:, 0][self.low.members]
        groups: dict[tuple[tuple[tuple[int, ...], ...], ...], list[int]] = {}
        for row, runs in enumerate(clean):
            reached = tuple(
                tuple(sorted({tuple(map(int, states[s][block])) for s in runs})) for block in blocks
            )
            groups.setdefault(reached, []).append(row)
        for values, rows in groups.items():
            parts = [
                [self.setting(block, v) for v in own]
                for block, own in zip(blocks, values, strict=True)
            ]
            yield np.array(rows), parts

    def image(self, setting: Setting) -> Setting:
        """τ of each whole block that an intervention sets, whether or not τ is onto."""
        state = tuple(0 if value is None else value for value in setting)
        seen = self.size.high.states[self.tau[self.size.low.states.index(state)]]
        return tuple(
            y if block and all(setting[k] is not None for k in block) else None
            for block, y in zip(self.blocks, seen, strict=True)
        )

    # -------------------------------------------------------- questions about contexts

    def responses(self, rows: Array, pairs: Pairs) -> tuple[Array, Array]:
        """Class numbers of the responses of every context, below and above."""
        low = self.read[:, [i for i, _ in pairs]]
        high = self.high.worlds[:, [j for _, j in pairs]]
        return self.by_context(rows, *classes(low, high))

    def by_context(self, rows: Array, low: Array, high: Array) -> tuple[Array, Array]:
        """Numbers of worlds as numbers of contexts."""
        return low[self.low.members[rows]], high[self.high.members]

    def steps(self, rows: Array, pairs: Pairs) -> tuple[Array, Array]:
        """Class numbers of the steps of every context from every state, below and above."""
        seen = np.array(self.tau, dtype=np.int64)
        below = [seen[self.low.steps[:, i]] for i, _ in pairs]
        above = [self.high.steps[:, j][:, seen] for _, j in pairs]
        found = classes(np.concatenate(below, axis=1), np.concatenate(above, axis=1))
        return self.by_context(rows, *found)

    def compatible(self, rows: Array, pairs: Pairs) -> Array:
        """Some map of contexts."""
        return some_map(*self.responses(rows, pairs))

    def matched(self, rows: Array, pairs: Pairs) -> Array:
        """Some map onto the high-level contexts."""
        return some_onto(*self.responses(rows, pairs))

    def same(self, rows: Array, pairs: Pairs) -> Array:
        """Contexts of one name match."""
        low, high = self.responses(rows, pairs)
        answer: Array = (low[:, None, :] == high[None, :, : low.shape[1]]).all(axis=2)
        return answer

    # -------------------------------------------------------- questions about laws

    @cached_property
    def low_laws(self) -> Array:
        """`[m, i, y]`: how often τ is y under i, of `scale`."""
        below = self.low.laws * (self.scale // sum(self.low.law))
        found = np.zeros((*below.shape[:2], len(self.size.high.states)), dtype=np.int64)
        for state, seen in enumerate(self.tau):
            found[:, :, seen] += below[:, :, state]
        return found

    @cached_property
    def high_laws(self) -> Array:
        """`[m, j, y]`: how often the state is y under j, of `scale`."""
        return self.high.laws * (self.scale // sum(self.high.law))

    def equal_laws(self, rows: Array, pairs: Pairs) -> Array:
        """The laws under all interventions are equal, each for itself."""
        low = self.low_laws[rows][:, [i for i, _ in pairs]]
        high = self.high_laws[:, [j for _, j in pairs]]
        return self.equal(low, high)

    def joint_laws(self, rows: Array, pairs: Pairs) -> Array:
        """The outcomes under all interventions together have one law: each class one weight."""
        low, high = self.responses(rows, pairs)
        below, above = self.probabilities
        own = ((low[:, :, None] == low[:, None, :]) * below[None, None, :]).sum(axis=2)
        same = low[:, None, :, None] == high[None, :, None, :]
        theirs = (same * above[None, None, None, :]).sum(axis=3)
        likely = below > 0
        answer: Array = (own[:, None, :] == theirs)[:, :, likely].all(axis=2)
        return answer

    def equal(self, low: Array, high: Array) -> Array:
        """Which low-level rows equal which high-level ones, however many axes a row has."""
        first, second = classes(low.reshape(len(low), -1), high.reshape(len(high), -1))
        answer: Array = first[:, None] == second[None, :]
        return answer

    @property
    def probabilities(self) -> tuple[Array, Array]:
        """The probabilities of contexts below and above, of `scale`."""
        return (
            np.array([w * self.scale // sum(self.low.law) for w in self.low.law]),
            np.array([w * self.scale // sum(self.high.law) for w in self.high.law]),
        )


def some_map(low: Array, high: Array) -> Array:
    """Every class of a low-level context is one of a high-level context."""
    same = low[:, None, :, None] == high[None, :, None, :]
    answer: Array = same.any(axis=3).all(axis=2)
    return answer


def some_onto(low: Array, high: Array) -> Array:
    """And every class has at least as many contexts below as above."""
    same = low[:, None, :, None] == high[None, :, None, :]
    above = (high[:, :, None] == high[:, None, :]).sum(axis=2)
    enough = (same.sum(axis=2) >= above[None]).all(axis=2)
    answer: Array = same.any(axis=3).all(axis=2) & enough
    return answer
