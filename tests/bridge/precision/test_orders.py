"""`all-orders`: sums and networks inside their enclosures, on adversarial data; planted bugs are caught."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from tauomega.bridge.dyadic import exact_float
from tauomega.bridge.network import Activation, Layer, Network
from tauomega.bridge.precision import adversarial, sums
from tauomega.bridge.precision.adversarial import try_sums
from tauomega.bridge.precision.enclosure import activated, exactly
from tauomega.bridge.precision.formats import FORMATS, rounded
from tauomega.bridge.precision.machine import Machine
from tauomega.bridge.precision.orders import OrdersNetwork, stored_network, stored_row

NARROW = ("float32", "tfloat32", "float16", "bfloat16")
SEED = 20261125


def network(seed: int, sizes: tuple[int, ...], activation: str = "relu") -> Network:
    rng = np.random.default_rng(seed)
    slope = exact_float(np.float32(0.01)) if activation == "leaky_relu" else Fraction(0)
    layers = [
        Layer(
            rng.normal(size=(n, m)).astype(np.float32),
            rng.normal(size=n).astype(np.float32),
            Activation(activation, slope) if k < len(sizes) - 2 else Activation(),
        )
        for k, (m, n) in enumerate(itertools.pairwise(sizes))
    ]
    return Network(tuple(layers))


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_rounding_is_that_of_pytorch(name: str) -> None:
    rng = np.random.default_rng(SEED)
    values = (rng.normal(size=20_000) * 2.0 ** rng.integers(-160, 120, size=20_000)).astype(
        np.float32
    )
    with np.errstate(over="ignore"):
        expected = torch.from_numpy(values).to(getattr(torch, name)).double().numpy()
    assert np.array_equal(expected, rounded(values, FORMATS[name])), SEED


def test_rounding_to_float32_is_that_of_numpy() -> None:
    rng = np.random.default_rng(SEED)
    values = rng.normal(size=20_000) * 2.0 ** rng.integers(-170, 100, size=20_000)
    expected = values.astype(np.float32).astype(np.float64)
    assert np.array_equal(expected, rounded(values, FORMATS["float32"])), SEED


# ---------------------------------------------------------------- sums


@pytest.mark.parametrize("name", NARROW)
def test_no_adversarial_sum_lies_outside(name: str) -> None:
    tried = try_sums(FORMATS[name], 20_000, SEED)
    assert tried.outside == 0, SEED
    assert tried.ratio > 0.6, "data that comes nowhere near a bound does not test it"


@pytest.mark.slow
@pytest.mark.parametrize("name", NARROW)
def test_no_adversarial_sum_of_many_lies_outside(name: str) -> None:
    assert try_sums(FORMATS[name], 250_000, SEED).outside == 0, SEED


def _one_storage(form: Any, size: Any, error: Any) -> Any:
    return error + form.unit / 2 * size  # 2^-9 for bfloat16: the bug that no random test found


def _no_flush(form: Any, terms: int, absolute: Any, *_: Any) -> Any:
    return growth(form, terms) * absolute


growth = sums.growth
PLANTED = {
    "half of gamma": ("growth", lambda form, terms: growth(form, terms) / 2, "float32"),
    "half a unit of storage": ("stored_error", _one_storage, "bfloat16"),
    "no flushing": ("sum_error", _no_flush, "float32"),
    "operands uncut": ("sum_error", _no_flush, "tfloat32"),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_wrong_constant_is_caught(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attribute, wrong, name = PLANTED[bug]
    monkeypatch.setattr(sums, attribute, wrong)
    assert adversarial.try_sums(FORMATS[name], 20_000, 7).outside > 0


def test_gamma_is_that_of_the_docstring() -> None:
    unit = Fraction(1, 2**24)
    for terms in (1, 5, 64):
        exact = (1 + unit) ** (terms + 1) - 1
        assert (
            exact <= Fraction(growth(FORMATS["float32"], terms)) <= exact * (1 + Fraction(1, 10**8))
        )


# ---------------------------------------------------------------- networks


def runs_of(machine: Machine, net: Network, row: list[Fraction], patches: Any = None) -> Any:
    found = machine.run(row, patches)
    return [
        np.array([float(found[name]) for name in net.unit_names(k)]) for k in range(len(net.layers))
    ]


def shuffled(net: Network, rng: np.random.Generator) -> tuple[Network, list[Any]]:
    """The same network with its hidden units in another order, so that sums have another one."""
    layers, before = [], np.arange(net.inputs)
    orders = []
    for k, layer in enumerate(net.layers):
        after = rng.permutation(layer.width) if k < len(net.layers) - 1 else np.arange(layer.width)
        layers.append(Layer(layer.weight[after][:, before], layer.bias[after], layer.activation))
        before = after
        orders.append(after)
    return Network(tuple(layers)), orders


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_every_order_lies_in_the_enclosure(name: str, activation: str) -> None:
    rng = np.random.default_rng(SEED)
    for seed in range(2):
        net = network(SEED + seed, (6, 24, 16, 3), activation)
        inputs = rng.normal(size=(3, 6)).astype(np.float32).astype(np.float64)
        rows = [[exact_float(x) for x in row] for row in inputs]
        form = OrdersNetwork(net, name)
        clean = form.clean(np.stack([stored_row(row, name) for row in rows]))
        bases, sources = np.arange(3), np.roll(np.arange(3), 1)
        units = np.array([0, 3, 5])
        patched = form.patched(clean, bases, {0: [(units, sources)]})
        for batch, turn in itertools.product((1, 3), (False, True)):
            other, orders = (
                shuffled(net, rng) if turn else (net, [np.arange(w) for w in net.widths])
            )
            machine = Machine(other, name, batch)
            for i in range(3):
                source = machine.run(rows[sources[i]])
                place = {int(u): int(np.where(orders[0] == u)[0][0]) for u in units}
                patches = {f"layers.0[{p}]": source[f"layers.0[{p}]"] for p in place.values()}
                for k, found in enumerate(runs_of(machine, other, rows[i], patches)):
                    enclosure = patched[k]
                    assert enclosure is not None
                    low, high = enclosure.bounds
                    own = orders[k]
                    assert (low[i][own] <= found).all(), (SEED, name, k)
                    assert (found <= high[i][own]).all(), (SEED, name, k)


def test_layers_that_are_set_after_others_have_the_values_of_their_own_sources() -> None:
    net = network(SEED, (4, 6, 5, 2))
    rows = rounded(np.random.default_rng(SEED).normal(size=(3, 4)), FORMATS["float32"])
    form = OrdersNetwork(net, "float32")
    clean = form.clean(rows)
    bases, first, second = np.array([0, 1]), np.array([2, 0]), np.array([1, 2])
    units = np.array([0, 3])
    patched = form.patched(clean, bases, {0: [(units, first)], 1: [(units, second)]})
    one, two = patched[0], patched[1]
    assert one is not None
    assert two is not None
    assert (one.centre[:, units] == clean[0].taken(first).centre[:, units]).all()
    assert (two.centre[:, units] == clean[1].taken(second).centre[:, units]).all()
    others = np.array([1, 2, 4])
    assert (one.centre[:, others] == clean[0].taken(bases).centre[:, others]).all()
    assert (two.centre[:, others] != clean[1].taken(bases).centre[:, others]).any()


@pytest.mark.parametrize("name", NARROW)
def test_the_real_value_of_the_stored_weights_lies_in_the_enclosure(name: str) -> None:
    net = network(3, (4, 12, 8, 2))
    stored = Network(
        tuple(
            Layer(w, b, layer.activation)
            for (w, b), layer in zip(stored_network(net, name), net.layers, strict=True)
        )
    )
    rng = np.random.default_rng(SEED)
    for _ in range(10):
        row = stored_row([exact_float(x) for x in rng.normal(size=4)], name)
        (low, high) = OrdersNetwork(net, name).clean(row[None])[-1].bounds
        exact = stored.run([exact_float(x) for x in row])
        for j in range(2):
            value = exact[f"output[{j}]"]
            assert Fraction(low[0, j]) <= value <= Fraction(high[0, j])


@pytest.mark.parametrize("name", NARROW)
def test_both_libraries_enclose_alike(name: str) -> None:
    net = network(SEED, (4, 12, 8, 2), "leaky_relu")
    rows = rounded(np.random.default_rng(SEED).normal(size=(5, 4)), FORMATS[name])
    bases, sources, units = np.arange(5), np.roll(np.arange(5), 1), np.array([0, 3, 5])
    found = []
    for device, given in ((None, rows), ("cpu", torch.from_numpy(rows))):
        form = OrdersNetwork(net, name, device)
        patched = form.patched(form.clean(given), bases, {0: [(units, sources)]})[-1]
        assert patched is not None
        found.append([np.asarray(end) for end in patched.bounds])
    for one, other in zip(*found, strict=True):
        assert np.allclose(one, other, rtol=1e-9, atol=1e-12), SEED


@pytest.mark.parametrize("slope", [0.01, 0.3, float(np.float32(0.01))])
def test_a_slope_that_the_format_rounds_is_paid_for(slope: float) -> None:
    values = np.random.default_rng(SEED).normal(size=(1, 5000)).astype(np.float32)
    computed = np.where(values < 0, values * np.float32(slope), values).astype(np.float64)
    given = exactly(values.astype(np.float64))
    low, high = activated(given, "leaky_relu", slope, FORMATS["float32"]).bounds
    assert ((low <= computed) & (computed <= high)).all(), SEED


def test_signs_make_the_enclosure_much_smaller_than_absolute_values_do() -> None:
    """engines.md §7: at width 64 and depth 4 the signed form is about ten times smaller."""
    rng = np.random.default_rng(0)
    layers = tuple(
        Layer(
            (rng.normal(size=(n, 64)) * np.sqrt(2 / 64)).astype(np.float32),
            np.zeros(n, np.float32),
            Activation("relu" if k < 3 else "identity"),
        )
        for k, n in enumerate((64, 64, 64, 1))
    )
    form = OrdersNetwork(Network(layers), "float32")
    row = rng.normal(size=(1, 64)).astype(np.float32).astype(np.float64)
    clean = form.clean(row)
    plain = np.zeros(64)
    value = row[0]
    for layer in layers:
        size, weight = np.abs(value) + plain, np.abs(layer.weight.astype(np.float64))
        plain = weight @ plain + growth(FORMATS["float32"], 64) * (weight @ size)
        value = np.maximum(
            layer.weight.astype(np.float64) @ value, 0 if layer.width > 1 else -np.inf
        )
    assert clean[-1].radius[0, 0] < plain[0] / 5


def test_weights_and_sums_that_overflow_are_refused() -> None:
    from tauomega.theory.errors import InputError

    big = Network(
        (Layer(np.array([[70000.0]], np.float32), np.zeros(1, np.float32), Activation()),)
    )
    with pytest.raises(InputError) as error:
        OrdersNetwork(big, "float16")
    assert str(error.value) == "layers.0 has weights beyond 65504, the range of float16"
    wide = Network(
        (Layer(np.full((1, 2), 40000.0, np.float32), np.zeros(1, np.float32), Activation()),)
    )
    with pytest.raises(InputError) as error:
        OrdersNetwork(wide, "float16").clean(np.ones((1, 2)))
    assert str(error.value) == "a sum may exceed 65504, the range of float16"
