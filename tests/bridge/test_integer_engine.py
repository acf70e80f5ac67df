"""The integer engine against the literal interpreter, and what it rests on."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import tauomega.bridge.integer_runs as integer_runs
from tauomega import SCM, Abstraction, Hard, check
from tauomega.bridge.exact_layers import exact_layers
from tauomega.bridge.explanation import Explanation, Subspace, Units
from tauomega.bridge.feature_map import FeatureMap
from tauomega.bridge.integer_runs import IntegerNetwork
from tauomega.bridge.interchange_runs import InterchangeRuns
from tauomega.bridge.network import Activation, Layer, Network
from tauomega.bridge.network_model import NetworkModel
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.policy import Depth, Sources
from tauomega.theory.verdict import Fails

HIGH = {
    2: "input A, B : bool\np = A and B\nq = A or B\nout = q and not p",
    3: "input A, B, C : bool\np = A and B\nq = p or C\nout = q xor A",
}


def random_network(rng: random.Random, inputs: int, grid: bool) -> Network:
    widths = [inputs, *(rng.randint(1, 3) for _ in range(rng.randint(1, 2))), 1]
    layers = []
    for k, (before, after) in enumerate(pairwise(widths)):
        name = rng.choice(["relu", "leaky_relu", "identity"]) if k < len(widths) - 2 else "identity"
        slope = Fraction(*float(np.float32(0.01)).as_integer_ratio()) if name == "leaky_relu" else 0

        def number(grid: bool = grid) -> float:
            return rng.randint(-3, 3) / 2 if grid else rng.gauss(0, 1)

        weight = np.array([[number() for _ in range(before)] for _ in range(after)], np.float32)
        bias = np.array([number() for _ in range(after)], np.float32)
        layers.append(Layer(weight, bias, Activation(name, Fraction(slope))))
    return Network(tuple(layers))


def random_claim(rng: random.Random) -> tuple[Abstraction, InterchangeConsistency]:
    inputs = rng.choice([2, 2, 3])
    network = random_network(rng, inputs, rng.random() < 0.5)
    model = network.as_model(dict.fromkeys("ABC"[:inputs], "bool"))
    high = SCM.from_text(HIGH[inputs])
    units = [name for k in range(len(network.layers) - 1) for name in network.unit_names(k)]
    rng.shuffle(units)
    chosen = rng.sample(["p", "q"], rng.randint(1, 2))
    sites = {}
    for name in chosen:
        count = rng.randint(0, len(units))
        if count:
            sites[name], units = tuple(units[:count]), units[count:]
    if not sites:
        sites = {"p": (units[0],)}
    threshold = rng.choice(["0", "1/2", "-1/3"])
    claim = Abstraction.from_text(model, high, {"out": f"output[0] > {threshold}"}, sites=sites)
    pairs = tuple(
        (
            tuple(rng.randint(0, 1) for _ in range(inputs)),
            tuple(rng.randint(0, 1) for _ in range(inputs)),
        )
        for _ in range(3)
    )
    sources = rng.choice([Sources(), Sources(), Sources("forward"), Sources("listed", pairs)])
    return claim, InterchangeConsistency(sources, rng.choice([Depth(1), Depth(None)]))


@pytest.mark.parametrize("seed", range(150))
def test_it_says_what_the_literal_interpreter_says(seed: int) -> None:
    claim, definition = random_claim(random.Random(seed))
    fast = check(claim, definition, engines=["integer"])
    slow = check(claim, definition, engines=["enumerate"])
    assert fast.run.engines == ("integer",)
    assert slow.name == fast.name
    assert slow.measures == fast.measures
    if isinstance(fast, Fails) and isinstance(slow, Fails):
        assert slow.counterexample == fast.counterexample
        assert fast.replayed


def test_both_verdicts_occur_and_both_kinds_of_numbers() -> None:
    verdicts, floats = set(), set()
    for seed in range(150):
        claim, definition = random_claim(random.Random(seed))
        verdicts.add(check(claim, definition).name)
        assert isinstance(claim.low, NetworkModel)
        assert claim.high is not None
        tau = {"out": claim.tau["out"]}
        floats.add(InterchangeRuns(claim.low, claim.high, tau).in_floats)
    assert {"holds", "fails"} == verdicts
    assert {True, False} == floats


@pytest.mark.parametrize("seed", range(40))
def test_integers_are_what_the_network_computes(seed: int) -> None:
    rng = random.Random(seed)
    network = random_network(rng, 3, rng.random() < 0.3)
    rows = [[Fraction(rng.randint(-5, 5), rng.randint(1, 4)) for _ in range(3)] for _ in range(6)]
    runs = IntegerNetwork(exact_layers(network, {}), rows)
    clean = runs.clean()
    for i, row in enumerate(rows):
        expected = network.run(row)
        for name, (layer, unit) in runs.place.items():
            assert expected[name] == runs.value(layer, clean[layer][i, unit])


def test_a_bound_that_is_too_generous_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted bug: float64 beyond what it holds exactly."""
    weight = np.array([[1.0, 2.0**-60]])
    layers = (
        Layer(weight, np.zeros(1), Activation("relu")),
        Layer(np.array([[1.0]]), np.array([-1.0]), Activation()),
    )
    network = Network(layers)
    rows = [[Fraction(1), Fraction(1)]]

    def output() -> Fraction:
        runs = IntegerNetwork(exact_layers(network, {}), rows)
        return runs.value(1, runs.clean()[1][0, 0])

    assert Fraction(1, 2**60) == output()
    monkeypatch.setattr(integer_runs, "EXACT", 2**80)
    assert Fraction(1, 2**60) != output()


