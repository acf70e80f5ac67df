"""Networks: capture, exact values, safetensors, sites, and the XOR network of Méloux et al. (2025)."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tauomega.theory.examples
from tauomega import SCM, Abstraction, Network, check, load
from tauomega.bridge.interchange_table import interchange_table
from tauomega.bridge.localisations import Mapping, mappings, minimal
from tauomega.bridge.network_model import IEEE
from tauomega.bridge.network_task import parse_site
from tauomega.bridge.safetensors_file import read_safetensors
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.policy import Depth, Sources
from tauomega.theory.verdict import Fails, Holds

FOLDER = Path(tauomega.theory.examples.__file__).parent
WEIGHTS = FOLDER / "xor_3_3_published.safetensors"
FORMULAS = json.loads((FOLDER / "xor_formulas.json").read_text(encoding="utf-8"))["formulas"]
ARCHITECTURE = {
    "type": "mlp",
    "layers": [2, 3, 3, 1],
    "activation": "leaky_relu",
    "negative_slope": "0.01",
    "output_activation": True,
}
XOR = Network.from_safetensors(WEIGHTS, ARCHITECTURE)
MODEL = XOR.as_model({"A": "bool", "B": "bool"})


def test_the_published_outputs() -> None:
    """theory.md D.5: outputs after the last activation, in the order 00, 01, 10, 11."""
    outputs = [float(XOR.run([a, b])["output[0]"]) for a in (0, 1) for b in (0, 1)]
    assert outputs == pytest.approx([-0.00144379, 1.039209, 1.051403, -0.00368613], rel=1e-5)


def test_the_slope_is_rounded_like_a_weight() -> None:
    assert XOR.layers[0].activation.slope == Fraction(*float(np.float32(0.01)).as_integer_ratio())
    assert XOR.layers[0].activation.slope != Fraction(1, 100)


def test_the_model_of_a_network_runs_as_the_network_does() -> None:
    scm = MODEL.as_scm()
    for context in scm.contexts():
        exact = XOR.run([Fraction(v) for v in context.values()])
        state = scm.run(context)
        assert {name: state[name] for name in exact} == exact


def claims(sources: str) -> Iterator[tuple[dict[str, object], Mapping]]:
    table = interchange_table(MODEL)
    for formula in FORMULAS:
        high = SCM.from_text(formula["model"])
        found = list(mappings(table, high, formula["sites"], "out", Sources(sources)))
        yield from ((formula, mapping) for mapping in minimal(found))


def claim_of(formula: dict[str, object], mapping: Mapping) -> Abstraction:
    sites = dict(zip(formula["sites"], mapping, strict=True))  # type: ignore[call-overload]
    high = SCM.from_text(str(formula["model"]))
    return Abstraction.from_text(MODEL, high, {"out": "output[0] > 1/2"}, sites=sites)


def test_seven_formulas_and_42_mappings_pass_half_of_the_pairs_and_two_pass_all() -> None:
    """theory.md §8.2: 7 / 42 in the authors' convention, 2 / 2 over all ordered pairs."""
    half, full = list(claims("forward")), list(claims("all"))
    assert len(FORMULAS) == 56
    assert (len({f["formula"] for f, _ in half}), len(half)) == (7, 42)
    assert (len({f["formula"] for f, _ in full}), len(full)) == (2, 2)


def test_check_decides_each_of_these_mappings_likewise() -> None:
    full = {(f["formula"], mapping) for f, mapping in claims("all")}
    survived = 0
    for formula, mapping in claims("forward"):
        claim = claim_of(formula, mapping)
        assert isinstance(check(claim, InterchangeConsistency(Sources("forward"))), Holds)
        verdict = check(claim, InterchangeConsistency())
        survived += isinstance(verdict, Holds)
        assert isinstance(verdict, Holds if (formula["formula"], mapping) in full else Fails)
    assert survived == 2


def test_joint_interchanges_and_the_machine_agree_on_nand_or() -> None:
    task = load("xor_nand_or")
    assert isinstance(check(task.claim, InterchangeConsistency(joint=Depth(None))), Holds)
    machine = load("xor_float32")
    verdict = check(machine.claim, machine.definition)
    assert isinstance(verdict, Holds)
    assert verdict.question.semantics == IEEE
    assert verdict.run.engines == ("float",)


def test_a_machine_counterexample_says_what_the_machine_computed() -> None:
    text = (FOLDER / "xor_half_test.toml").read_text(encoding="utf-8")
    from tauomega.bridge.network_task import NETWORK_READER
    from tauomega.theory.task import read_task

    text = text.replace('sources = "all"', f'sources = "all"\nsemantics = "{IEEE}"')
    task = read_task(text, directory=FOLDER, network=NETWORK_READER)
    verdict = check(task.claim, task.definition)
    assert isinstance(verdict, Fails)
    assert dict(verdict.counterexample.low.result)["output[0]"] != 0  # type: ignore[union-attr]


# ---------------------------------------------------------------- an own network


def test_an_own_mlp_from_a_module_matches_pytorch() -> None:
    import torch
    from torch import nn

    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 4), nn.LeakyReLU(0.1), nn.Linear(4, 2)
    )
    network = Network.from_module(module)
    for seed in range(20):
        row = torch.tensor(random.Random(seed).choices((0.0, 1.0, -0.5), k=3))
        exact = network.run([Fraction(x.item()) for x in row])
        for j, value in enumerate(module(row).tolist()):
            assert float(exact[f"output[{j}]"]) == pytest.approx(value, abs=1e-5)


