"""Names of sites in other libraries: translated, back, refused; and their values, where the libraries are installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tauomega.bridge.adapters import nnsight, pyvene, transformer_lens
from tauomega.bridge.adapters.layout import same_value
from tauomega.bridge.adapters.naming import named_site
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork
from tauomega.bridge.graph.replay import Suffix
from tauomega.theory.errors import InputError

hf = pytest.importorskip("transformers")
ROWS = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 0], [2, 2, 9, 1]])


def module_of(kind: str, **options: Any) -> Any:
    """A tiny decoder of two blocks with two heads."""
    torch.manual_seed(0)
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    if kind == "gpt2":
        shape = {"vocab_size": 16, "n_positions": 8, "n_embd": 16, "n_layer": 2, "n_head": 2}
        return hf.GPT2LMHeadModel(hf.GPT2Config(**shape, **ends, **options)).eval()
    shape = {
        "vocab_size": 16, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 8,
    }  # fmt: skip
    return hf.LlamaForCausalLM(hf.LlamaConfig(**shape, **ends, pad_token_id=0, **options)).eval()


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def pair(request: pytest.FixtureRequest) -> tuple[Any, CapturedNetwork]:
    """A module and its graph."""
    module = module_of(request.param)
    return module, capture(module, ROWS[:2])


@pytest.fixture(scope="module")
def gpt2() -> CapturedNetwork:
    return capture(module_of("gpt2"), ROWS[:2])


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("transformer-lens: blocks.1.hook_mlp_out[:, 3]", "transformer.h.1.mlp[:, 3]"),
        ("transformer-lens: blocks.0.hook_resid_post", "transformer.h.0"),
        ("transformer-lens: blocks.1.hook_resid_pre", "transformer.h.0"),
        ("transformer-lens: blocks.0.attn.hook_z[:, 3, 1]", "transformer.h.0.attn.heads[:, 1, 3]"),
        ("transformer-lens: blocks.0.attn.hook_z[:, :, 1, :4]", "transformer.h.0.attn.heads[:, 1, :, :4]"),
        ("transformer-lens: blocks.0.mlp.hook_post", "transformer.h.0.mlp.act"),
        ("transformer-lens: hook_embed[:, 0]", "transformer.wte[:, 0]"),
        ("pyvene: layer.1.comp.mlp_output.unit.pos[3]", "transformer.h.1.mlp[:, 3]"),
        ("pyvene: layer.1.comp.block_input.unit.pos.nunit.1#0[2]", "transformer.h.0[:, 2]"),
        ("pyvene: layer.0.comp.block_output.unit.pos[1, 3]", "transformer.h.0[:, (1, 3)]"),
        ("pyvene: layer.0.comp.head_attention_value_output.unit.h.pos[1, 2]", "transformer.h.0.attn.heads[:, 1, 2]"),
        ("nnsight: model.transformer.h[1].mlp.output[:, 3, :8]", "transformer.h.1.mlp[:, 3, :8]"),
        ("nnsight: lm.transformer.h[0].attn.output[0]", "transformer.h.0.attn"),
        ("nnsight: model.transformer.h[1].mlp.input", "transformer.h.1.ln_2"),
    ],
)  # fmt: skip
def test_a_name_is_the_site_that_it_means(gpt2: CapturedNetwork, theirs: str, ours: str) -> None:
    found, wanted = named_site(theirs, gpt2), gpt2.site(ours)
    assert (wanted.node, wanted.index) == (found.node, found.index)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("transformer-lens: blocks.1.hook_mlp_outt", "did you mean 'hook_mlp_out'"),
        ("transformer-lens: blocks.7.hook_mlp_out", "there are blocks 0 to 1"),
        ("transformer-lens: blocks.1.attn.hook_q", "it is cut out of what one projection computes"),
        ("transformer-lens: blocks.1.attn.hook_pattern", "a fused attention makes no such value"),
        ("transformer-lens: blocks.1.ln1.hook_normalized", "before its weights"),
        ("pyvene: layer.1.comp.mlp_outputt.unit.pos", "did you mean 'mlp_output'"),
        ("pyvene: layer.1.comp.query_output.unit.pos", "has no counterpart"),
        ("pyvene: layer.1.comp.mlp_output.unit.h[1]", "the unit of mlp_output is pos"),
        ("pyvene: layer.9.comp.mlp_output.unit.pos", "there are blocks 0 to 1"),
        ("pyvene: 1.mlp_output", "is no key of pyvene"),
        ("nnsight: model.transformer.h[1].mlp", "is no path of nnsight"),
        ("nnsight: model.transformer.h[1].mlpp.output", "did you mean 'transformer.h.1.mlp'"),
        ("nnsight: model.transformer.h[1].attn.output[1]", "a module's first tensor is output[0]"),
        ("nnsight: model.transformer.h[1].attn.source.x.output", "operations inside a forward"),
        ("nnsight: model.transformer.h[1].ln_2.input", "which others read too"),
        ("blocks.1.hook_mlp_out", "no value 'blocks.1.hook_mlp_out'"),
    ],
)
def test_a_name_without_a_counterpart_is_refused(
    gpt2: CapturedNetwork, name: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        named_site(name, gpt2)
    assert message in str(caught.value)


def test_options_of_a_representation_that_a_slice_has_not_are_refused(
    gpt2: CapturedNetwork,
) -> None:
    config = {"layer": 0, "component": "block_output", "subspace_partition": [[0, 8], [8, 16]]}
    with pytest.raises(InputError, match="subspace_partition has no counterpart"):
        pyvene.site_of(config, gpt2)


def test_names_come_back(pair: tuple[Any, CapturedNetwork]) -> None:
    """Translated back and again, a name is of the same value; whichever of its names it is."""
    _, graph = pair
    hooks = [*transformer_lens._PLACES]
    for part in hooks:
        if part == "attn.hook_pattern":
            continue
        index = "[:, 3, 1]" if part == "attn.hook_z" else "[:, 3]"
        ours = transformer_lens.site_of(f"blocks.1.{part}{index}", graph)
        again = transformer_lens.site_of(transformer_lens.name_of(ours, graph), graph)
        assert graph.site(ours).node == graph.site(again).node, part
        assert graph.site(ours).index == graph.site(again).index, part
    for component in pyvene._PLACES:
        unit, at = ("h.pos", (1, 2)) if component.startswith("head") else ("pos", (3,))
        config = {"layer": 1, "component": component, "unit": unit}
        ours = pyvene.site_of(config, graph, at=at)
        back, place = pyvene.name_of(ours, graph)
        again = pyvene.site_of(back, graph, at=place)
        assert (graph.site(ours).node, at) == (graph.site(again).node, place), component
    block = next(a for a in graph.addresses if a.endswith((".h.1", ".layers.1")))
    for name in (block, f"{block}.mlp[:, 2]"):
        assert name == nnsight.site_of(nnsight.name_of(name, graph), graph)


def test_what_no_library_names_does_not_come_back(gpt2: CapturedNetwork) -> None:
    for back in (transformer_lens.name_of, pyvene.name_of, nnsight.name_of):
        with pytest.raises(InputError):
            back("transformer/cumsum", gpt2)


def test_another_layout_is_refused() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    graph = capture(module.eval(), torch.randn(2, 3))
    with pytest.raises(InputError, match="translated for GPT-2 and Llama"):
        named_site("transformer-lens: blocks.0.hook_mlp_out", graph)


def test_a_sites_interchange_is_that_of_pyvene_bit_for_bit(
    pair: tuple[Any, CapturedNetwork],
) -> None:
    library = pytest.importorskip("pyvene")
    module, graph = pair
    source = ROWS.roll(1, 0)
    with torch.no_grad():
        clean, other = graph.values(ROWS), graph.values(source)
    for component in pyvene._PLACES:
        if component.startswith("head"):
            continue
        config = library.RepresentationConfig(1, component, "pos", 1)
        model = library.IntervenableModel(
            library.IntervenableConfig(
                model_type=type(module),
                representations=[config],
                intervention_types=library.VanillaIntervention,
            ),
            module,
        )
        place = [[[2]] * len(ROWS)]
        _, wanted = model(
            {"input_ids": ROWS}, [{"input_ids": source}], {"sources->base": (place, place)}
        )
        site = graph.site(pyvene.site_of(config, graph, at=[2]))
        found = Suffix.of(graph, [site]).run(clean, [site.read(other[site.node])])
        assert torch.equal(wanted.logits, found[graph.outputs["logits"]]), component
        assert not torch.equal(wanted.logits, clean[graph.outputs["logits"]]), component


def test_a_sites_value_is_that_of_nnsight_bit_for_bit(pair: tuple[Any, CapturedNetwork]) -> None:
    library = pytest.importorskip("nnsight")
    module, graph = pair
    wrapped = library.NNsight(module)
    values = graph.values(ROWS)
    path = "model.layers[1]" if "model.layers.1" in graph.addresses else "transformer.h[1]"
    attention = "self_attn" if "layers" in path else "attn"
    for name in ("mlp.output", f"{attention}.output[0]", "mlp.input", "output", "input"):
        text = f"lm.{path}.{name}"
        with wrapped.trace(ROWS):
            found = eval(text, {"lm": wrapped}).save()
        site = graph.site(nnsight.site_of(text, graph))
        assert torch.equal(found, site.read(values[site.node])), name


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_a_sites_value_is_that_of_transformer_lens(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to the order in which it adds: it computes attention step by step and by heads."""
    library = pytest.importorskip("transformer_lens.model_bridge")
    tokenizers = pytest.importorskip("tokenizers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    words = tokenizers.models.WordLevel({str(i): i for i in range(16)}, unk_token="0")
    special = dict.fromkeys(("unk_token", "pad_token", "eos_token", "bos_token"), "0")
    tokenizer = hf.PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(words), **special)
    module = module_of(kind, attn_implementation="eager")
    graph = capture(module, ROWS[:2])
    tokenizer.save_pretrained(tmp_path)
    module.save_pretrained(tmp_path)
    bridge = library.TransformerBridge.boot_transformers(
        str(tmp_path), hf_model=module, device="cpu"
    )
    _, cache = bridge.run_with_cache(ROWS)
    values = graph.values(ROWS)
    for part in transformer_lens._PLACES:
        hook = f"blocks.1.{part}"
        site = graph.site(transformer_lens.site_of(hook, graph))
        found = site.read(values[site.node])
        if part == "attn.hook_z":
            found = found.transpose(1, 2)
        assert torch.allclose(found, cache[hook], atol=1e-5), hook


def test_names_of_one_value_are_told(gpt2: CapturedNetwork) -> None:
    assert same_value(gpt2, "transformer.h.1.mlp", "transformer.h.1.mlp.dropout")
    assert not same_value(gpt2, "transformer.h.1.mlp", "transformer.h.0.mlp")
