"""Positions that a patch does not change or a label does not need: proved from the graph, equal in bits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive import pruned
from tauomega.bridge.exhaustive.clean import run_clean
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.pruned import Pruned, masks_of
from tauomega.bridge.exhaustive.pruned_run import run_pruned
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork
from tauomega.bridge.graph.positions import Positions
from tauomega.bridge.graph.replay import Suffix

hf = pytest.importorskip("transformers")

HIGH = SCM.from_text("input P, Q : 0..3\nA = P mod 2\nB = Q mod 2\nout = A xor B")
CONTEXTS: list[dict[str, Any]] = [{"P": p, "Q": q} for p, q in product(range(4), range(4))]
EXPECTED = Expectation(HIGH, CONTEXTS, "out")
TOKENS = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
LENGTH = 6


class Causal(nn.Module):
    """One causal attention by its flag, with no mask, and a linear map after it."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.mixed, self.last = (
            nn.Embedding(16, 12),
            nn.Linear(12, 36),
            nn.Linear(12, 5),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)
        q, k, v = (
            part.unflatten(2, (3, 4)).transpose(1, 2) for part in self.mixed(x).chunk(3, dim=-1)
        )
        out = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        result: Tensor = self.last(nn.functional.gelu(x + out.transpose(1, 2).flatten(2)))
        return result


@cache
def network(name: str) -> tuple[CapturedNetwork, Tensor]:
    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "max_position_embeddings": 16}
    module: Any
    if name == "causal":
        module = Causal()
    elif name == "llama":
        config = hf.LlamaConfig(vocab_size=16, num_key_value_heads=1, **sizes, **heads, **TOKENS)
        module = hf.LlamaForCausalLM(config)
    elif name == "bert":
        module = hf.BertForMaskedLM(hf.BertConfig(vocab_size=16, **sizes, **heads, **TOKENS))
    else:
        shape = {"n_positions": LENGTH, "n_embd": 16, "n_layer": 2, "n_head": 2}
        config = hf.GPT2Config(vocab_size=16, **shape, **TOKENS)
        config._attn_implementation = "eager" if name == "eager" else "sdpa"
        module = hf.GPT2LMHeadModel(config)
    inputs = torch.randint(1, 16, (16, LENGTH))
    return capture(module.eval(), inputs[:2]), inputs


CASES = [
    ("gpt2", ("transformer.h.0[:, 3]",), -1),
    ("gpt2", ("transformer.h.0[:, (1, 4), 2:9]",), 4),
    ("gpt2", ("transformer.h.0[:, 3]", "transformer.h.1.mlp[:, 5, :8]"), -1),
    ("gpt2", ("transformer.h.1[:, 2:]",), 3),
    ("llama", ("model.layers.0[:, 2]",), -1),
    ("llama", ("model.layers.1.self_attn.q_proj[:, 5, :8]",), -1),
    ("bert", ("bert.encoder.layer.0[:, 1]",), 0),
    ("causal", ("embed[:, 1:3]",), 4),
]


def plan_of(
    name: str, sites: tuple[str, ...], place: int, queries: int, **changed: Any
) -> tuple[Pruned | None, Suffix, Mapping[str, Any]]:
    graph, inputs = network(name)
    output = next(iter(graph.outputs))
    suffix = Suffix.of(graph, [graph.site(text) for text in sites], outputs=[graph.outputs[output]])
    masks = run_clean(graph, [inputs], {}, masks_of(suffix), 16).values
    return Pruned.of(suffix, Argmax(output, at=(place,)), masks, queries), suffix, masks


