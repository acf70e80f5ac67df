"""Captured networks under every semantics: readings against their twins, and what they refuse by name."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tauomega import SCM, Abstraction, check, load
from tauomega.bridge.captured_model import CapturedModel
from tauomega.bridge.graph.arithmetic import Arithmetic, NotEvaluatedError
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.rules import RULES
from tauomega.bridge.graph.sums import SUMS
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.precision.adversarial import _data
from tauomega.bridge.precision.boxes import box_of
from tauomega.bridge.precision.extraction import InputTable
from tauomega.bridge.precision.formats import FORMATS
from tauomega.bridge.precision.readings import meaning_of
from tauomega.bridge.precision.readings.all_orders import _Rounded
from tauomega.bridge.precision.readings.reading import Exchange
from tauomega.bridge.precision.real_extraction import extract_real
from tauomega.bridge.precision.semantics import ALL, AllOrders, Ieee, Real, parse_semantics
from tauomega.cli.semantics import under
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import EvaluationError, InputError
from tauomega.theory.kernel import Reals, Scope, evaluate, parse_expression
from tauomega.theory.policy import Depth
from tauomega.theory.verdict import Fails, Holds, Unknown

SEED = 20261125
BITS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
HIGHS = (
    "s = A\nout = s",
    "s = A and B\nout = s",
    "s = A or B\nout = s or B",
    "s = B\nout = s xor A",
)


def captured(
    module: Any, sites: dict[str, str], stated: str, rows: torch.Tensor = BITS
) -> CapturedModel:
    table = InputTable({"A": "bool", "B": "bool"}, [rows])
    return CapturedModel(capture(module, rows), table, sites, (), stated, module)


def claim_about(low: CapturedModel, high: str, tau: str = "output[0] < output[1]") -> Abstraction:
    above = SCM.from_text(f"input A, B : bool\n{high}")
    return Abstraction.from_text(low, above, {"out": tau}, sites={"s": ["s"]})


class Smooth(nn.Module):
    """Softmax, GELU and normalisation behind a site."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.norm, self.second = nn.Linear(2, 4), nn.LayerNorm(4), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.nn.functional.gelu(self.first(x))
        return torch.softmax(self.second(self.norm(hidden)), -1)


