"""Upper bounds for classes of maps: nothing that any map reaches lies above them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from tauomega.bridge.alignment import find_alignment_class
from tauomega.bridge.alignment.alignment import Alignment
from tauomega.bridge.alignment.ball import (
    _bounds,
    _form_layer,
    _is_proved,
    _least,
    _line,
    out_of_reach,
)
from tauomega.bridge.alignment.ceiling import ceiling_of
from tauomega.bridge.alignment.deciding import decide_alignment
from tauomega.bridge.alignment.fitting import Fitting
from tauomega.bridge.alignment.guided import Guidance, Outcome, align, concluded
from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.alignment.rotations import random_rotation, rational_rotation
from tauomega.bridge.exact_layers import ExactLayer, exact_layers, run_layers
from tauomega.bridge.network import Activation, Layer, Network
from tauomega.theory.kernel import Value

Build = Callable[..., AlignmentQuestion]


def collapsed(asked: AlignmentQuestion) -> AlignmentQuestion:
    """The same question about a network that does not see its first input."""
    first, *others = asked.model.network.layers
    weight = first.weight.copy()
    weight[:, 0] = 0
    network = Network((Layer(weight, first.bias, first.activation), *others))
    return replace(asked, model=replace(asked.model, network=network))


def random_alignments(asked: AlignmentQuestion, count: int) -> list[Alignment]:
    generator = torch.Generator().manual_seed(0)
    found = []
    for number in range(count):
        exact = rational_rotation(random_rotation(asked.width, generator))
        size = 1 + number % (asked.width - 1)
        blocks = [("left", tuple(range(size)))]
        if "C" in asked.sizes:
            blocks.append(("C", tuple(range(size, asked.width))))
        found.append(Alignment("orthogonal", exact, tuple(blocks)))
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_no_subspace_reaches_more(seed: int, activation: str, question: Build) -> None:
    for asked in (
        question(seed, activation=activation, second=1),
        question(seed, 1, activation=activation),
        collapsed(question(seed, activation=activation)),
    ):
        found = ceiling_of(asked, "orthogonal")
        assert found.accuracy <= found.any_map
        for alignment in random_alignments(asked, 5):
            assert decide_alignment(asked, alignment).accuracy <= found.accuracy


@pytest.mark.slow
def test_no_map_at_all_reaches_more(question: Build) -> None:
    """Maps that are nearly unrestricted, trained on a network that confuses inputs."""
    for seed in range(2):
        asked = collapsed(question(seed))
        found = ceiling_of(asked, "reversible")
        assert found.accuracy == found.any_map < 1
        guidance = Guidance(Fitting(150, 128, 0.02), rounds=1)
        reached = align(asked, find_alignment_class("reversible"), guidance).decided.accuracy
        assert reached <= found.any_map


def test_the_bound_for_any_map_is_the_best_table(question: Build) -> None:
    """The twin: every function of the layer's values, group by group."""
    asked = collapsed(question(1))
    points = [tuple(c.values()) for c in asked.model.as_scm().contexts()]
    layers = exact_layers(asked.model.network, {})
    runs = [run_layers(layers, asked.model.row(p), {}) for p in points]
    held = [tuple(run[n] for n in layers[0].names) for run in runs]
    clean = [
        (
            run["output[0]"] > run["output[1]"],
            run["output[0]"] > Fraction(1, 8) and run["output[1]"] < 2,
        )
        for run in runs
    ]
    states = [asked.high.run(c) for c in asked.contexts]
    groups: dict[tuple[tuple[Fraction, ...], tuple[Fraction, ...]], list[tuple[bool, bool]]] = {}
    for source, base in product(range(len(points)), repeat=2):
        left = asked.high.intervention(f"left = {states[source]['left']}")
        high = asked.high.run(asked.contexts[base], left)
        groups.setdefault((held[source], held[base]), []).append(
            (bool(high["out"]), bool(high["both"]))
        )
    met = 0
    for (source_value, base_value), wanted in groups.items():
        if source_value == base_value:
            met += wanted.count(clean[held.index(base_value)])
        else:
            met += max(wanted.count(x) for x in wanted)
    assert ceiling_of(asked, "affine").any_map == Fraction(met, len(points) ** 2)


