"""The filter as one kernel of a GPU: nothing but a byte a pair is written, and read back where it tells.

It needs Triton 3.4, which PyTorch 2.8 brings where it is built for CUDA, and one map to a few outputs after the sum;
a longer chain runs on tensors, whose products a GPU's library does best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import final

import torch
from torch import Tensor
from torch.nn.functional import pad

from .fused import Fused, Split
from .fused_scan import Block, Found, layers_of

__all__ = ["MOST_OUTPUTS", "WARPS", "TritonScan", "tile_of"]

MOST_OUTPUTS = 8
"""Beyond so many outputs of a pair a tile of them does not fit the registers."""
PAIRS = 2**28
"""Pairs of a launch: a byte each."""
DEVICES = ("cuda",)
OLDEST = 3, 4
"""The first Triton whose kernels have tuples."""
WARPS = 4
"""Of 32 threads each, to a program."""


def tile_of(outputs: int) -> tuple[int, int]:
    """Bases and sources of a tile: so many that the outputs of its pairs fit the registers."""
    return 16, 128 if outputs <= MOST_OUTPUTS // 2 else 64


@final
@dataclass(frozen=True, slots=True, eq=False)
class TritonScan:
    """The arguments of the kernel that do not depend on the sources.

    Attributes:
        base: the bases' parts.
        slope: of the ReLU after the sum, 1 for none; shape (1,).
        leaky: whether it is not 0.
        weight: of the map after it, shape (units, outputs), units filled up with zeros.
        bias: shape (outputs,).
        factor: how many radii the largest output must be above the second.
    """

    base: Split
    slope: Tensor
    leaky: bool
    weight: Tensor
    bias: Tensor
    factor: int

    @classmethod
    def of(cls, fused: Fused) -> TritonScan | None:
        """This form of the filter, or `None` where it cannot be had."""
        if fused.base.part.device.type not in DEVICES or not _has_triton():
            return None
        layers = layers_of(fused)
        if layers is None or len(layers.maps) != 1 or layers.slopes[1] != 1:
            return None
        (weight, bias), slope = layers.maps[0], layers.slopes[0]
        if len(bias) > MOST_OUTPUTS:
            return None
        from .fused_triton_kernel import UNROLLED

        filled = pad(weight.T, (0, 0, 0, -len(weight.T) % UNROLLED.value)).contiguous()
        steep = bias.new_tensor([slope])
        return cls(fused.base, steep, slope != 0, filled, bias, layers.factor)

    def scan(self, contexts: Tensor, block: Block, keep: int) -> Iterator[Found]:
        """As `Scan.scan`, `PAIRS` pairs at a time."""
        from .fused_triton_kernel import judge_tiles

        tile = tile_of(len(self.bias))
        sources = len(block.source.part)
        part, part_radius = self._filled(block.source, tile[1])
        step = max(1, PAIRS // sources)
        for start in range(0, len(contexts), step):
            rows = slice(start, start + step)
            base, base_radius = self._filled(self.base.at(rows), tile[0])
            own = contexts[rows]
            tiles = base.shape[1] // tile[0], part.shape[1] // tile[1]
            marks = own.new_empty((len(own), sources), dtype=torch.uint8)
            wrong = own.new_empty(tiles, dtype=torch.int64)
            with torch.cuda.device_of(marks):  # type: ignore[no-untyped-call]  # torch's own lack
                judge_tiles[tiles](
                    base, part, base_radius, part_radius, self.weight, self.bias, self.slope,
                    own.int(), block.expected, block.counts.long(), marks, wrong, *marks.shape,
                    base.shape[1], part.shape[1], len(self.weight), OUTPUTS=len(self.bias),
                    LEAKY=self.leaky, BASES=tile[0], SOURCES=tile[1], num_warps=WARPS,
                )  # fmt: skip
            unclear, failing = _read_off(marks, wrong, keep, tile[0])
            unclear[:, 0] += start
            failing[:, 0] += start
            yield Found(wrong.sum(), unclear, failing)

    def _filled(self, split: Split, tile: int) -> tuple[Tensor, Tensor]:
        """The part of each unit, shape (units, rows), filled up to whole tiles; and its radius times the factor."""
        rows, units = split.part.shape
        missing = -rows % tile
        part = pad(split.part.T, (0, missing, 0, len(self.weight) - units)).contiguous()
        return part, pad(self.factor * split.radius, (0, missing))


def _has_triton() -> bool:
    """Whether there is a Triton whose kernels have tuples."""
    if find_spec("triton") is None:
        return False
    major, minor = version("triton").split(".")[:2]
    return (int(major), int(minor)) >= OLDEST


def _read_off(marks: Tensor, wrong: Tensor, keep: int, bases: int) -> tuple[Tensor, Tensor]:
    """The unclear pairs and the first `keep` that disagree.

    The latter lie in the first `keep` rows of tiles in which any does.
    """
    from .fused_triton_kernel import UNCLEAR

    unclear = (marks == UNCLEAR.value).nonzero()
    rows = wrong.any(dim=1).nonzero().flatten()[:keep]
    within = torch.arange(bases, device=marks.device)
    base = (rows[:, None] * bases + within).flatten()
    base = base[base < len(marks)]
    few = marks.index_select(0, base)
    places = ((few > 0) & (few != UNCLEAR.value)).nonzero()[:keep]
    row, source = places.unbind(dim=1)
    label = few[row, source].long() - 1
    return unclear, torch.stack([base.index_select(0, row), source, label], dim=1)
