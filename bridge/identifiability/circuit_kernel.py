"""The compiled scan of circuits (the extra `fast`). Its twin in plain numpy is `circuit_numpy`.

A *state* is a choice of incoming masks for every unit of all hidden layers but the last. Given the
state, a unit of the last hidden layer adds one of $2^k$ vectors to the output (k units on below), so the
circuits of a state are combinations of vectors; half of the units is combined on either side.
"""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["list_states", "scan_states"]

FAST = {"nnan", "nsz", "arcp", "contract"}
"""Sums may not be reordered, but minima may: NaN does not occur."""


@nb.njit(cache=True, nogil=True)
def _prepare(state, given, values):
    """Run the layers below the last hidden one; the mask of units on there, or -1 if invalid."""
    widths, weights, biases, rows = given.widths, given.weights, given.biases, given.rows
    points = rows.shape[0]
    inputs = widths[0]
    active = (1 << inputs) - 1
    used = 0
    for x in range(points):
        for i in range(inputs):
            values[0, i, x] = rows[x, i]
    for layer in range(len(widths) - 2):
        below, here = widths[layer], widths[layer + 1]
        size = (1 << below) - 1
        cover, on = 0, 0
        for u in range(here):
            mask = state & size
            state >>= below
            if mask & ~active:
                return -1, 0
            cover |= mask
            if mask:
                on |= 1 << u
                used += 1
                for x in range(points):
                    total = biases[layer, u]
                    for i in range(below):
                        if mask >> i & 1:
                            total += weights[layer, u, i] * values[layer, i, x]
                    if total < 0:
                        total *= given.slopes[layer]
                    values[layer + 1, u, x] = total
        if cover != active:
            return -1, 0
        active = on
    return active, used


@nb.njit(cache=True, nogil=True)
def _combine(first, last, active, given, below, total, cover, count):
    """All combinations of the units first..last-1 of the last hidden layer.

    Fills `total` (points, n) with what they add to the output, `cover` with the units they read (as
    bits of the compressed list of active ones), `count` with how many are on; returns n.
    """
    weights, biases, layer = given.weights, given.biases, len(given.widths) - 2
    points = total.shape[0]
    k = 0
    chosen = np.empty(64, np.int64)
    for i in range(64):
        if active >> i & 1:
            chosen[k] = i
            k += 1
    size = 1
    for j in range(first, last):
        own = np.empty((points, 1 << k))
        for s in range(1 << k):
            for x in range(points):
                z = biases[layer, j]
                for i in range(k):
                    if s >> i & 1:
                        z += weights[layer, j, chosen[i]] * below[chosen[i], x]
                if z < 0:
                    z *= given.slopes[layer]
                own[x, s] = z * weights[layer + 1, 0, j] if s else 0.0
        for s in range((1 << k) - 1, -1, -1):
            for x in range(points):
                shift = own[x, s]
                for n in range(size):
                    total[x, s * size + n] = total[x, n] + shift
            for n in range(size):
                cover[s * size + n] = cover[n] | s
                count[s * size + n] = count[n] + (1 if s else 0)
        size <<= k
    return size, k


@nb.njit(cache=True, nogil=True)
def _sort_by_count(total, cover, count, size, units, order, ends, spare, needed):
    """Sort combinations by how many units are on: the first `ends[c]` have at most c on.

    Where no circuit has too many units on, all orders will do.
    """
    if not needed:
        ends[:] = size
        for n in range(size):
            order[n] = n
        return
    for c in range(units + 1):
        ends[c] = 0
    for n in range(size):
        ends[count[n]] += 1
    place = np.zeros(units + 1, np.int64)
    for c in range(1, units + 1):
        place[c] = ends[c - 1]
        ends[c] += ends[c - 1]
    for n in range(size):
        order[place[count[n]]] = n
        place[count[n]] += 1
    for x in range(total.shape[0]):
        for n in range(size):
            spare[n] = total[x, order[n]]
        for n in range(size):
            total[x, n] = spare[n]
    for n in range(size):
        spare[n] = cover[order[n]]
    for n in range(size):
        cover[n] = np.int64(spare[n])