def test_bounds_on_a_ball_hold_at_its_points_and_the_rational_ones_are_no_wider() -> None:
    rng = np.random.default_rng(0)
    weights = [rng.integers(-8, 8, s) / 4 for s in ((5, 4), (3, 5), (2, 3))]
    biases = [rng.integers(-8, 8, s) / 4 for s in (5, 3, 2)]
    layers = [
        ExactLayer(
            tuple(str(j) for j in range(len(b))),
            tuple(tuple(map(Fraction, row)) for row in w.tolist()),
            tuple(map(Fraction, b.tolist())),
            Activation("relu"),
        )
        for w, b in zip(weights, biases, strict=True)
    ]
    for trial in range(10):
        middle, radius = rng.integers(-8, 8, 4) / 4, float(2.0 ** -(trial % 4))
        low, high = _bounds(
            list(zip(weights, biases, strict=True)), [0.0, 0.0], middle[None], np.array([radius])
        )
        points = rng.normal(size=(500, 4))
        points *= radius * rng.random((500, 1)) ** 0.25 / np.linalg.norm(points, axis=1)[:, None]
        values = middle + points
        for k, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            values = values @ weight.T + bias
            values = np.maximum(values, 0) if k < 2 else values
        assert (values >= low - 1e-9).all()
        assert (values <= high + 1e-9).all()
        exact, squared = [Fraction(x) for x in middle.tolist()], Fraction(radius) ** 2
        lines: list[list[tuple[Fraction, Fraction, Fraction]]] = []
        for k, layer in enumerate(layers):
            ends = [
                [
                    _least(layers, lines, k, [s * w for w in row], s * c, exact, squared)
                    for row, c in zip(layer.weight, layer.bias, strict=True)
                ]
                for s in (1, -1)
            ]
            below, above = ends[0], [-x for x in ends[1]]
            lines.append([_line(a, b, Fraction(0)) for a, b in zip(below, above, strict=True)])
        assert [float(x) for x in below] == pytest.approx(low[0].tolist(), abs=1e-6)
        assert [float(x) for x in above] == pytest.approx(high[0].tolist(), abs=1e-6)


def table(
    asked: AlignmentQuestion,
) -> tuple[list[tuple[Value, ...]], tuple[tuple[Fraction, ...], ...], np.ndarray[Any, Any]]:
    """The contexts, the layer's values, and what is wanted by (source, base), one by one."""
    layers = exact_layers(asked.model.network, {})
    points = [tuple(c.values()) for c in asked.model.as_scm().contexts()]
    runs = [run_layers(layers, asked.model.row(p), {}) for p in points]
    states = [asked.high.run(c) for c in asked.contexts]
    wanted = np.zeros((len(points), len(points), 2), dtype=bool)
    for source, base in product(range(len(points)), repeat=2):
        left = asked.high.intervention(f"left = {states[source]['left']}")
        high = asked.high.run(asked.contexts[base], left)
        wanted[source, base] = bool(high["out"]), bool(high["both"])
    return points, tuple(tuple(run[n] for n in layers[0].names) for run in runs), wanted


def test_pairs_out_of_reach_are_wrong_for_every_subspace(question: Build) -> None:
    asked = question(1)
    points, values, wanted = table(asked)
    lost = out_of_reach(asked, exact_layers(asked.model.network, {})[1:], values, wanted)
    assert any(base != source for base, source in lost)
    for alignment in random_alignments(asked, 6):
        failed = decide_alignment(asked, alignment, keep=10_000).failures
        rows = {(f.base, f.sources[0]) for f in failed}
        for base, source in lost:
            pair = tuple(asked.model.row(points[k]) for k in (base, source))
            assert (tuple(pair[0]), tuple(pair[1])) in rows


def test_no_pair_that_some_subspace_gets_right_is_proved_out_of_reach(question: Build) -> None:
    """Every pair is put to the proof, not only those that float64 believes in."""
    for seed in range(3):
        asked = question(seed)
        layers = exact_layers(asked.model.network, {})
        after = (*layers[1:], _form_layer(asked, layers[-1].names))
        points, values, wanted = table(asked)
        rows = [tuple(asked.model.row(p)) for p in points]
        pairs = set(product(range(len(points)), repeat=2))
        always_wrong = set(pairs)
        for alignment in random_alignments(asked, 40):
            failed = decide_alignment(asked, alignment, keep=10_000).failures
            always_wrong &= {(rows.index(f.base), rows.index(f.sources[0])) for f in failed}
        slopes = [Fraction(0), Fraction(1)]
        for base, source in sorted(pairs - always_wrong):
            ends = values[base], values[source]
            assert not _is_proved(asked, after, slopes, *ends, wanted[source, base])


def test_a_search_below_its_ceiling_concludes_that_there_is_none(question: Build) -> None:
    asked = question(1)
    guidance = Guidance(Fitting(30, 64, 0.05), rounds=1)
    for name in ("orthogonal", "affine"):
        found = concluded(asked, align(asked, find_alignment_class(name), guidance))
        assert found.outcome is Outcome.IMPOSSIBLE
        assert found.ceiling is not None
        assert found.decided.accuracy <= found.ceiling.accuracy < 1