def test_features_leave_the_network_alone_and_exchange_by_the_orthogonal_projection() -> None:
    rng = random.Random(5)
    network = random_network(rng, 2, grid=True)
    width = network.widths[0]
    vector = [Fraction(rng.randint(1, 9), 7) for _ in range(width)]
    change = FeatureMap.from_basis([vector])
    plain = network.as_model({"A": "bool", "B": "bool"})
    with_features = NetworkModel(network, plain.domains, features={0: change})
    for context in plain.as_scm().contexts():
        below, above = plain.as_scm().run(context), with_features.as_scm().run(context)
        assert {name: above[name] for name in below} == dict(below)
    norm = sum(x * x for x in vector)
    base, source = network.run([0, 1]), network.run([1, 0])
    names = network.unit_names(0)
    gap = sum(v * (source[n] - base[n]) for v, n in zip(vector, names, strict=True)) / norm
    projected = {n: Fraction(base[n] + gap * v) for v, n in zip(vector, names, strict=True)}
    expected = network.run([0, 1], projected)["output[0]"]
    scm = with_features.as_scm()
    value = scm.run({"A": 1, "B": 0})["layers.0.features[0]"]
    setting = Hard((("layers.0.features[0]", value),))
    assert expected == scm.run({"A": 0, "B": 1}, setting)["output[0]"]


def test_a_subspace_along_the_axes_is_the_units() -> None:
    rng = random.Random(3)
    model = random_network(rng, 2, grid=False).as_model({"A": "bool", "B": "bool"})
    high = SCM.from_text(HIGH[2])
    tau = {"out": Abstraction.from_text(model, high, {"out": "output[0] > 0"}).tau["out"]}
    width = model.network.widths[0]
    axis = tuple(Fraction(int(j == 0)) for j in range(width))
    places = (Units(0, (0,)), Subspace(0, (axis,)))
    shares = []
    for place in places:
        low, sites = Explanation((("p", place),)).sites(model)
        shares.append(InterchangeRuns(low, high, tau).accuracy(sites))
    assert shares[0] == shares[1]


def test_what_is_wrong_with_a_basis_is_said() -> None:
    with pytest.raises(InputError, match="linearly dependent; their rank is 1"):
        FeatureMap.from_basis([[1, 2], [2, 4]])
    with pytest.raises(InputError, match="rows of one length"):
        FeatureMap.from_basis([[1, 2], [2]])


def test_what_is_wrong_with_an_explanation_is_said_all_at_once() -> None:
    model = random_network(random.Random(3), 2, grid=True).as_model({"A": "bool", "B": "bool"})
    wrong = Explanation(
        (("p", Units(9, (0,))), ("q", Units(0, (77,))), ("r", Subspace(0, ((Fraction(1),) * 9,))))
    )
    with pytest.raises(InputError) as caught:
        wrong.sites(model)
    text = "; ".join(fault.message for fault in caught.value.faults)
    assert "p: no hidden layer 9" in text
    assert "q: layers.0[77] is no set of units" in text
    assert "r: a basis of layers.0 has rows of" in text
    assert "layers.0 has units and a subspace" in text


def test_the_order_of_explanations() -> None:
    fine = Explanation((("p", Units(0, (0,))), ("q", Units(1, (0, 1, 3)))))
    coarse = Explanation((("q", Units(1, (0, 1, 3))),))
    assert coarse <= fine
    assert not fine <= coarse
    assert [2, 1, 1, 0] == [e.rank for e in fine.restrictions()]
    assert "p at layers.0[0]; q at layers.1[0:2, 3]" == str(fine)
    assert "input and output" == str(Explanation(()))
