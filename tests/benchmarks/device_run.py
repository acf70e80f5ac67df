"""What the sections of `gpu.py` share: a device, sizes that fit the time, a clock, types of products."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

__all__ = ["TYPES", "Run", "copy_rate", "product_of", "product_rate"]

TYPES: Mapping[str, torch.dtype] = {
    "float64": torch.float64,
    "float32": torch.float32,
    "tfloat32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
"""What products are computed in; a CPU has no tfloat32, and computes float32."""


class Run:
    """A device, and the sizes that fit the time."""

    def __init__(self, device: torch.device, small: bool) -> None:
        self.device, self.small = device, small

    def size(self, large: int, small: int) -> int:
        """The size for this run."""
        return small if self.small else large

    def seconds(self, action: Callable[[], Any], repeat: int = 3) -> float:
        """The least of several times after a warm-up, with the device at rest; without one for `repeat=0`."""
        best = float("inf")
        for _ in range(repeat + 1):
            self._rest()
            start = time.perf_counter()
            action()
            self._rest()
            best = min(best, time.perf_counter() - start)
        return best

    def _rest(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


@contextmanager
def product_of(name: str) -> Iterator[None]:
    """Products of float32 as they are, or as tfloat32."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = name == "tfloat32"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def product_rate(run: Run, dtype: torch.dtype) -> float:
    """Operations a second of a product of square matrices, two for each term."""
    n = run.size(8192, 256)
    a = torch.randn(n, n, device=run.device, dtype=dtype)
    return 2 * n**3 / run.seconds(partial(torch.matmul, a, a))


def copy_rate(run: Run) -> float:
    """Bytes a second that copying reads and writes."""
    block = torch.empty(run.size(2**30, 2**22), dtype=torch.uint8, device=run.device)
    other = torch.empty_like(block)
    return 2 * len(block) / run.seconds(lambda: other.copy_(block))
