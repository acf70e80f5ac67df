"""Circuit error by zero ablation, exactly: models and networks, against a plain run with masked weights."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from tauomega import SCM, Abstraction, Network, check, distance, load
from tauomega.theory.ablating import ablated, circuit_claim
from tauomega.theory.defect import Metric
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.errors import InputError
from tauomega.theory.quantity import lower, upper

TEXT = "input a, b : bool\nX = a\nY = b\nZ = X xor Y"


@pytest.mark.parametrize(
    ("ablation", "error"),
    [
        ("", 0),
        ("X = 0", Fraction(1, 2)),
        ("X -> Z = 0", Fraction(1, 2)),
        ("X = 0, Y = 0", Fraction(1, 2)),
    ],
)
def test_a_model_with_parts_held_at_zero(ablation: str, error: Fraction) -> None:
    """b instead of a xor b is wrong where a = 1, and 0 where they differ: half of the inputs each time."""
    claim = circuit_claim(SCM.from_text(TEXT), ablation, {"out": "Z"})
    assert distance(claim, Circuit()).value == error
    assert check(claim, Circuit()).name == ("holds" if not error else "fails")


def test_an_edge_is_held_for_one_child() -> None:
    model = ablated(SCM.from_text(f"{TEXT}\nW = X"), "X -> Z = 0")
    assert model.run({"a": 1, "b": 1}) == {"a": 1, "b": 1, "X": 1, "Y": 1, "Z": 1, "W": 1}


def test_no_circuit_error_is_no_abstraction_and_the_reverse() -> None:
    """theory A.2 28: CIR(0) says nothing of the full model's abstraction, nor does that of CIR."""
    low = SCM.from_text("input a : bool\nX = a\nY = a\nZ = X and Y")
    claim = circuit_claim(low, "Y -> Z = 1", {"out": "Z"})
    assert distance(claim, Circuit()).value == 0
    high = SCM.from_text("input a : bool\nX = a\nZ = X")
    above = Abstraction.from_text(low, high, {"a": "a", "X": "X", "Z": "Z"})
    assert check(above, Constructive()).name == "fails"
    full = Abstraction.from_text(low, low, {n: n for n in ("a", "X", "Y", "Z")})
    assert check(full, Constructive()).name == "holds"
    assert distance(circuit_claim(low, "Y = 0", {"out": "Z"}), Circuit()).value == Fraction(1, 2)


def test_names_that_are_taken_and_no_output_are_refused() -> None:
    model = SCM.from_text(TEXT)
    with pytest.raises(InputError, match="'Z' is a variable of the model"):
        circuit_claim(model, "X = 0", {"Z": "Z"})
    with pytest.raises(InputError, match="nothing is read off the model"):
        circuit_claim(model, "X = 0", {})
    with pytest.raises(InputError, match="Q"):
        circuit_claim(model, "Q = 0", {"out": "Z"})


# ---------------------------------------------------------------- networks


def masked_output(
    network: Network, row: list[int], off: set[str], cut: set[tuple[str, str]]
) -> Fraction:
    """The output with masked weights and units, in plain rational arithmetic; biases stay."""
    values = [Fraction(x) for x in row]
    before = ["A", "B"]
    for k, (weight, bias) in enumerate(network.exact()):
        names = network.unit_names(k)
        following = []
        for j, name in enumerate(names):
            total = Fraction(bias[j])
            for parent, w, v in zip(before, weight[j], values, strict=True):
                total += 0 if (parent, name) in cut else w * v
            z = network.layers[k].activation.at(total)
            following.append(Fraction(0) if name in off else z)
        values, before = following, list(names)
    return values[0]


def published() -> Network:
    """The authors' own network (theory D.5): 2-3-3-1, leaky ReLU, the output activated too."""
    network: Network = load("xor_nand_or").claim.low.network  # type: ignore[attr-defined]
    return network


def test_the_whole_published_network_has_the_printed_outputs() -> None:
    """Theory D.5: -0.144379, 1.039209, 1.051403, -0.368613 before the output activation."""
    network = published()
    outputs = [masked_output(network, [a, b], set(), set()) for a in (0, 1) for b in (0, 1)]
    printed = ["-0.00144379", "1.039209", "1.051403", "-0.00368613"]
    assert all(
        abs(o - Fraction(p)) < Fraction(1, 10**6) for o, p in zip(outputs, printed, strict=True)
    )


def test_circuit_errors_of_the_published_network() -> None:
    """25 random circuits: the error by `distance` is that of masked weights, as accuracy and as a distance."""
    network = published()
    model = network.as_model({"A": "bool", "B": "bool"})
    hidden = [n for k in (0, 1) for n in network.unit_names(k)]
    layers = [["A", "B"], *(list(network.unit_names(k)) for k in range(3))]
    edges = [(a, b) for x, y in pairwise(layers) for a in x for b in y]
    rng, seen = random.Random(4), set()
    for _ in range(25):
        off = {n for n in hidden if rng.random() < 0.15}
        cut = {(a, b) for a, b in edges if b not in off and a not in off and rng.random() < 0.15}
        items = [f"{n} = 0" for n in sorted(off)] + [f"{a} -> {b} = 0" for a, b in sorted(cut)]
        rows = [[a, b] for a in (0, 1) for b in (0, 1)]
        runs = [
            (masked_output(network, r, set(), set()), masked_output(network, r, off, cut))
            for r in rows
        ]
        wrong = sum((x > Fraction(1, 2)) != (y > Fraction(1, 2)) for x, y in runs)
        claim = circuit_claim(model, ", ".join(items), {"out": "output[0] > 1/2"})
        assert distance(claim, Circuit()).value == Fraction(wrong, 4)
        exact = sum((abs(x - y) for x, y in runs), Fraction(0)) / 4
        found = distance(
            circuit_claim(model, ", ".join(items), {"o": "output[0]"}), Circuit(Metric.L1)
        ).value
        assert found is not None
        assert lower(found) == upper(found) == exact
        seen.add(wrong)
    assert len(seen) > 2
