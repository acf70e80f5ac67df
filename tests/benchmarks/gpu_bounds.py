"""Sections of `gpu.py`: enclosures of all orders and bounds over boxes, by the thousand, on the device."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from device_run import Run

from tauomega import load
from tauomega.bridge.boxes.batched_bounds import BatchedBounds
from tauomega.bridge.boxes.certifying import BoxClaim
from tauomega.bridge.exact_layers import relu_layer
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.precision.orders import OrdersNetwork
from tauomega.theory.kernel.product_network import ReluLayer, product_network
from tauomega.theory.policy import TauUPolicy

__all__ = ["bounds_over_boxes", "enclosures", "splitting"]

MINUTE = 60.0


def enclosures(run: Run) -> dict[str, Any]:
    """Patched runs of the 4-16-16-2 network enclosed for every order of summation: here and by NumPy alike."""
    model = load("equality_near").claim.low
    assert isinstance(model, NetworkModel)
    rng = np.random.default_rng(0)
    rows = rng.choice([-3.0, -1.0, 1.0, 3.0], (256, 4))
    count = run.size(2**16, 2**10)
    bases, sources = rng.integers(256, size=(2, count))
    units = np.arange(8)
    found: dict[str, Any] = {"runs": count}
    apart = 0.0
    for name in ("float32", "tfloat32", "float16", "bfloat16"):
        here = OrdersNetwork(model.network, name, str(run.device))
        clean = here.clean(torch.from_numpy(rows).to(run.device))
        chosen = [torch.from_numpy(x).to(run.device) for x in (bases, sources)]

        def enclose(here: Any = here, clean: Any = clean, chosen: Any = chosen) -> Any:
            return here.patched(clean, chosen[0], {0: [(units, chosen[1])]})[-1]

        found[f"{name}, enclosures/s"] = count / run.seconds(enclose)
        by_numpy = OrdersNetwork(model.network, name)
        theirs = by_numpy.patched(by_numpy.clean(rows), bases, {0: [(units, sources)]})[-1]
        assert theirs is not None
        for mine, other in zip(enclose().bounds, theirs.bounds, strict=True):
            apart = max(apart, float(np.abs(mine.cpu().numpy() / other - 1).max()))
    return found | {"furthest from NumPy's, relatively": apart, "passed": apart < 1e-9}


def product_of_equality() -> tuple[BoxClaim, tuple[ReluLayer, ...]]:
    """The 4-16-16-2 network's claim, and its product network with `left` exchanged."""
    claim = load("equality_near").claim
    boxes = BoxClaim(claim, Fraction(9, 10), ["same"], TauUPolicy.INPUTS)
    swapped = {"left": claim.sites["left"]}
    return boxes, product_network([relu_layer(x) for x in boxes.layers], swapped, boxes.forms)


def bounds_over_boxes(run: Run) -> dict[str, Any]:
    """IBP and CROWN of the 4-16-16-2 product network: boxes a second, and exact values inside."""
    _, layers = product_of_equality()
    bounds = BatchedBounds(layers, str(run.device))
    width = len(layers[0].weight[0])
    found: dict[str, Any] = {}
    for name, count, bound in (
        ("IBP", run.size(2**22, 2**12), bounds.intervals),
        ("CROWN", run.size(2**18, 2**10), bounds.bounds),
    ):
        centre = 6 * torch.rand(count, width, device=run.device, dtype=torch.float64) - 3
        radius = torch.rand(count, 1, device=run.device, dtype=torch.float64) ** 4

        def ask(bound: Any = bound, centre: Any = centre, radius: Any = radius) -> Any:
            return bound(centre - radius, centre + radius)

        found[f"{name}, boxes/s"] = count / run.seconds(ask)
        low, high = (x.cpu().tolist() for x in ask()[:2])
        ends = (centre - radius).cpu().tolist(), (centre + radius).cpu().tolist()
        found[f"{name}, outside"] = sum(
            not low[k][0] <= _exactly(layers, [ends[(k + i) % 2][k][i] for i in range(width)]) <= high[k][0]
            for k in range(100)
        )  # fmt: skip
    return found | {"passed": not any(v for k, v in found.items() if k.endswith("outside"))}


def _exactly(layers: Sequence[ReluLayer], point: Sequence[float]) -> Fraction:
    """The one form's value at a point, without floating point."""
    values = [Fraction(x) for x in point]
    for layer in layers:
        sums = (
            sum((w * v for w, v in zip(row, values, strict=True)), b)
            for row, b in zip(layer.weight, layer.bias, strict=True)
        )
        values = [max(z, layer.slope * z) for z in sums]
    return values[0]


def splitting(run: Run) -> dict[str, Any]:
    """The 256 pairs of boxes of radius 0.9 halved on the device: shares of the volume that are settled.

    It ends when everything is settled, after so many boxes, or after a minute.
    """
    claim, layers = product_of_equality()
    bounds = BatchedBounds(layers, str(run.device))
    tuples = claim.tuples(["left"])
    tuples = tuples[:: run.size(1, 16)]
    rows = {p: [float(x) for x in claim.rows[p]] for p in claim.points}
    centre = torch.tensor([rows[t.base] + rows[t.sources[0][1]] for t in tuples]).double()
    wanted = torch.tensor([bool(claim.expected(t)["same"]) for t in tuples])
    low, high = (centre - 0.9).to(run.device), (centre + 0.9).to(run.device)
    volume = torch.full((len(tuples),), 1 / len(tuples), dtype=torch.float64, device=run.device)
    positive = wanted.to(run.device)
    settled = {"proved": 0.0, "refuted": 0.0}
    most, batch, done = run.size(10**8, 20_000), run.size(2**18, 2**11), 0

    until = time.perf_counter() + MINUTE

    def halve() -> None:
        nonlocal low, high, volume, positive, done
        while len(low) and done < most and time.perf_counter() < until:
            parts = [x[-batch:] for x in (low, high, volume, positive)]
            low, high, volume, positive = (x[:-batch] for x in (low, high, volume, positive))
            below, above, factors = bounds.bounds(parts[0], parts[1])
            done += len(below)
            true, false = below[:, 0] > 0, above[:, 0] < 0
            for name, known in (("proved", parts[3]), ("refuted", ~parts[3])):
                settled[name] += float(parts[2][(true & known) | (false & ~known)].sum())
            rest = ~(true | false)
            a, b, share, sign = (x[rest] for x in parts)
            cut = (factors[rest].abs().sum(1) * (b - a)).argmax(1, keepdim=True)
            middle = (a.gather(1, cut) + b.gather(1, cut)) / 2
            low = torch.cat([low, a, a.scatter(1, cut, middle)])
            high = torch.cat([high, b.scatter(1, cut, middle), b])
            volume = torch.cat([volume, share / 2, share / 2])
            positive = torch.cat([positive, sign, sign])

    seconds = run.seconds(halve, repeat=0)
    open_ = float(volume.sum())
    found: dict[str, Any] = {
        "pairs of boxes": len(tuples),
        "boxes": done,
        "boxes/s": done / seconds,
    }
    shares = {f"{name}, share of the volume": value for name, value in settled.items()}
    whole = abs(sum(settled.values()) + open_ - 1) < 1e-9
    return found | shares | {"undecided, share of the volume": open_, "passed": whole}
