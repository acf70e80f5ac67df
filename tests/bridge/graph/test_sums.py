"""What is known of an operation as a sum of products, against its expansion; sums that cancel; options of rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as tf

from tauomega.bridge.graph.arithmetic import Arithmetic, NotEvaluatedError
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.evaluation import certified, evaluate_graph
from tauomega.bridge.graph.rules import RULES
from tauomega.bridge.graph.sums import SUMS, sizes
from tauomega.bridge.precision.formats import FORMATS
from tauomega.bridge.precision.readings.all_orders import _Rounded
from tauomega.bridge.precision.readings.exact_grid import _GridNumbers

from .test_evaluation import Applied

F32 = np.float32


# ---------------------------------------------------------------- the terms of a sum


class Expanded:
    """A number as the sum of products that it is: the value of each, and how often it was rounded as a product."""

    def __init__(self, terms: tuple[tuple[Fraction, int], ...]) -> None:
        self.terms = terms

    @property
    def size(self) -> Fraction:
        return sum((abs(value) for value, _ in self.terms), Fraction(0))

    @property
    def roundings(self) -> int:
        """How many a term passes at most, in the worst tree of additions."""
        return max(count for _, count in self.terms) + len(self.terms) - 1

    def __add__(self, other: Expanded) -> Expanded:
        if not isinstance(other, Expanded):
            return NotImplemented
        return Expanded(self.terms + other.terms)

    def __neg__(self) -> Expanded:
        return Expanded(tuple((-value, count) for value, count in self.terms))

    def __sub__(self, other: Expanded) -> Expanded:
        if not isinstance(other, Expanded):
            return NotImplemented
        return self + -other

    def __mul__(self, other: Expanded) -> Expanded:
        return Expanded(
            tuple(
                (x * y, a + b + (abs(x) != 1 and abs(y) != 1))
                for (x, a), (y, b) in product(self.terms, other.terms)
            )
        )


class Expanding:
    """The arithmetic of expansions."""

    def number(self, value: Fraction) -> Expanded:
        return Expanded(((value, 0),))

    def maximum(self, a: Expanded, b: Expanded) -> Expanded:
        return max(a, b, key=lambda x: sum(value for value, _ in x.terms))

    def function(self, name: str, x: Expanded) -> Expanded:
        raise AssertionError(name)


SCALARS = [Fraction(n, 4) for n in (-13, -6, -4, -1, 1, 3, 4, 9, 22)]
"""Factors and slopes of either sign, 1 and -1 among them."""


def drawn_calls(name: str, rng: random.Random) -> dict[str, Any]:
    """Arguments of an operation, with numbers of either sign and every option that scales."""

    def numbers(*shape: int) -> Any:
        found = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            found[place] = Fraction(rng.choice((-1, 1)) * rng.randint(2, 99), 64)
        return found

    def scalar() -> Fraction:
        return rng.choice(SCALARS)

    pair = {"self": numbers(2, 3), "other": rng.choice((numbers(2, 3), numbers(3), scalar()))}
    n = rng.randint(1, 5)
    factors = {"self": numbers(2, n), "mat2": numbers(n, 3)}
    conv = {"groups": 2, "stride": rng.choice((1, 2)), "padding": rng.choice((0, 1))}
    pooled: dict[str, Any] = {"kernel_size": [3], "stride": [2], "padding": [1]}
    pooled |= {
        "ceil_mode": rng.choice((True, False)),
        "count_include_pad": rng.choice((True, False)),
    }
    calls: dict[str, dict[str, Any]] = {
        **dict.fromkeys(("add", "sub", "rsub"), pair | {"alpha": scalar()}),
        "mul": pair,
        "square": {"self": numbers(2, 3)},
        "leaky_relu": {"self": numbers(2, 3), "negative_slope": scalar()},
        "linear": {"input": numbers(2, n), "weight": numbers(3, n), "bias": numbers(3)},
        "addmm": {
            "self": numbers(3), "mat1": numbers(2, n), "mat2": numbers(n, 3),
            "beta": scalar(), "alpha": scalar(),
        },
        **dict.fromkeys(("mm", "bmm"), factors),
        "matmul": {"self": factors["self"], "other": factors["mat2"]},
        "sum": {"self": numbers(2, 3, 4), "dim": rng.choice((None, 1, -1, [0, 2]))},
        "mean": {"self": numbers(2, 3, 4), "dim": rng.choice((None, [1], [-1], [0, -2]))},
        "cumsum": {"self": numbers(2, 3, 4), "dim": rng.choice((0, 1, -1))},
        "conv1d": {"input": numbers(1, 4, 6), "weight": numbers(2, 2, 3), "bias": numbers(2), **conv},
        "conv2d": {"input": numbers(1, 4, 4, 3), "weight": numbers(2, 2, 2, 2), **conv},
        "conv3d": {"input": numbers(1, 1, 3, 3, 3), "weight": numbers(1, 1, 2, 2, 2)},
        "avg_pool1d": {"self": numbers(1, 2, 6), **pooled},
        "avg_pool2d": {"self": numbers(1, 2, 6, 5), **pooled, "divisor_override": rng.choice((None, -5, 2))},
    }  # fmt: skip
    return calls[name]


def applied(name: str, own: Arithmetic, given: dict[str, Any]) -> Any:
    lifted = {
        word: lifted_array(value, own) if isinstance(value, np.ndarray) else value
        for word, value in given.items()
    }
    return RULES[name](own, lifted)


def lifted_array(value: Any, own: Arithmetic) -> Any:
    found = np.empty(value.shape, dtype=object)
    for place, number in np.ndenumerate(value):
        found[place] = own.number(number)
    return found


@pytest.mark.parametrize("name", SUMS)
def test_the_terms_and_sizes_of_a_sum_are_those_of_its_expansion(name: str) -> None:
    """No term is rounded more often than γ counts, and no size is smaller than Σ |x w| + |b|, nor larger."""
    rng = random.Random(name)
    for _ in range(30):
        given = drawn_calls(name, rng)
        expanded = applied(name, Expanding(), given)
        found = sizes(RULES[name], given, abs, lambda value: value)
        shape = SUMS[name]
        allowed = shape.terms(given) + 2 * (shape.divisor(given) != 1) + 1
        for size, value in zip(found.reshape(-1), expanded.reshape(-1), strict=True):
            assert value.roundings <= allowed, (name, given)
            if name != "leaky_relu":
                assert size == value.size, (name, given)
        if name == "leaky_relu":  # it is the product that is rounded, where that is larger
            steep = max(Fraction(1), abs(given["negative_slope"]))
            assert found.tolist() == (abs(given["self"]) * steep).tolist()


# ---------------------------------------------------------------- sums that cancel


class Two(nn.Module):
    """A function of two inputs."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.one = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.function(x, y)


