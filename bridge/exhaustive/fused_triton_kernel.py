"""The filter as one kernel of a GPU (Triton). Its twins are `Fused.labels` and `fused_numba_kernel`.

A program judges a tile of bases with sources. The outputs of all its pairs stay in registers, and the units
are gone through once: a sum, a ReLU, and one fused multiply-add an output. What is read of a unit is a
number for each base and for each source, and what is written of a pair is a byte. Sums are in the order of
the units: `fused_radius` covers every order.
"""

from __future__ import annotations

import triton
import triton.language as tl

__all__ = ["UNCLEAR", "UNROLLED", "judge_tiles"]

UNCLEAR = tl.constexpr(255)
"""The mark of a pair that is too close to tell."""
UNROLLED = tl.constexpr(4)
"""Units gone through at a time, so that reading the next ones overlaps with computing."""


@triton.jit
def judge_tiles(
    base, part, base_radius, part_radius, weight, bias, slope, contexts, expected, counts,
    marks, wrong, bases, sources, base_stride, part_stride, units,
    OUTPUTS: tl.constexpr, LEAKY: tl.constexpr, BASES: tl.constexpr, SOURCES: tl.constexpr,
):  # fmt: skip
    """Compare the labels of a tile of pairs, as far as they are clear.

    Args:
        base: the bases' parts of the sums, shape (units, `base_stride`), filled up to whole tiles.
        part: the sources' parts, shape (units, `part_stride`), filled up in the same way.
        base_radius: by how much the largest output must exceed the second, the base's share of it.
        part_radius: the source's share.
        weight: of the map to the outputs, shape (units, outputs); units are a multiple of `UNROLLED`.
        bias: shape (outputs,).
        slope: of the ReLU below 0, one number, used where it is `LEAKY`.
        contexts: the number of each base's context.
        expected: the labels above, shape (contexts, sources).
        counts: how often each source occurs, int64.
        marks: for each pair of shape (bases, sources) 0 where it is clear and as expected, 1 + the label
            where it is clear and another, `UNCLEAR` elsewhere.
        wrong: for each tile, how many interchanges disagree for certain, int64.
        bases: how many there are.
        sources: how many there are.
    """
    row = tl.program_id(0) * BASES + tl.arange(0, BASES)
    column = tl.program_id(1) * SOURCES + tl.arange(0, SOURCES)
    own, other = base + row, part + column
    y = ()
    for k in tl.static_range(OUTPUTS):
        y += (tl.zeros((BASES, SOURCES), bias.dtype.element_ty) + tl.load(bias + k),)
    steep = tl.load(slope)
    for _ in range(0, units, UNROLLED):
        for u in tl.static_range(UNROLLED):
            a = tl.load(own + u * base_stride)
            b = tl.load(other + u * part_stride)
            z = a[:, None] + b[None, :]
            z = tl.where(z < 0, z * steep, z) if LEAKY else tl.maximum(z, 0)
            more = ()
            for k in tl.static_range(OUTPUTS):
                more += (tl.fma(z, tl.load(weight + u * OUTPUTS + k), y[k]),)
            y = more
        own += UNROLLED * base_stride
        other += UNROLLED * part_stride
        weight += UNROLLED * OUTPUTS

    label = tl.zeros((BASES, SOURCES), tl.int32)
    largest = y[0]
    second = tl.full((BASES, SOURCES), float("-inf"), bias.dtype.element_ty)
    for k in tl.static_range(1, OUTPUTS):
        label = tl.where(y[k] > largest, k, label)
        second = tl.maximum(second, tl.minimum(y[k], largest))
        largest = tl.maximum(largest, y[k])

    rows, columns = row < bases, column < sources
    inside = rows[:, None] & columns[None, :]
    gap = tl.load(base_radius + row)[:, None] + tl.load(part_radius + column)[None, :]
    clear = largest - second > gap
    context = tl.load(contexts + row, mask=rows, other=0)
    place = context[:, None].to(tl.int64) * sources + column[None, :]
    differs = clear & inside & (label != tl.load(expected + place, mask=inside, other=0))
    count = tl.load(counts + column, mask=columns, other=0)
    total = tl.sum(tl.sum(tl.where(differs, count[None, :], 0), 1), 0)
    tl.store(wrong + tl.program_id(0) * tl.num_programs(1) + tl.program_id(1), total)
    mark = tl.where(clear, tl.where(differs, label + 1, 0), UNCLEAR).to(tl.uint8)
    at = row[:, None].to(tl.int64) * sources + column[None, :]
    tl.store(marks + at, mark, mask=inside)
