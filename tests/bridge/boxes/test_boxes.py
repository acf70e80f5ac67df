"""Boxes of inputs: bounds that hold, proofs that z3 confirms, refutations that replay, lies that show."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import count, pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
import z3

from tauomega import SCM, Abstraction, Network, check, load
from tauomega.bridge.boxes import branching
from tauomega.bridge.boxes.batched_bounds import TRUE, BatchedBounds
from tauomega.bridge.boxes.certifying import BoxClaim, Proof, Refutation
from tauomega.bridge.exact_layers import exact_layers, relu_layer, run_layers
from tauomega.bridge.feature_map import FeatureMap
from tauomega.bridge.network import Activation, Layer
from tauomega.bridge.network_model import NetworkModel
from tauomega.solvers.child import in_this_process
from tauomega.solvers.engine import Budget
from tauomega.theory.counterexample import BoxPoint
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import evaluate, parse_expression, relu_bounds
from tauomega.theory.kernel.halfspaces import Form, NotAffineError, condition_of, known
from tauomega.theory.kernel.product_network import product_network
from tauomega.theory.kernel.relu_bounds import GRID, bounds_over_box, integer_layers, outward
from tauomega.theory.kernel.scope import Scope
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.replaying import replays
from tauomega.theory.verdict import Certified, Fails, Holds, Unknown

HIGH = SCM.from_text("input A, B : bool\nm = A and B\nn = A or B\nout = m xor n")


def random_network(rng: Random, sizes: list[int], slope: Fraction = Fraction(0)) -> Network:
    layers = []
    for k, (before, after) in enumerate(pairwise(sizes)):
        weight = np.array([[rng.randint(-16, 16) / 8 for _ in range(before)] for _ in range(after)])
        bias = np.array([rng.randint(-8, 8) / 8 for _ in range(after)])
        name = "identity" if k == len(sizes) - 2 else ("leaky_relu" if slope else "relu")
        layers.append(
            Layer(weight, bias, Activation(name, slope if name != "identity" else Fraction(0)))
        )
    return Network(tuple(layers))


def claim_of(network: Network, sites: dict[str, list[str]]) -> Abstraction:
    model = network.as_model({"A": "bool", "B": "bool"})
    return Abstraction.from_text(model, HIGH, {"out": "output[0] > output[1]"}, sites=sites)


SITES = {"m": ["layers.0[0]", "layers.0[1]"], "n": ["layers.1[0]", "layers.0[2]"]}


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("seed", range(30))
def test_no_point_of_a_box_lies_outside_its_bounds(seed: int) -> None:
    rng = Random(seed)
    slope = Fraction(rng.choice([0, 1, 3]), 10)
    layers = exact_layers(random_network(rng, [3, 5, 4, 2], slope), {})
    rows = [(layer.weight, layer.bias, layer.activation.slope) for layer in layers]
    integers = integer_layers(rows)
    ends = [sorted(Fraction(rng.randint(-30, 30), 10) for _ in range(2)) for _ in range(3)]
    bounds = bounds_over_box(integers, [outward(a, b) for a, b in ends])
    for _ in range(200):
        shares = [rng.choice([Fraction(0), Fraction(1), Fraction(rng.random())]) for _ in ends]
        row = [a + (b - a) * share for (a, b), share in zip(ends, shares, strict=True)]
        values = run_layers(layers, row, {})
        for name, (low, high) in zip(layers[-1].names, bounds, strict=True):
            assert low <= values[name] * 2**GRID <= high


def test_a_point_has_sharp_bounds() -> None:
    layers = exact_layers(random_network(Random(5), [3, 5, 4, 2]), {})
    integers = integer_layers([(v.weight, v.bias, v.activation.slope) for v in layers])
    row = [Fraction(3, 8), Fraction(-1, 4), Fraction(1)]
    bounds = bounds_over_box(integers, [outward(x, x) for x in row])
    values = run_layers(layers, row, {})
    for name, (low, high) in zip(layers[-1].names, bounds, strict=True):
        assert high - low <= 64
        assert low <= values[name] * 2**GRID <= high


def test_a_wrong_intercept_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    true = relu_bounds._lines

    def without_intercepts(bounds: Any, slope: Any) -> Any:
        below, above = true(bounds, slope)
        return below, [(s, 0) for s, _ in above]

    monkeypatch.setattr(relu_bounds, "_lines", without_intercepts)
    with pytest.raises(AssertionError):
        for seed in range(30):
            test_no_point_of_a_box_lies_outside_its_bounds(seed)


def test_float_bounds_are_near_the_exact_ones() -> None:
    rng = Random(3)
    layers = exact_layers(random_network(rng, [3, 6, 5, 2], Fraction(1, 8)), {})
    forms: list[Form] = [
        ((("output[0]", Fraction(1)), ("output[1]", Fraction(-2))), Fraction(1, 2))
    ]
    network = product_network([relu_layer(x) for x in layers], {}, forms)
    integers = integer_layers([(v.weight, v.bias, v.slope) for v in network])
    box = [outward(Fraction(-1), Fraction(1, 2))] * 3
    ((low, high),) = bounds_over_box(integers, box)
    corner = np.array(box, dtype=float) / 2.0**GRID
    lower, upper, _ = BatchedBounds(network).bounds(corner[None, :, 0], corner[None, :, 1])
    assert abs(lower[0, 0] - low / 2**GRID) < 1e-4
    assert abs(upper[0, 0] - high / 2**GRID) < 1e-4


def test_a_slope_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the slope 2 of an activation is outside \[0, 1\]"):
        integer_layers([([[Fraction(1)]], [Fraction(0)], Fraction(2))])


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    "text",
    [
        "x > 1/2", "not (x >= y)", "x < y and 2*x + 1 <= y/3", "x > 0 or (y > 0 and not (x - y > 1))",
        "(x > 0) xor (y > 0) xor (x > y)", "-(x - 1) >= 0",
    ],
)  # fmt: skip
def test_a_condition_says_what_its_expression_says(text: str) -> None:
    scope = Scope(dict.fromkeys(("x", "y"), SCM.from_text("R : real").domain("R")))
    expression = parse_expression(text, scope)
    forms: list[Form] = []
    condition = condition_of(expression, forms)
    rng = Random(text)
    for _ in range(100):
        state = {name: Fraction(rng.randint(-4, 4), 2) for name in ("x", "y")}
        values = [int(12 * (sum((f * state[n] for n, f in form), c))) for form, c in forms]
        assert known(condition, [(v, v) for v in values]) is bool(evaluate(expression, state))
    wide = known(condition, [(-1000, 1000)] * len(forms))
    assert wide is None


def test_what_is_no_comparison_is_refused() -> None:
    scope = Scope(dict.fromkeys(("x", "y"), SCM.from_text("R : real").domain("R")))
    for text in ("x*y > 1", "abs(x) > 1", "x == y"):
        with pytest.raises(NotAffineError):
            condition_of(parse_expression(text, scope), [])


# ---------------------------------------------------------------- the product network


@pytest.mark.parametrize("seed", range(10))
def test_the_product_network_is_the_patched_run(seed: int) -> None:
    rng = Random(seed)
    network = random_network(rng, [2, 4, 3, 2], Fraction(1, 4))
    features = {0: FeatureMap.from_basis([[Fraction(1), Fraction(2), Fraction(0), Fraction(-1)]])}
    layers = exact_layers(network, features)
    sites = {"m": ("layers.0.features[0]", "layers.1[2]"), "n": ("layers.1[0]",)}
    forms: list[Form] = [((("output[0]", Fraction(2)), ("output[1]", Fraction(-1))), Fraction(1))]
    product = product_network([relu_layer(x) for x in layers], sites, forms)
    for _ in range(10):
        rows = [[Fraction(rng.randint(-20, 20), 10) for _ in range(2)] for _ in range(3)]
        patches: dict[str, Fraction] = {}
        for units, row in zip(sites.values(), rows[1:], strict=True):
            source = run_layers(layers, row, {})
            patches |= {unit: source[unit] for unit in units}
        expected = run_layers(layers, rows[0], patches)
        values = [x for row in rows for x in row]
        for layer in product:
            sums = [
                sum((w * v for w, v in zip(r, values, strict=True)), b)
                for r, b in zip(layer.weight, layer.bias, strict=True)
            ]
            values = [max(z, layer.slope * z) for z in sums]
        assert [2 * expected["output[0]"] - expected["output[1]"] + 1] == values


# ---------------------------------------------------------------- decisions, against z3


def z3_says(boxes: BoxClaim, sites: list[str]) -> dict[Any, bool]:
    """Tuple -> whether every input in its boxes reads as expected, by z3 over the reals."""
    found = {}
    swapped = {name: boxes.claim.sites[name] for name in sites}
    product = product_network([relu_layer(x) for x in boxes.layers], swapped, boxes.forms)
    for where in boxes.tuples(sites):
        centres = [x for p in (where.base, *(q for _, q in where.sources)) for x in boxes.rows[p]]
        inputs = [z3.Real(f"x{k}") for k in range(len(centres))]
        solver = z3.Solver()
        for x, c in zip(inputs, centres, strict=True):
            solver.add(
                x >= z3.Q(*(c - boxes.radius).as_integer_ratio()),
                x <= z3.Q(*(c + boxes.radius).as_integer_ratio()),
            )
        values: list[Any] = inputs
        for layer in product:
            sums = [
                z3.Sum([z3.Q(*w.as_integer_ratio()) * v for w, v in zip(row, values, strict=True)])
                + z3.Q(*b.as_integer_ratio())
                for row, b in zip(layer.weight, layer.bias, strict=True)
            ]
            slope = z3.Q(*layer.slope.as_integer_ratio())
            values = [z3.If(z >= 0, z, slope * z) for z in sums] if layer.slope != 1 else sums
        wanted = bool(boxes.expected(where)["out"])
        solver.add(z3.Not(values[0] > 0) if wanted else values[0] > 0)
        found[where] = solver.check() == z3.unsat
    return found


def agrees_with_z3(seed: int) -> tuple[int, int]:
    rng = Random(seed)
    network = random_network(rng, [2, 3, 2, 2], Fraction(rng.choice([0, 1]), 8))
    radius = Fraction(rng.randint(1, 30), 40)
    boxes = BoxClaim(claim_of(network, SITES), radius, ["out"], TauUPolicy.INPUTS)
    sites = rng.choice([["m"], ["n"], ["m", "n"]])
    truth = z3_says(boxes, sites)
    proved = refuted = 0
    for settled in boxes.settle(sites, most=20_000):
        match settled.outcome:
            case Proof():
                proved += 1
                assert truth[settled.where]
            case Refutation(rows=rows):
                refuted += 1
                assert not truth[settled.where]
                assert boxes.refuted(settled.where, rows)
    return proved, refuted


def test_z3_agrees_on_random_networks() -> None:
    counts = [agrees_with_z3(seed) for seed in range(6)]
    assert sum(p for p, _ in counts) > 5
    assert sum(r for _, r in counts) > 5


@pytest.mark.slow
def test_z3_agrees_on_many_random_networks() -> None:
    counts = [agrees_with_z3(seed) for seed in range(100, 160)]
    assert min(sum(column) for column in zip(*counts, strict=True)) > 100


def test_a_search_that_lies_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Floating point calls everything proved; the integers do not agree."""
    claim = load("equality_wide").claim
    lie = lambda condition, low, high: np.full(len(low), TRUE)  # noqa: E731
    monkeypatch.setattr(branching, "known_of", lie)
    boxes = BoxClaim(claim, Fraction(9, 10), ["same"], TauUPolicy.INPUTS)
    first = next(iter(boxes.settle(["left"], most=300)))
    assert not isinstance(first.outcome, Proof)


