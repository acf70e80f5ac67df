"""The compiled filter (the extra `fast`). Its twin on tensors is `Fused.labels`.

`WIDTH` sources are computed together for one base, so that every loop inside runs over neighbouring
numbers and what it touches stays in the nearest cache. A map makes `BLOCK` outputs at a time from `BLOCK`
inputs, so that what is read is used several times; all sizes are filled up to that with zeros, which change
no sum. Sums are in the order of the units, with fused operations where the processor has them: `fused`
covers every order.
"""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["BLOCK", "WIDTH", "scan_pairs"]

WIDTH = 128
BLOCK = 4
NARROW = 8
"""Outputs up to which the sums before a map are cheaper made again for each block than kept."""
CONTRACTED = {"contract", "nsz"}
"""Products and sums may be fused, the sign of a zero is free; infinities and NaN keep their meaning."""


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _sums(base, parts, slope, x):
    """The sum of the base's part and each source's, and what comes of it."""
    zero = base.dtype.type(0)
    for u in range(base.shape[0]):
        own = base[u]
        for s in range(WIDTH):
            z = own + parts[u, s]
            x[u, s] = z * slope if z < zero else z


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _map_of_sums(base, parts, slope, w, d, y):
    """`BLOCK` outputs of a map of what `_sums` makes."""
    zero = base.dtype.type(0)
    for s in range(WIDTH):
        y[0, s], y[1, s], y[2, s], y[3, s] = d[0], d[1], d[2], d[3]
    for u in range(0, base.shape[0], BLOCK):
        b0, b1, b2, b3 = base[u], base[u + 1], base[u + 2], base[u + 3]
        w00, w01, w02, w03 = w[0, u], w[0, u + 1], w[0, u + 2], w[0, u + 3]
        w10, w11, w12, w13 = w[1, u], w[1, u + 1], w[1, u + 2], w[1, u + 3]
        w20, w21, w22, w23 = w[2, u], w[2, u + 1], w[2, u + 2], w[2, u + 3]
        w30, w31, w32, w33 = w[3, u], w[3, u + 1], w[3, u + 2], w[3, u + 3]
        for s in range(WIDTH):
            x0, x1 = b0 + parts[u, s], b1 + parts[u + 1, s]
            x2, x3 = b2 + parts[u + 2, s], b3 + parts[u + 3, s]
            x0 = x0 * slope if x0 < zero else x0
            x1 = x1 * slope if x1 < zero else x1
            x2 = x2 * slope if x2 < zero else x2
            x3 = x3 * slope if x3 < zero else x3
            y[0, s] += w00 * x0 + w01 * x1 + w02 * x2 + w03 * x3
            y[1, s] += w10 * x0 + w11 * x1 + w12 * x2 + w13 * x3
            y[2, s] += w20 * x0 + w21 * x1 + w22 * x2 + w23 * x3
            y[3, s] += w30 * x0 + w31 * x1 + w32 * x2 + w33 * x3


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _map(w, d, x, y, below):
    """`BLOCK` outputs of a map of the first rows of x."""
    for s in range(WIDTH):
        y[0, s], y[1, s], y[2, s], y[3, s] = d[0], d[1], d[2], d[3]
    for u in range(0, below, BLOCK):
        w00, w01, w02, w03 = w[0, u], w[0, u + 1], w[0, u + 2], w[0, u + 3]
        w10, w11, w12, w13 = w[1, u], w[1, u + 1], w[1, u + 2], w[1, u + 3]
        w20, w21, w22, w23 = w[2, u], w[2, u + 1], w[2, u + 2], w[2, u + 3]
        w30, w31, w32, w33 = w[3, u], w[3, u + 1], w[3, u + 2], w[3, u + 3]
        for s in range(WIDTH):
            x0, x1, x2, x3 = x[u, s], x[u + 1, s], x[u + 2, s], x[u + 3, s]
            y[0, s] += w00 * x0 + w01 * x1 + w02 * x2 + w03 * x3
            y[1, s] += w10 * x0 + w11 * x1 + w12 * x2 + w13 * x3
            y[2, s] += w20 * x0 + w21 * x1 + w22 * x2 + w23 * x3
            y[3, s] += w30 * x0 + w31 * x1 + w32 * x2 + w33 * x3


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _activated(y, count, slope):
    """A leaky ReLU in place."""
    zero = y.dtype.type(0)
    for k in range(count):
        for s in range(WIDTH):
            z = y[k, s]
            y[k, s] = z * slope if z < zero else z


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _chain(base, parts, slopes, weights, biases, widths, value):
    """All maps after the sums; which half of `value` then holds the last outputs."""
    fused = widths.shape[0] > 0 and widths[0] <= NARROW
    if not fused:
        _sums(base, parts, slopes[0], value[0])
    below = base.shape[0]
    for i in range(widths.shape[0]):
        x, y = value[i % 2], value[(i + 1) % 2]
        for k in range(0, widths[i], BLOCK):
            w, d, rows = weights[i, k : k + BLOCK], biases[i, k : k + BLOCK], y[k : k + BLOCK]
            if fused and i == 0:
                _map_of_sums(base, parts, slopes[0], w, d, rows)
            else:
                _map(w, d, x, rows, below)
        if slopes[i + 1] != 1:
            _activated(y, widths[i], slopes[i + 1])
        below = widths[i]
    return widths.shape[0] % 2


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _read(y, count, label, largest, second):
    """Where the largest of the first `count` rows first stands, it, and the second largest."""
    for s in range(WIDTH):
        label[s] = 0
        largest[s] = y[0, s]
        second[s] = -np.inf
    for k in range(1, count):
        place = np.int32(k)
        for s in range(WIDTH):
            v, most = y[k, s], largest[s]
            label[s] = place if v > most else label[s]
            low = v if v < most else most
            second[s] = low if low > second[s] else second[s]
            largest[s] = v if v > most else most


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _judge(label, largest, second, own, radius, expected, counts):
    """How many interchanges disagree for certain, in how many columns, and how many are unclear."""
    wrong, columns, unclear = 0, 0, 0
    for s in range(WIDTH):
        clear = largest[s] - second[s] > own + radius[s]
        differs = clear & (label[s] != expected[s])
        wrong += counts[s] * differs
        columns += differs
        unclear += not clear
    return wrong, columns, unclear


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED)
def scan_pairs(
    base, base_radius, contexts, parts, radius, slopes, weights, biases, widths, count, expected,
    counts, keep,
):  # fmt: skip
    """Compare the labels of some bases with some sources, as far as they are clear.

    Args:
        base: the bases' parts of the sum, shape (bases, units).
        base_radius: by how much the largest number must exceed the second to be believed: the base's
            share, shape (bases,).
        contexts: the number of each base's context, shape (bases,).
        parts: the sources' parts, shape (groups, units, `WIDTH`).
        radius: the sources' shares, shape (groups, `WIDTH`).
        slopes: of the activation after the sum and after each further map; 1 for none.
        weights: of the further maps, shape (maps, outputs, inputs), filled up with zeros; outputs and
            inputs are multiples of `BLOCK`, and so are the units of the parts.
        biases: shape (maps, outputs), filled up with zeros.
        widths: how many outputs each map has, filled up, shape (maps,).
        count: how many numbers a label is read from.
        expected: shape (contexts, groups, `WIDTH`).
        counts: how often each source occurs, shape (groups, `WIDTH`); 0 where there is none.
        keep: how many failing pairs are kept.

    Returns:
        how many interchanges disagree; the unclear pairs, shape (pairs, 2); the first failing ones,
        shape (pairs, 3): base, source, label.
    """
    units = base.shape[1]
    room = max(units, weights.shape[1])
    value = np.empty((2, room, WIDTH), base.dtype)
    label = np.empty(WIDTH, np.int32)
    largest = np.empty(WIDTH, base.dtype)
    second = np.empty(WIDTH, base.dtype)
    unclear = np.empty((base.shape[0] * parts.shape[0] * WIDTH, 2), np.int64)
    failing = np.empty((keep, 3), np.int64)
    wrong, left, found = 0, 0, 0
    for b in range(base.shape[0]):
        for group in range(parts.shape[0]):
            last = _chain(base[b], parts[group], slopes, weights, biases, widths, value)
            _read(value[last], count, label, largest, second)
            wanted = expected[contexts[b], group]
            own, other = base_radius[b], radius[group]
            more, columns, doubtful = _judge(
                label, largest, second, own, other, wanted, counts[group]
            )
            wrong += more
            if doubtful or (columns and found < keep):
                for s in range(WIDTH):
                    if counts[group, s] == 0:
                        continue
                    if not (largest[s] - second[s] > own + other[s]):
                        unclear[left, 0] = b
                        unclear[left, 1] = group * WIDTH + s
                        left += 1
                    elif label[s] != wanted[s] and found < keep:
                        failing[found, 0] = b
                        failing[found, 1] = group * WIDTH + s
                        failing[found, 2] = label[s]
                        found += 1
    return wrong, unclear[:left], failing[:found]
