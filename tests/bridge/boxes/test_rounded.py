"""Boxes under `all-orders`: no order of summation contradicts a proof; refutations are inputs of the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch

from tauomega import SCM, Abstraction, Network, check, load
from tauomega.bridge.boxes.certifying import BoxClaim, Proof, Refutation
from tauomega.bridge.boxes.grid_inputs import GridInputs
from tauomega.bridge.boxes.radius import RoundingRadius
from tauomega.bridge.boxes.rounded import RoundedNetwork
from tauomega.bridge.dyadic import exact_float
from tauomega.bridge.graph.arithmetic import NotEvaluatedError
from tauomega.bridge.network import Activation, Layer
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.precision.adversarial import ORDERS
from tauomega.bridge.precision.formats import FORMATS, Format, rounded
from tauomega.bridge.precision.grid import PRECISION, audit_over
from tauomega.bridge.precision.machine import Machine
from tauomega.bridge.precision.sums import linear_error, stored_error
from tauomega.proofs.certificates.encoding import NotCertifiedError
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.theory.counterexample import BoxPoint
from tauomega.theory.definitions.interchange_over_boxes import InterchangeOverBoxes
from tauomega.theory.errors import InputError
from tauomega.theory.kernel.product_network import ReluLayer
from tauomega.theory.kernel.relu_bounds import Interval
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.replaying import replays
from tauomega.theory.reports.wording import evidence_words
from tauomega.theory.verdict import Certified, Fails, Holds, Unknown

SEED = 20261125
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
    model = net.as_model({"A": "bool", "B": "bool"}, semantics=semantics)
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
    net: Network,
    row: list[Any],
    patches: dict[str, Any],
    rng: np.random.Generator,
    form: Format = FORMATS["float32"],
) -> dict[str, Any]:
    """Every unit, each sum in float32 in an order of its own; products fused with a sum or not.

    A narrow format stores the sum, with the bias in it or added to what was stored.
    """

    def stored(z: Any) -> Any:
        return F32(rounded(np.array(z), form))

    values = row
    found: dict[str, Any] = {}
    for k, layer in enumerate(net.layers):
        sums = []
        for weight, shift in zip(layer.weight, layer.bias, strict=True):
            weights, bias = [stored(w) for w in weight], stored(shift)
            terms = [F32(w * v) for w, v in zip(weights, values, strict=True)]
            if not form.stores_sums and rng.random() < 0.5:  # a sum is stored, then the bias added
                sums.append(stored(F32(stored(summed(terms, str(rng.choice(ORDERS)), rng)) + bias)))
                continue
            if rng.random() < 0.3:  # one product is fused with the bias: rounded once
                fused = F32(np.float64(weights[0]) * np.float64(values[0]) + np.float64(bias))
                terms = [fused, *terms[1:]]
            else:
                terms.append(bias)
            sums.append(stored(summed(terms, str(rng.choice(ORDERS)), rng)))
        slope = F32(float(layer.activation.slope))
        if layer.activation.name != "identity":
            sums = [z if z >= 0 else stored(F32(z * slope)) for z in sums]
        names = net.unit_names(k)
        values = [patches.get(name, z) for name, z in zip(names, sums, strict=True)]
        found |= dict(zip(names, values, strict=True))
    return found


def contradictions(seed: int, tries: int, dtype: str = "float32") -> tuple[int, int, int]:
    """Proved and refuted tuples of a random claim; and how many runs in a format contradict a proof."""
    rng = np.random.default_rng(seed)
    net = network(seed, exact_float(F32(0.01)) if seed % 2 else Fraction(0))
    form, claim = FORMATS[dtype], claim_of(net, f"all-orders({dtype})")
    boxes = BoxClaim(claim, Fraction(1, 5), ["out"], TauUPolicy.INPUTS)
    machine = boxes.rounded
    assert machine is not None
    sites = ["m", "n"] if seed % 3 else ["m"]
    proved = refuted = wrong = 0
    for settled in boxes.settle(sites, most=4000):
        where = settled.where
        if isinstance(settled.outcome, Refutation):
            refuted += 1
            assert boxes.refuted(where, settled.outcome.rows)
            assert all(machine.holds(x) for r in settled.outcome.rows for x in r)
        if not isinstance(settled.outcome, Proof):
            continue
        proved += 1
        wanted = bool(boxes.expected(where)["out"])
        for _ in range(tries):
            rows = []
            for point in (where.base, *(p for _, p in where.sources)):
                code = np.array([float(x) for x in boxes.rows[point]])
                share = rng.choice([-0.2, 0.2, rng.uniform(-0.2, 0.2)], size=2)
                near = rounded(code + share, form).astype(F32)
                inside = np.abs(near.astype(float) - code) <= 0.2
                rows.append([F32(x) for x in np.where(inside, near, code.astype(F32))])
            patches: dict[str, Any] = {}
            for (name, _), row in zip(where.sources, rows[1:], strict=True):
                source = ran(net, row, {}, rng, form)
                patches |= {unit: source[unit] for unit in boxes.claim.sites[name]}
            outputs = ran(net, rows[0], patches, rng, form)
            wrong += bool(outputs["output[0]"] > outputs["output[1]"]) is not wanted
    return proved, refuted, wrong


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_no_order_of_summation_contradicts_a_proof(dtype: str) -> None:
    counts = [contradictions(SEED + k, 10, dtype) for k in range(3)]
    assert sum(wrong for _, _, wrong in counts) == 0, SEED


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_no_order_of_summation_contradicts_a_proof_of_many(dtype: str) -> None:
    counts = [contradictions(SEED + k, 40, dtype) for k in range(15)]
    assert sum(wrong for _, _, wrong in counts) == 0, SEED


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
    monkeypatch.setattr(RoundingRadius, "at", lambda self, box: (0,))
    monkeypatch.setattr(
        RoundingRadius, "over", lambda self, low, high, bounds: np.zeros((len(low), 1))
    )
    assert check(ordered, definition).name == "holds"  # the planted bug shows here


def loose_radius(layers: Sequence[ReluLayer], form: Format, box: Sequence[Interval]) -> float:
    """The twin: |W| e + local, layer by layer, with |x| ≤ |W| X + |b|; no signs, no phases, one box."""
    size = np.array([max(abs(a), abs(b)) / 2.0**40 for a, b in box])
    error = np.zeros(len(size))
    for layer in layers[:-1]:
        weight = np.abs(np.array([[float(w) for w in row] for row in layer.weight]))
        bias = np.abs(np.array([float(b) for b in layer.bias]))
        sums = weight @ (size + error)
        total, terms = sums + bias, weight.shape[1]
        operands = (size + error).sum()
        local = linear_error(
            form, terms, total, operands, weight.sum(1), sums, total, np.ones(len(bias), bool)
        )
        error, size = weight @ error + local, weight @ size + bias
        scaled = float(layer.slope) * (size + error)
        activation = stored_error(form, scaled, form.unit * scaled) if layer.slope else 0.0
        error = error + activation + 2.0**form.least
    factors = np.abs(np.array([[float(w) for w in row] for row in layers[-1].weight]))
    return float((factors @ error)[0])


@pytest.mark.parametrize("dtype", ["float32", "tfloat32", "float16", "bfloat16"])
@pytest.mark.parametrize("layer", [0, 1])
def test_the_radius_contains_every_order(layer: int, dtype: str) -> None:
    """Outputs in random orders against exact ones: within the radius, which is no looser than its twin."""
    rng, form = np.random.default_rng(SEED), FORMATS[dtype]
    net = network(SEED, exact_float(F32(0.01)) if layer else Fraction(0))
    boxes = BoxClaim(
        claim_of(net, f"all-orders({dtype})"), Fraction(1, 5), ["out"], TauUPolicy.INPUTS
    )
    machine = boxes.rounded
    assert isinstance(machine, RoundedNetwork)
    product = boxes._network(["m"])
    box = boxes._question(boxes.tuples(["m"])[0]).box
    radius = boxes._radius(product)
    assert radius is not None
    (found,) = radius.at(box)
    assert 0 < found / 2.0**40 <= loose_radius(product, form, box) * (1 + 1e-6) + 2.0**-39
    exact = machine.network.as_model({"A": "bool", "B": "bool"})
    for _ in range(100 if dtype != "tfloat32" else 0):  # no CPU has it
        row = [F32(x) for x in rounded(rng.uniform(-0.2, 0.2, 2), form)]
        row = [x if abs(x) <= 0.2 else F32(0) for x in row]
        ours = ran(net, row, {}, rng, form)
        values = exact.run_row([exact_float(x) for x in row], {})
        error = Fraction(0)
        for name, sign in (("output[0]", 1), ("output[1]", -1)):
            error += sign * (exact_float(ours[name]) - Fraction(values[name]))
        assert abs(error) <= Fraction(found, 2**40), SEED


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("half", [0.0, 0.3], ids=["points", "wide boxes"])
def test_the_radius_contains_what_is_computed_in_the_middle(half: float, dtype: str) -> None:
    """Where units are on or off for certain, and where they are not: every phase has errors that it must let through."""
    form = FORMATS[dtype]
    for seed in range(15):
        rng = np.random.default_rng(seed)
        net = network(seed, exact_float(F32(0.01)) if seed % 2 else Fraction(0))
        claim = claim_of(net, f"all-orders({dtype})")
        boxes = BoxClaim(claim, Fraction(1, 5), ["out"], TauUPolicy.INPUTS)
        assert isinstance(boxes.rounded, RoundedNetwork)
        product = boxes._network(["m"])
        low = boxes.rounded.network.as_model({"A": "bool", "B": "bool"})
        row = [F32(x) for x in rounded(rng.uniform(-1, 1, 2), form)]
        at = [int(Fraction(float(x)) * 2**40) for x in row]
        reach = int(half * 2**40)
        copies = len(product[0].weight[0]) // 2
        found = RoundingRadius(product, form).at([(x - reach, x + reach) for x in at] * copies)[0]
        values = low.run_row([exact_float(x) for x in row], {})
        for _ in range(12):
            ours = ran(net, row, {}, rng, form)
            errors = {n: exact_float(ours[n]) - Fraction(values[n]) for n in ours}
            error = errors["output[0]"] - errors["output[1]"]
            assert abs(error) <= Fraction(found, 2**40), seed


def test_a_unit_that_may_be_on_lets_its_error_through() -> None:
    """max(0, 1000 a - 1000 b) where that is about 1/2, in a box where it may be negative; no layer after it rounds."""
    layers = [
        ReluLayer(("h",), ((Fraction(1000), Fraction(-1000)),), (Fraction(0),), Fraction(0)),
        ReluLayer(("f",), ((Fraction(1),),), (Fraction(0),), Fraction(1)),
    ]
    rng, worst = np.random.default_rng(1), Fraction(0)
    for _ in range(50):
        b = F32(rng.uniform(0.6, 0.9))
        a = F32(b + F32(0.0005))
        reach = 2**40 // 1000
        box = [
            (int(exact_float(x) * 2**40) - reach, int(exact_float(x) * 2**40) + reach)
            for x in (a, b)
        ]
        (found,) = RoundingRadius(layers, FORMATS["float32"]).at(box)
        computed = max(F32(0), F32(F32(1000) * a) - F32(F32(1000) * b))
        exact = 1000 * (exact_float(a) - exact_float(b))
        assert exact > 0
        error = abs(exact_float(computed) - exact)
        assert error <= Fraction(found, 2**40)
        worst = max(worst, error)
    assert worst > Fraction(1, 2**16)


@pytest.mark.parametrize("dtype", ["tfloat32", "float16", "bfloat16"])
def test_a_radius_for_each_box_proves_what_one_for_all_did_not(dtype: str) -> None:
    """256 pairs in narrow formats: the radius of the whole box, 17.7 in bfloat16, exceeded the margins, about 14."""
    task = load("equality_near")
    claim = under(task.claim, f"all-orders({dtype})")
    boxes = BoxClaim(claim, Fraction(3, 10), ["same"], TauUPolicy.INPUTS)
    assert boxes.search(["left"], most=4000)
    settled = boxes.settle(["left"], most=4000)
    assert all(isinstance(s.outcome, Proof) for s in settled)
    radius = boxes._radius(boxes._network(["left"]))
    assert radius is not None
    box = boxes._question(boxes.tuples(["left"])[0]).box
    assert 4 * radius.at(box)[0] / 2.0**40 < loose_radius(
        boxes._network(["left"]), radius.form, box
    )


def test_a_sum_that_may_overflow_is_refused() -> None:
    net = network(1, Fraction(0))
    huge = Network(
        (replace(net.layers[0], weight=net.layers[0].weight * F32(2_000)), *net.layers[1:])
    )
    with pytest.raises(InputError, match="a sum may exceed 65504, the range of float16"):
        check(claim_of(huge, "all-orders(float16)"), InterchangeOverBoxes(Fraction(1, 5)))


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


def test_what_every_order_proves_holds_on_this_machine_and_says_so() -> None:
    task = load("equality_near")
    verdict = check(under(task.claim, "ieee(float32, cpu, batch=3)"), task.definition)
    assert isinstance(verdict, Holds)
    assert isinstance(verdict.evidence, Certified)
    assert verdict.evidence.relies_on[0] == (
        "what holds for every order of summation in float32 holds for that of ieee(float32, cpu, batch=3)"
    )


def test_what_this_machine_refutes_is_replayed_at_its_batch() -> None:
    task = load("equality_wide")
    claim = under(task.claim, "ieee(float32, cpu, batch=3)")
    verdict = check(claim, task.definition)
    assert isinstance(verdict, Fails)
    found = verdict.counterexample
    assert isinstance(found, BoxPoint)
    assert replays(claim, found) is True
    assert replays(claim, replace(found, low=found.high)) is False


# ---------------------------------------------------------------- the grid


def eighths(seed: int, sizes: tuple[int, ...] = (1, 3, 2)) -> Network:
    rng = np.random.default_rng(seed)
    layers = []
    for k, (before, after) in enumerate(pairwise(sizes)):
        weight = (np.rint(rng.normal(size=(after, before)) * 8) / 8).astype(F32)
        bias = (np.rint(rng.normal(size=after) * 8) / 8).astype(F32)
        layers.append(
            Layer(weight, bias, Activation("identity" if k == len(sizes) - 2 else "relu"))
        )
    return Network(tuple(layers))


def on_grid(seed: int) -> Abstraction:
    high = SCM.from_text("input A : bool\nm = A\nout = m")
    model = eighths(seed).as_model({"A": "bool"}, semantics="exact-grid")
    sites = {"m": ["layers.0[0]", "layers.0[1]"]}
    return Abstraction.from_text(model, high, {"out": "output[0] > output[1]"}, sites=sites)


def grid_points(boxes: BoxClaim, point: tuple[Any, ...], places: int) -> list[Fraction]:
    (code,) = boxes.rows[point]
    scale = 1 << places
    first, last = -(-(code - boxes.radius) * scale // 1), (code + boxes.radius) * scale // 1
    return [Fraction(n, scale) for n in range(int(first), int(last) + 1)]


def test_on_the_finest_grid_the_machine_is_exact_in_every_batch() -> None:
    rng = np.random.default_rng(SEED)
    for seed in range(4):
        net = eighths(seed, (2, 4, 4, 2))
        grid = GridInputs(
            net, [[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]], Fraction(1, 4)
        )
        finer = [[Fraction(5, 4), Fraction(5, 4)]]
        assert not audit_over(net, 2 ** (grid.places + 1), finer[0]).exact
        for _ in range(20):
            row = [
                Fraction(int(n), 2**grid.places)
                for n in rng.integers(-(2**grid.places) // 4, 2**grid.places * 5 // 4, size=2)
            ]
            exact = grid.run(row)
            for batch in (1, 3, 64):
                found = Machine(net, "float32", batch).run(row)
                assert all(exact_float(v.item()) == exact[n] for n, v in found.items()), SEED


def test_the_grid_of_a_float64_network_is_that_of_the_proof() -> None:
    """Candidates are integers over 2^40: a finer grid could not be moved to."""
    layers = tuple(replace(x, weight=x.weight.astype(float)) for x in eighths(0).layers)
    grid = GridInputs(Network(layers), [[Fraction(0)]], Fraction(1, 4))
    assert grid.places == 40
    points = np.array([[3, -7]])
    assert np.array_equal(grid.allowed(points, np.zeros_like(points)), points)


def test_a_claim_on_the_grid_is_what_listing_the_grid_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: every input of a coarse grid in the boxes, in exact arithmetic."""
    monkeypatch.setitem(PRECISION, "float32", 12)  # a coarse grid, so that it can be listed
    seen = set()
    for seed in range(12):
        claim = on_grid(seed)
        try:
            boxes = BoxClaim(claim, Fraction(1, 4), ["out"], TauUPolicy.INPUTS)
        except NotEvaluatedError:
            continue
        grid = boxes.rounded
        assert isinstance(grid, GridInputs)
        for settled in boxes.settle(["m"], most=3000):
            where = settled.where
            points = [where.base, *(p for _, p in where.sources)]
            rows = product(*(grid_points(boxes, p, grid.places) for p in points))
            wrong = [r for r in rows if boxes.refuted(where, tuple((x,) for x in r))]
            if isinstance(settled.outcome, Proof):
                assert not wrong
            if isinstance(settled.outcome, Refutation):
                assert wrong
                assert all(grid.holds(x) for row in settled.outcome.rows for x in row)
            seen.add(type(settled.outcome))
    assert {Proof, Refutation} <= seen


def test_the_grid_is_named_in_the_verdict_or_what_stands_in_its_way() -> None:
    names = {check(on_grid(seed), InterchangeOverBoxes(Fraction(1, 4))).name for seed in range(6)}
    assert "fails" in names
    high = SCM.from_text("input A : bool\nm = A\nout = m or not m")
    claim = on_grid(0)
    easy = replace(claim, high=high, tau=claim.tau)
    model = claim.low
    assert isinstance(model, NetworkModel)
    last = replace(model.network.layers[-1], bias=np.array([64, -64], F32))
    low = replace(model, network=Network((*model.network.layers[:-1], last)))
    verdict = check(replace(easy, low=low), InterchangeOverBoxes(Fraction(1, 4)))
    assert isinstance(verdict, Holds)
    assert isinstance(verdict.evidence, Certified)
    assert "for every input that is a multiple of 2^-" in verdict.evidence.relies_on[0]
    assert "but for the grid audit" in evidence_words(verdict.evidence)
    trained = load("equality_near")
    unknown = check(under(trained.claim, "exact-grid"), trained.definition)
    assert isinstance(unknown, Unknown)
    assert "sums may round on every grid of inputs" in unknown.reason
    assert "compile the network to dyadic weights" in unknown.reason