Made = Callable[[float], Callable[[Tensor, Tensor], Tensor]]
CANCELLING: dict[str, tuple[Made, int]] = {
    "add": (lambda a: lambda x, y: torch.add(x, y, alpha=a), 1),
    "sub": (lambda a: lambda x, y: torch.sub(x, y, alpha=a), -1),
    "rsub": (lambda a: lambda x, y: torch.rsub(y, x, alpha=a), -1),
}


@pytest.mark.parametrize("alpha", [3.1, 0.3, -0.3, -7.7])
@pytest.mark.parametrize("name", CANCELLING)
def test_terms_that_cancel_leave_the_rounding_of_each(name: str, alpha: float) -> None:
    """x ± αy is next to 0 and x is not: what αy was rounded by is all that is left of the sum."""
    make, sign = CANCELLING[name]
    rng = np.random.default_rng(7)
    stored = float(F32(alpha))
    y = (1 + rng.random(64)).astype(F32)
    x = (-sign * F32(stored) * y).astype(F32)
    rows = [torch.from_numpy(np.stack([v, v])) for v in (x, y)]
    module = Two(make(alpha)).eval()
    graph = capture(module, rows)
    found = evaluate_graph(graph, _Rounded(FORMATS["float32"], 64), [r[:1] for r in rows])
    forms = found[graph.outputs["output"]][0]
    rounded = (x + F32(sign) * (F32(stored) * y).astype(F32)).astype(F32)
    fused = (x.astype(float) + sign * stored * y.astype(float)).astype(F32)
    ran = module(*[r[:1] for r in rows])[0].numpy()
    assert (rounded != fused).any()
    for way in (rounded, fused, ran):
        for form, value in zip(forms, way.tolist(), strict=True):
            assert form.low <= value <= form.high
    assert max(form.high - form.low for form in forms) < 2.0**-20 * (1 + abs(alpha))


