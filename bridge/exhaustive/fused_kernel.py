"""The compiled filter (the extra `fast`). Its twin on tensors is `Fused.labels`.

`WIDTH` sources are computed together for one base, so that every loop inside runs over neighbouring
numbers and what it touches stays in the nearest cache. Sums are in the order of the units, with fused
operations where the processor has them: `fused` covers every order.
"""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["WIDTH", "scan_pairs"]

WIDTH = 128
CONTRACTED = {"contract", "nsz"}
"""Products and sums may be fused, the sign of a zero is free; infinities and NaN keep their meaning."""


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _first(base, parts, slope, x):
    """The sum of the base's part and each source's, and what comes of it."""
    zero = base.dtype.type(0)
    for u in range(base.shape[0]):
        own = base[u]
        for s in range(WIDTH):
            z = own + parts[u, s]
            x[u, s] = z * slope if z < zero else z


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED, inline="never")
def _linear(w, d, slope, x, y, below, width):
    zero = x.dtype.type(0)
    for k in range(width):
        for s in range(WIDTH):
            y[k, s] = d[k]
        u = 0
        while u + 8 <= below:
            w0, w1, w2, w3 = w[k, u], w[k, u + 1], w[k, u + 2], w[k, u + 3]
            w4, w5, w6, w7 = w[k, u + 4], w[k, u + 5], w[k, u + 6], w[k, u + 7]
            for s in range(WIDTH):
                low = w0 * x[u, s] + w1 * x[u + 1, s] + w2 * x[u + 2, s] + w3 * x[u + 3, s]
                high = w4 * x[u + 4, s] + w5 * x[u + 5, s] + w6 * x[u + 6, s] + w7 * x[u + 7, s]
                y[k, s] += low + high
            u += 8
        while u < below:
            last = w[k, u]
            for s in range(WIDTH):
                y[k, s] += last * x[u, s]
            u += 1
        if slope != 1:
            for s in range(WIDTH):
                z = y[k, s]
                y[k, s] = z * slope if z < zero else z


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
def _judge(label, largest, second, gap, expected, counts):
    """How many interchanges disagree for certain, in how many columns, and how many are unclear."""
    wrong, columns, unclear = 0, 0, 0
    for s in range(WIDTH):
        clear = largest[s] - second[s] > gap
        differs = clear & (label[s] != expected[s])
        wrong += counts[s] * differs
        columns += differs
        unclear += not clear
    return wrong, columns, unclear


@nb.njit(cache=True, nogil=True, fastmath=CONTRACTED)
def scan_pairs(base, contexts, parts, slopes, weights, biases, widths, expected, counts, gap, keep):
    """Compare the labels of some bases with some sources, as far as they are clear.

    Args:
        base: the bases' parts of the sum, shape (bases, units).
        contexts: the number of each base's context, shape (bases,).
        parts: the sources' parts, shape (groups, units, `WIDTH`).
        slopes: of the activation after the sum and after each further map; 1 for none.
        weights: of the further maps, shape (maps, outputs, inputs), filled up with anything.
        biases: shape (maps, outputs).
        widths: how many outputs each map has, shape (maps,).
        expected: shape (contexts, groups, `WIDTH`).
        counts: how often each source occurs, shape (groups, `WIDTH`); 0 where there is none.
        gap: by how much the largest number must exceed the second to be believed.
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
            _first(base[b], parts[group], slopes[0], value[0])
            below = units
            for i in range(widths.shape[0]):
                x, y = value[i % 2], value[(i + 1) % 2]
                _linear(weights[i], biases[i], slopes[i + 1], x, y, below, widths[i])
                below = widths[i]
            _read(value[widths.shape[0] % 2], below, label, largest, second)
            wanted = expected[contexts[b], group]
            more, columns, doubtful = _judge(label, largest, second, gap, wanted, counts[group])
            wrong += more
            if doubtful or (columns and found < keep):
                for s in range(WIDTH):
                    if counts[group, s] == 0:
                        continue
                    if not (largest[s] - second[s] > gap):
                        unclear[left, 0] = b
                        unclear[left, 1] = group * WIDTH + s
                        left += 1
                    elif label[s] != wanted[s] and found < keep:
                        failing[found, 0] = b
                        failing[found, 1] = group * WIDTH + s
                        failing[found, 2] = label[s]
                        found += 1
    return wrong, unclear[:left], failing[:found]
