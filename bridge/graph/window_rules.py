"""Rules of operations that slide a window over their argument: convolutions and pooling."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from .arithmetic import Arithmetic
from .rule_parts import Arguments, Array, Rule, maximum, total_of

__all__ = ["adaptive", "conv", "pool"]


def conv(own: Arithmetic, given: Arguments) -> Array:
    """A convolution in one, two or three dimensions, with groups."""
    x, weight, bias = given["input"], given["weight"], given.get("bias")
    rank, groups = weight.ndim - 2, given.get("groups", 1)
    stride, padding, dilation = (
        _spread(given.get(word, default), rank)
        for word, default in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    zero = own.number(Fraction(0))
    x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)], constant_values=zero)
    kernel = weight.shape[2:]
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


def _windows(given: Arguments, rank: int) -> tuple[list[int], ...]:
    kernel = _spread(given["kernel_size"], rank)
    stride = _spread(given.get("stride") or kernel, rank)
    padding = _spread(given.get("padding", 0), rank)
    dilation = _spread(given.get("dilation", 1), rank)
    return kernel, stride, padding, dilation


def pool(rank: int, *, average: bool) -> Rule:
    """Pooling over windows of a rank, by averages or maxima."""

    def rule(own: Arithmetic, given: Arguments) -> Array:
        x = given["self"]
        kernel, stride, padding, dilation = _windows(given, rank)
        lead = x.shape[: x.ndim - rank]
        sizes = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(
                x.shape[-rank:], kernel, stride, padding, dilation, strict=True
            )
        ]
        found = np.empty((*lead, *sizes), dtype=object)
        for place in np.ndindex(*sizes):
            inside = []
            for offset in product(*(range(k) for k in kernel)):
                at = [
                    i * s - p + o * d
                    for i, s, p, o, d in zip(place, stride, padding, offset, dilation, strict=True)
                ]
                if all(0 <= a < n for a, n in zip(at, x.shape[-rank:], strict=True)):
                    inside.append(x[(..., *at)])
            if average:  # padded zeros count, as PyTorch's default has it
                total = inside[0]
                for part in inside[1:]:
                    total = total + part
                value = total * own.number(Fraction(1, prod(kernel)))
            else:
                value = inside[0]
                for part in inside[1:]:
                    value = maximum(own, value, part)
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