def sums_only(seed: int) -> Any:
    """Every kind of sum: convolution, pooling, products of activations, a mean, a leaky ReLU."""
    torch.manual_seed(seed)

    class Sums(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(2, 8)
            self.conv = nn.Conv1d(2, 3, 3, padding=1)
            self.last = nn.Linear(6, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            hidden = nn.functional.leaky_relu(self.first(x)).reshape(-1, 2, 4)
            seen = nn.functional.avg_pool1d(self.conv(hidden), 2)
            mixed = seen @ seen.transpose(1, 2)
            wide = torch.cat([seen.flatten(1)[:, :3], mixed.mean(1) - 2 * seen.sum(2)], 1)
            return self.last(torch.relu(wide) + 0.5)  # type: ignore[no-any-return]

    return Sums().eval()


# ---------------------------------------------------------------- real


def test_real_answers_are_those_of_the_finite_model_that_balls_prove() -> None:
    kinds = set()
    for seed in range(4):
        low = captured(Smooth(seed).eval(), {"s": "first[:, :2]"}, "real")
        model = extract_real(low.network, low.slices, low.inputs, {"read": "output[0] < output[1]"})
        for high in HIGHS:
            twin = Abstraction.from_text(
                model,
                SCM.from_text(f"input A, B : bool\n{high}"),
                {"out": "read"},
                sites={"s": ["s"]},
            )
            for depth in (Depth(1), Depth(None)):
                found = check(claim_about(low, high), InterchangeConsistency(joint=depth))
                wanted = check(twin, InterchangeConsistency(joint=depth))
                assert type(found) is type(wanted), (seed, high)
                assert found.question.semantics == "real"
                if isinstance(found, Fails) and isinstance(wanted, Fails):
                    mine: Any = found.counterexample
                    theirs: Any = wanted.counterexample
                    assert (mine.low.context, mine.sources) == (theirs.low.context, theirs.sources)
                    assert mine.image[-1][1] == theirs.image[-1][1]
                    assert found.replayed
                kinds.add(type(found))
    assert Fails in kinds


def test_a_claim_holds_in_real_arithmetic_with_what_it_rests_on() -> None:
    low = captured(Smooth(0).eval(), {"s": "first"}, "real")
    tau = "output[0] + output[1] + output[2] < 2"
    verdict = check(claim_about(low, "s = A\nout = s or not s", tau), InterchangeConsistency())
    assert isinstance(verdict, Holds)
    assert "certified balls" in str(verdict.evidence)


def test_a_value_at_its_threshold_stays_open_and_is_named() -> None:
    low = captured(Smooth(0).eval(), {"s": "first"}, "real")
    tau = "output[0] + output[1] + output[2] >= 1"  # softmax: equal, which no number of bits shows
    verdict = check(claim_about(low, "s = A\nout = s or not s", tau), InterchangeConsistency())
    assert isinstance(verdict, Unknown)
    assert "16 of 16 interchanges are not settled under real" in verdict.reason
    assert "the first: base A = 0, B = 0; s from A = 0, B = 0" in verdict.reason


def test_a_site_that_descends_from_another_is_set_after_it() -> None:
    """Both at once: the later one has its source's own value, whatever the earlier one does to it."""
    torch.manual_seed(3)
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2))
    low = captured(module.eval(), {"s": "1", "t": "3[:, :2]"}, "real")
    reading = meaning_of(Real()).reading(low, Real())
    table = captured(module.eval(), {"s": "1", "t": "3[:, :2]"}, "ieee(float32, cpu, batch=1)")
    for base in range(4):
        for s in (None, *range(4)):
            for t in (None, *range(4)):
                sources = tuple((n, k) for n, k in (("s", s), ("t", t)) if k is not None)
                found = reading.enclosed(Exchange(base, sources), ["output[0]", "t[1]"], 0)
                clean = [table.scm.run(dict(zip("AB", p, strict=True))) for p in low.inputs.points]
                from tauomega.theory.intervention import Hard

                hard = Hard(tuple((n, clean[k][n]) for n, k in sources))
                context = dict(zip("AB", low.inputs.points[base], strict=True))
                state = table.scm.run(context, hard)
                for name, interval in found.items():
                    assert abs(float(interval.low) - float(state[name])) < 1e-5, (base, s, t)


# ---------------------------------------------------------------- the grid and all orders


def cancellation(stated: str) -> tuple[Abstraction, Abstraction]:
    """The shipped example as it is, and its network captured from a module."""
    claim = load("cancellation").claim
    assert isinstance(claim.low, NetworkModel)
    layers = claim.low.network.layers
    modules: list[nn.Module] = []
    for layer in layers:
        linear = nn.Linear(layer.weight.shape[1], layer.weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.array(layer.weight)))
            linear.bias.copy_(torch.from_numpy(np.array(layer.bias)))
        modules += [linear, nn.ReLU()] if layer.activation.name == "relu" else [linear]
        assert layer.activation.name in ("relu", "identity")
    module = nn.Sequential(*modules).eval()
    place = next(i for i, m in enumerate(modules) if i and isinstance(modules[i - 1], nn.Linear))
    (unit,) = claim.sites["n"]
    number = int(unit.split("[")[1].rstrip("]"))
    own = f"{place}[:, {number}]" if isinstance(modules[place], nn.ReLU) else f"0[:, {number}]"
    low = captured(module, {"n": own}, stated)
    text = claim.tau_text["out"]
    return under(claim, stated), Abstraction.from_text(
        low, claim.high, {"out": text}, sites={"n": ["n"]}
    )