def test_an_own_mlp_is_checked_end_to_end() -> None:
    import torch
    from torch import nn

    module: Any = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():  # x + y and relu(x + y - 1): AND is the second one
        module[0].weight.copy_(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        module[0].bias.copy_(torch.tensor([0.0, -1.0]))
        module[2].weight.copy_(torch.tensor([[0.0, 1.0]]))
        module[2].bias.zero_()
    model = Network.from_module(module).as_model({"x": "bool", "y": "bool"})
    high = SCM.from_text("input x, y : bool\na = x and y\nout = a")
    right, wrong = (
        Abstraction.from_text(model, high, {"out": "output[0] > 1/2"}, sites={"a": [unit]})
        for unit in ("layers.0[1]", "layers.0[0]")
    )
    assert isinstance(check(right, InterchangeConsistency()), Holds)
    assert isinstance(check(wrong, InterchangeConsistency()), Fails)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))", "Dropout in training mode"),
        ("nn.Sequential(nn.Conv1d(1, 1, 1))", "a Conv1d, which is not captured yet"),
        ("nn.Sequential(nn.ReLU())", "without a linear layer before it"),
        ("nn.LSTM(2, 2)", "a LSTM is not captured yet"),
    ],
)
def test_what_is_not_captured_is_refused_by_name(parts: str, message: str) -> None:
    from torch import nn

    made: dict[str, Any] = {
        "nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))": lambda: nn.Sequential(
            nn.Linear(2, 2), nn.Dropout(0.5)
        ),
        "nn.Sequential(nn.Conv1d(1, 1, 1))": lambda: nn.Sequential(nn.Conv1d(1, 1, 1)),
        "nn.Sequential(nn.ReLU())": lambda: nn.Sequential(nn.ReLU()),
        "nn.LSTM(2, 2)": lambda: nn.LSTM(2, 2),
    }
    with pytest.raises(InputError) as error:
        Network.from_module(made[parts]())
    assert message in str(error.value)


def test_weights_that_are_not_finite_are_refused_with_their_place() -> None:
    import torch
    from torch import nn

    module: Any = nn.Sequential(nn.Linear(2, 2))
    with torch.no_grad():
        module[0].weight[1, 0] = float("nan")
    with pytest.raises(InputError, match=r"layers.0.weight\[1, 0\] is nan"):
        Network.from_module(module)


# ---------------------------------------------------------------- files and sites


def test_pickles_and_hostile_headers_are_refused(tmp_path: Path) -> None:
    data = WEIGHTS.read_bytes()
    path = tmp_path / "weights.safetensors"
    for bad in (
        b"",
        b"\x80\x04K\x01.",
        b"PK\x03\x04",
        struct.pack("<Q", 2**60),
        data[:40],
        struct.pack("<Q", 2) + b"[]",
    ):
        path.write_bytes(bad)
        with pytest.raises(InputError):
            read_safetensors(path)


def test_a_mutated_file_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    data, path = WEIGHTS.read_bytes(), tmp_path / "weights.safetensors"
    length = int.from_bytes(data[:8], "little")
    rng = random.Random(0)
    refused = 0
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(8 + length)] = rng.randrange(256)
        path.write_bytes(bytes(changed))
        try:
            read_safetensors(path)
        except InputError:
            refused += 1
    assert refused > 150


def test_a_wrong_digest_and_a_wrong_architecture_are_refused() -> None:
    with pytest.raises(InputError, match="sha256 is"):
        Network.from_safetensors(WEIGHTS, ARCHITECTURE, sha256="0" * 64)
    with pytest.raises(InputError) as error:
        Network.from_safetensors(WEIGHTS, {"layer": [2, 3], "activation": "gelu"})
    assert len(error.value.faults) == 3


def test_sites_as_text() -> None:
    assert parse_site("layers.0[1]", XOR) == ("layers.0[1]",)
    assert parse_site("layers.1[0:2]", XOR) == ("layers.1[0]", "layers.1[1]")
    assert parse_site("layers.0[:]", XOR) == tuple(f"layers.0[{j}]" for j in range(3))
    assert parse_site("layers.0[0, 2]", XOR) == ("layers.0[0]", "layers.0[2]")
    with pytest.raises(InputError, match="the last layer is called output"):
        parse_site("layers.2[0]", XOR)
    with pytest.raises(InputError, match="has units 0 to 2"):
        parse_site("layers.0[3]", XOR)


def test_the_shipped_weights_are_those_of_the_reference() -> None:
    reference = Path(__file__).parents[3] / "shared" / "reference" / "xor_3_3_published.json"
    if not reference.is_file():
        return  # the project stands without it
    stored = json.loads(reference.read_text(encoding="utf-8"))["weights"]
    for layer, weight, bias in zip(XOR.exact(), stored["W"], stored["b"], strict=True):
        assert layer[0] == [[Fraction(float.fromhex(x)) for x in row] for row in weight]
        assert layer[1] == [Fraction(float.fromhex(x)) for x in bias]
