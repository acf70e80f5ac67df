"""The graph in other arithmetics, against PyTorch in float64 and against each other."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as tf

from tauomega import SCM, Abstraction, Network, check
from tauomega.bridge.graph.arithmetic import NotEvaluatedError, Term
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.evaluation import certified, exact_values, terms_of
from tauomega.bridge.graph.mlp import graph_of_mlp, mlp_of_graph
from tauomega.bridge.graph.replay import interchanged
from tauomega.bridge.precision.extraction import InputTable
from tauomega.bridge.precision.real_extraction import extract_real
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError, UndecidedError
from tauomega.theory.kernel import Reference, evaluate, exact
from tauomega.theory.verdict import Fails, Holds

CLOSE = 1e-12
X = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
IMAGE = torch.randn(2, 4, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
W = torch.randn(4, 2, 3, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
OPERATIONS: dict[str, tuple[Callable[[Tensor], Tensor], Tensor]] = {
    "add": (lambda x: torch.add(x, x[:, :1], alpha=3) + 0.5, X),
    "sub": (lambda x: torch.sub(x, 2 * x.flip(1), alpha=2) - (1 - x) - torch.rsub(x, x * 2), X),
    "mul": (lambda x: x * x[:, :, :1] * -1.25, X),
    "div": (lambda x: x / (x * x + 1) / 3, X),
    "reciprocal": (lambda x: torch.reciprocal(x.square() + 1), X),
    "matmul": (lambda x: x @ x.transpose(1, 2), X),
    "bmm": (lambda x: torch.bmm(x, x.transpose(1, 2)), X),
    "sums": (lambda x: x.sum(1) + x.mean((1,)) + x.sum(-1, keepdim=True).sum(1), X),
    "convolution": (lambda x: tf.conv2d(x, W, None, (2, 1), (1, 0), (1, 2), 2), IMAGE),
    "average": (lambda x: tf.avg_pool2d(x, 2, 1, 1), IMAGE),
    "maximum pooling": (lambda x: tf.max_pool2d(x, 3, 2, 1), IMAGE),
    "adaptive": (lambda x: tf.adaptive_avg_pool2d(x, (2, 4)), IMAGE),
    "relu": (lambda x: tf.relu(x) + tf.relu6(4 * x) + tf.hardtanh(x) + x.abs(), X),
    "leaky relu": (lambda x: tf.leaky_relu(x, 0.3) + tf.leaky_relu(x, 1.5), X),
    "clamp": (lambda x: x.clamp(-0.5, 0.25) + x.clamp_min(0.1) + x.clamp(max=0.3), X),
    "extrema": (lambda x: torch.maximum(x, -x * 2) - torch.minimum(x, x.flip(2)), X),
    "gelu": (lambda x: tf.gelu(x) + tf.gelu(x, approximate="tanh"), X),
    "sigmoid": (lambda x: torch.sigmoid(x) + tf.silu(x) + torch.tanh(x), X),
    "softmax": (lambda x: torch.softmax(9 * x, 1) + torch.log_softmax(x, -1), X),
    "layer norm": (lambda x: tf.layer_norm(x, (4,)), X),
    "powers": (lambda x: x**3 + (x * x + 1) ** 0.5 + torch.rsqrt(x * x + 1) + (x * x + 1) ** -1.5, X),
    "exponentials": (lambda x: torch.exp(x) + torch.log(x * x + 1) + torch.sqrt(x * x), X),
    "trigonometry": (lambda x: torch.sin(x) * torch.cos(x) + torch.erf(x), X),
    "attention": (
        lambda x: tf.scaled_dot_product_attention(x[:, None], x[:, None], x[:, None], is_causal=True),
        X,
    ),
    "moving": (
        lambda x: torch.cat([x.roll(1, 1), tf.pad(x, (1, 1, 0, 0), value=2.0)[:, :, :4]], 2).permute(0, 2, 1),
        X,
    ),
    "selecting": (
        lambda x: torch.where(torch.ones(3, 4).tril().bool(), x, 0.5 * x).masked_fill(
            torch.eye(3, 4).bool(), -1.5
        ),
        X,
    ),
    "splitting": (lambda x: torch.stack(x.chunk(2, 2), 1)[:, 1] * x.chunk(2, 2)[0] + x.tril()[:, :, :2], X),
}  # fmt: skip


class Applied(nn.Module):
    """A function as a module, with a parameter so that it has a type."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.one = nn.Parameter(torch.ones(1, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x) * self.one


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_rule_of_every_operation_is_what_pytorch_computes(name: str) -> None:
    function, inputs = OPERATIONS[name]
    module = Applied(function).eval()
    graph = capture(module, inputs)
    found = certified(graph, [inputs])["output"]
    expected = module(inputs).detach().flatten().tolist()
    for ball, value in zip(found, expected, strict=True):
        assert ball.high - ball.low < Fraction(1, 2**80)
        assert abs(ball.low - Fraction(value)) < CLOSE * (1 + abs(value))


SLOW = [pytest.param(n, marks=pytest.mark.slow) for n in ("encoder", "gpt2_eager", "llama", "bert")]


@pytest.mark.parametrize("name", ["cnn", "gpt2", *SLOW])
def test_certified_outputs_of_whole_networks_are_near_what_float32_computes(
    name: str, case: Any
) -> None:
    here = case(name)
    (found,) = certified(here.graph, [here.base[:1]]).values()
    (ran,) = here.graph.run(here.base[:1]).values()
    for ball, value in zip(found, ran.flatten().tolist(), strict=True):
        assert ball.high - ball.low < Fraction(1, 2**60)
        assert abs(ball.low - Fraction(value)) < 1e-5 * (1 + abs(value))