@pytest.mark.parametrize("alpha", [3.0, -3.0])
@pytest.mark.parametrize("name", ["add", "sub", "rsub"])
def test_the_grid_counts_the_bits_of_terms_that_cancel(name: str, alpha: float) -> None:
    """x ± 3y = 0 with y of 24 bits: 3y has 26, so that the sum depends on where it is rounded."""
    y = torch.tensor([[1 + 2.0**-23, 1.0]])
    sign = -1 if name == "add" else 1
    x = (sign * alpha * y.double()).float()
    rows = [torch.cat([v, v]) for v in (x, y)]
    graph = capture(Two(CANCELLING[name][0](alpha)).eval(), rows)
    with pytest.raises(NotEvaluatedError, match="sums may round: the largest partial sum needs 26"):
        evaluate_graph(graph, _GridNumbers("float32"), [x, y])


def test_a_product_of_three_is_rounded_three_times() -> None:
    """x + α(ab) in float32, off by 2.988 units: an error bound of γ₂, two roundings, is too small."""
    a, b, alpha, x = (
        1.0001908540725708,
        1.0003111362457275,
        1.0003559589385986,
        5.9382003314567555e-08,
    )
    value = F32(F32(F32(F32(a) * F32(b)) * F32(alpha)) + F32(x))
    exact = Fraction(a) * Fraction(b) * Fraction(alpha) + Fraction(x)
    assert abs(Fraction(float(value)) - exact) > Fraction(298, 100) * Fraction(1, 2**24) * exact
    rows = [torch.full((2, 1), value) for value in (a, x)]
    module = Two(lambda v, w: torch.addmm(w, v, module.one[None], alpha=alpha)).eval()
    with torch.no_grad():
        module.one.fill_(b)
    graph = capture(module, rows)
    inputs = [row[:1] for row in rows]
    found = evaluate_graph(graph, _Rounded(FORMATS["float32"], 64), inputs)[graph.outputs["output"]]
    assert found[0, 0].low <= float(value) <= found[0, 0].high


@pytest.mark.parametrize("slope", [5.3, 1.5, -0.7, -5.3])
def test_slopes_beyond_one_are_paid_for_at_their_size(slope: float) -> None:
    values = -(1 + np.random.default_rng(3).random(256)).astype(F32)
    rows = torch.from_numpy(np.stack([values, values]))
    graph = capture(Applied(lambda x: tf.leaky_relu(x, slope)).float().eval(), rows)
    (node,) = (node for node in graph.nodes if node.operation.name == "leaky_relu")
    forms = evaluate_graph(graph, _Rounded(FORMATS["float32"], 0), [rows[:1]])[node.name][0]
    computed = (values * F32(slope)).astype(F32).tolist()
    wide = [Fraction(v) * Fraction(float(F32(slope))) for v in values.tolist()]
    for form, value, exact in zip(forms, computed, wide, strict=True):
        assert form.low <= value <= form.high
        unit = float(abs(exact)) * 2.0**-24
        assert form.low <= float(exact) - unit
        assert float(exact) + unit <= form.high


# ---------------------------------------------------------------- options of rules

