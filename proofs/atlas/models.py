"""All models of one shape at once, as arrays: responses, laws, and what each mechanism reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, final

import numpy as np
import numpy.typing as npt

from ..small_models import Shape, World

__all__ = ["Array", "Models", "classes"]

Array = npt.NDArray[Any]


@final
@dataclass(frozen=True)
class Models:
    """All models of one shape with so many contexts.

    `worlds[w, i]` is the state that world w gives under intervention i; `members[m, u]` is the world of
    model m in context u; `law` gives the weights of contexts as whole numbers.
    """

    shape: Shape
    law: tuple[int, ...]
    listed: Sequence[tuple[World, ...]]
    worlds: Array = field(init=False)
    members: Array = field(init=False)

    def __post_init__(self) -> None:
        distinct = sorted({world for model in self.listed for world in model})
        place = {world: number for number, world in enumerate(distinct)}
        members = [[place[world] for world in model] for model in self.listed]
        object.__setattr__(self, "worlds", np.array(distinct, dtype=np.int64))
        object.__setattr__(self, "members", np.array(members, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.listed)

    @cached_property
    def laws(self) -> Array:
        """`[m, i, x]`: the weight with which model m is in state x under intervention i."""
        found = np.zeros(
            (len(self.listed), self.worlds.shape[1], len(self.shape.states)), dtype=np.int64
        )
        models, interventions = np.indices(found.shape[:2])
        for context, weight in enumerate(self.law):
            reached = self.worlds[self.members[:, context]]
            np.add.at(found, (models, interventions, reached), weight)
        return found

    @cached_property
    def parents(self) -> list[tuple[frozenset[int], ...]]:
        """For every model and variable, the variables that it depends on; -1 stands for the context."""
        shape = self.shape
        tables = [[_table(shape, w, k) for k in range(len(shape.sizes))] for w in self.worlds]
        read = [[_essential(shape, table, k) for k, table in enumerate(t)] for t in tables]
        found = []
        for members in self.members:
            own = []
            for k in range(len(shape.sizes)):
                seen = {tables[w][k] for w in members}
                inside: frozenset[int] = frozenset().union(*(read[w][k] for w in members))
                own.append(inside | ({-1} if len(seen) > 1 else set()))
            found.append(tuple(own))
        return found

    @cached_property
    def steps(self) -> Array:
        """`[w, i, x]`: one simultaneous step of all mechanisms of world w under i, from state x."""
        shape = self.shape
        sizes = shape.sizes
        after = np.empty((len(self.worlds), len(shape.states)), dtype=np.int64)
        strides = _strides(sizes)
        after[:] = 0
        for k in range(len(sizes)):
            for number, state in enumerate(shape.states):
                held = shape.number(tuple(None if n == k else v for n, v in enumerate(state)))
                values = self.worlds[:, held] // strides[k] % sizes[k]
                after[:, number] += values * strides[k]
        found = np.empty(
            (len(self.worlds), self.worlds.shape[1], len(shape.states)), dtype=np.int64
        )
        for i, setting in enumerate(shape.interventions):
            moved = after.copy()
            for k, value in enumerate(setting):
                if value is not None:
                    moved += (value - moved // strides[k] % sizes[k]) * strides[k]
            found[:, i] = moved
        return found


def classes(first: Array, second: Array) -> tuple[Array, Array]:
    """Numbers for the rows of two tables: equal rows have equal numbers."""
    rows = np.ascontiguousarray(np.concatenate([first, second]))
    if not rows.shape[1]:
        return np.zeros(len(first), dtype=np.int64), np.zeros(len(second), dtype=np.int64)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).reshape(-1)
    numbers = np.unique(keys, return_inverse=True)[1].reshape(-1)
    return numbers[: len(first)], numbers[len(first) :]


def _strides(sizes: tuple[int, ...]) -> list[int]:
    """How far apart two states are whose numbers differ by one in a variable."""
    strides, step = [], 1
    for size in reversed(sizes):
        strides.append(step)
        step *= size
    return strides[::-1]


def _table(shape: Shape, world: Array, variable: int) -> tuple[int, ...]:
    """The mechanism of a variable: its value in every state of the others."""
    found = []
    for state in shape.states:
        held = shape.number(tuple(None if n == variable else v for n, v in enumerate(state)))
        found.append(shape.states[int(world[held])][variable])
    return tuple(found)


def _essential(shape: Shape, table: tuple[int, ...], variable: int) -> frozenset[int]:
    found = set()
    for position in range(len(shape.sizes)):
        seen: dict[tuple[int, ...], int] = {}
        for state, value in zip(shape.states, table, strict=True):
            rest = state[:position] + state[position + 1 :]
            if position != variable and seen.setdefault(rest, value) != value:
                found.add(position)
                break
    return frozenset(found)
