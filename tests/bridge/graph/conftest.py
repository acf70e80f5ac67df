"""Networks of every supported architecture, tiny and random, with inputs and the sites of interest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork


@dataclass(frozen=True)
class Case:
    """A module, two batches of inputs, its graph, and sites as (module path, index, text)."""

    module: Any
    base: Tensor
    source: Tensor
    graph: CapturedNetwork
    sites: tuple[tuple[str, tuple[Any, ...], str], ...]


class Convolutions(nn.Module):
    """Convolution, batch norm, pooling, a skip connection, a ReLU in place."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Linear(4, 3)

    def forward(self, image: Tensor) -> Tensor:
        image = self.pool(self.act(self.norm(self.first(image))))
        image = image + self.second(image)
        result: Tensor = self.head(nn.functional.adaptive_avg_pool2d(image, 1).flatten(1))
        return result


def _made(name: str) -> tuple[nn.Module, Tensor, Tensor]:
    torch.manual_seed(0)
    if name == "mlp":
        made: nn.Module = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        return made, torch.randn(6, 4), torch.randn(6, 4)
    if name == "cnn":
        made = Convolutions()
        assert made.norm.running_mean is not None
        nn.init.uniform_(made.norm.running_mean)
        return made, torch.randn(6, 1, 8, 8), torch.randn(6, 1, 8, 8)
    if name == "encoder":
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        made = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        return made, torch.randn(6, 5, 16), torch.randn(6, 5, 16)
    import transformers as hf

    tokens = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
    sizes = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 16,
    }
    if name.startswith("gpt2"):
        config = hf.GPT2Config(
            vocab_size=32, n_positions=8, n_embd=16, n_layer=2, n_head=2, **tokens
        )
        config._attn_implementation = "eager" if name.endswith("eager") else "sdpa"
        made = hf.GPT2LMHeadModel(config)
    elif name == "llama":
        made = hf.LlamaForCausalLM(
            hf.LlamaConfig(vocab_size=32, num_key_value_heads=1, **sizes, **tokens)
        )
    else:
        made = hf.BertForSequenceClassification(hf.BertConfig(vocab_size=32, **sizes, **tokens))
    return made, torch.randint(1, 32, (6, 6)), torch.randint(1, 32, (6, 6))


ALL = slice(None)
SITES: dict[str, tuple[tuple[str, tuple[Any, ...], str], ...]] = {
    "mlp": (("1", (ALL, [0, 2]), "1[:, (0, 2)]"), ("0", (ALL, slice(0, 4)), "0[:, 0:4]")),
    "cnn": (
        ("first", (ALL, slice(0, 2)), "first[:, :2]"),
        ("pool", (ALL, 1, 2), "pool[:, 1, 2]"),
    ),
    "encoder": (
        ("layers.0", (ALL, 1), "layers.0[:, 1]"),
        ("layers.1.linear1", (ALL, ALL, slice(0, 16)), "layers.1.linear1[:, :, :16]"),
    ),
    "gpt2": (
        ("transformer.h.0", (ALL, 3, slice(0, 8)), "transformer.h.0[:, 3, :8]"),
        ("transformer.h.1.mlp", (ALL, 5), "transformer.h.1.mlp[:, 5]"),
        (
            "transformer.h.0.attn.c_attn",
            (ALL, ALL, slice(16, 24)),
            "transformer.h.0.attn.c_attn[:, :, 16:24]",
        ),
    ),
    "llama": (
        ("model.layers.0", (ALL, 2), "model.layers.0[:, 2]"),
        (
            "model.layers.1.self_attn.q_proj",
            (ALL, 5, slice(0, 8)),
            "model.layers.1.self_attn.q_proj[:, 5, :8]",
        ),
    ),
    "bert": (
        ("bert.encoder.layer.0", (ALL, 0), "bert.encoder.layer.0[:, 0]"),
        (
            "bert.encoder.layer.1.attention.self.value",
            (ALL, ALL, 3),
            "bert.encoder.layer.1.attention.self.value[:, :, 3]",
        ),
    ),
}
SITES["gpt2_eager"] = SITES["gpt2"]


@cache
def _case(name: str) -> Case:
    """The case of a name, captured once."""
    module, base, source = _made(name)
    module.eval()
    return Case(module, base, source, capture(module, base[:2]), SITES[name])


def _outputs_of(module: Any, inputs: Tensor) -> Tensor:
    """What the module computes, step by step as it was captured."""
    with torch.no_grad():
        keywords = {"use_cache": False} if hasattr(module, "generate") else {}
        result = module(inputs, **keywords)
    logits: Tensor = getattr(result, "logits", result)
    return logits


def _hooked(module: Any, path: str, index: tuple[Any, ...], base: Tensor, source: Tensor) -> Tensor:
    """The oracle: a forward hook writes the source's entries into the module's output."""
    part = dict(module.named_modules())[path]
    kept: list[Tensor] = []

    def keep(_: object, __: object, output: Any) -> None:
        kept.append((output[0] if isinstance(output, tuple) else output).clone())

    def write(_: object, __: object, output: Any) -> Any:
        value = (output[0] if isinstance(output, tuple) else output).clone()
        value[index] = kept[0][index]
        return (value, *output[1:]) if isinstance(output, tuple) else value

    handle = part.register_forward_hook(keep)
    try:
        _outputs_of(module, source)
    finally:
        handle.remove()
    handle = part.register_forward_hook(write)
    try:
        return _outputs_of(module, base)
    finally:
        handle.remove()


@pytest.fixture
def case() -> Any:
    """`case(name)`: a `Case`."""
    return _case


@pytest.fixture
def outputs_of() -> Any:
    """`outputs_of(module, inputs)`."""
    return _outputs_of


@pytest.fixture
def hooked() -> Any:
    """`hooked(module, path, index, base, source)`."""
    return _hooked
