"""Boxes under `all-orders`: no order of summation contradicts a proof; refutations are inputs of the format."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from tauomega import SCM, Abstraction, Network, check, load
from tauomega.bridge.boxes import certifying
from tauomega.bridge.boxes.certifying import BoxClaim, Proof, Refutation
from tauomega.bridge.boxes.rounded import RoundedNetwork
from tauomega.bridge.network import Activation, Layer, exact_float
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.precision.adversarial import ORDERS
from tauomega.proofs.certificates.encoding import NotCertifiedError
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.theory.counterexample import BoxPoint
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.errors import InputError
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.replaying import replays
from tauomega.theory.reports.wording import evidence_words
from tauomega.theory.verdict import Certified, Fails, Holds

SEED = int(np.random.SeedSequence().generate_state(1)[0])
HIGH = SCM.from_text("input A, B : bool\nm = A and B\nn = A or B\nout = m xor n")
SITES = {"m": ["layers.0[0]", "layers.0[1]"], "n": ["layers.1[0]", "layers.0[2]"]}
F32 = np.float32


def network(seed: int, slope: Fraction) -> Network:
    """2-4-3-2 with float32 weights of several sizes, so that sums round."""
    rng = np.random.default_rng(seed)
    layers = []
    for k, (before, after) in enumerate(pairwise((2, 4, 3, 2))):
        weight = (rng.normal(size=(after, before)) * 2.0 ** rng.integers(0, 3)).astype(F32)
        name = "identity" if k == 2 else ("leaky_relu" if slope else "relu")
        bias = rng.normal(size=after).astype(F32)
        layers.append(Layer(weight, bias, Activation(name, slope if k < 2 else Fraction(0))))
    return Network(tuple(layers))


def claim_of(net: Network, semantics: str = "all-orders(float32)") -> Abstraction:
    model = replace(net.as_model({"A": "bool", "B": "bool"}), semantics=semantics)
    return Abstraction.from_text(model, HIGH, {"out": "output[0] > output[1]"}, sites=SITES)


def summed(terms: list[Any], order: str, rng: np.random.Generator) -> Any:
    """A float32 sum of float32 terms in an order of `adversarial.ORDERS`."""
    if order != "sequential":
        terms = [terms[i] for i in rng.permutation(len(terms))]
    if order in ("pairwise", "parts"):
        while len(terms) > 1:
            at = 1 if order == "pairwise" else int(rng.integers(1, len(terms)))
            terms = [*terms[at + 1 :], F32(terms[at - 1] + terms[at]), *terms[: at - 1]]
        return terms[0]
    total = terms[0]
    for term in terms[1:]:
        total = F32(total + term)
    return total


def ran(
    net: Network, row: list[Any], patches: dict[str, Any], rng: np.random.Generator
) -> dict[str, Any]:
    """Every unit in float32, each sum in an order of its own; products fused with a sum or not."""
    values = row
    found: dict[str, Any] = {}
    for k, layer in enumerate(net.layers):
        sums = []
        for weights, bias in zip(layer.weight, layer.bias, strict=True):
            terms = [F32(w * v) for w, v in zip(weights, values, strict=True)]
            if rng.random() < 0.3:  # one product is fused with the bias: rounded once
                fused = F32(np.float64(weights[0]) * np.float64(values[0]) + np.float64(bias))
                terms = [fused, *terms[1:]]
            else:
                terms.append(bias)
            sums.append(summed(terms, str(rng.choice(ORDERS)), rng))
        slope = F32(float(layer.activation.slope))
        if layer.activation.name != "identity":
            sums = [z if z >= 0 else F32(z * slope) for z in sums]
        names = net.unit_names(k)
        values = [patches.get(name, z) for name, z in zip(names, sums, strict=True)]
        found |= dict(zip(names, values, strict=True))
    return found


def contradictions(seed: int, tries: int) -> tuple[int, int, int]:
    """Proved and refuted tuples of a random claim; and how many float32 runs contradict a proof."""
    rng = np.random.default_rng(seed)
    net = network(seed, exact_float(F32(0.01)) if seed % 2 else Fraction(0))
    boxes = BoxClaim(claim_of(net), Fraction(1, 5), ["out"], TauUPolicy.INPUTS)
    rounded = boxes.rounded
    assert rounded is not None
    sites = ["m", "n"] if seed % 3 else ["m"]
    proved = refuted = wrong = 0
    for settled in boxes.settle(sites, most=4000):
        where = settled.where
        if isinstance(settled.outcome, Refutation):
            refuted += 1
            assert boxes.refuted(where, settled.outcome.rows)
            assert all(Fraction(float(F32(float(x)))) == x for r in settled.outcome.rows for x in r)
        if not isinstance(settled.outcome, Proof):
            continue
        proved += 1
        wanted = bool(boxes.expected(where)["out"])
        for _ in range(tries):
            rows = []
            for point in (where.base, *(p for _, p in where.sources)):
                code = np.array([float(x) for x in boxes.rows[point]])
                share = rng.choice([-0.2, 0.2, rng.uniform(-0.2, 0.2)], size=2)
                near = (code + share).astype(F32)
                inside = np.abs(near.astype(float) - code) <= 0.2
                rows.append([F32(x) for x in np.where(inside, near, code.astype(F32))])
            patches: dict[str, Any] = {}
            for (name, _), row in zip(where.sources, rows[1:], strict=True):
                source = ran(net, row, {}, rng)
                patches |= {unit: source[unit] for unit in boxes.claim.sites[name]}
            outputs = ran(net, rows[0], patches, rng)
            wrong += bool(outputs["output[0]"] > outputs["output[1]"]) is not wanted
    return proved, refuted, wrong


def test_no_order_of_summation_contradicts_a_proof() -> None:
    counts = [contradictions(SEED + k, 10) for k in range(4)]
    assert sum(wrong for _, _, wrong in counts) == 0, SEED
    assert sum(proved + refuted for proved, refuted, _ in counts) > 0, SEED


@pytest.mark.slow
def test_no_order_of_summation_contradicts_a_proof_of_many() -> None:
    counts = [contradictions(SEED + k, 40) for k in range(30)]
    assert sum(wrong for _, _, wrong in counts) == 0, SEED
    assert sum(proved for proved, _, _ in counts) > 20, SEED


def cancelling() -> Abstraction:
    """out is always 1 in real numbers: 2^24 + 1 - 2^24 > 0; in float32, in one order, it is 0."""
    large = float(2**24)
    first = Layer(np.zeros((2, 1), F32), np.array([large, 1], F32), Activation())
    last = Layer(np.array([[1, 1]], F32), np.array([-large], F32), Activation())
    model = Network((first, last)).as_model({"A": "bool"})
    high = SCM.from_text("input A : bool\nm = A\nout = m or not m")
    sites = {"m": ["layers.0[1]"]}
    return Abstraction.from_text(model, high, {"out": "output[0] > 0"}, sites=sites)


def under(claim: Abstraction, semantics: str) -> Abstraction:
    assert isinstance(claim.low, NetworkModel)
    return replace(claim, low=replace(claim.low, semantics=semantics))


def test_what_real_numbers_hold_a_machine_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, definition = cancelling(), InterchangeOverBoxes(Fraction(1, 10))
    assert check(claim, definition).name == "holds"
    ordered = under(claim, "all-orders(float32)")
    assert check(ordered, definition, timeout=5).name != "holds"
    monkeypatch.setattr(certifying, "rounding_radius", lambda network, form, box: (0,))
    assert check(ordered, definition, timeout=5).name == "holds"  # the planted bug shows here


@pytest.mark.parametrize("layer", [0, 1])
def test_the_radius_contains_every_order(layer: int) -> None:
    """Outputs in random orders against exact ones: within the radius, and the radius is no wild bound."""
    rng = np.random.default_rng(SEED)
    net = network(SEED, exact_float(F32(0.01)) if layer else Fraction(0))
    boxes = BoxClaim(claim_of(net), Fraction(1, 5), ["out"], TauUPolicy.INPUTS)
    where = boxes.tuples(["m"])[0]
    radius = boxes._question(where, boxes._network(["m"])).rounding[0] / 2.0**40
    assert 0 < radius < 1e-3
    exact = replace(net.as_model({"A": "bool", "B": "bool"}), semantics="real")
    for _ in range(200):
        row = [F32(x) for x in rng.uniform(-0.2, 0.2, 2)]
        found = ran(net, row, {}, rng)
        values = exact.run_row([exact_float(x) for x in row], {})
        for name in ("output[0]", "output[1]"):
            assert abs(exact_float(found[name]) - Fraction(values[name])) <= radius, SEED


def test_near_the_corners_the_equalities_are_realised_by_every_float32_machine() -> None:
    task = load("equality_near")
    verdict = check(under(task.claim, "all-orders(float32)"), task.definition)
    assert isinstance(verdict, Holds)
    assert verdict.question.semantics == "all-orders(float32)"
    assert isinstance(verdict.evidence, Certified)
    assert "checked by the kernel but for the rounding radius" in evidence_words(verdict.evidence)
    assert any("rounding radius in float32" in text for text in verdict.evidence.relies_on)
    assert any("assumed of the machine" in text for text in verdict.evidence.relies_on)
    with pytest.raises(NotCertifiedError, match="what a machine may round is not among what it"):
        certificate_of(under(task.claim, "all-orders(float32)"), task.definition, verdict)


def test_far_from_them_a_float32_input_is_given_that_torch_refutes() -> None:
    task = load("equality_wide")
    claim = under(task.claim, "all-orders(float32)")
    verdict = check(claim, task.definition)
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    found = verdict.counterexample
    assert isinstance(found, BoxPoint)
    assert replays(claim, found) is True
    assert replays(claim, replace(found, low=found.high)) is False
    model = claim.low
    assert isinstance(model, NetworkModel)
    layers = [(torch.tensor(x.weight), torch.tensor(x.bias)) for x in model.network.layers]
    rows = [torch.tensor([[float(x) for x in row]]) for row in (found.row, found.sources[0][2])]
    assert [exact_float(x) for x in rows[0][0]] == list(found.row)

    def run(values: torch.Tensor, source: torch.Tensor | None) -> list[torch.Tensor]:
        kept = []
        for k, (weight, bias) in enumerate(layers):
            values = torch.nn.functional.linear(values, weight, bias)
            values = values.relu() if k < len(layers) - 1 else values
            if k == 0 and source is not None:
                units = [int(n.split("[")[1][:-1]) for n in claim.sites["left"]]
                values[:, units] = source[:, units]
            kept.append(values)
        return kept

    with torch.no_grad():
        outputs = run(rows[0], run(rows[1], None)[0])[-1][0]
    assert bool(outputs[1] > outputs[0]) == bool(dict(found.low)["same"])
    assert dict(found.low)["same"] != dict(found.high)["same"]


def test_candidates_are_numbers_of_the_format_in_the_box() -> None:
    rng = np.random.default_rng(SEED)
    net = network(1, Fraction(0))
    for name in ("float32", "float16", "bfloat16"):
        held = RoundedNetwork(net, name)
        centre = rng.integers(-(2**42), 2**42, (500, 2))
        points = centre + rng.integers(-(2**41), 2**41, (500, 2))
        moved = held.allowed(points, centre)
        assert all(held.holds(Fraction(int(x), 2**40)) for x in moved.ravel()), (SEED, name)
        beyond = np.abs(moved - centre) > np.abs(points - centre)
        assert not beyond.any() or name != "float32", (SEED, name)  # others may have none so near


def test_a_box_without_a_number_of_the_format_is_refused() -> None:
    claim = under(cancelling(), "all-orders(float32)")
    coded = replace(claim.low, encode={"A": _third()})  # type: ignore[type-var]
    message = "no float32 number lies within 0 of the code 1/3"
    with pytest.raises(InputError, match=message):
        check(replace(claim, low=coded), InterchangeOverBoxes(Fraction(0)))


def _third() -> Any:
    from tauomega.theory.kernel import Scope, parse_expression

    return parse_expression("1/3 + A", Scope({"A": SCM.from_text("input A : bool").domain("A")}))


def test_another_machine_semantics_is_unknown_by_name() -> None:
    task = load("equality_near")
    verdict = check(under(task.claim, "ieee(float32, cpu, batch=1)"), task.definition)
    assert verdict.name == "unknown"
