"""What runs on another device: the same code, with every tensor on it, and the device in the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tauomega import SCM, Network, check, load
from tauomega.bridge.exhaustive import fused_triton, sweeping
from tauomega.bridge.exhaustive.equivalence import interchange_classes, interchange_labels
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.fused import Fused
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork
from tauomega.bridge.precision.extraction import InputTable, extract
from tauomega.bridge.precision.machine import Machine
from tauomega.cli.semantics import names_of, under
from tauomega.theory.errors import InputError
from tauomega.theory.verdict import Fails, Holds

from .pretended_device import DEVICE, captured, pretended

CUDA = "ieee(float32, cuda, batch=1)"
HIGH = SCM.from_text("input P, Q : 0..3\nA = P mod 2\nB = Q mod 2\nout = A xor B")
CONTEXTS: list[dict[str, Any]] = [{"P": p, "Q": q} for p in range(4) for q in range(4)]


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    with pretended(monkeypatch) as made:
        yield made


def perceptron() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 2)
    ).eval()


def swept(network: CapturedNetwork, inputs: torch.Tensor, **options: Any) -> list[Sweep]:
    sites = {"A": network.site("1[:, 0:4]"), "B": network.site("1[:, 5:8]")}
    expected = Expectation(HIGH, CONTEXTS, "out")
    return list(sweep(network, inputs, sites, Argmax(), expected, rows=32, joint=2, **options))


def test_the_device_refuses_what_a_device_refuses(device: torch.device) -> None:
    here, there = torch.ones(3), torch.ones(3).to(device)
    assert (there + 1).device == torch.arange(3, device="cuda").device == DEVICE
    assert (there + torch.tensor(2.0)).tolist() == [3, 3, 3]
    assert there[torch.tensor([0, 2])].cpu().device == here.device == torch.device("cpu")
    for action in (
        lambda: there + here,
        lambda: there.index_select(0, torch.tensor([0])),
        lambda: here[torch.tensor([0, 1]).to(device)],
        lambda: torch.equal(here, there),
    ):
        with pytest.raises(RuntimeError, match="the same device"):
            action()
    with pytest.raises(TypeError, match=r"Tensor\.cpu"):
        there.numpy()


@pytest.mark.parametrize("filtered", [True, False])
@pytest.mark.parametrize("one_kernel", [True, False])
def test_a_sweep_finds_on_a_device_what_it_finds_on_a_cpu(
    device: torch.device, monkeypatch: pytest.MonkeyPatch, filtered: bool, one_kernel: bool
) -> None:
    monkeypatch.setattr(sweeping, "COMPILED_FROM", 0 if one_kernel else 10**9)
    module, inputs = perceptron(), torch.randn(16, 3)
    network = captured(module, inputs[:2])
    made: list[fused_triton.TritonScan | None] = []

    def noting(
        fused: Fused, of: Any = fused_triton.TritonScan.of
    ) -> fused_triton.TritonScan | None:
        made.append(of(fused))
        return made[-1]

    monkeypatch.setattr(fused_triton.TritonScan, "of", noting)
    found = swept(network, inputs.to(device), filtered=filtered)
    assert (filtered and one_kernel) == (bool(made) and all(made))
    expected = swept(network.to("cpu"), inputs, filtered=filtered)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.semantics == theirs.semantics.replace("cpu", "cuda")
        assert replace(ours, semantics="", rerun=0) == replace(theirs, semantics="", rerun=0)


def test_a_site_carries_the_same_classes_on_a_device(device: torch.device) -> None:
    module, inputs = perceptron(), torch.randn(12, 3)
    network = captured(module, inputs[:2])
    site = network.site("1[:, 0:4]")
    found = interchange_labels(network, inputs.to(device), site, Argmax(), rows=32)
    assert found.device == DEVICE
    expected = interchange_labels(network.to("cpu"), inputs, site, Argmax(), rows=32)
    assert torch.equal(found.cpu(), expected)
    assert interchange_classes(found) == interchange_classes(expected)


def test_an_extraction_names_the_device(device: torch.device) -> None:
    bits = torch.tensor([[a, b, c] for a in (0.0, 1.0) for b in (0.0, 1.0) for c in (0.0, 1.0)])
    table = InputTable(dict.fromkeys("abc", "bool"), [bits])
    network = captured(perceptron(), bits[:2])
    found = {
        place: extract(graph, {"S": graph.site("1[:, 2]")}, table)
        for place, graph in (("cuda", network), ("cpu", network.to("cpu")))
    }
    assert found["cuda"].semantics == CUDA
    assert found["cpu"].semantics == CUDA.replace("cuda", "cpu")
    assert str(found["cuda"].scm) == str(found["cpu"].scm)


@pytest.mark.parametrize("name", ["xor_float32", "equality_near"])
def test_a_claim_about_a_machine_is_decided_on_its_device(device: torch.device, name: str) -> None:
    task = load(name)
    found = check(under(task.claim, CUDA), task.definition)
    expected = check(under(task.claim, CUDA.replace("cuda", "cpu")), task.definition)
    assert type(found) is type(expected)
    assert found.question.semantics == CUDA
    if name == "xor_float32":
        assert isinstance(found, Holds | Fails)
        assert "a pretended device" in str(found)


def test_all_semantics_include_the_machines_that_are_here(device: torch.device) -> None:
    assert CUDA in names_of("all")


def test_a_device_that_is_not_here_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a device")
    assert CUDA not in names_of("all")
    network = Network.from_module(perceptron())
    with pytest.raises(InputError, match="there is no device 'cuda' here; run this where there is"):
        Machine(network, device="cuda")
    task = load("xor_float32")
    assert "there is no device 'cuda' here" in str(check(under(task.claim, CUDA), task.definition))


def test_a_decoder_is_moved_with_what_it_creates(device: torch.device) -> None:
    hf = pytest.importorskip("transformers")
    torch.manual_seed(0)
    shape = {"vocab_size": 16, "n_positions": 4, "n_embd": 16, "n_layer": 2, "n_head": 2}
    module = hf.GPT2LMHeadModel(hf.GPT2Config(**shape, bos_token_id=0, eos_token_id=0)).eval()
    tokens = torch.randint(0, 16, (4, 3))
    network = captured(module, tokens[:2])
    found = network.run(tokens.to(device))["logits"]
    assert found.device == DEVICE
    assert torch.equal(found.cpu(), network.to("cpu").run(tokens)["logits"])
    with pytest.raises(InputError, match="is on cpu, the network on cuda"):
        network.run(tokens)


def once(run: Any, action: Callable[[], Any], repeat: int = 3) -> float:
    """What times an action runs it, and here no more than that."""
    action()
    return 1.0


@pytest.mark.slow
def test_the_run_on_a_gpu_passes_on_a_device_that_is_pretended(
    device: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    gpu, variants, sweeps = (import_module(f"gpu{part}") for part in ("", "_variants", "_sweeps"))
    for module in (variants, sweeps):
        monkeypatch.setattr(module, "capture", captured)
    monkeypatch.setattr(gpu.Run, "seconds", once)
    for title, section in gpu.SECTIONS.items():
        entry = gpu.measured(gpu.Run(device, True), section)
        assert "broke" not in entry, (title, entry)
        assert entry.get("passed", True), (title, entry)
        assert "not run" not in str(entry), title


def test_what_is_captured_on_a_cpu_has_no_device_left_out() -> None:
    """Every operation that creates tensors by the name of a device is moved with the network."""

    class Creating(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + torch.arange(3, device=x.device) + torch.zeros(3, device=x.device)

    network = capture(Creating().eval(), torch.ones(2, 3))
    named = [
        v
        for n in network.to("meta").nodes
        for v in n.arguments.values()
        if isinstance(v, torch.device)
    ]
    assert named
    assert {d.type for d in named} == {"meta"}
