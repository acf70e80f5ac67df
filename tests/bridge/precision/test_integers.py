"""The int8 contract on every path, and what compiling costs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from tauomega import SCM, Abstraction, check, load
from tauomega.bridge.network import Activation, Layer, Network
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.precision.compiling import accuracy_lost, compile_to_grid, compile_to_int8
from tauomega.bridge.precision.integers import Int8Layer, Int8Network
from tauomega.bridge.precision.machine import Machine
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import Apply, Operator, Reference
from tauomega.theory.kernel import Constant as Number
from tauomega.theory.verdict import Fails, Holds

SEED = 20261125


def random_int8(seed: int, sizes: tuple[int, ...]) -> Int8Network:
    rng = np.random.default_rng(seed)
    layers = []
    for k in range(len(sizes) - 1):
        last = k == len(sizes) - 2
        layers.append(
            Int8Layer(
                rng.integers(-128, 128, size=(sizes[k + 1], sizes[k])),
                rng.integers(-5000, 5000, size=sizes[k + 1]),
                None if last else int(rng.integers(0, 12)),
                bool(rng.integers(2)),
            )
        )
    return Int8Network(tuple(layers), (0,) * len(sizes))


def test_every_path_computes_the_same_integers() -> None:
    """float64 in two orders of summation, Python integers, and the causal model."""
    rng = np.random.default_rng(SEED)
    for seed in range(5):
        net = random_int8(SEED % 1000 + seed, (3, 5, 4, 2))
        rows = rng.integers(-128, 128, size=(20, 3))
        ran = net.run(torch.from_numpy(rows))
        scm = net.as_scm(dict.fromkeys("abc", "-128..127"))
        for i, row in enumerate(rows.tolist()):
            exact = net.exact(row)
            assert [layer[i].tolist() for layer in ran] == exact, SEED
            if i < 3:
                state = scm.run(dict(zip("abc", row, strict=True)))
                assert [state[f"output[{j}]"] for j in range(2)] == exact[-1]
                assert [state[f"layers.0[{j}]"] for j in range(5)] == exact[0]


def test_pytorch_s_integer_product_gives_the_same_sums() -> None:
    rng = np.random.default_rng(SEED)
    weight = rng.integers(-128, 128, size=(16, 32))
    rows = rng.integers(-128, 128, size=(32, 32))
    layer = Int8Layer(weight, np.zeros(16, np.int64), None, relu=False)
    (expected,) = Int8Network((layer,), (0, 0)).run(torch.from_numpy(rows))
    product = torch._int_mm(
        torch.from_numpy(rows.astype(np.int8)), torch.from_numpy(weight.T.astype(np.int8).copy())
    )
    assert torch.equal(expected.to(torch.int32), product)


def test_the_rounding_shift_rounds_halves_up() -> None:
    layer = Int8Layer(np.array([[1]]), np.array([0]), 1, relu=False)
    last = Int8Layer(np.array([[1]]), np.array([0]), None, relu=False)
    net = Int8Network((layer, last), (0, -1, -1))
    assert [net.exact([x])[-1][0] for x in (-3, -2, -1, 0, 1, 2, 3)] == [-1, -1, 0, 0, 1, 1, 2]


def test_a_claim_about_an_int8_network_is_decided_like_any_finite_model() -> None:
    """relu(A + B - 1) is `and`: in integers with scale 2^-4."""
    first = Int8Layer(np.array([[16, 16]]), np.array([-16 * 16]), 4, relu=True)
    last = Int8Layer(np.array([[1]]), np.array([0]), None, relu=False)
    net = Int8Network((first, last), (4, 4, 4))
    encode = {n: Apply(Operator.MUL, (Number(16), Reference(n))) for n in "AB"}
    scm = net.as_scm({"A": "bool", "B": "bool"}, encode)
    for formula, kind in (("A and B", Holds), ("A or B", Fails)):
        high = SCM.from_text(f"input A, B : bool\ns = {formula}\nout = s")
        claim = Abstraction.from_text(
            scm, high, {"out": "output[0] > 8"}, sites={"s": ["layers.0[0]"]}
        )
        assert isinstance(check(claim, InterchangeConsistency()), kind)


def test_what_may_overflow_or_is_no_int8_is_refused() -> None:
    cases: dict[str, Any] = {
        "unit 0 may reach 2,147,483,648, beyond 32 bits": lambda: Int8Layer(
            np.array([[0]]), np.array([2**31]), None, relu=False
        ),
        "a weight lies outside [-128, 127]": lambda: Int8Layer(
            np.array([[128]]), np.array([0]), None, relu=False
        ),
        "weights and biases are integers": lambda: Int8Layer(
            np.array([[1.5]]), np.array([0]), None, relu=False
        ),
        "a shift is 0 to 31, not 32": lambda: Int8Layer(
            np.array([[1]]), np.array([0]), 32, relu=False
        ),
        "inputs of an int8 network are integers in [-128, 127]": lambda: random_int8(0, (1, 1)).run(
            torch.tensor([[0.5]])
        ),
        "layer 0: all layers but the last are requantised": lambda: Int8Network(
            (Int8Layer(np.array([[1]]), np.array([0]), 0, relu=False),), (0, 0)
        ),
        "the network has 1 inputs, not 2": lambda: random_int8(0, (1, 1)).as_scm(
            {"a": "bool", "b": "bool"}
        ),
    }
    for message, make in cases.items():
        with pytest.raises(InputError) as error:
            make()
        assert message in str(error.value)


# ---------------------------------------------------------------- compiling


def trained_like(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    layers = [
        Layer(
            rng.normal(size=(n, m)).astype(np.float32),
            rng.normal(size=n).astype(np.float32),
            Activation("relu" if k < 2 else "identity"),
        )
        for k, (m, n) in enumerate(((3, 8), (8, 8), (8, 2)))
    ]
    return Network(tuple(layers))


CUBE = [[Fraction(a), Fraction(b), Fraction(c)] for a in (0, 1) for b in (0, 1) for c in (0, 1)]


def test_a_compiled_grid_is_exact_on_the_machine_and_one_bit_more_is_not_proved() -> None:
    net = trained_like(1)
    compiled = compile_to_grid(net, CUBE)
    assert compiled.audit.exact
    for batch in (1, 3):
        machine = Machine(compiled.network, "float32", batch)
        for row in CUBE:
            found, exact = machine.run(row), compiled.network.run(row)
            assert all(Fraction(float(found[name])) == exact[name] for name in exact)
    with pytest.raises(
        InputError, match=f"with {compiled.bits + 1} fractional bits layers.2 needs"
    ):
        compile_to_grid(net, CUBE, bits=compiled.bits + 1)
    assert compile_to_grid(net, CUBE, bits=0).lost >= compiled.lost
    assert compiled.lost == 0


def test_the_accuracy_that_compiling_costs_is_exact() -> None:
    claim = load("cancellation").claim
    assert isinstance(claim.low, NetworkModel)
    same = compile_to_grid(
        claim.low.network, [[Fraction(a), Fraction(b)] for a in (0, 1) for b in (0, 1)]
    )
    assert accuracy_lost(claim, same.network) == 0
    layers = claim.low.network.layers
    broken = Network(
        (
            Layer(np.array([[256, 0], [1, 0]], np.float32), layers[0].bias, layers[0].activation),
            layers[1],
        )
    )
    lost = accuracy_lost(claim, broken)
    wrong = total = 0
    for _ in range(4):
        for n in range(4):
            for a in range(4):
                value = 256 * (n // 2) + n % 2 - 256 * (a // 2) > 0
                wrong += value != (256 * (n // 2) - 256 * (a // 2) > 0)
                total += 1
    assert lost == Fraction(wrong, total)


def test_an_int8_network_says_on_which_inputs_it_differs() -> None:
    net = trained_like(2)
    compiled = compile_to_int8(net, CUBE)
    layers, exponents = compiled.network.layers, compiled.network.exponents
    assert all(np.abs(layer.weight).max() > 63 for layer in layers), "scales are the finest"
    differs = []
    for i, row in enumerate(CUBE):
        integers = compiled.network.exact([int(x * 2 ** exponents[0]) for x in row])[-1]
        exact = net.run(row)
        differs += (
            [i]
            if (integers[0] >= integers[1]) != (exact["output[0]"] >= exact["output[1]"])
            else []
        )
        for j in (0, 1):
            assert abs(Fraction(integers[j], 2 ** exponents[-1]) - exact[f"output[{j}]"]) < 1
    assert tuple(differs) == compiled.changed
    with pytest.raises(InputError, match="an int8 network has ReLUs, not leaky_relu"):
        compile_to_int8(
            Network(
                (
                    Layer(
                        np.ones((1, 1), np.float32),
                        np.zeros(1, np.float32),
                        Activation("leaky_relu", Fraction(1, 2)),
                    ),
                )
            ),
            [[Fraction(1)]],
        )
