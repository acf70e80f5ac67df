"""Sections of `gpu.py`: products that must be exact, sums in a stated order, and what changes bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import torch
from device_run import TYPES, Run, product_of
from torch import Tensor, nn

__all__ = ["batch_invariance", "exactness", "pinned_order"]

NARROW = ("float32", "tfloat32", "bfloat16", "float16")


@contextmanager
def reduced(allowed: bool) -> Iterator[None]:
    """Whether parts of a sum of products of 16 bits may be added in 16 bits."""
    flags = (
        "allow_bf16_reduced_precision_reduction",
        "allow_fp16_reduced_precision_reduction",
    )
    matmul = torch.backends.cuda.matmul
    before = [getattr(matmul, flag) for flag in flags]
    for flag in flags:
        setattr(matmul, flag, allowed)
    try:
        yield
    finally:
        for flag, value in zip(flags, before, strict=True):
            setattr(matmul, flag, value)


def exactness(run: Run) -> dict[str, Any]:
    """Products of dyadic numbers on a small grid equal the exact ones, rounded once, whatever the type and batch.

    Judged with sums in full precision; with reductions in 16 bits allowed, PyTorch's default, it is a record.
    """
    found: dict[str, Any] = {}
    torch.manual_seed(0)
    rows = run.size(4096, 64)
    exact_in = []
    for bits in (4, 7):
        a = torch.randint(-(2 ** (bits - 1)), 2 ** (bits - 1), (rows, 256))
        b = torch.randint(-(2 ** (bits - 1)), 2 ** (bits - 1), (256, 64))
        grid = 2.0 ** (1 - bits)  # numbers in [-1, 1), their products on the grid's square
        exact = (a.double() @ b.double()) * grid**2
        for name in NARROW:
            x, y = ((v.double() * grid).to(run.device, TYPES[name]) for v in (a, b))
            nearest = exact.to(TYPES[name]).double()
            row: dict[str, Any] = {}
            for allowed in (False, True):
                with product_of(name), reduced(allowed):
                    ran = [
                        torch.cat([x[start : start + batch] @ y for start in range(0, rows, batch)])
                        for batch in (rows, rows // 2, rows // 3 + 1, 16)
                    ]
                same = [bool((part.double().cpu() == nearest).all()) for part in ran]
                row["16-bit sums allowed" if allowed else "full sums"] = all(same)
            found[f"{bits} bits, {name}: exact"] = row
            exact_in.append(row["full sums"])
        whole = torch._int_mm(a.to(run.device, torch.int8), b.to(run.device, torch.int8))
        found[f"{bits} bits, int8: exact"] = bool((whole.cpu() == a @ b).all())
        exact_in.append(found[f"{bits} bits, int8: exact"])
    return found | {"passed": all(exact_in)}


def pinned_order(run: Run) -> dict[str, Any]:
    """A sum in a stated order, by separate products and additions, has the bits of the CPU.

    Compiled for a GPU, products and additions are fused, and the bits are expected to be others.
    """
    torch.manual_seed(0)
    x, w = torch.randn(run.size(65536, 256), 64), torch.randn(64, 64)

    def loop(x: Tensor, w: Tensor) -> Tensor:
        total = torch.zeros(len(x), w.shape[1], device=x.device)
        for k in range(x.shape[1]):
            total = total + x[:, k : k + 1] * w[k]
        return total

    here = loop(x, w)
    same = torch.equal(loop(x.to(run.device), w.to(run.device)).cpu(), here)
    found: dict[str, Any] = {"equals the CPU's bits": same, "passed": same}
    if run.device.type == "cuda":
        try:
            compiled = torch.compile(loop)(x.to(run.device), w.to(run.device)).cpu()
            found["compiled, the share of other bits"] = float((compiled != here).float().mean())
        except Exception as error:  # a compiler may be missing: that says nothing about the sum
            found["compiled"] = f"not run: {type(error).__name__}: {error}"[:200]
    return found


def batch_invariance(run: Run) -> dict[str, Any]:
    """The share of rows whose bits differ from those at twice the largest batch; a record, no judgement."""
    found: dict[str, Any] = {}
    largest = 2 * 4096
    for name in NARROW:
        torch.manual_seed(0)
        here = nn.Linear(64, 64).to(TYPES[name])
        layer = deepcopy(here).to(run.device)
        given = torch.randn(largest, 64).to(TYPES[name])
        x = given.to(run.device)
        row: dict[str, Any] = {}
        with torch.no_grad(), product_of(name):
            whole = layer(x)
            for batch in (1, 2, 7, 64, 256, 4096):
                most = min(largest, 64 * batch)
                rows = torch.cat([layer(x[k : k + batch]) for k in range(0, most, batch)])
                differs = (rows != whole[: len(rows)]).any(dim=1).float().mean()
                row[f"batch {batch}: rows with other bits"] = float(differs)
            row["of 20 runs, other than the first"] = sum(
                not torch.equal(layer(x), whole) for _ in range(20)
            )
            row["share of the CPU's bits"] = float((here(given) == whole.cpu()).float().mean())
        found[name] = row
    return found
