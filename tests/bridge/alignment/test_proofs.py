"""Networks trained for a task alone: what a sampled accuracy suggests, proved or refuted by a pair."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import torch

from tauomega.bridge.alignment.exchange import PYVENE, exchange_of
from tauomega.bridge.alignment.guided import Outcome
from tauomega.bridge.graph.mlp import graph_of_mlp

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "alignment_proofs.py"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def proofs() -> ModuleType:
    spec = spec_from_file_location("alignment_proofs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_sampled_one_is_refuted_by_a_pair_and_then_proved(proofs: ModuleType) -> None:
    """Seed 17: 2,000 pairs all agree, of 131,072 some do not; trained on those, all agree."""
    asked = proofs.question(17)
    found, exchange = proofs.refutation(asked)
    assert found.rounds[0].sampled >= Fraction(99, 100)
    assert 0 < found.rounds[0].failing < 131_072 // 100
    failure = found.decided.failures[0]
    outputs = exchange.by_hook()[0]
    assert bool(outputs[1] > outputs[0]) != failure.expected[0]
    assert abs(float(outputs[1] - outputs[0])) > 1e-3  # far from float32's rounding
    graph = graph_of_mlp(asked.model.network)
    clean = graph.values(exchange.base)[graph.outputs["output"]]
    assert torch.allclose(exchange.network(exchange.base), clean)
    better = proofs.guided(asked, 16)
    assert better.outcome is Outcome.PROVED
    assert len(better.rounds) > 1
    assert proofs.machine_agrees(asked, better) == "65,536 of 65,536"


@pytest.mark.parametrize("seed", [6, 19])
def test_what_sampling_suggests_is_proved(seed: int, proofs: ModuleType) -> None:
    asked = proofs.question(seed)
    found = proofs.guided(asked, 4)
    assert found.outcome is Outcome.PROVED
    assert [c.total for c in found.decided.counts] == [65_536, 65_536]
    assert proofs.machine_agrees(asked, found) == "65,536 of 65,536"


def test_the_replay_in_pyvene_is_five_lines_with_the_fields_of_an_exchange(
    proofs: ModuleType,
) -> None:
    assert len(PYVENE.strip().splitlines()) == 5
    used = set(re.findall(r"\b(?:network|site|projector|base|source)\b", PYVENE))
    assert used == {"network", "site", "projector", "base", "source"}
    asked = proofs.question(17)
    found, exchange = proofs.refutation(asked)
    several = found.decided.failures[0]
    again = exchange_of(asked, found.alignment, several)
    assert torch.equal(again.projector, exchange.projector)
    replayed = proofs.by_pyvene(exchange)
    if replayed is not None:
        assert torch.allclose(replayed, exchange.by_hook(), atol=1e-4)