@nb.njit(cache=True, nogil=True)
def _sides(active, given, below, scratch, marks):
    """Both halves: combinations of the first units (bias and centre included), and of the others."""
    units = given.widths[-1]
    half = units // 2
    points = given.centre.shape[0]
    for x in range(points):
        scratch[0, x, 0] = given.biases[len(given.widths) - 1, 0] - given.centre[x]
        scratch[1, x, 0] = 0.0
    for side in range(2):
        for word in range(2):
            marks[side, word, 0] = 0
    sizes = np.empty(2, np.int64)
    k = 0
    for side in range(2):
        first, last = (0, half) if side == 0 else (half, units)
        sizes[side], k = _combine(
            first, last, active, given, below, scratch[side], marks[side, 0], marks[side, 1]
        )
    return sizes, k


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def _row_four(left, right, radius, need, cover, n, error):
    """One left combination against all right ones, for two inputs; see `_row`."""
    l0, l1, l2, l3 = left[0], left[1], left[2], left[3]
    r0, r1, r2, r3 = radius[0], radius[1], radius[2], radius[3]
    b0, b1, b2, b3 = right[0], right[1], right[2], right[3]
    sure, close, margin = 0, 0, np.inf
    for j in range(n):
        t0 = r0 - abs(l0 + b0[j])
        t1 = r1 - abs(l1 + b1[j])
        t2 = r2 - abs(l2 + b2[j])
        t3 = r3 - abs(l3 + b3[j])
        slack = min(min(t0, t1), min(t2, t3))
        near = min(min(abs(t0), abs(t1)), min(abs(t2), abs(t3)))
        valid = cover[j] & need == need
        sure += valid & (slack > error)
        close += valid & (slack >= -error)
        margin = min(margin, near if valid else np.inf)
    return sure, close, margin


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def _row(left, right, radius, need, cover, n, error):
    """How many of the n right combinations are surely perfect, how many may be, and the margin."""
    points = len(radius)
    sure, close, margin = 0, 0, np.inf
    for j in range(n):
        if cover[j] & need == need:
            slack, near = np.inf, np.inf
            for x in range(points):
                t = radius[x] - abs(left[x] + right[x, j])
                slack = min(slack, t)
                near = min(near, abs(t))
            sure += slack > error
            close += slack >= -error
            margin = min(margin, near)
    return sure, close, margin


@nb.njit(cache=True, nogil=True)
def _buffers(given):
    """Where the runs of a state, both halves of its last layer, and their order are kept."""
    units, points = given.widths[-1], given.rows.shape[0]
    largest = 1 << (given.widths[-2] * (units - units // 2))
    return (
        np.zeros((len(given.widths), given.weights.shape[1], points)),
        np.empty((2, points, largest)),
        np.empty(largest),
        np.empty((2, 2, largest), np.int64),
        np.empty(largest, np.int64),
        np.empty(units + 1, np.int64),
    )


@nb.njit(cache=True, nogil=True)
def _halves(state, given, buffers):
    """Fill the buffers for a state: how many left combinations, units below that are on, units that may be on.

    No left combinations if the state is invalid, or has too many units on.
    """
    values, scratch, spare, marks, order, ends = buffers
    units = given.widths[-1]
    active, used = _prepare(state, given, values)
    if active < 0 or used >= given.most:
        return 0, 0, 0
    sizes, k = _sides(active, given, values[len(given.widths) - 2], scratch, marks)
    room = given.most - used
    _sort_by_count(
        scratch[1], marks[1, 0], marks[1, 1], sizes[1], units, order, ends, spare, room < units
    )
    return sizes[0], k, room


@nb.njit(cache=True, nogil=True)
def scan_states(start, stop, given):
    """Circuits of the states start..stop-1: surely perfect, possibly perfect, margin."""
    buffers = _buffers(given)
    _, scratch, _, marks, _, ends = buffers
    points, units, radius, error = len(given.radius), given.widths[-1], given.radius, given.error
    sure, close, margin = 0, 0, np.inf
    left = np.empty(points)
    for state in range(start, stop):
        size, k, most = _halves(state, given, buffers)
        every = (1 << k) - 1
        for i in range(size):
            room = min(units, most - marks[0, 1, i])
            if room < 0:
                continue
            n, need = ends[room], every & ~marks[0, 0, i]
            for x in range(points):
                left[x] = scratch[0, x, i]
            if points == 4:
                found = _row_four(left, scratch[1], radius, need, marks[1, 0], n, error)
            else:
                found = _row(left, scratch[1], radius, need, marks[1, 0], n, error)
            sure += found[0]
            close += found[1]
            margin = min(margin, found[2])
    return sure, close, margin


@nb.njit(cache=True, nogil=True)
def list_states(start, stop, given, found, unsure):
    """Write (state, left, right) of possibly perfect circuits into `found`, flags into `unsure`.

    Returns how many there are; only the first `len(found)` of them are written.
    """
    buffers = _buffers(given)
    _, scratch, _, marks, order, ends = buffers
    points, units, radius, error = len(given.radius), given.widths[-1], given.radius, given.error
    total = 0
    for state in range(start, stop):
        size, k, most = _halves(state, given, buffers)
        every = (1 << k) - 1
        for i in range(size):
            room = min(units, most - marks[0, 1, i])
            if room < 0:
                continue
            need = every & ~marks[0, 0, i]
            for j in range(ends[room]):
                if marks[1, 0, j] & need != need:
                    continue
                slack = np.inf
                for x in range(points):
                    slack = min(slack, radius[x] - abs(scratch[0, x, i] + scratch[1, x, j]))
                    if slack < -error:
                        break
                if slack >= -error:
                    if total < len(found):
                        found[total, 0] = state
                        found[total, 1] = i
                        found[total, 2] = order[j]
                        unsure[total] = slack <= error
                    total += 1
    return total