@pytest.mark.parametrize("semantics", list(map(str, ALL)))
def test_a_perceptron_has_the_same_answers_captured_and_given_as_layers(semantics: str) -> None:
    layers, graph = cancellation(semantics)
    definition = InterchangeConsistency(joint=Depth(1))
    first, second = check(layers, definition), check(graph, definition)
    if isinstance(parse_semantics(semantics), AllOrders) and Unknown in (type(first), type(second)):
        assert {type(first), type(second)} != {Holds, Fails}
    else:
        assert type(first) is type(second)
    assert first.question.semantics == second.question.semantics == semantics


def test_exact_values_on_the_grid_are_those_of_every_batch() -> None:
    for seed in range(3):
        module = sums_only(seed)
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_((parameter * 8).round() / 8)
        low = captured(module, {"s": "first"}, "exact-grid")
        reading = meaning_of(parse_semantics("exact-grid")).reading(
            low, parse_semantics("exact-grid")
        )
        with pytest.raises(NotEvaluatedError, match=r"leaky_relu: sums may round"):
            reading.enclosed(Exchange(0), ["output[0]"], 0)  # a slope of 0.01 is on no coarse grid
        torch.manual_seed(seed)
        dyadic = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
        with torch.no_grad():
            for parameter in dyadic.parameters():
                parameter.copy_((parameter * 8).round() / 8)
        low = captured(dyadic, {"s": "1"}, "exact-grid")
        reading = meaning_of(parse_semantics("exact-grid")).reading(
            low, parse_semantics("exact-grid")
        )
        for row in range(4):
            value = reading.enclosed(Exchange(row), ["output[1]"], 0)["output[1]"]
            assert value.low == value.high
            for batch in (1, 2, 3, 64):
                ran = dyadic(BITS[row : row + 1].expand(batch, 2))[0, 1].item()
                assert Fraction(ran) == value.low
        assert "of 24 bits, so that no order of summation rounds" in reading.assumed[0]


@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16"])
def test_what_runs_lies_in_the_enclosures_of_all_orders(name: str) -> None:
    meaning = AllOrders(name)
    for seed in range(2):
        module = sums_only(seed)
        low = captured(module, {"s": "first"}, str(meaning))
        reading = meaning_of(meaning).reading(low, meaning)
        stored = sums_only(seed).to(getattr(torch, name))
        for base in (0, 2):
            for source in (0, 3):
                exchange = Exchange(base, (("s", source),))
                witness = reading.witness(exchange)
                assert witness is not None
                wide, narrow = (reading.enclosed(exchange, low.numbers, k) for k in (0, 1))
                for number, interval in narrow.items():
                    assert wide[number].low <= interval.high
                    for enclosure in (interval, wide[number]):
                        value = Fraction(witness[number])
                        assert enclosure.low <= value <= enclosure.high, (seed, number)
            for batch in (1, 17):  # other sizes, other orders
                rows = BITS[base : base + 1].to(getattr(torch, name)).expand(batch, 2)
                clean = reading.enclosed(Exchange(base), ["output[0]", "output[1]"], 1)
                for j, ran in enumerate(stored(rows)[0].tolist()):
                    inside = clean[f"output[{j}]"]
                    assert inside.low <= Fraction(ran) <= inside.high, (seed, batch)


def test_sums_that_are_made_to_err_lie_in_the_forms() -> None:
    """A linear layer on adversarial data, summed in sorted, reversed and random orders."""
    form = FORMATS["float32"]
    rng = np.random.default_rng(SEED)
    for x, w, b in _data(form, 2, rng):
        n = x.shape[1]
        linear = nn.Linear(n, 1).eval()
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.array(w[:1], dtype=np.float32)))
            linear.bias.copy_(torch.from_numpy(np.array(b[:1], dtype=np.float32).reshape(1)))
        row = torch.from_numpy(np.array(x[:1], dtype=np.float32))
        if not bool((linear.weight.abs() * row.abs()).sum() < 1e30):
            continue
        graph = capture(linear, row)
        from tauomega.bridge.graph.evaluation import evaluate_graph

        (found,) = evaluate_graph(graph, _Rounded(form, 64), [row])[graph.outputs["output"]][0]
        terms = np.array(row[0].numpy() * linear.weight.detach()[0].numpy(), dtype=np.float32)
        for _ in range(8):
            order = rng.permutation(n)
            total = np.float32(0)
            for term in terms[order]:
                total = np.float32(total + term)
            total = np.float32(total + np.float32(linear.bias.item()))
            assert found.low <= float(total) <= found.high, SEED


