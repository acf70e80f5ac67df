"""A section of `gpu.py`: what this machine computes lies inside the enclosures of all orders of summation."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from device_run import TYPES, Run, product_of
from torch import Tensor, nn

from tauomega.bridge.network import Network
from tauomega.bridge.precision.formats import FORMATS, rounded
from tauomega.bridge.precision.orders import OrdersNetwork

__all__ = ["containment"]

TILES = (24, 64, 200, 256, 1024, 4096, 16384, 65536)
"""Rows of a tile, for all runs."""
SINGLE = (1, 2, 7)
"""The same, for the first 64 tiles: a call for a run or two takes as long as for thousands."""
NETS = ((16, 64, 64, 4), (4, 16, 16, 2), (64, 32, 8))
RUNS = 65536
INPUTS = 256


def containment(run: Run) -> dict[str, Any]:
    """Patched runs in every type and many shapes of tiles lie inside the enclosures, and no certain label flips.

    A number outside would refute what `precision.formats` assumes of the machine. A label is certain where
    the enclosure of its output lies above those of all others.
    """
    found: dict[str, Any] = {}
    violations = 0
    for seed, widths in enumerate(NETS):
        torch.manual_seed(seed)
        layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
        module = nn.Sequential(*[part for x in layers for part in (x, nn.ReLU())][:-1])
        for name in ("float32", "tfloat32", "float16", "bfloat16"):
            if name == "tfloat32" and run.device.type != "cuda":
                found[f"{widths}, {name}"] = "not run: a CPU has no tfloat32"
                continue
            row = _of_a_type(run, module, widths, name)
            violations += row["outside"] + row["certain labels that flip"]
            found[f"{widths}, {name}"] = row
    return found | {
        "runs of each": run.size(RUNS, 512),
        "tiles": [*SINGLE, *_tiles(run)],
        "passed": not violations,
    }


def _tiles(run: Run) -> list[int]:
    most = run.size(RUNS, 512)
    return sorted({min(rows, most) for rows in TILES})


def _of_a_type(
    run: Run, module: nn.Sequential, widths: tuple[int, ...], name: str
) -> dict[str, Any]:
    """One network in one type: numbers outside, certain labels that flip, how close to the edge."""
    runs = run.size(RUNS, 512)
    rng = np.random.default_rng(widths[0])
    chosen = rng.integers(INPUTS, size=(2, runs))
    units = np.arange(widths[1] // 2)
    rows = rounded(rng.standard_normal((INPUTS, widths[0])), FORMATS[name])
    orders = OrdersNetwork(Network.from_module(module), name, str(run.device))
    pairs = torch.from_numpy(chosen).to(run.device)
    low, high = _enclosed(orders, torch.from_numpy(rows).to(run.device), pairs, units)
    best, label = low.max(dim=1)
    others = high.scatter(1, label[:, None], -float("inf")).amax(dim=1)
    certain = best > others
    own = deepcopy(module).to(run.device, TYPES[name])
    inputs = torch.from_numpy(rows).to(run.device, TYPES[name])
    outside, flips, edge, witness = 0, 0, 0.0, ""
    with torch.no_grad(), product_of(name):
        for tile in (*SINGLE, *_tiles(run)):
            count = min(runs, 64 * tile) if tile in SINGLE else runs
            ran = _patched(own, inputs, pairs[:, :count], len(units), tile)
            below, above = low[:count], high[:count]
            beyond = ~((below <= ran) & (ran <= above))  # what is no number counts as outside
            outside += int(beyond.sum())
            if beyond.any() and not witness:
                first = int(beyond.any(dim=1).nonzero()[0])
                base, source = pairs[:, first].tolist()
                witness = f"base {base}, source {source}, tiles of {tile}"
            flips += int((certain[:count] & (ran.argmax(dim=1) != label[:count])).sum())
            radius, middle = (above - below) / 2, (above + below) / 2
            edge = max(edge, float(((ran - middle).abs() / radius).nan_to_num(0.0).max()))
    found: dict[str, Any] = {
        "outside": outside,
        "certain labels": float(certain.float().mean()),
        "certain labels that flip": flips,
        "furthest from the middle, of the radius": edge,
    }
    return found | ({"first outside": witness} if witness else {})


def _enclosed(
    orders: OrdersNetwork, rows: Tensor, pairs: Tensor, units: Any
) -> tuple[Tensor, Tensor]:
    """Bounds of the outputs of all runs, a few thousand at a time."""
    clean, parts = orders.clean(rows), []
    for bases, sources in zip(*(torch.split(p, 2048) for p in pairs), strict=True):
        enclosed = orders.patched(clean, bases, {0: [(units, sources)]})[-1]
        assert enclosed is not None
        parts.append(enclosed.bounds)
    low, high = (torch.cat(side) for side in zip(*parts, strict=True))
    return low, high


def _patched(module: nn.Sequential, inputs: Tensor, pairs: Tensor, units: int, rows: int) -> Tensor:
    """The outputs when the first units of the first hidden layer are exchanged, in tiles, in float64."""
    found = []
    for base, source in zip(*(torch.split(p, rows) for p in pairs), strict=True):
        hidden = module[:2](inputs.index_select(0, base))
        hidden[:, :units] = module[:2](inputs.index_select(0, source))[:, :units]
        found.append(module[2:](hidden).double())
    return torch.cat(found)
