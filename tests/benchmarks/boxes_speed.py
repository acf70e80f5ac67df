"""Certified interchange over boxes: what is proved, refuted and open, and what it costs.

    python tests/benchmarks/boxes_speed.py            # the table, on the shipped 4-16-16-2 network
    python tests/benchmarks/boxes_speed.py --tries 1000000   # float64 runs against the exact bounds
    python tests/benchmarks/boxes_speed.py --train DIR       # the network's recipe, again

The search (floating point) and the proof (integers) are timed apart, on one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from tauomega import load
from tauomega.bridge.benchmark.tasks.hierarchical_equality import RECIPE
from tauomega.bridge.boxes.certifying import BoxClaim, Proof, Refutation
from tauomega.bridge.exact_layers import relu_layer
from tauomega.theory.kernel.product_network import product_network
from tauomega.theory.kernel.relu_bounds import GRID, bounds_over_box, integer_layers, outward
from tauomega.theory.policy import TauUPolicy

TRAINING = replace(RECIPE, noise=0.7, steps=1500)
RADII = ("3/10", "2/5", "3/5", "9/10")


def rows(radii: Sequence[str]) -> list[str]:
    """A row for each radius."""
    claim = load("equality_near").claim
    found = [
        "| radius | proved | refuted | open | boxes | leaves | search, s | exact proof, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for radius in radii:
        boxes = BoxClaim(claim, Fraction(radius), ["same"], TauUPolicy.INPUTS)
        start = time.perf_counter()
        believed = boxes.search(["left"])
        middle = time.perf_counter()
        settled = boxes.prove(["left"], believed)
        end = time.perf_counter()
        proofs = [s.outcome for s in settled if isinstance(s.outcome, Proof)]
        refuted = sum(isinstance(s.outcome, Refutation) for s in settled)
        counts = (len(proofs), refuted, len(settled) - len(proofs) - refuted)
        shown = " | ".join(f"{c:,}" for c in (*counts, sum(s.boxes for s in settled)))
        leaves = sum(p.leaves for p in proofs)
        found.append(
            f"| {radius} | {shown} | {leaves:,} | {middle - start:.2f} | {end - middle:.2f} |"
        )
    return found


def violations(tries: int, seed: int) -> int:
    """How many of so many float64 outputs lie outside the exact bounds of their box."""
    claim = load("equality_near").claim
    boxes = BoxClaim(claim, Fraction(0), ["same"], TauUPolicy.INPUTS)
    network = product_network(
        [relu_layer(x) for x in boxes.layers], {"left": claim.sites["left"]}, boxes.forms
    )
    integers = integer_layers([(v.weight, v.bias, v.slope) for v in network])
    floats = [(np.array(v.weight, float), np.array(v.bias, float), float(v.slope)) for v in network]
    rng = np.random.default_rng(seed)
    outside = 0
    each = 1000
    for _ in range(-(-tries // each)):
        centre = rng.integers(-(2**12), 2**12, 8) / 2.0**11
        radius = 2.0 ** -rng.integers(0, 12)
        box = [outward(Fraction(c - radius), Fraction(c + radius)) for c in centre]
        low, high = np.array(bounds_over_box(integers, box), dtype=float).T / 2.0**GRID
        share = rng.random((each, 8))
        corners = rng.integers(0, 2, (each, 8)) * 2.0 - 1
        values = centre + radius * np.where(rng.random((each, 1)) < 0.5, corners, 2 * share - 1)
        for weight, bias, slope in floats:
            values = values @ weight.T + bias
            values = np.maximum(values, slope * values)
        outside += int(((values < low) | (values > high)).sum())
    return outside


def main() -> int:
    """Print the table, or the count of violations, or train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radius", action="append", help="a radius, such as 3/10")
    parser.add_argument("--tries", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train", type=Path, metavar="DIR")
    given = parser.parse_args()
    if given.train is not None:
        from safetensors.numpy import save_file

        layers = TRAINING.train().layers
        tensors = {f"layers.{k}.weight": layer.weight for k, layer in enumerate(layers)}
        tensors |= {f"layers.{k}.bias": layer.bias for k, layer in enumerate(layers)}
        save_file(tensors, given.train / "equality.safetensors")
        return 0
    if given.tries:
        outside = violations(given.tries, given.seed)
        print(f"{given.tries:,} float64 outputs, seed {given.seed}: {outside} outside their bounds")  # noqa: T201
        return 1 if outside else 0
    print("\n".join(rows(given.radius or RADII)))  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