def test_more_bits_lie_inside_fewer_and_a_box_contains_its_points(case: Any) -> None:
    here = case("encoder")
    coarse, fine = (certified(here.graph, [here.base[:1]], bits=b)["output"] for b in (40, 200))
    for outer, inner in zip(coarse, fine, strict=True):
        assert outer.low <= inner.low <= inner.high <= outer.high
    radius = Fraction(1, 2**40)
    boxes = certified(here.graph, [here.base[:1]], radius=radius)["output"]
    for sign in (-1, 1):
        moved = here.base[:1] + sign * float(radius)
        for box, point in zip(boxes, certified(here.graph, [moved])["output"], strict=True):
            assert box.low <= point.low <= point.high <= box.high


def piecewise() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 2, 2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8, 3),
        nn.LeakyReLU(0.25),
    ).eval()


def test_exact_values_are_those_of_the_layers_and_of_the_terms() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()
    graph = Network.from_module(module, torch.randn(2, 3))
    row = torch.randn(1, 3)
    values = exact_values(graph, [row])[graph.outputs["output"]][0]
    layers = mlp_of_graph(graph)
    exact_run = layers.run([Fraction(x) for x in row[0].tolist()])
    assert [Fraction(int(v.p), int(v.q)) for v in values] == [
        exact_run[f"output[{j}]"] for j in (0, 1)
    ]
    image = torch.randn(1, 1, 5, 5)
    network = capture(piecewise(), torch.cat([image, image]))
    wanted = exact_values(network, [image])[network.outputs["output"]].reshape(-1)
    names = np.array([Term(Reference(f"x[{i}]")) for i in range(25)], dtype=object).reshape(
        1, 1, 5, 5
    )
    state = {f"x[{i}]": exact(Fraction(v)) for i, v in enumerate(image.flatten().tolist())}
    for term, value in zip(terms_of(network, {"input": names})["output"], wanted, strict=True):
        assert evaluate(term, state) == Fraction(int(value.p), int(value.q))


def test_exact_and_certified_values_agree_on_a_piecewise_linear_network() -> None:
    image = torch.randn(2, 1, 5, 5)
    network = capture(piecewise(), image)
    exactly = exact_values(network, [image])[network.outputs["output"]].reshape(-1)
    for ball, value in zip(certified(network, [image])["output"], exactly, strict=True):
        assert ball.low <= Fraction(int(value.p), int(value.q)) <= ball.high


def test_a_network_without_rational_values_is_refused_by_name(case: Any) -> None:
    here = case("gpt2")
    with pytest.raises(NotEvaluatedError) as error:
        exact_values(here.graph, [here.base[:1]])
    assert str(error.value) == "layer_norm in 'transformer.h.0.ln_1': sqrt is not rational"
    with pytest.raises(InputError, match="a precision of 1 bits; use 2 to 4,096"):
        certified(here.graph, [here.base[:1]], bits=1)


# ---------------------------------------------------------------- claims in real arithmetic


def smooth(weight: float) -> Any:
    """softmax over (A + B, 1): the first is larger iff A and B; then a projection of it."""

    class Smooth(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 1)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.second(torch.softmax(self.first(x), 1))
            return result

    module = Smooth()
    with torch.no_grad():
        module.first.weight.copy_(torch.tensor([[8.0, 8.0], [0.0, 0.0]]))
        module.first.bias.copy_(torch.tensor([0.0, 12.0]))
        module.second.weight.copy_(torch.tensor([[1.0, weight]]))
        module.second.bias.zero_()
    return module.eval()


ROWS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TABLE = InputTable({"A": "bool", "B": "bool"}, [ROWS])


def test_a_claim_about_a_softmax_is_decided_in_real_arithmetic() -> None:
    graph = capture(smooth(0.0), ROWS)
    model = extract_real(graph, {"s": graph.site("first")}, TABLE, {"read": "output[0] > 1/2"})
    for high, kind in (("s = A and B", Holds), ("s = A or B", Fails)):
        claim = Abstraction.from_text(
            model,
            SCM.from_text(f"input A, B : bool\n{high}\nout = s"),
            {"out": "read"},
            sites={"s": ["s"]},
        )
        assert isinstance(check(claim, InterchangeConsistency()), kind)


def test_a_value_at_its_threshold_is_undecided_and_not_guessed() -> None:
    """softmax sums to 1: no number of bits shows it."""
    graph = capture(smooth(1.0), ROWS)
    with pytest.raises(UndecidedError, match="is not settled by 1,024 bits at base and sources"):
        extract_real(graph, {"s": graph.site("first")}, TABLE, {"read": "output[0] >= 1"})


def test_real_arithmetic_reads_of_a_transformer_what_its_patched_runs_do(case: Any) -> None:
    here = case("gpt2")
    rows = here.base[:2]
    table = InputTable({"row": "0..1"}, [rows])
    site = here.graph.site("transformer.h.0[:, 3]")
    model = extract_real(here.graph, {"z": site}, table, {"r": "output[160] > output[161]"})
    from tauomega.theory.intervention import Hard

    for base in (0, 1):
        for source in (0, 1):
            patched = interchanged(
                here.graph, [rows[base : base + 1]], {site: [rows[source : source + 1]]}
            )["logits"].flatten()
            state = model.run({"row": base}, Hard((("z", source),)))
            assert state["r"] == int(patched[160] > patched[161])


def test_a_perceptron_given_as_layers_has_a_graph_to_certify() -> None:
    layers = mlp_of_graph(capture(nn.Sequential(nn.Linear(2, 1)).eval(), ROWS))
    (ball,) = certified(graph_of_mlp(layers), [ROWS[:1]])["output"]
    assert ball.low == ball.high == layers.exact()[0][1][0]
