"""What the sections of `gpu.py` share: a device, sizes that fit the time, a clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

__all__ = ["Run", "copy_rate", "product_rate"]


class Run:
    """A device, and the sizes that fit the time."""

    def __init__(self, device: torch.device, small: bool) -> None:
        self.device, self.small = device, small

    def size(self, large: int, small: int) -> int:
        """The size for this run."""
        return small if self.small else large

    def seconds(self, action: Callable[[], Any], repeat: int = 3) -> float:
        """The least of several times, after one warm-up, with the device at rest."""
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
