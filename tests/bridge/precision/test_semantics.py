"""Claims under every semantics: names, audits, engines against each other, and extraction."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tauomega import SCM, Abstraction, Network, check, load
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.network import Activation, Layer
from tauomega.bridge.network_model import NetworkModel
from tauomega.bridge.precision.extraction import InputTable, extract
from tauomega.bridge.precision.grid import audit_grid
from tauomega.bridge.precision.machine import Machine, pinned
from tauomega.bridge.precision.semantics import ALL, parse_semantics
from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.cli.semantics import under
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.errors import InputError
from tauomega.theory.kernel import exact
from tauomega.theory.policy import Depth
from tauomega.theory.verdict import Fails, Holds, Unknown

BITS = [[Fraction(a), Fraction(b)] for a in (0, 1) for b in (0, 1)]
EXPECTED = {
    "real": Holds,
    "exact-grid": Holds,
    "all-orders(float32)": Holds,
    "all-orders(tfloat32)": Unknown,
    "all-orders(float16)": Holds,
    "all-orders(bfloat16)": Fails,
    "ieee(float32, cpu, batch=1)": Holds,
}


def test_a_pinned_run_rounds_no_operand_of_a_product_and_restores_what_was_set() -> None:
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    threads = torch.get_num_threads()
    before = matmul.allow_tf32, cudnn.allow_tf32, matmul.allow_bf16_reduced_precision_reduction
    with pytest.raises(KeyError), pinned():
        assert 1 == torch.get_num_threads()
        assert not matmul.allow_tf32
        assert not cudnn.allow_tf32
        assert not matmul.allow_bf16_reduced_precision_reduction
        assert not matmul.allow_fp16_reduced_precision_reduction
        raise KeyError
    assert threads == torch.get_num_threads()
    after = matmul.allow_tf32, cudnn.allow_tf32, matmul.allow_bf16_reduced_precision_reduction
    assert before == after


def test_names_of_semantics_are_read_back() -> None:
    for semantics in ALL:
        assert parse_semantics(str(semantics)) == semantics


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "all-orders(int8)",
            'semantics \'all-orders(int8)\' is not known; write "real", "exact-grid", "all-orders(F)" with F one of float64, float32, tfloat32, float16, bfloat16, or "ieee(float32, cpu, batch=1)", where cpu may be cuda',
        ),
        (
            "ieee(float8, tpu, batch=0)",
            "ieee(float8, tpu, batch=0): runs are in float64, float32, float16, bfloat16; not 'float8'\n"
            "ieee(float8, tpu, batch=0): runs are on cpu or cuda; not 'tpu'\n"
            "ieee(float8, tpu, batch=0): a batch has 1 to 4,096 rows",
        ),
    ],
)
def test_a_wrong_semantics_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_semantics(text)
    assert "\n".join(sorted(message.split("\n"))) == "\n".join(sorted(str(error.value).split("\n")))


def test_one_claim_under_every_semantics_and_where_its_answer_flips() -> None:
    task = load("cancellation")
    for name, kind in EXPECTED.items():
        verdict = check(under(task.claim, name), task.definition)
        assert isinstance(verdict, kind), (name, verdict)
        assert verdict.question.semantics == name
        if isinstance(verdict, Fails):
            assert verdict.replayed
        if name == "all-orders(float16)":
            assert isinstance(verdict, Holds)
            assert "assumed of the machine: sums are accumulated in float32" in str(
                verdict.evidence
            )


def test_the_refuted_interchange_is_what_pytorch_computes() -> None:
    """The witness in five lines: 256 + 1 is 256 in bfloat16, minus 256 is 0 and not 1."""
    values = torch.tensor([[256.0, 1.0]], dtype=torch.bfloat16)  # n from A = 1, B = 1; a from A = 1
    n = torch.nn.functional.linear(torch.ones(1, 2).bfloat16(), values)
    assert n.item() == 256
    assert (n - 256).item() == 0


def test_the_command_compares_semantics(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "cancellation", "--semantics", "all"]) == ExitCode.FAILS
    assert (
        "The answer flips between real and all-orders(bfloat16) at base A = 1, B = 0; n from A = 1, B = 1:\n"
        "there out = 0 below and out = 1 above." in capsys.readouterr().out
    )
    assert main(["check", "cancellation", "--semantics", "all", "--json"]) == ExitCode.FAILS
    found = json.loads(capsys.readouterr().out)
    assert {k: v["verdict"] for k, v in found["semantics"].items()} == {
        name: kind.__name__.lower() for name, kind in EXPECTED.items()
    }
    assert found["verdict"] == "fails"
    assert main(["check", "cancellation", "--semantics", "exact-grid"]) == ExitCode.HOLDS
    assert main(["check", "voting", "--semantics", "all"]) == ExitCode.BAD_INPUT
    said = capsys.readouterr().err
    assert "an SCM has exact semantics; --semantics is for networks" in said


# ---------------------------------------------------------------- the grid


def grid_network(bits: int, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    layers = [
        Layer(
            (np.rint(rng.normal(size=(n, m)) * 2**bits) / 2**bits).astype(np.float32),
            (np.rint(rng.normal(size=n) * 2**bits) / 2**bits).astype(np.float32),
            Activation("relu" if k < 2 else "identity"),
        )
        for k, (m, n) in enumerate(((2, 16), (16, 16), (16, 2)))
    ]
    return Network(tuple(layers))


def test_an_audited_network_computes_the_real_value_in_every_order_and_batch() -> None:
    passed = 0
    for bits in range(1, 12):
        net = grid_network(bits)
        audit = audit_grid(net, BITS)
        real = [net.run(row) for row in BITS]
        machines = [Machine(net, "float32", batch) for batch in (1, 2, 3, 64)]
        same = all(
            all(Fraction(float(found[name])) == values[name] for name in values)
            for row, values in zip(BITS, real, strict=True)
            for machine in machines
            for found in [machine.run(row)]
        )
        assert same or not audit.exact, bits
        passed += audit.exact
    assert 0 < passed < 11, "some networks fit and some do not"


def test_the_audit_says_which_layer_does_not_fit() -> None:
    audit = audit_grid(grid_network(11), BITS)
    assert not audit.exact
    assert audit.faults[0].startswith("layers.1 needs ")
    verdict = check(under(load("xor_nand_or").claim, "exact-grid"), InterchangeConsistency())
    assert isinstance(verdict, Unknown)
    assert "sums may round: layers.0 needs 50 bits" in verdict.reason


# ---------------------------------------------------------------- extraction


def logic_module() -> Any:
    module: Any = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        module[0].weight.copy_(torch.tensor([[1.0, 1.0], [1.0, 1.0]]))
        module[0].bias.copy_(torch.tensor([0.0, -1.0]))
        module[2].weight.copy_(torch.tensor([[1.0, -1.0]]))
        module[2].bias.zero_()
    return module.eval()


ROWS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TABLE = InputTable({"A": "bool", "B": "bool"}, [ROWS])


def test_an_extracted_model_is_what_the_network_computes_and_every_definition_takes_it() -> None:
    graph = capture(logic_module(), ROWS)
    found = extract(graph, {"hidden": graph.site("1")}, TABLE)
    assert found.semantics == "ieee(float32, cpu, batch=1)"
    for point, row in zip(TABLE.points, ROWS, strict=True):
        state = found.scm.run(dict(zip(("A", "B"), point, strict=True)))
        assert state["output[0]"] == Fraction(graph.run(row[None])["output"].item())
        hidden = graph.values(row[None])[graph.node("1").name][0].tolist()
        assert [state["hidden[0]"], state["hidden[1]"]] == hidden
    high = SCM.from_text("input A, B : bool\nc : 0..2 = A + B\nout = c >= 1")
    claim = Abstraction.from_text(
        found.scm, high, {"out": "output[0] > 1/2", "c": "hidden[0]"}, sites={"c": ["hidden"]}
    )
    assert isinstance(check(claim, InterchangeConsistency()), Holds)
    wrong = SCM.from_text("input A, B : bool\nc : 0..2 = A + B\nout = c >= 2")
    claim = Abstraction.from_text(
        found.scm, wrong, {"out": "output[0] > 1/2"}, sites={"c": ["hidden"]}
    )
    assert isinstance(check(claim, InterchangeConsistency()), Fails)
    mapped = Abstraction.from_text(found.scm, high, {"out": "output[0] > 1/2", "c": "hidden[0]"})
    assert check(mapped, Constructive()).name in ("holds", "fails")


def test_domains_are_closed_under_interchange() -> None:
    """A later site takes values that only patched runs produce."""
    module: Any = nn.Sequential(
        nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1)
    )
    torch.manual_seed(0)
    with torch.no_grad():
        module[2].bias.fill_(4.0)
        module[0].bias.fill_(3.0)
    graph = capture(module.eval(), ROWS)
    found = extract(graph, {"a": graph.site("1[:, 0]"), "b": graph.site("3")}, TABLE)
    assert len(found.values["b"]) > 4
    held = found.values["a"][2]
    swapped = graph.values(ROWS[1:2])
    from tauomega.bridge.graph.replay import Suffix

    site = graph.site("1[:, 0]")
    values = Suffix.of(graph, [site]).run(swapped, [held])
    expected = Fraction(values[graph.outputs["output"]].item())
    from tauomega.theory.intervention import Hard

    value = Fraction(held.item())
    state = found.scm.run({"A": 0, "B": 1}, Hard((("a", exact(value)),)))
    assert state["output[0]"] == expected


def test_an_extraction_agrees_with_the_machine_on_interchanges() -> None:
    """The float engine on the network and the table engine on its extraction give one verdict."""
    task = load("cancellation")
    assert isinstance(task.claim.low, NetworkModel)
    network = task.claim.low.network
    from tauomega.bridge.graph.mlp import graph_of_mlp

    graph = graph_of_mlp(network)
    found = extract(network, {"n": graph.site("layers.0[:, 0]")}, TABLE)
    high = task.claim.high
    claim = Abstraction.from_text(found.scm, high, {"out": "output[0] > 1/2"}, sites={"n": ["n"]})
    machine = under(task.claim, "ieee(float32, cpu, batch=1)")
    assert type(check(claim, InterchangeConsistency())) is type(
        check(machine, InterchangeConsistency(joint=Depth(1)))
    )


def test_bad_inputs_of_an_extraction_are_refused() -> None:
    graph = capture(logic_module(), ROWS)
    with pytest.raises(
        InputError, match="the inputs have 4 combinations; give that many rows, not"
    ):
        InputTable({"A": "bool", "B": "bool"}, [ROWS[:3]])
    with pytest.raises(InputError, match="the input 'A' needs a finite domain, not real"):
        InputTable({"A": "real"}, [ROWS])
    with pytest.raises(InputError, match="'A' names a site and something else"):
        extract(graph, {"A": graph.site("1")}, TABLE)
    idle = logic_module()
    with torch.no_grad():
        idle[2].weight[0, 1] = 0
    with pytest.raises(InputError, match="none of 12 interchanges moves an output"):
        still = capture(idle, ROWS)
        extract(still, {"x": still.site("1[:, 1]")}, TABLE)
    with pytest.raises(InputError, match="two sites lie in one value; take them as one site"):
        extract(graph, {"x": graph.site("1[:, 0]"), "y": graph.site("1[:, 1]")}, TABLE)