def test_smooth_operations_are_refused_by_name_in_narrow_formats_and_on_the_grid() -> None:
    low = captured(Smooth(0).eval(), {"s": "first"}, "all-orders(bfloat16)")
    verdict = check(claim_about(low, HIGHS[0]), InterchangeConsistency())
    assert isinstance(verdict, Unknown)
    assert (
        "gelu: no bound for every order of summation in bfloat16 is derived for it"
        in verdict.reason
    )
    grid = check(under(claim_about(low, HIGHS[0]), "exact-grid"), InterchangeConsistency())
    assert isinstance(grid, Unknown)
    assert "sums may round" in grid.reason


def test_another_type_needs_the_module() -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    table = InputTable({"A": "bool", "B": "bool"}, [BITS])
    low = CapturedModel(capture(module, BITS), table, {"s": "1"}, (), "all-orders(bfloat16)")
    verdict = check(claim_about(low, HIGHS[0]), InterchangeConsistency())
    assert isinstance(verdict, Unknown)
    assert "capture module.to(torch.bfloat16)" in verdict.reason


# ---------------------------------------------------------------- the model under a semantics


def test_no_engine_can_evaluate_what_a_semantics_leaves_open() -> None:
    low = captured(Smooth(0).eval(), {"s": "first[:, :2]"}, "real")
    with pytest.raises(EvaluationError, match="a hole '\\?' has no value"):
        low.scm.run({"A": 0, "B": 1})
    above = SCM.from_text("input A, B : bool\ns = A\nout = s")
    claim = Abstraction.from_text(low, above, {"out": "output[0] < 1/2", "s": "s[0] > 0"})
    verdict = check(claim, Constructive())
    assert isinstance(verdict, Unknown)


def test_the_same_variables_are_there_under_every_semantics() -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    sites = {"s": "1[:, :2]"}
    names = [captured(module, sites, str(s)).scm.endogenous for s in ALL]
    assert all(found == names[0] for found in names)
    table = captured(module, sites, str(ALL[-1]))
    assert isinstance(parse_semantics(table.stated), Ieee)
    for name in table.numbers:
        part, place = table.place(name)
        state = table.scm.run({"A": 0, "B": 1})
        values = table.network.values(BITS[1:2])
        assert float(state[name]) == part.read(values[part.node]).flatten()[place].item()


def test_the_number_of_a_site_is_no_value_in_real_arithmetic() -> None:
    low = captured(Smooth(0).eval(), {"s": "first[:, :2]"}, "real")
    verdict = check(claim_about(low, HIGHS[0], "s > 1"), InterchangeConsistency())
    assert isinstance(verdict, Unknown)
    assert "under real read its numbers, s[0], s[1], …" in verdict.reason


def test_a_machine_in_another_type_than_the_weights_is_refused() -> None:
    module = nn.Sequential(nn.Linear(2, 2)).eval()
    with pytest.raises(InputError, match="the weights are float32, but the semantics is ieee"):
        captured(module, {"s": "0[:, 0]"}, "ieee(float64, cpu, batch=1)")


# ---------------------------------------------------------------- sums, counted


class Counted:
    """A number that knows of how many products it is the sum."""

    def __init__(self, terms: int) -> None:
        self.terms = terms

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.terms + other.terms)

    def __sub__(self, other: Counted) -> Counted:
        return self + other

    def __neg__(self) -> Counted:
        return self

    def __mul__(self, other: Counted) -> Counted:
        return Counted(self.terms * other.terms)


class Counting:
    """The arithmetic of counted numbers; constants count once."""

    def number(self, value: Fraction) -> Counted:
        return Counted(1)

    def maximum(self, a: Counted, b: Counted) -> Counted:
        return a if a.terms >= b.terms else b

    def function(self, name: str, x: Counted) -> Counted:
        raise AssertionError(name)


