"""A section of `gpu.py`: decoders swept, beside patching by forward hooks, whose bits they must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from device_run import Run
from gpu_variants import expectation
from torch import Tensor, nn

from tauomega.bridge.exhaustive.clean import run_clean
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.network import CapturedNetwork
from tauomega.bridge.graph.replay import Suffix

__all__ = ["decoders"]

POSITION = 3
READOUT = Argmax("logits", at=(-1,))


@dataclass(frozen=True)
class Decoder:
    """A decoder, where it is patched, how many inputs and pairs, and how it is run."""

    make: Callable[[], nn.Module]
    blocks: str
    after: tuple[int, ...]
    length: int
    inputs: int
    rows: int
    dtype: torch.dtype = torch.float32


def kinds(run: Run, hf: Any) -> dict[str, Decoder]:
    """A tiny GPT-2 and Llama in float32, and the shape of GPT-2 small in bfloat16."""
    tiny = {"vocab_size": 64, "bos_token_id": 0, "eos_token_id": 0}
    count, rows = run.size(4096, 12), run.size(16384, 32)

    def gpt2() -> Any:
        shape = {"n_positions": 8, "n_embd": 64, "n_layer": 4, "n_head": 4}
        return hf.GPT2LMHeadModel(hf.GPT2Config(**shape, **tiny))

    def llama() -> Any:
        shape = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 4}
        heads = {"num_attention_heads": 4, "max_position_embeddings": 8}
        return hf.LlamaForCausalLM(hf.LlamaConfig(**shape, **heads, **tiny))

    layers = run.size(12, 2)

    def small() -> Any:
        shape = {"n_positions": 16, "n_embd": run.size(768, 48), "n_head": run.size(12, 4)}
        return hf.GPT2LMHeadModel(hf.GPT2Config(n_layer=layers, **shape, **tiny))

    return {
        "GPT-2, width 64": Decoder(gpt2, "transformer.h", (0, 2), 8, count, rows),
        "Llama, width 64": Decoder(llama, "model.layers", (0, 2), 8, count, rows),
        "GPT-2 small's shape, bfloat16": Decoder(
            small, "transformer.h", (layers // 2,), 16, run.size(1024, 12), run.size(2048, 32),
            torch.bfloat16,
        ),
    }  # fmt: skip


def decoders(run: Run) -> dict[str, Any]:
    """Sweeps beside hooks at their best batch; on whole tiles the logits of both, bit by bit."""
    try:
        import transformers as hf
    except ModuleNotFoundError:
        return {"not run": "transformers is not installed: pip install 'tauomega[huggingface]'"}
    found: dict[str, Any] = {}
    for name, kind in kinds(run, hf).items():
        torch.manual_seed(0)
        module = kind.make().eval().to(run.device, kind.dtype)
        inputs = torch.randint(0, 64, (kind.inputs, kind.length)).to(run.device)
        graph = capture(module, inputs[:2])
        for block in kind.after:
            found[f"{name}, after block {block}"] = _beside(
                run, module, graph, inputs, f"{kind.blocks}.{block}", kind.rows
            )
    equal = all(row["the bits of hooks"] for row in found.values())
    fast = run.small or all(row["times faster"] >= 10 for row in found.values())
    return found | {"passed": equal and fast}


def _beside(
    run: Run, module: Any, graph: CapturedNetwork, inputs: Tensor, name: str, rows: int
) -> dict[str, Any]:
    """One site: a sweep of all pairs, hooks on some, and the bits of a tile."""
    site = graph.site(f"{name}[:, {POSITION}]")
    part = module.get_submodule(name)
    pairs = torch.arange(len(inputs) ** 2, device=run.device)
    hooked = {}
    for batch in (rows // 16, rows // 4, rows):
        some = pairs[: 2 * batch]
        action = partial(_by_hooks, module, part, inputs, some, batch)
        hooked[str(batch)] = len(some) / run.seconds(action, repeat=1)
    expected, results = expectation(len(inputs)), list[Sweep]()

    def swept(count: int) -> None:
        given = inputs[:count]
        wanted = expected if count == len(inputs) else expectation(count)
        results[:] = sweep(graph, given, {"A": site}, READOUT, wanted, rows=rows)

    swept(min(len(inputs), 4 * run.size(64, 4)))  # kernels are chosen and loaded
    rate = len(inputs) ** 2 / run.seconds(lambda: swept(len(inputs)), repeat=0)
    generator = torch.Generator().manual_seed(0)
    tile = torch.randint(len(pairs), (rows,), generator=generator).to(run.device)
    theirs = _by_hooks(module, part, inputs, tile, rows)
    suffix = Suffix.of(graph, [site])
    clean = run_clean(graph, [inputs], {"A": site}, suffix.frontier, rows)
    base, source = tile // len(inputs), tile % len(inputs)
    held = clean.held["A"].index_select(0, source)
    frontier = clean.frontier(suffix.frontier, base)
    ours = suffix.run(frontier, [held])[graph.outputs["logits"]][:, -1]
    return {
        "inputs": len(inputs),
        "interchanges/s": rate,
        "agreeing": results[0].agreeing,
        "by hooks, interchanges/s": hooked,
        "times faster": rate / max(hooked.values()),
        "rows of a tile": rows,
        "the bits of hooks": torch.equal(ours, theirs),
        "furthest from hooks": float((ours.double() - theirs.double()).abs().max()),
        "other labels than hooks": int((ours.argmax(-1) != theirs.argmax(-1)).sum()),
        "relies on": list(results[0].relies_on),
    }


def _by_hooks(
    module: nn.Module, part: nn.Module, inputs: Tensor, pairs: Tensor, batch: int
) -> Tensor:
    """Logits of patched runs: the source is run for every pair, the base is patched by a forward hook."""
    kept: list[Tensor] = []

    def keep(_: nn.Module, __: Any, output: Any) -> None:
        kept[:] = [output[0] if isinstance(output, tuple) else output]

    def patch(_: nn.Module, __: Any, output: Any) -> Any:
        changed = (output[0] if isinstance(output, tuple) else output).clone()
        changed[:, POSITION] = kept[0][:, POSITION]
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    found = []
    with torch.no_grad():
        for some in torch.split(pairs, batch):
            with part.register_forward_hook(keep):
                module(inputs[some % len(inputs)])
            with part.register_forward_hook(patch):
                found.append(module(inputs[some // len(inputs)]).logits[:, -1])
    return torch.cat(found)