IMAGE = torch.randn(2, 4, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
X = IMAGE[:, 0, :3, :4]
W = torch.randn(4, 4, 2, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
M = torch.randn(4, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
OPTIONS: dict[str, tuple[Callable[[Tensor], Tensor], Tensor]] = {
    "padding that does not count": (lambda x: tf.avg_pool2d(x, 2, 1, 1, False, False), IMAGE),
    "windows that reach too far": (lambda x: tf.avg_pool2d(x, 2, 3, 1, True), IMAGE),
    "and do not count": (lambda x: tf.avg_pool2d(x, (3, 2), 2, 1, True, False), IMAGE),
    "another divisor": (lambda x: tf.avg_pool2d(x, 2, 2, 0, divisor_override=-3), IMAGE),
    "one axis": (lambda x: tf.avg_pool1d(x, 3, 2, 1, True), X),
    "maxima of such": (lambda x: tf.max_pool2d(x, 2, 2, 1, (1, 2), True), IMAGE),
    "maxima one axis": (lambda x: tf.max_pool1d(x, 2, 3, 1, ceil_mode=True), X),
    "same": (lambda x: tf.conv2d(x, W[:, :, :1], padding="same", dilation=(1, 2)), IMAGE),
    "same, odd": (lambda x: tf.conv2d(x, W, padding="same", dilation=(2, 1)), IMAGE),
    "one number": (lambda x: (x.sum() * 2).reshape(1, 1) + x * x.mean() + x.sum([]), X),
    "a negative product": (lambda x: torch.addmm(x[0, :, :1], x[0], M, beta=-2, alpha=-3), X),
    "steep": (lambda x: tf.leaky_relu(x, 7.0) + tf.leaky_relu(x, -0.5) + tf.leaky_relu(x, -3), X),
    "powers of a number": (lambda x: 2.0**x + (x * x + 0.5) ** x, X),
    "truth values": (lambda x: x * torch.eye(3, 4).bool() + (torch.ones(3, 4).tril() > 0), X),
    "integers": (lambda x: torch.maximum(x - torch.arange(-2, 2), torch.arange(-2, 2) * x), X),
    "two axes at once": (lambda x: tf.layer_norm(x, (3, 4)) + x.mean((0, 2))[:, None], X),
    "last axis": (lambda x: torch.cumsum(x, -1) + torch.softmax(x, -2) + torch.cumsum(x, 1), X),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_operations_are_followed(name: str) -> None:
    function, inputs = OPTIONS[name]
    module = Applied(function).eval()
    found = certified(capture(module, inputs), [inputs])["output"]
    expected = module(inputs).detach().flatten().tolist()
    for ball, value in zip(found, expected, strict=True):
        assert abs(ball.low - Fraction(value)) < 1e-12 * (1 + abs(value))


@pytest.mark.parametrize("mode", ["floor", "trunc"])
def test_quotients_that_are_rounded_are_refused_by_name(mode: str) -> None:
    module = Applied(lambda x: torch.div(x, 0.3, rounding_mode=mode)).eval()
    with pytest.raises(NotEvaluatedError, match=f"no rule for rounding_mode='{mode}'"):
        certified(capture(module, X), [X])


@pytest.mark.parametrize(
    ("options", "said"),
    [((2, 1, 1, False, False), None), ((3, 1, 1, False, False), "it divides by 36"),
     ((2, 2, 0, True, True), None), ((2, 2, 0, False, True, 6), "it divides by 6")],
)  # fmt: skip
def test_the_grid_looks_at_every_divisor(options: tuple[Any, ...], said: str | None) -> None:
    image = torch.arange(15.0).reshape(1, 1, 3, 5).repeat(2, 1, 1, 1)
    graph = capture(Applied(lambda x: tf.avg_pool2d(x, *options)).float().eval(), image)
    if said:
        with pytest.raises(NotEvaluatedError, match=said):
            evaluate_graph(graph, _GridNumbers("float32"), [image[:1]])
        return
    found = evaluate_graph(graph, _GridNumbers("float32"), [image[:1]])[graph.outputs["output"]]
    ran = graph.run(image[:1])["output"].flatten().tolist()
    assert [float(Fraction(int(v.p), int(v.q))) for v in found.reshape(-1)] == ran
