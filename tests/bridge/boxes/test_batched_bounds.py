"""Bounds of many boxes in float64: they hold of the real network, on NumPy and on PyTorch; planted bugs are caught."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from tauomega.bridge.boxes import batched_bounds
from tauomega.bridge.boxes.batched_bounds import BatchedBounds
from tauomega.theory.kernel.product_network import ReluLayer

SEED = 20261125
DEVICES = [None, "cpu", *(["cuda"] if torch.cuda.is_available() else [])]
ZERO = Fraction(0)


def number(rng: Random, kind: str) -> Fraction:
    """A weight: of small size, no float64 number, or one of wildly different sizes that cancel."""
    match kind:
        case "dyadic":
            return Fraction(rng.randint(-16, 16), 8)
        case "thirds":
            return Fraction(rng.randint(-30, 30), rng.choice([3, 7, 11]))
        case "cancelling":
            return rng.choice([1, -1]) * Fraction(2) ** rng.randint(-40, 40) + rng.randint(0, 1)
        case _:
            return Fraction(rng.choice([1, -1]), 2 ** rng.choice([0, 500, 1060]))


def layers_of(rng: Random, kind: str, sizes: tuple[int, ...]) -> list[ReluLayer]:
    slopes = [Fraction(0), Fraction(1, 100), Fraction(1, 3), Fraction(1)]
    return [
        ReluLayer(
            tuple(f"{k}.{j}" for j in range(after)),
            tuple(tuple(number(rng, kind) for _ in range(before)) for _ in range(after)),
            tuple(number(rng, kind) for _ in range(after)),
            rng.choice(slopes),
        )
        for k, (before, after) in enumerate(pairwise(sizes))
    ]


def exactly(layers: list[ReluLayer], point: list[Fraction]) -> list[Fraction]:
    """The last layer's sums, without floating point."""
    values = sums = point
    for layer in layers:
        sums = [
            sum((w * v for w, v in zip(row, values, strict=True)), b)
            for row, b in zip(layer.weight, layer.bias, strict=True)
        ]
        values = [max(z, layer.slope * z) for z in sums]
    return sums


def boxes_of(rng: Random, inputs: int, count: int) -> tuple[np.ndarray[Any, Any], ...]:
    """Boxes of many sizes, single points too."""
    centre = np.array([[rng.uniform(-2, 2) for _ in range(inputs)] for _ in range(count)])
    radius = np.array([[rng.choice([0.0, 0.0, 2.0**-45, 0.1, 1.0])] for _ in range(count)])
    return centre - radius, centre + radius


def outside(kind: str, seed: int, device: str | None) -> int:
    """How many exact values of points lie outside their bounds."""
    rng = Random(f"{kind} {seed}")
    layers = layers_of(rng, kind, (3, 5, 4, 2))
    low, high = boxes_of(rng, 3, 4)
    bounds = BatchedBounds(layers, device)
    given = (low, high) if device is None else (torch.tensor(x, device=device) for x in (low, high))
    low_given, high_given = given
    pairs = bounds.bounds(low_given, high_given)[:2], bounds.intervals(low_given, high_given)
    found = [tuple(np.asarray(torch.as_tensor(x).cpu()) for x in pair) for pair in pairs]
    wrong = 0
    for box, (ends_low, ends_high) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        corners = list(product(*zip(ends_low, ends_high, strict=True)))
        inner = [
            [rng.uniform(a, b) for a, b in zip(ends_low, ends_high, strict=True)] for _ in "ab"
        ]
        for point in {tuple(p) for p in (*corners, *inner)}:
            values = exactly(layers, [Fraction(x) for x in point])
            for lower, upper in found:
                for form, value in enumerate(values):
                    wrong += not -np.inf <= lower[box, form] <= upper[box, form] <= np.inf
                    wrong += lower[box, form] > value or value > upper[box, form]
    return wrong


KINDS = ("dyadic", "thirds", "cancelling", "vanishing")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_exact_value_lies_outside(kind: str, device: str | None) -> None:
    assert sum(outside(kind, SEED + k, device) for k in range(6)) == 0, SEED


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_exact_value_of_many_lies_outside(kind: str) -> None:
    assert sum(outside(kind, SEED + k, None) for k in range(150)) == 0, SEED


@pytest.mark.parametrize("kind", ["thirds", "cancelling"])
def test_without_the_error_some_do(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batched_bounds, "UNIT", 0.0)
    assert sum(outside(kind, k, None) for k in range(6)) > 0


def test_without_intercepts_some_do(monkeypatch: pytest.MonkeyPatch) -> None:
    true = batched_bounds._lines

    def flat(*given: Any) -> Any:
        found = true(*given)
        return batched_bounds._Lines(
            found.below, found.above, 0.0 * found.intercept, found.size, found.sum_size
        )

    monkeypatch.setattr(batched_bounds, "_lines", flat)
    assert sum(outside("dyadic", k, None) for k in range(6)) > 0


def test_both_libraries_give_the_same_bounds() -> None:
    rng = Random(SEED)
    layers = layers_of(rng, "dyadic", (3, 6, 5, 2))
    low, high = boxes_of(rng, 3, 50)
    ours = BatchedBounds(layers).bounds(low, high)
    theirs = BatchedBounds(layers, "cpu").bounds(torch.from_numpy(low), torch.from_numpy(high))
    for one, other in zip(ours, theirs, strict=True):
        assert np.allclose(one, other.numpy(), rtol=1e-12, atol=1e-12), SEED


def test_lines_of_a_point_are_sharp_and_not_looser_than_intervals() -> None:
    rng = Random(3)
    layers = layers_of(rng, "dyadic", (3, 6, 5, 2))
    low, high = boxes_of(rng, 3, 50)
    bounds = BatchedBounds(layers)
    at = bounds.bounds(low, low)
    assert float((at[1] - at[0]).max()) < 1e-11
    lines, intervals = bounds.bounds(low, high), bounds.intervals(low, high)
    assert float((lines[1] - lines[0]).sum()) < float((intervals[1] - intervals[0]).sum())


def test_what_overflows_has_infinite_bounds() -> None:
    layer = ReluLayer(("a",), ((Fraction(2) ** 1000,),), (ZERO,), Fraction(1))
    layers = [layer, ReluLayer(("b",), ((Fraction(2) ** 1000,),), (ZERO,), Fraction(1))]
    for given in (BatchedBounds(layers).bounds, BatchedBounds(layers).intervals):
        low, high = given(np.array([[1.0]]), np.array([[2.0]]))[:2]
        assert (float(low[0, 0]), float(high[0, 0])) == (-np.inf, np.inf)