@pytest.mark.parametrize(("name", "sites", "place"), CASES)
def test_every_computed_value_is_that_of_the_whole_run(
    name: str, sites: tuple[str, ...], place: int
) -> None:
    """All 256 pairs at once, node by node: bit for bit with whole attentions, closely with cut ones."""
    graph, inputs = network(name)
    for queries in (1, LENGTH):
        plan, suffix, _ = plan_of(name, sites, place, queries)
        assert plan is not None
        positions = plan.positions
        assert sum(len(c) for c in plan.computes.values()) < LENGTH * len(suffix.steps)
        nodes = dict.fromkeys([*suffix.frontier, *plan.reads])
        chosen = {str(k): site for k, site in enumerate(suffix.sites)}
        clean = run_clean(graph, [inputs], chosen, nodes, 256)
        base, source = torch.arange(256) // 16, torch.arange(256) % 16
        held = [h[source] for h in clean.held.values()]
        whole = suffix.run(clean.frontier(suffix.frontier, base), held)
        kept = plan.kept(clean)
        found = run_pruned(plan, kept.frontier(kept.values, base), held, everything=True)
        assert set(plan.computes) == set(found)
        for node, value in found.items():
            if isinstance(value, torch.Tensor):
                wanted = positions.narrowed(node, whole[node], plan.computes[node])
                assert torch.allclose(value, wanted, atol=1e-5), node
                assert queries == 1 or torch.equal(value, wanted), node


@pytest.mark.parametrize(("name", "sites", "place"), CASES)
def test_a_pruned_sweep_has_the_verdicts_of_a_whole_one(
    name: str, sites: tuple[str, ...], place: int
) -> None:
    graph, inputs = network(name)
    output = next(iter(graph.outputs))
    named = dict(zip("AB", (graph.site(text) for text in sites), strict=False))
    readout = Argmax(output, at=(place,))
    short, whole = (
        list(sweep(graph, inputs, named, readout, EXPECTED, rows=32, joint=None, pruned=flag))
        for flag in (True, False)
    )
    assert any(s.relies_on for s in short)
    assert all("on 2 tiles of 32 pairs" in s.relies_on[0] for s in short if s.relies_on)
    assert [fields(s) for s in short] == [fields(s) for s in whole]
    assert not any(s.relies_on for s in whole)


def fields(found: Sweep) -> tuple[Any, ...]:
    return found.sites, found.agreeing, found.failing, found.distinct, found.rerun, found.semantics


def test_what_is_computed_follows_from_the_mask() -> None:
    """GPT-2, position 3 patched, the last position read: the reach of attention and of the readout."""
    plan, suffix, _ = plan_of("gpt2", ("transformer.h.0[:, 3]",), -1, 1)
    assert plan is not None
    graph = suffix.network
    computed = {
        name: plan.computes[graph.node(f"transformer.h.1.{name}").name]
        for name in ("ln_1", "attn.c_attn", "attn.heads", "mlp.c_fc")
    }
    last = range(LENGTH - 1, LENGTH)
    assert {
        "ln_1": range(3, 4), "attn.c_attn": range(3, 4), "attn.heads": last, "mlp.c_fc": last
    } == computed  # fmt: skip
    both, _, _ = plan_of("bert", ("bert.encoder.layer.0[:, 1]",), 0, 1)
    assert both is not None
    assert range(0, 1) == both.computes[network("bert")[0].outputs["logits"]]


def test_a_patch_after_the_position_that_is_read_moves_no_label() -> None:
    plan, _, _ = plan_of("gpt2", ("transformer.h.0[:, 4]",), 3, 1)
    assert plan is None


def test_attention_written_step_by_step_is_computed_whole() -> None:
    """Its product of queries and keys has two dimensions of positions, which no rule follows."""
    plan, _, _ = plan_of("eager", ("transformer.h.0[:, 3]",), -1, 1)
    assert plan is None
    graph, _ = network("eager")
    positions = Positions.of(graph)
    assert positions is not None
    assert graph.node("transformer.h.0.attn.pattern").name not in positions.along


def test_a_plan_that_forgets_what_attention_carries_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were the queries that read a changed key left out, trial runs would show other bits."""
    right = pruned._attended

    def forgetful(node: Any, changed: Any, masks: Any, length: int) -> Any:
        return range(length - 1, length) if right(node, changed, masks, length) else range(0)

    monkeypatch.setattr(pruned, "_attended", forgetful)
    graph, inputs = network("gpt2")
    named = {"A": graph.site("transformer.h.0.attn[:, 1]")}
    (found,) = sweep(graph, inputs, named, Argmax("logits", at=(-1,)), EXPECTED, rows=32)
    assert not found.relies_on
    monkeypatch.undo()
    (whole,) = sweep(
        graph, inputs, named, Argmax("logits", at=(-1,)), EXPECTED, rows=32, pruned=False
    )
    assert fields(found) == fields(whole)
