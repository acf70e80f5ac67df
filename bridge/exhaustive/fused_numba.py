"""The filter compiled for the processor: all pairs of a block in one pass, nothing written a pair.

It needs the extra `fast`, tensors on the CPU, and maps that are not too wide.
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
from torch.nn.functional import pad

from .fused import Fused
from .fused_scan import Block, Found, layers_of

__all__ = ["NumbaScan"]

Array = npt.NDArray[Any]
PAIRS = 2**20
WIDEST = 256
"""Beyond so many units a library's matrix product is faster than a plain loop."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class NumbaScan:
    """The arguments of the kernel that do not depend on the sources."""

    base: Array
    radius: Array
    slopes: Array
    weights: Array
    biases: Array
    widths: Array
    count: int
    factor: int

    @classmethod
    def of(cls, fused: Fused) -> NumbaScan | None:
        """This form of the filter, or `None` where it cannot be had."""
        if find_spec("numba") is None or fused.base.part.device.type != "cpu":
            return None
        layers = layers_of(fused)
        if layers is None:
            return None
        from .fused_numba_kernel import BLOCK

        part, maps = fused.base.part.numpy(), layers.maps
        units = part.shape[1]
        count = len(maps[-1][1]) if maps else units
        sizes = [-(-n // BLOCK) * BLOCK for n in (units, *(len(bias) for _, bias in maps))]
        if max(sizes) > WIDEST:
            return None
        weights = np.zeros((len(maps), max([*sizes[1:], 0]), max(sizes)), part.dtype)
        biases = np.zeros((len(maps), weights.shape[1]), part.dtype)
        for i, (weight, bias) in enumerate(maps):
            weights[i, : len(bias), : weight.shape[1]] = weight.numpy()
            biases[i, : len(bias)] = bias.numpy()
        widths = np.array(sizes[1:], np.int64)
        base = np.zeros((len(part), sizes[0]), part.dtype)
        base[:, :units] = part
        radius = layers.factor * fused.base.radius.numpy()
        slopes = np.array(layers.slopes, part.dtype)
        return cls(base, radius, slopes, weights, biases, widths, count, layers.factor)

    def scan(self, contexts: Tensor, block: Block, keep: int) -> Iterator[Found]:
        """As `Scan.scan`, on as many threads as PyTorch has."""
        from .fused_numba_kernel import WIDTH, scan_pairs

        own = contexts.numpy()
        parts, radius, expected, counts = _grouped(block, WIDTH, self.base.shape[1])
        radius = self.factor * radius

        def run(rows: slice) -> Found:
            wrong, unclear, failing = scan_pairs(
                self.base[rows], self.radius[rows], own[rows], parts, radius, self.slopes,
                self.weights, self.biases, self.widths, self.count, expected, counts, keep,
            )  # fmt: skip
            failing[:, 0] += rows.start
            unclear[:, 0] += rows.start
            return Found(int(wrong), torch.from_numpy(unclear), torch.from_numpy(failing))

        threads = torch.get_num_threads()
        step = min(max(1, PAIRS // (len(parts) * WIDTH)), -(-len(own) // threads))
        tasks = [slice(at, min(at + step, len(own))) for at in range(0, len(own), step)]
        if threads == 1 or len(tasks) == 1:
            yield from map(run, tasks)
        else:
            with ThreadPoolExecutor(threads) as pool:
                yield from pool.map(run, tasks)


def _grouped(block: Block, width: int, units: int) -> tuple[Array, Array, Array, Array]:
    """Parts, radii, labels above and counts in groups of columns, filled up with sources that occur 0 times.

    Units are filled up with zeros.
    """
    count, own = block.source.part.shape
    groups = -(-count // width)
    missing = groups * width - count
    part = pad(block.source.part, (0, units - own, 0, missing))
    expected = pad(block.expected, (0, missing))
    return (
        part.reshape(groups, width, -1).transpose(1, 2).contiguous().numpy(),
        pad(block.source.radius, (0, missing)).reshape(groups, width).numpy(),
        expected.reshape(len(expected), groups, width).numpy(),
        pad(block.counts, (0, missing)).reshape(groups, width).numpy(),
    )