# ---------------------------------------------------------------- verdicts


def test_near_the_corners_the_equalities_are_realised() -> None:
    task = load("equality_near")
    verdict = check(task.claim, task.definition)
    assert isinstance(verdict, Holds)
    assert isinstance(verdict.evidence, Certified)
    assert verdict.evidence.kind == "branch-and-bound tree"
    assert dict(verdict.measures)["tuples of boxes proved"] == 1


def test_far_from_them_they_are_not_and_the_inputs_are_given() -> None:
    task = load("equality_wide")
    verdict = check(task.claim, task.definition)
    assert isinstance(verdict, Fails)
    found = verdict.counterexample
    assert isinstance(found, BoxPoint)
    assert verdict.replayed
    assert replays(task.claim, found) is True
    outside = replace(found, row=(found.row[0] + 4, *found.row[1:]))
    assert replays(task.claim, outside) is False
    assert replays(task.claim, replace(found, low=found.high)) is False


@pytest.mark.parametrize("polls", [0, 320])
def test_without_time_it_is_unknown_and_says_how_far_it_came(
    polls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is over when it was asked for so often: how fast the machine is does not matter."""
    asked = count()
    monkeypatch.setattr(Budget, "spent", property(lambda _: next(asked) >= polls))
    task = load("equality_near")
    with in_this_process():
        verdict = check(task.claim, InterchangeOverBoxes(Fraction(3, 5)))
    assert isinstance(verdict, Unknown)
    assert "neither proved nor refuted; 60 s are over" in verdict.reason
    shares = dict(verdict.measures)
    assert sum(shares.values()) == 1
    assert (shares["tuples of boxes undecided"] == 1) is (polls == 0)


def test_radius_zero_is_interchange() -> None:
    claim = load("equality_near").claim
    assert check(claim, InterchangeOverBoxes(Fraction(0))).name == "holds"


@pytest.mark.parametrize(
    ("tau", "message"),
    [
        (
            {"out": "abs(output[0]) > 1"},
            "over boxes τ of 'out' compares affine forms of outputs: Apply is no affine form",
        ),
        ({"out": "layers.0[0] > 1"}, "over boxes τ reads outputs only, not 'layers.0[0]'"),
    ],
)
def test_a_map_that_boxes_cannot_read_is_refused_by_name(tau: dict[str, str], message: str) -> None:
    model = random_network(Random(1), [2, 3, 2, 2]).as_model({"A": "bool", "B": "bool"})
    claim = Abstraction.from_text(model, HIGH, tau, sites=SITES)
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace("[", r"\[")):
        check(claim, InterchangeOverBoxes(Fraction(1, 4)))


def test_what_is_no_network_or_no_radius_is_refused_all_at_once() -> None:
    low = SCM.from_text("input A, B : bool\nh = A and B\no = h")
    claim = Abstraction.from_text(low, HIGH, {"out": "o"}, sites={"m": ["h"]})
    with pytest.raises(InputError) as caught:
        check(claim, InterchangeOverBoxes(Fraction(-1)))
    assert 'is about a network: write kind = "network" under [low]' in str(caught.value)
    assert "radius is at least 0, not -1" in str(caught.value)


def test_subspaces_are_sites_too() -> None:
    network = load("equality_near").claim.low
    assert isinstance(network, NetworkModel)
    basis = [[Fraction(int(i == j)) for j in range(16)] for i in range(8)]
    model = replace(network, features={0: FeatureMap.from_basis(basis)})
    high = load("equality_near").claim.high
    assert high is not None
    sites = {"left": [f"layers.0.features[{i}]" for i in range(8)]}
    claim = Abstraction.from_text(model, high, {"same": "output[1] > output[0]"}, sites=sites)
    assert check(claim, InterchangeOverBoxes(Fraction(1, 4))).name == "holds"


def test_no_float64_output_lies_outside_the_bounds_of_its_box() -> None:
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    path = Path(__file__).parents[2] / "benchmarks" / "boxes_speed.py"
    spec = spec_from_file_location("boxes_speed", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert 0 == module.violations(20_000, 1)
