"""The compiled run of a circuit's program (the extra `fast`). Its twin in numpy is `scanning`."""

from __future__ import annotations

import numba as nb
import numpy as np

from .program import INSIDE, PATTERNS, Code

__all__ = ["scan_compiled"]

WIDTH = 64
"""Words that are computed together: they stay in the nearest cache."""


def scan_compiled(code: Code, first: int, count: int) -> int:
    """The first assignment at which all outputs are true, or -1; see `scan_in_numpy`."""
    words = max(1, count >> INSIDE)
    values = np.zeros((code.registers, WIDTH), dtype=np.uint64)
    values[0] = 2**64 - 1
    mask = np.uint64(2**64 - 1 if count >= 64 else (1 << count) - 1)
    found = int(_scan(code.steps, code.outputs, values, PATTERNS, first >> INSIDE, words, mask))
    return found if found < 0 else found + ((first >> INSIDE) << INSIDE)


@nb.njit(cache=True, nogil=True)
def _scan(steps, outputs, values, patterns, word, words, mask):
    """The number of a hit, counted from the first word's first assignment; or -1."""
    zero, ones = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF)
    inside = patterns.shape[0]
    width = values.shape[1]
    done = 0
    while done < words:
        for s in range(steps.shape[0]):
            target, kind, a, b, c = steps[s, 0], steps[s, 1], steps[s, 2], steps[s, 3], steps[s, 4]
            if kind == 3:
                if a < inside:
                    for x in range(width):
                        values[target, x] = patterns[a]
                else:
                    for x in range(width):
                        bit = (word + done + x) >> (a - inside) & 1
                        values[target, x] = ones if bit else zero
                continue
            na = ones if a & 1 else zero
            nb_ = ones if b & 1 else zero
            a, b = a >> 1, b >> 1
            if kind == 0:
                for x in range(width):
                    values[target, x] = (values[a, x] ^ na) & (values[b, x] ^ nb_)
            elif kind == 1:
                for x in range(width):
                    values[target, x] = values[a, x] ^ values[b, x] ^ na ^ nb_
            else:
                nc = ones if c & 1 else zero
                c = c >> 1
                for x in range(width):
                    no = values[c, x] ^ nc
                    values[target, x] = no ^ ((values[a, x] ^ na) & (values[b, x] ^ nb_ ^ no))
        for x in range(min(width, words - done)):
            hit = mask
            for o in range(outputs.shape[0]):
                operand = outputs[o]
                word_of = values[operand >> 1, x]
                hit &= ~word_of if operand & 1 else word_of
            if hit:
                bit = 0
                while not hit >> np.uint64(bit) & np.uint64(1):
                    bit += 1
                return ((done + x) << inside) + bit
        done += width
    return -1
