"""The filter compiled for the processor: all pairs of a block in one pass, nothing written a pair.

It needs the extra `fast` and takes what `fused_kernel` can: tensors on the CPU, a chain that alternates
activations and linear maps, a label that is the place of the largest entry or a threshold passed.
Without it the same filter runs on tensors (`Fused.labels`), on any device.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .fused import Fused
from .readout import Above, Argmax, Readout

__all__ = ["COMPILED_FROM", "CompiledFilter", "Found", "Sources"]

Array = npt.NDArray[Any]
COMPILED_FROM = 2**15
"""Pairs below which compiling would take longer than it saves."""
PAIRS = 2**20
WIDEST = 256
"""Beyond so many units a library's matrix product is faster than a plain loop."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What a block of combinations of sources brings.

    Attributes:
        part: the sum of their parts, shape (combinations, units).
        expected: the labels above, shape (contexts, combinations), int32.
        counts: how many interchanges each stands for, shape (combinations,).
    """

    part: Tensor
    expected: Tensor
    counts: Tensor


@final
@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a block showed: disagreeing interchanges, pairs (base, combination) left, first failing."""

    wrong: int
    unclear: Array
    failing: Array


@final
@dataclass(frozen=True, slots=True, eq=False)
class CompiledFilter:
    """The arguments of the kernel that do not depend on the sources."""

    base: Array
    slopes: Array
    weights: Array
    biases: Array
    widths: Array
    count: int
    gap: float

    @classmethod
    def of(cls, fused: Fused) -> CompiledFilter | None:
        """The compiled filter, or `None` where tensors are the way."""
        if find_spec("numba") is None or fused.base.device.type != "cpu":
            return None
        chain = list(fused.chain)
        maps = [link for link in chain if isinstance(link, tuple)]
        read = _read_as_largest(fused.readout, maps)
        if read is None:
            return None
        maps, factor = read
        slopes = [1.0]
        for before, link in zip([None, *chain], chain, strict=False):
            if isinstance(link, tuple):
                slopes.append(1.0)
            elif isinstance(before, float):
                return None
            else:
                slopes[-1] = link
        from .fused_kernel import BLOCK

        units = fused.base.shape[1]
        count = len(maps[-1][1]) if maps else units
        sizes = [-(-n // BLOCK) * BLOCK for n in (units, *(len(bias) for _, bias in maps))]
        if max(sizes) > WIDEST:
            return None
        dtype = fused.base.numpy().dtype
        weights = np.zeros((len(maps), max([*sizes[1:], 0]), max(sizes)), dtype)
        biases = np.zeros((len(maps), weights.shape[1]), dtype)
        for i, (weight, bias) in enumerate(maps):
            weights[i, : len(bias), : weight.shape[1]] = weight.detach().numpy()
            biases[i, : len(bias)] = bias.detach().numpy()
        gap = np.nextafter(dtype.type(factor * fused.radius), dtype.type(np.inf))
        widths = np.array(sizes[1:], np.int64)
        base = np.zeros((len(fused.base), sizes[0]), dtype)
        base[:, :units] = fused.base.detach().numpy()
        return cls(base, np.array(slopes, dtype), weights, biases, widths, count, gap)

    def scan(self, contexts: Tensor, block: Sources, keep: int) -> Iterator[Found]:
        """All bases with a block of sources, in order; on as many threads as PyTorch has."""
        from .fused_kernel import WIDTH, scan_pairs

        own = contexts.numpy()
        parts, expected, counts = _grouped(block, WIDTH, self.base.shape[1])

        def run(rows: slice) -> Found:
            wrong, unclear, failing = scan_pairs(
                self.base[rows], own[rows], parts, self.slopes, self.weights, self.biases,
                self.widths, self.count, expected, counts, self.gap, keep,
            )  # fmt: skip
            failing[:, 0] += rows.start
            unclear[:, 0] += rows.start
            return Found(int(wrong), unclear, failing)

        threads = torch.get_num_threads()
        step = min(max(1, PAIRS // (len(parts) * WIDTH)), -(-len(own) // threads))
        tasks = [slice(at, min(at + step, len(own))) for at in range(0, len(own), step)]
        if threads == 1 or len(tasks) == 1:
            yield from map(run, tasks)
        else:
            with ThreadPoolExecutor(threads) as pool:
                yield from pool.map(run, tasks)


def _read_as_largest(
    readout: Readout, maps: list[tuple[Tensor, Tensor]]
) -> tuple[list[tuple[Tensor, Tensor]], int] | None:
    """Maps after which the label is the place of the largest entry, and how many errors it bears.

    Two entries that may each move by the radius must be twice it apart; a threshold does not move.
    """
    match readout:
        case Argmax(at=()):
            return maps, 2
        case Above(threshold=threshold, unit=unit) if maps and unit < len(maps[-1][1]):
            weight, bias = maps[-1]
            row = torch.stack([torch.zeros_like(weight[unit]), weight[unit]])
            ends = torch.stack([torch.full_like(bias[unit], threshold), bias[unit]])
            return [*maps[:-1], (row, ends)], 1
        case _:
            return None


def _grouped(block: Sources, width: int, units: int) -> tuple[Array, Array, Array]:
    """The block in groups of columns, the last one filled up with sources that occur 0 times.

    Units are filled up with zeros.
    """
    count, own = block.part.shape
    groups = -(-count // width)
    missing = groups * width - count
    part = torch.nn.functional.pad(block.part, (0, units - own, 0, missing))
    parts = part.reshape(groups, width, -1).transpose(1, 2).contiguous()
    expected = torch.nn.functional.pad(block.expected, (0, missing))
    counts = torch.nn.functional.pad(block.counts, (0, missing))
    return (
        parts.numpy(),
        expected.reshape(len(expected), groups, width).numpy(),
        counts.reshape(groups, width).numpy(),
    )
