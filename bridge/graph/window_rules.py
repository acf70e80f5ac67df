"""Rules of operations that slide a window over their argument: convolutions and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, final

import numpy as np

from .arithmetic import Arithmetic
from .rule_parts import Arguments, Array, Rule, maximum, total_of

__all__ = ["Windows", "adaptive", "average_divisor", "conv", "pool", "windows_of"]


def conv(own: Arithmetic, given: Arguments) -> Array:
    """A convolution in one, two or three dimensions, with groups."""
    x, weight, bias = given["input"], given["weight"], given.get("bias")
    rank, groups = weight.ndim - 2, given.get("groups", 1)
    stride, dilation = (_spread(given.get(word, 1), rank) for word in ("stride", "dilation"))
    kernel = weight.shape[2:]
    zero = own.number(Fraction(0))
    padding = _padding(given.get("padding", 0), kernel, dilation)
    x = np.pad(x, [(0, 0), (0, 0), *padding], constant_values=zero)
    sizes = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True)
    ]
    outs, ins = weight.shape[0] // groups, weight.shape[1]
    found = np.empty((x.shape[0], weight.shape[0], *sizes), dtype=object)
    for place in np.ndindex(*sizes):
        window = tuple(
            slice(i * s, i * s + d * (k - 1) + 1, d)
            for i, s, d, k in zip(place, stride, dilation, kernel, strict=True)
        )
        for g in range(groups):
            part = x[(slice(None), slice(g * ins, (g + 1) * ins), *window)]
            own_weight = weight[g * outs : (g + 1) * outs].reshape(outs, -1)
            key = (slice(None), slice(g * outs, (g + 1) * outs), *place)
            found[key] = part.reshape(len(x), -1) @ own_weight.T
    if bias is not None:
        found = found + bias.reshape(1, -1, *([1] * rank))
    return found


def _spread(value: Any, rank: int) -> list[int]:
    listed = list(value) if isinstance(value, list | tuple) else [value]
    return listed * rank if len(listed) == 1 else listed


def _padding(stated: Any, kernel: Sequence[int], dilation: Sequence[int]) -> list[tuple[int, int]]:
    """How many zeros stand before and after, along each axis."""
    if stated == "valid":
        return [(0, 0) for _ in kernel]
    if stated == "same":  # what is odd stands after
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]
    return [(p, p) for p in _spread(stated, len(kernel))]


@final
@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a pooling, each attribute along every axis.

    Attributes:
        lengths: of the argument.
        kernel: how many entries a window has.
        stride: from one window to the next.
        padding: how many entries are imagined on either side.
        dilation: from one entry to the next.
        counts: how many windows there are.
    """

    lengths: tuple[int, ...]
    kernel: list[int]
    stride: list[int]
    padding: list[int]
    dilation: list[int]
    counts: list[int]

    def inside(self, place: Sequence[int]) -> list[tuple[int, ...]]:
        """The entries of a window that are there."""
        along = [
            [a for a in range(i * s - p, i * s - p + k * d, d) if 0 <= a < n]
            for i, n, k, s, p, d in zip(
                place,
                self.lengths,
                self.kernel,
                self.stride,
                self.padding,
                self.dilation,
                strict=True,
            )
        ]
        return list(product(*along))


def windows_of(given: Arguments, rank: int) -> Windows:
    """The windows of a pooling over the last axes of its argument."""
    lengths = given["self"].shape[-rank:]
    kernel = _spread(given["kernel_size"], rank)
    stride = _spread(given.get("stride") or kernel, rank)
    padding = _spread(given.get("padding", 0), rank)
    dilation = _spread(given.get("dilation", 1), rank)
    counts = []
    for n, k, s, p, d in zip(lengths, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = room // s + 1
        if given.get("ceil_mode", False) and room % s and count * s < n + p:
            count += 1  # a last window that reaches too far, but begins before the end
        counts.append(count)
    return Windows(lengths, kernel, stride, padding, dilation, counts)


def average_divisor(windows: Windows, given: Arguments, place: Sequence[int]) -> int:
    """What the sum over a window is divided by: with padding, by all that the padded argument has of it."""
    override = given.get("divisor_override")
    if override is not None:
        return int(override)
    if not given.get("count_include_pad", True):
        return len(windows.inside(place))
    reaching = zip(
        place, windows.lengths, windows.kernel, windows.stride, windows.padding, strict=True
    )
    return prod(min(k, n + 2 * p - i * s) for i, n, k, s, p in reaching)


def pool(rank: int, *, average: bool) -> Rule:
    """Pooling over windows of a rank, by averages or maxima."""

    def rule(own: Arithmetic, given: Arguments) -> Array:
        x, windows = given["self"], windows_of(given, rank)
        found = np.empty((*x.shape[: x.ndim - rank], *windows.counts), dtype=object)
        for place in np.ndindex(*windows.counts):
            value, *others = (x[(..., *at)] for at in windows.inside(place))
            for part in others:
                value = value + part if average else maximum(own, value, part)
            if average:
                divisor = average_divisor(windows, given, place)
                value = value * own.number(Fraction(1, divisor))
            found[(..., *place)] = value
        return found

    return rule


def adaptive(own: Arithmetic, given: Arguments) -> Array:
    """Averages over as many windows as are wanted."""
    x, wanted = given["self"], list(given["output_size"])
    rank = len(wanted)
    found = np.empty((*x.shape[:-rank], *wanted), dtype=object)
    for place in np.ndindex(*wanted):
        window = tuple(
            slice(i * n // w, -(-(i + 1) * n // w))
            for i, w, n in zip(place, wanted, x.shape[-rank:], strict=True)
        )
        part = x[(..., *window)]
        axes = tuple(range(part.ndim - rank, part.ndim))
        count = prod(part.shape[axis] for axis in axes)
        found[(..., *place)] = total_of(own, part, axes, keep=False) * own.number(
            Fraction(1, count)
        )
    return found
