"""Branch and bound over boxes of inputs: split until every box is settled, many boxes at a time.

The search runs in floating point and proves nothing. It hands out *trees*, whose leaves it believes to
be proved, and *points*, which it believes to refute; both are checked exactly by others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import numpy.typing as npt

from tauomega.theory.kernel.halfspaces import Condition
from tauomega.theory.kernel.relu_bounds import GRID, Interval

from .batched_bounds import FALSE, TRUE, BatchedBounds, LayerBounds, known_of

__all__ = ["Question", "Searched", "Tree", "search"]

Array = npt.NDArray[Any]
BATCH = 2048
LEAF, OPEN = -1, -2
SLACK = 1e-9
"""How clear of zero a bound must be, relative to 1 + its size, before the search believes it."""


@final
@dataclass(frozen=True, slots=True)
class Question:
    """Does every point of a box meet every condition as required?

    `box` is a box over the grid that contains the true one; `inner` one that it contains, from which
    points are taken (empty sides are allowed to meet in a point).
    """

    box: tuple[Interval, ...]
    inner: tuple[Interval, ...]
    required: tuple[bool, ...]


@final
@dataclass(slots=True)
class Tree:
    """A box and how it was split: `cuts[n]` is the input halved at node n, or a leaf; node 0 is the root."""

    cuts: list[int] = field(default_factory=lambda: [OPEN])
    children: list[int] = field(default_factory=lambda: [0])
    """The first of a node's two children; the other follows it."""

    def split(self, node: int, cut: int) -> int:
        """Halve a node along an input; the number of its first child."""
        first = len(self.cuts)
        self.cuts[node], self.children[node] = cut, first
        self.cuts += [OPEN, OPEN]
        self.children += [0, 0]
        return first

    def preorder(self) -> list[int]:
        """The cuts, parents before children, the lower half first."""
        found, pending = [], [0]
        while pending:
            node = pending.pop()
            found.append(self.cuts[node])
            if self.cuts[node] != LEAF:
                pending += [self.children[node] + 1, self.children[node]]
        return found


@final
@dataclass(frozen=True, slots=True)
class Searched:
    """What the search believes of a question: proved by a tree, refuted at a point, or neither."""

    tree: Tree | None = None
    point: tuple[int, ...] | None = None
    boxes: int = 0


def halves(box: Sequence[Interval], cut: int) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """The two halves of a box along an input; they share the face between them."""
    low, high = box[cut]
    middle = (low + high) // 2
    before, after = tuple(box[:cut]), tuple(box[cut + 1 :])
    return (*before, (low, middle), *after), (*before, (middle, high), *after)


