"""Sections of `gpu.py`: which roof binds a sweep of a perceptron, and decoders beside patching by hooks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from device_run import Run, copy_rate, product_rate
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture

__all__ = ["decoders", "mlp", "roofline", "swept"]

HIGH = SCM.from_text("input P, Q : 0..3\nA = P\nB = Q\nout = (A + B) mod 4")


def mlp() -> nn.Sequential:
    """16-64-64-4."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4)
    ).eval()


def expectation(count: int) -> Expectation:
    """Contexts of a small model, repeated over the inputs."""
    contexts: list[dict[str, Any]] = [{"P": k % 4, "Q": (k // 4) % 4} for k in range(count)]
    return Expectation(HIGH, contexts, "out")


def swept(
    run: Run, module: nn.Module, inputs: Tensor, site: str, readout: Argmax, **options: Any
) -> tuple[Sweep, float]:
    """A sweep of one site, and its seconds."""
    graph = capture(module.to(run.device), inputs[:2].to(run.device))
    found: list[Sweep] = []
    expected = expectation(len(inputs))
    chosen = {"A": graph.site(site)}
    moved = inputs.to(run.device)

    def action() -> None:
        found[:] = sweep(graph, moved, chosen, readout, expected, **options)

    seconds = run.seconds(action, repeat=1)
    return found[0], seconds


def roofline(run: Run) -> dict[str, Any]:
    """The filtered sweep of 16-64-64-4 against the rates of this device: which roof binds, and how near it is.

    After the split an interchange adds a base part and a source part (64), takes a ReLU (64), and maps to 4
    outputs (2 · 64 · 4, and 4 biases): 644 operations in float32. At least both parts of every input are
    read once: 2 · 64 · 4 bytes for each of N inputs, for N² interchanges.
    """
    width, outputs = 64, 4
    operations = width + width + 2 * width * outputs + outputs
    peak, bandwidth = product_rate(run, torch.float32), copy_rate(run)
    found: dict[str, Any] = {
        "operations an interchange": operations,
        "float32 product, operations/s": peak,
        "copy, bytes/s": bandwidth,
        "ridge, operations a byte": peak / bandwidth,
    }
    for count in (run.size(16384, 128), run.size(65536, 256)):
        torch.manual_seed(0)
        inputs = torch.randn(count, 16)
        result, seconds = swept(
            run, mlp(), inputs, "1[:, 0:32]", Argmax(), filtered=True, rows=run.size(2**20, 4096)
        )
        rate = result.total / seconds
        moved = 2 * width * 4 / count
        roofs = {"operations": peak / operations, "bandwidth": bandwidth / moved}
        binding = min(roofs, key=lambda name: roofs[name])
        found[f"{count} inputs"] = {
            "interchanges/s": rate,
            "rerun": result.rerun,
            "operations a byte, at least moved": operations / moved,
            "roofs, interchanges/s": roofs,
            "the roof that binds": binding,
            "share of it": rate / roofs[binding],
        }
    if not run.small:
        found["passed"] = rate / roofs[binding] >= 0.5
    return found


def by_hooks(
    module: nn.Module, part: nn.Module, position: int, inputs: Tensor, pairs: Tensor
) -> Tensor:
    """Labels of patched runs: the source is run for every pair, the base is patched by a forward hook."""
    kept: list[Tensor] = []

    def keep(_: nn.Module, __: Any, output: Any) -> None:
        kept[:] = [output[0] if isinstance(output, tuple) else output]

    def patch(_: nn.Module, __: Any, output: Any) -> Any:
        changed = (output[0] if isinstance(output, tuple) else output).clone()
        changed[:, position] = kept[0][:, position]
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    with torch.no_grad():
        handle = part.register_forward_hook(keep)
        module(inputs[pairs % len(inputs)])
        handle.remove()
        handle = part.register_forward_hook(patch)
        logits: Tensor = module(inputs[pairs // len(inputs)]).logits
        handle.remove()
    return logits[:, -1].argmax(-1)


def decoders(run: Run) -> dict[str, Any]:
    """A tiny GPT-2 and Llama in float32, and the shape of GPT-2 small in bfloat16: sweeps beside hooks."""
    try:
        import transformers as hf
    except ModuleNotFoundError:
        return {"skipped": "transformers is not installed: pip install 'tauomega[huggingface]'"}
    tiny = {"vocab_size": 64, "bos_token_id": 0, "eos_token_id": 0}
    kinds: dict[str, tuple[Callable[[], nn.Module], str, int, torch.dtype]] = {
        "GPT-2, width 64": (
            lambda: hf.GPT2LMHeadModel(
                hf.GPT2Config(n_positions=8, n_embd=64, n_layer=4, n_head=4, **tiny)
            ),
            "transformer.h",
            run.size(4096, 12),
            torch.float32,
        ),
        "Llama, width 64": (
            lambda: hf.LlamaForCausalLM(
                hf.LlamaConfig(
                    hidden_size=64, intermediate_size=128, num_hidden_layers=4,
                    num_attention_heads=4, max_position_embeddings=8, **tiny,
                )
            ),
            "model.layers",
            run.size(4096, 12),
            torch.float32,
        ),
        "GPT-2 small's shape, bfloat16": (
            lambda: hf.GPT2LMHeadModel(
                hf.GPT2Config(
                    n_positions=8,
                    n_embd=run.size(768, 64),
                    n_layer=run.size(12, 4),
                    n_head=run.size(12, 4),
                    **tiny,
                )
            ),
            "transformer.h",
            run.size(1024, 12),
            torch.bfloat16,
        ),
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, (make, blocks, count, dtype) in kinds.items():
        torch.manual_seed(0)
        module = make().eval().to(run.device, dtype)
        inputs = torch.randint(0, 64, (count, 8))
        pairs = torch.arange(min(count**2, run.size(16384, 32)), device=run.device)
        for block in (0, 2):
            readout, site = Argmax("logits", at=(-1,)), f"{blocks}.{block}[:, 3]"
            result, seconds = swept(run, module, inputs, site, readout, rows=run.size(16384, 256))
            part = module.get_submodule(f"{blocks}.{block}")
            moved = inputs.to(run.device)
            hooked = len(pairs) / run.seconds(
                partial(by_hooks, module, part, 3, moved, pairs), repeat=1
            )
            rate = result.total / seconds
            found[f"{name}, after block {block}"] = {
                "inputs": count,
                "interchanges/s": rate,
                "by hooks, interchanges/s": hooked,
                "times faster": rate / hooked,
            }
    if not run.small:
        found["passed"] = all(row["times faster"] >= 10 for row in found.values())
    return found
