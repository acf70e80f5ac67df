"""The scan of circuits in plain numpy: what runs without a compiler, and the twin of the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from .circuit_scan import Scanned

__all__ = ["list_states", "scan_states"]

Array = npt.NDArray[Any]
BLOCK = 1 << 20


def scan_states(start: int, stop: int, given: Scanned) -> tuple[int, int, float]:
    """Circuits of the states start..stop-1: surely perfect, possibly perfect, margin.

    Args:
        start: the first state (the masks of all hidden layers but the last, as digits).
        stop: the state after the last.
        given: the network, and when a circuit is right.
    """
    sure, close, margin = 0, 0, np.inf
    for _, _, valid, slack, near in _states(start, stop, given):
        sure += int(np.count_nonzero(valid & (slack > given.error)))
        close += int(np.count_nonzero(valid & (slack >= -given.error)))
        margin = min(margin, float(near[valid].min(initial=np.inf)))
    return sure, close, margin


def list_states(start: int, stop: int, given: Scanned, found: Array, unsure: Array) -> int:
    """As `circuit_kernel.list_states`."""
    total = 0
    for state, offset, valid, slack, _ in _states(start, stop, given):
        hits: Array = np.argwhere(valid & (slack >= -given.error))
        kept = hits[: max(0, len(found) - total)]
        where = slice(total, total + len(kept))
        found[where, 0] = state
        found[where, 1] = kept[:, 0] + offset
        found[where, 2] = kept[:, 1]
        unsure[where] = slack[kept[:, 0], kept[:, 1]] <= given.error
        total += len(hits)
    return total


def _states(
    start: int, stop: int, given: Scanned
) -> Iterator[tuple[int, int, Array, Array, Array]]:
    """State, first left combination, and (left, right) arrays: valid, slack, distance."""
    widths, radius = given.widths, given.radius
    half = int(widths[-1]) // 2
    layer = len(widths) - 2
    for state in range(start, stop):
        active, used, below = _prepare(state, given)
        if active < 0 or used >= given.most:
            continue
        chosen = [i for i in range(int(widths[-2])) if active >> i & 1]
        sides = [
            _combine(range(*units), chosen, given, below)
            for units in ((0, half), (half, int(widths[-1])))
        ]
        (left, left_cover, left_count), (right, right_cover, right_count) = sides
        left = left + (given.biases[layer + 1, 0] - given.centre)[:, None]
        every = (1 << len(chosen)) - 1
        step = max(1, BLOCK // right.shape[1])
        for offset in range(0, left.shape[1], step):
            part = slice(offset, offset + step)
            valid = (left_cover[part, None] | right_cover) == every
            valid &= left_count[part, None] + right_count <= given.most - used
            slack = np.full(valid.shape, np.inf)
            near = np.full(valid.shape, np.inf)
            for x in range(len(radius)):
                t = radius[x] - np.abs(left[x, part, None] + right[x])
                np.minimum(slack, t, out=slack)
                np.minimum(near, np.abs(t), out=near)
            yield state, offset, valid, slack, near


def _prepare(state: int, given: Scanned) -> tuple[int, int, Array]:
    widths = given.widths
    values = given.rows.T
    active, used = (1 << int(widths[0])) - 1, 0
    for layer in range(len(widths) - 2):
        below, here = int(widths[layer]), int(widths[layer + 1])
        masks = []
        for _ in range(here):
            masks.append(state & ((1 << below) - 1))
            state >>= below
        cover = 0
        for mask in masks:
            cover |= mask
        if cover != active:
            return -1, 0, values
        bits: Array = np.array([[mask >> i & 1 for i in range(below)] for mask in masks])
        z: Array = (given.weights[layer, :here, :below] * bits) @ values
        z += given.biases[layer, :here, None]
        on: Array = np.any(bits, axis=1, keepdims=True)
        values = np.where(z < 0, z * given.slopes[layer], z) * on
        active = sum(1 << u for u, mask in enumerate(masks) if mask)
        used += active.bit_count()
    return active, used, values


def _combine(
    units: range, chosen: list[int], given: Scanned, below: Array
) -> tuple[Array, Array, Array]:
    layer = len(given.widths) - 2
    total = np.zeros((below.shape[1], 1))
    cover, count = np.zeros(1, np.int64), np.zeros(1, np.int64)
    k = len(chosen)
    masks = np.arange(1 << k)
    bits = (masks[:, None] >> np.arange(k)) & 1
    for j in units:
        z = (bits * given.weights[layer, j, chosen]) @ below[chosen] + given.biases[layer, j]
        own = (np.where(z < 0, z * given.slopes[layer], z) * given.weights[layer + 1, 0, j]).T
        own[:, 0] = 0.0
        total = (own[:, :, None] + total[:, None, :]).reshape(len(total), -1)
        cover = (masks[:, None] | cover).reshape(-1)
        count = ((masks != 0)[:, None].astype(np.int64) + count).reshape(-1)
    return total, cover, count