def ones(*shape: int) -> Any:
    found = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        found[place] = Counted(1)
    return found


CALLS: dict[str, dict[str, Any]] = {
    "add": {"self": ones(2, 3), "other": ones(2, 3)},
    "sub": {"self": ones(2, 3), "other": ones(2, 3)},
    "rsub": {"self": ones(2, 3), "other": ones(2, 3)},
    "mul": {"self": ones(2, 3), "other": ones(2, 3)},
    "square": {"self": ones(2, 3)},
    "leaky_relu": {"self": ones(2, 3), "negative_slope": Fraction(1, 4)},
    "linear": {"input": ones(2, 5), "weight": ones(3, 5), "bias": ones(3)},
    "addmm": {"self": ones(3), "mat1": ones(2, 5), "mat2": ones(5, 3)},
    "mm": {"self": ones(2, 5), "mat2": ones(5, 3)},
    "bmm": {"self": ones(4, 2, 5), "mat2": ones(4, 5, 3)},
    "matmul": {"self": ones(4, 2, 5), "other": ones(4, 5, 3)},
    "sum": {"self": ones(2, 3, 4), "dim": [1, 2]},
    "mean": {"self": ones(2, 3, 4), "dim": [-1]},
    "cumsum": {"self": ones(2, 3, 4), "dim": 1},
    "conv1d": {"input": ones(1, 4, 6), "weight": ones(2, 2, 3), "bias": ones(2), "groups": 2},
    "conv2d": {"input": ones(1, 2, 4, 4), "weight": ones(3, 2, 2, 2), "bias": None},
    "conv3d": {"input": ones(1, 1, 3, 3, 3), "weight": ones(1, 1, 2, 2, 2)},
    "avg_pool1d": {"self": ones(1, 2, 6), "kernel_size": [3]},
    "avg_pool2d": {"self": ones(1, 2, 4, 4), "kernel_size": [2, 2]},
}


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_has_as_many_terms_as_its_rule_adds(name: str) -> None:
    given, own = CALLS[name], Counting()
    checked: Arithmetic = own
    found = RULES[name](checked, given)
    most = max(value.terms for value in found.reshape(-1))
    shifts = sum(given.get(word) is not None for word in SUMS[name].shift[:1])
    assert most == SUMS[name].terms(given) + shifts


# ---------------------------------------------------------------- expressions over exact intervals


def test_expressions_over_exact_intervals_contain_their_values_and_are_exact_at_points() -> None:
    rng = np.random.default_rng(SEED)
    scope = Scope({"x": Reals(), "y": Reals()})
    texts = (
        "x + y * x - 1/3", "abs(x) * y", "min(x, y) - max(x, 1/7)", "floor(x + y)", "relu(x) * relu(0 - y)",
        "(x < y) + (x <= 0) * y", "if x > y then x else y * y", "(x == y) or (y > 0)", "(x > 0) xor (y > 0)",
        "count(x > 0, y > 0, x > y) >= 2", "not (x != y)",
    )  # fmt: skip
    for text in texts:
        expression = parse_expression(text, scope)
        for _ in range(30):
            ends = [Fraction(int(k), 12) for k in rng.integers(-24, 25, size=4)]
            (a, b), (c, d) = sorted(ends[:2]), sorted(ends[2:])
            boxes: Any = {
                "x": (np.array([a], dtype=object), np.array([b], dtype=object)),
                "y": (np.array([c], dtype=object), np.array([d], dtype=object)),
            }
            low, high = box_of(expression, boxes, 1, exact=True)
            for s in (Fraction(0), Fraction(1, 3), Fraction(1)):
                value = evaluate(expression, {"x": a + s * (b - a), "y": c + s * (d - c)})
                assert low[0] <= value <= high[0], (text, SEED)
            point: Any = {n: (box[0], box[0]) for n, box in boxes.items()}
            low, high = box_of(expression, point, 1, exact=True)
            assert low[0] == high[0] == evaluate(expression, {"x": a, "y": c}), (text, SEED)
