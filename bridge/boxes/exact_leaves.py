"""Trees whose leaves are proved in integers: what the search believes, made a proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tauomega.theory.kernel.halfspaces import Condition, known
from tauomega.theory.kernel.relu_bounds import IntegerLayer, Interval, bounds_over_box

from .branching import LEAF, Tree, halves

__all__ = ["proved_leaves"]

DEEPER = 12
"""How often a leaf that rounding spoils is halved again before the proof is given up."""


def proved_leaves(
    layers: Sequence[IntegerLayer],
    conditions: Sequence[Condition],
    required: Sequence[bool],
    box: tuple[Interval, ...],
    tree: Tree,
    *,
    radius: Callable[[Sequence[Interval]], Sequence[int]] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> int | None:
    """How many leaves prove that every point of the box is as required; `None` if some does not.

    With a `radius` every point of a leaf reads as required even if each form is moved by so much, over the grid.
    A leaf that floating point believed and integers do not is halved further, in the tree.
    """
    pending = [(0, tuple(box), 0)]
    leaves = 0
    while pending:
        node, here, extra = pending.pop()
        if tree.cuts[node] != LEAF:
            first = tree.children[node]
            left, right = halves(here, tree.cuts[node])
            pending += [(first + 1, right, extra), (first, left, extra)]
            continue
        if stop():
            return None
        bounds = bounds_over_box(layers, here)
        if radius is not None:
            bounds = [(a - r, b + r) for (a, b), r in zip(bounds, radius(here), strict=True)]
        if all(known(c, bounds) is r for c, r in zip(conditions, required, strict=True)):
            leaves += 1
            continue
        widths = [high - low for low, high in here]
        if extra >= DEEPER or max(widths) < 2:
            return None
        first = tree.split(node, widths.index(max(widths)))
        tree.cuts[first] = tree.cuts[first + 1] = LEAF
        left, right = halves(here, tree.cuts[node])
        pending += [(first + 1, right, extra + 1), (first, left, extra + 1)]
    return leaves
