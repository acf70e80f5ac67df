"""What is assumed of libraries, tried on many ways to compute it; and enclosures of whole transformers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tauomega import SCM, Abstraction, check
from tauomega.bridge.captured_model import CapturedModel
from tauomega.bridge.graph.arithmetic import NotEvaluatedError
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.precision.extraction import InputTable
from tauomega.bridge.precision.formats import FORMATS
from tauomega.bridge.precision.readings import meaning_of, smooth
from tauomega.bridge.precision.readings.reading import Exchange
from tauomega.bridge.precision.semantics import AllOrders
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.verdict import Fails, Holds

SEED = 20261125
F32, UNIT = np.float32, 2.0**-24
FLOAT = AllOrders("float32")


# ---------------------------------------------------------------- the assumptions


def added(terms: Any, rng: np.random.Generator) -> Any:
    """A float32 sum in a random order."""
    total = F32(0)
    for term in np.asarray(terms, F32)[rng.permutation(len(terms))]:
        total = F32(total + term)
    return total


def variance_of(kind: str, x: Any, rng: np.random.Generator) -> Any:
    n = F32(len(x))
    if kind == "two-pass":
        mean = F32(added(x, rng) / n)
        return F32(added([F32(F32(v - mean) * F32(v - mean)) for v in x], rng) / n)
    if kind == "naive":
        mean = F32(added(x, rng) / n)
        return F32(F32(added([F32(v * v) for v in x], rng) / n) - F32(mean * mean))
    mean, spread, count = F32(0), F32(0), 0
    chunks = [x] if kind == "welford" else np.array_split(x, 4)
    for chunk in chunks:
        own, own_spread, own_count = F32(0), F32(0), 0
        for v in chunk:
            own_count += 1
            step = F32(v - own)
            own = F32(own + F32(step / F32(own_count)))
            own_spread = F32(own_spread + F32(step * F32(v - own)))
        if not own_count:
            continue
        total, step = count + own_count, F32(own - mean)
        mean = F32(mean + F32(step * F32(own_count / total)))
        extra = F32(F32(step * step) * F32(count * own_count / total))
        spread, count = F32(F32(spread + own_spread) + extra), total
    return F32(spread / n)


@pytest.mark.parametrize("kind", ["two-pass", "naive", "welford", "chan"])
def test_every_way_to_compute_a_variance_is_within_what_is_assumed(kind: str) -> None:
    rng = np.random.default_rng(SEED)
    for n in (2, 3, 16, 64):
        for offset in (0.0, 1.0, 30.0, 1000.0):
            for _ in range(6):
                x = (rng.normal(size=n) + offset).astype(F32)
                wide = [Fraction(float(v)) for v in x]
                mean = sum(wide, Fraction(0)) / n
                exact = sum(((v - mean) ** 2 for v in wide), Fraction(0)) / n
                square = sum((v * v for v in wide), Fraction(0)) / n
                found = Fraction(float(variance_of(kind, x, rng)))
                assert abs(found - exact) <= 8 * (n + 2) * Fraction(UNIT) * square, (
                    SEED,
                    n,
                    offset,
                )


def softmax_in_blocks(x: Any, size: int, rng: np.random.Generator) -> Any:
    """Online: a running maximum, and what was summed is rescaled when it grows."""
    top, total = F32(-np.inf), F32(0)
    powers = np.zeros(len(x), F32)
    for start in range(0, len(x), size):
        block = slice(start, start + size)
        new = max(top, x[block].max())
        scale = F32(np.exp(F32(top - new))) if np.isfinite(top) else F32(0)
        total, powers = F32(total * scale), (powers * scale).astype(F32)
        powers[block] = np.exp((x[block] - new).astype(F32))
        total, top = F32(total + added(powers[block], rng)), new
    return (powers / total).astype(F32)


def test_every_way_to_compute_a_softmax_is_within_what_is_assumed() -> None:
    rng = np.random.default_rng(SEED)
    form = FORMATS["float32"]
    for n in (2, 5, 17, 64):
        for scale in (0.1, 3.0, 30.0):
            # ascending: the maximum always grows
            x = np.sort((rng.normal(size=n) * scale).astype(F32))
            wide = np.exp(x.astype(np.longdouble) - x.max())
            exact = wide / wide.sum()
            off = smooth._factor(form, n, float(np.abs(x).max()))
            for size in (1, 2, n):
                found = softmax_in_blocks(x, size, rng)
                assert (np.abs(found - exact) <= off * exact + 2.0**-126).all(), (
                    SEED,
                    n,
                    scale,
                    size,
                )
            ran = torch.softmax(torch.from_numpy(x), -1).numpy()
            assert (np.abs(ran - exact) <= off * exact + 2.0**-126).all(), SEED


FUNCTIONS: dict[str, tuple[Any, float, str]] = {
    "exp": (torch.exp, 20.0, "value"),
    "tanh": (torch.tanh, 8.0, "value"),
    "erf": (torch.erf, 4.0, "value"),
    "sigmoid": (torch.sigmoid, 30.0, "value"),
    "rsqrt": (lambda x: torch.rsqrt(x.abs() + 1e-3), 50.0, "value"),
    "cos": (torch.cos, 100.0, "one"),
    "sin": (torch.sin, 100.0, "one"),
    "gelu": (nn.functional.gelu, 8.0, "argument"),
    "silu": (nn.functional.silu, 20.0, "argument"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_functions_of_the_library_are_as_accurate_as_is_assumed(name: str) -> None:
    function, reach, bound = FUNCTIONS[name]
    torch.manual_seed(SEED % 2**31)
    x = (torch.rand(20_000) * 2 - 1) * reach
    if name == "rsqrt":
        x = x.abs() + 1e-3
        function = torch.rsqrt
    exact, found = function(x.double()), function(x).double()
    size = {"value": exact.abs(), "argument": x.double().abs(), "one": torch.ones_like(exact)}[
        bound
    ]
    units = smooth.COMPOSED if name in ("gelu", "silu") else smooth.LIBRARY
    assert bool(((found - exact).abs() <= units * UNIT * size + 2.0**-126).all()), SEED
    assert name in smooth.SMOOTH


# ---------------------------------------------------------------- transformers


class Encoder(nn.Module):
    """An embedding, attention, normalisation, a feed-forward part, and two numbers."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.embed = nn.Embedding(8, 8)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True)
        self.out = nn.Linear(8, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.out(self.layer(self.embed(tokens))[:, -1])
        return result


TOKENS = torch.tensor([[a, b + 2, 5] for a in (0, 1) for b in (0, 1)])


def encoder(seed: int, stated: str = str(FLOAT)) -> CapturedModel:
    module = Encoder(seed).eval()
    table = InputTable({"A": "bool", "B": "bool"}, [TOKENS])
    return CapturedModel(
        capture(module, TOKENS), table, {"s": "embed[position=0]"}, (), stated, module
    )


def claim_about(low: CapturedModel, out: str, tau: str) -> Abstraction:
    high = SCM.from_text(f"input A, B : bool\ns = A\nout = {out}")
    return Abstraction.from_text(low, high, {"out": tau}, sites={"s": ["s"]})


@pytest.mark.parametrize("seed", range(2))
def test_a_transformer_lies_in_its_enclosures_at_every_batch_and_in_float64(seed: int) -> None:
    low = encoder(seed)
    reading = meaning_of(FLOAT).reading(low, FLOAT)
    module = Encoder(seed).eval()
    for row in range(4):
        found = reading.enclosed(Exchange(row), ["output[0]", "output[1]"], 0)
        tokens = TOKENS[row : row + 1]
        with torch.no_grad():
            ran = [module(tokens.expand(batch, 3))[0] for batch in (1, 2, 7, 64)]
            ran.append(Encoder(seed).double().eval()(tokens)[0])
        for values in ran:
            for j, value in enumerate(values.tolist()):
                inside = found[f"output[{j}]"]
                assert inside.low <= Fraction(value) <= inside.high
        assert all(i.high - i.low < Fraction(1, 100) for i in found.values())
        patched = Exchange(row, (("s", (row + 2) % 4),))
        witness = reading.witness(patched)
        assert witness is not None
        for name, interval in reading.enclosed(patched, ["output[0]", "s[3]"], 0).items():
            assert interval.low <= Fraction(witness[name]) <= interval.high


def test_a_claim_about_a_transformer_holds_for_every_order_under_named_assumptions() -> None:
    low = encoder(0)
    easy = check(claim_about(low, "s or not s", "output[0] < 100"), InterchangeConsistency())
    assert isinstance(easy, Holds)
    assert any("assumed of the library: exp, tanh" in text for text in easy.evidence.relies_on)
    assert any("tensor cores are off" in text for text in easy.evidence.relies_on)
    wrong = check(claim_about(low, "s or not s", "output[0] > 100"), InterchangeConsistency())
    assert isinstance(wrong, Fails)


def test_a_variance_that_may_vanish_has_no_bound() -> None:
    """Equal entries, far from 0: what is left of their variance may be rounding alone."""
    module: Any = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3)).eval()
    norm: Any = module[1]
    norm.eps = 1e-12
    with torch.no_grad():
        module[0].weight.fill_(1.0)
        module[0].bias.fill_(1000.0)
    rows = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    graph = capture(module, rows)
    table = InputTable({"A": "bool", "B": "bool"}, [rows])
    low = CapturedModel(graph, table, {}, (), str(FLOAT))
    reading = meaning_of(FLOAT).reading(low, FLOAT)
    with pytest.raises(NotEvaluatedError, match=r"layer_norm in '1': a variance may vanish"):
        reading.enclosed(Exchange(0), ["output[0]"], 1)
