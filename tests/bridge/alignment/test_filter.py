"""Float64 runs with a proved bound: the same answers as exact arithmetic, and ties left to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tauomega.bridge.alignment.question import AlignmentQuestion
from tauomega.bridge.exact_layers import exact_layers, run_layers
from tauomega.bridge.feature_map import FeatureMap
from tauomega.bridge.integer_runs import IntegerNetwork
from tauomega.bridge.interchange_runs import InterchangeRuns
from tauomega.bridge.margin_filter import MarginFilter
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.rational_rotation import skew_of
from tauomega.theory.kernel import Apply, Constant, Operator, Reference, exact

Build = Callable[..., AlignmentQuestion]
SITES = {"left": ("layers.0.features[0]", "layers.0.features[1]"), "C": ("layers.0.features[4]",)}


def rotated(asked: AlignmentQuestion, seed: int) -> NetworkModel:
    square = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 6)))[0]
    return replace(asked.model, features={0: FeatureMap.from_skew(skew_of(square))})


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_the_filter_changes_no_answer(seed: int, activation: str, question: Build) -> None:
    asked = question(seed, activation=activation, second=1)
    model = rotated(asked, seed)
    runs, plain = (InterchangeRuns(model, asked.high, asked.tau) for _ in range(2))
    plain._filter = None
    assert runs._filter is not None
    for sites in ({"left": SITES["left"]}, {"C": SITES["C"]}, SITES):
        for (start, found), (other, expected) in zip(
            runs.mismatches(sites), plain.mismatches(sites), strict=True
        ):
            assert start == other
            assert np.array_equal(found, expected)
    assert runs.runs == plain.runs
    assert runs.left == 0


def exact_forms(
    asked: AlignmentQuestion, model: NetworkModel
) -> tuple[np.ndarray, MarginFilter, IntegerNetwork]:
    """output[0] - output[1] of every exchange of `left`, exactly: (sources, bases) of fractions."""
    layers = exact_layers(model.network, model.features)
    points = [tuple(c.values()) for c in model.as_scm().contexts()]
    rows = [model.row(p) for p in points]
    clean = [run_layers(layers, row, {}) for row in rows]
    found = np.empty((len(rows), len(rows)), dtype=object)
    for s in range(len(rows)):
        for b, row in enumerate(rows):
            run = run_layers(layers, row, {unit: clean[s][unit] for unit in SITES["left"]})
            found[s, b] = run["output[0]"] - run["output[1]"]
    chosen = MarginFilter.of(layers, {"out": asked.tau["out"]})
    assert chosen is not None
    return found, chosen, IntegerNetwork(layers, rows)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_no_form_lies_further_from_its_value_than_the_bound(
    activation: str, question: Build
) -> None:
    worst = 0.0
    for seed in range(4):
        asked = question(seed, activation=activation)
        exactly, chosen, network = exact_forms(asked, rotated(asked, seed))
        patched = chosen.prepare(network, network.clean(), 1, [(0, 1)])
        assert patched is not None
        count = len(exactly)
        source, base = (x.ravel() for x in np.indices((count, count)))
        forms = patched.forms(base, [source])[:, 0]
        off = [abs(Fraction(f) - e) for f, e in zip(forms.tolist(), exactly.ravel(), strict=True)]
        worst = max(worst, float(max(off)) / float(patched.error[0]))
    assert 0 < worst <= 1  # it rounds, and the bound covers it


def test_a_tie_is_left_to_exact_arithmetic(question: Build) -> None:
    """The threshold is the exact value of one patched run: strictly above it, that run is not."""
    asked = question(1)
    model = rotated(asked, 1)
    exactly, _, _ = exact_forms(asked, model)
    value = exactly[2, 5]
    difference = Apply(
        Operator.ADD, (Reference("output[0]"), Apply(Operator.NEG, (Reference("output[1]"),)))
    )
    for operator, expected in ((Operator.GT, False), (Operator.GE, True)):
        tau = {"out": Apply(operator, (difference, Constant(exact(value))))}
        runs = InterchangeRuns(model, asked.high, tau)
        plain = InterchangeRuns(model, asked.high, tau)
        plain._filter = None
        (_, found), (_, twin) = (
            next(runs.mismatches({"left": SITES["left"]})),
            next(plain.mismatches({"left": SITES["left"]})),
        )
        assert np.array_equal(found, twin)
        assert runs.left >= 1
        wanted = asked.high.run(asked.contexts[5])
        left = asked.high.run(asked.contexts[2])["left"]
        assert bool(found[2, 5]) == (expected != bool(left and wanted["C"]))


def test_what_the_filter_cannot_read_is_exact_from_the_start(question: Build) -> None:
    asked = question(1)
    model = rotated(asked, 1)
    layers = exact_layers(model.network, model.features)
    unit = Apply(Operator.GT, (Reference("layers.1[0]"), Constant(0)))
    assert MarginFilter.of(layers, {"out": unit}) is None
    assert MarginFilter.of(layers, {"out": Reference("output[0]")}) is None
    chosen = MarginFilter.of(layers, asked.tau)
    assert chosen is not None
    rows = [model.row(tuple(c.values())) for c in model.as_scm().contexts()]
    network = IntegerNetwork(layers, rows)
    assert chosen.prepare(network, network.clean(), len(layers) - 1, [(0,)]) is None