def search(
    network: BatchedBounds,
    conditions: Sequence[Condition],
    questions: Sequence[Question],
    *,
    refutes: Callable[[int, tuple[int, ...]], bool],
    allowed: Callable[[Array, Array], Array] = lambda points, towards: points,
    radius: Callable[[Array, Array, LayerBounds], Array] | None = None,
    most: int = 2_000_000,
    stop: Callable[[], bool] = lambda: False,
    told: Callable[[int], None] = lambda settled: None,
) -> list[Searched]:
    """Search every question.

    Args:
        network: the product network.
        conditions: what is asked of its forms, in the order of `Question.required`.
        questions: the boxes.
        refutes: the exact judge of a candidate: question, point over the grid.
        allowed: moves points over the grid towards others, to where a candidate may be.
        radius: how far each form as a machine computes it may be from its real value over boxes, given their
            corners and the bounds of every layer; without one, real numbers are meant.
        most: how many boxes may be bounded in all.
        stop: asked before every batch.
        told: how many questions are settled.
    """
    wanted = np.array([[TRUE if r else FALSE for r in q.required] for q in questions])
    inner = np.array([q.inner for q in questions], dtype=np.int64)
    trees = [Tree() for _ in questions]
    points: list[tuple[int, ...] | None] = [None] * len(questions)
    pending = np.ones(len(questions), dtype=np.int64)
    count = np.zeros(len(questions), dtype=np.int64)
    owner: Array = np.arange(len(questions))
    node: Array = np.zeros(len(questions), dtype=np.int64)
    boxes = np.array([q.box for q in questions], dtype=np.int64)
    examined = 0
    while len(owner) and examined < most and not stop():
        take = slice(max(0, len(owner) - BATCH), None)  # depth first: the newest boxes
        mine, here, box = owner[take], node[take], boxes[take]
        owner, node, boxes = owner[: take.start], node[: take.start], boxes[: take.start]
        live = np.array([points[q] is None for q in mine])
        mine, here, box = mine[live], here[live], box[live]
        examined += len(mine)
        np.add.at(count, mine, 1)
        low, high = box[:, :, 0] / 2.0**GRID, box[:, :, 1] / 2.0**GRID
        layers, factors = network.layer_bounds(low, high)
        lower, upper = layers[-1]
        clear = SLACK * (1 + np.abs(lower) + np.abs(upper))
        if radius is not None:
            clear = clear + radius(low, high, layers)
        said = np.stack([known_of(c, lower - clear, upper + clear) for c in conditions], axis=1)
        proved = (said == wanted[mine]).all(axis=1)
        for q, n in zip(mine[proved], here[proved], strict=True):
            trees[q].cuts[n] = LEAF
        np.subtract.at(pending, mine[proved], 1)
        rest = ~proved
        mine, here, box, factors = mine[rest], here[rest], box[rest], factors[rest]
        _attack(network, conditions, wanted, mine, box, inner, factors, points, refutes, allowed)
        open_ = np.array([points[q] is None for q in mine], dtype=bool)
        mine, here, box, factors = mine[open_], here[open_], box[open_], factors[open_]
        width = (box[:, :, 1] - box[:, :, 0]).astype(float)
        cuts = (np.abs(factors).sum(axis=1) * width + width * 1e-12).argmax(axis=1)
        divisible = width.max(axis=1, initial=0) >= 2 if len(width) else np.zeros(0, dtype=bool)
        mine, here, box, cuts = mine[divisible], here[divisible], box[divisible], cuts[divisible]
        first = np.array(
            [trees[q].split(int(n), int(c)) for q, n, c in zip(mine, here, cuts, strict=True)],
            dtype=np.int64,
        )
        middle = box[np.arange(len(box)), cuts].sum(axis=1) // 2
        left, right = box.copy(), box.copy()
        left[np.arange(len(box)), cuts, 1] = middle
        right[np.arange(len(box)), cuts, 0] = middle
        np.add.at(pending, mine, 1)
        owner = np.concatenate([owner, mine, mine])
        node = np.concatenate([node, first, first + 1])
        boxes = np.concatenate([boxes, left, right])
        told(sum(p is not None for p in points) + int((pending == 0).sum()))
    return [
        Searched(
            trees[q] if points[q] is None and pending[q] == 0 else None, points[q], int(count[q])
        )
        for q in range(len(questions))
    ]


def _attack(
    network: BatchedBounds,
    conditions: Sequence[Condition],
    wanted: Array,
    owner: Array,
    boxes: Array,
    inner: Array,
    factors: Array,
    points: list[tuple[int, ...] | None],
    refutes: Callable[[int, tuple[int, ...]], bool],
    allowed: Callable[[Array, Array], Array],
) -> None:
    """Try the middle of each box, and the corner to which each linear bound points."""
    if not len(owner):
        return
    candidates = [boxes.sum(axis=2) // 2]
    for k in range(factors.shape[1]):
        corner = np.where(factors[:, k] >= 0, boxes[:, :, 0], boxes[:, :, 1])
        candidates.append(np.clip(corner, inner[owner, :, 0], inner[owner, :, 1]))
    candidates[0] = np.clip(candidates[0], inner[owner, :, 0], inner[owner, :, 1])
    middles = inner[owner].sum(axis=2) // 2
    for candidate in candidates:
        tried = allowed(candidate, middles)
        values = network.run(tried / 2.0**GRID)
        said = np.stack([known_of(c, values, values) for c in conditions], axis=1)
        for place in np.flatnonzero((said != wanted[owner]).any(axis=1)):
            question = int(owner[place])
            point = tuple(int(x) for x in tried[place])
            if points[question] is None and refutes(question, point):
                points[question] = point
