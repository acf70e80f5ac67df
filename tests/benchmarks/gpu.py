"""The one run on a GPU: ceilings, sweeps, exactness, batch invariance, enclosures. JSON on stdout or --output.

    python tests/benchmarks/gpu.py --output tests/benchmarks/results/gpu.json   # minutes on a large GPU
    python tests/benchmarks/gpu.py --small                                       # seconds, on a CPU too

Every section says what it measured and, where there is something to fail, whether it passed. Rates are
of the named device and its settings; nothing here is a proof of anything.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.network import Network
from tauomega.bridge.precision.formats import FORMATS, rounded
from tauomega.bridge.precision.orders import OrdersNetwork

HIGH = SCM.from_text("input P, Q : 0..3\nA = P\nB = Q\nout = (A + B) mod 4")


class Run:
    """A device, and the sizes that fit the time."""

    def __init__(self, device: torch.device, small: bool) -> None:
        self.device, self.small = device, small

    def size(self, large: int, small: int) -> int:
        """The size for this run."""
        return small if self.small else large

    def seconds(self, action: Callable[[], Any], repeat: int = 3) -> float:
        """The least of several times, after one warm-up, with the device at rest."""
        best = float("inf")
        for _ in range(repeat + 1):
            self._rest()
            start = time.perf_counter()
            action()
            self._rest()
            best = min(best, time.perf_counter() - start)
        return best

    def _rest(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def ceilings(run: Run) -> dict[str, Any]:
    """Matrix products by type, and copying: the roof of everything below."""
    n = run.size(8192, 256)
    found: dict[str, Any] = {"n": n}
    for name, dtype in (
        ("float32", torch.float32),
        ("bfloat16", torch.bfloat16),
        ("float16", torch.float16),
    ):
        a = torch.randn(n, n, device=run.device, dtype=dtype)
        found[f"{name} TFLOP/s"] = 2 * n**3 / run.seconds(partial(torch.matmul, a, a)) / 1e12
    block = torch.empty(run.size(2**30, 2**22), dtype=torch.uint8, device=run.device)
    other = torch.empty_like(block)
    found["copy TB/s"] = 2 * len(block) / run.seconds(lambda: other.copy_(block)) / 1e12
    return found


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


def exhaustive_mlp(run: Run) -> dict[str, Any]:
    """All base x source pairs, faithful and filtered: equal counts, and the roof that binds."""
    count = run.size(16384, 256)
    inputs = torch.randn(count, 16)
    found: dict[str, Any] = {"inputs": count, "pairs": count**2}
    results = {}
    for name, filtered in (("faithful", False), ("filtered", True)):
        some = inputs if filtered or run.small else inputs[:4096]
        rows = run.size(2**20, 4096)
        result, seconds = swept(
            run, mlp(), some, "1[:, 0:32]", Argmax(), filtered=filtered, rows=rows
        )
        results[name] = result
        found[name] = {
            "interchanges/s": result.total / seconds,
            "agreeing": result.agreeing,
            "rerun": result.rerun,
        }
    if run.small:
        found["passed"] = results["faithful"].agreeing == results["filtered"].agreeing
    else:
        some = inputs[:4096]
        again, _ = swept(run, mlp(), some, "1[:, 0:32]", Argmax(), filtered=True, rows=2**20)
        found["passed"] = results["faithful"].agreeing == again.agreeing
    return found


def exhaustive_transformer(run: Run) -> dict[str, Any]:
    """A tiny GPT-2 after blocks 0 and 2."""
    try:
        import transformers as hf
    except ModuleNotFoundError:
        return {"skipped": "transformers is not installed: pip install 'tauomega[huggingface]'"}
    torch.manual_seed(0)
    config = hf.GPT2Config(
        vocab_size=64, n_positions=8, n_embd=64, n_layer=4, n_head=4, bos_token_id=0, eos_token_id=0
    )
    count = run.size(2048, 32)
    inputs = torch.randint(0, 64, (count, 8))
    found: dict[str, Any] = {"inputs": count}
    for block in (0, 2):
        module = hf.GPT2LMHeadModel(config).eval()
        readout = Argmax("logits", at=(-1,))
        site = f"transformer.h.{block}[:, 3]"
        result, seconds = swept(run, module, inputs, site, readout, rows=run.size(16384, 256))
        found[f"after block {block}, interchanges/s"] = result.total / seconds
    return found


def exactness(run: Run) -> dict[str, Any]:
    """Products of integers on a small grid equal the integers, whatever the type and the batch."""
    found: dict[str, Any] = {}
    torch.manual_seed(0)
    rows = run.size(4096, 64)
    for bits in (4, 7):
        a = torch.randint(-(2 ** (bits - 1)), 2 ** (bits - 1), (rows, 256))
        b = torch.randint(-(2 ** (bits - 1)), 2 ** (bits - 1), (256, 64))
        exact = a.double() @ b.double()
        fits = float(exact.abs().max())
        for name, dtype in (
            ("float32", torch.float32),
            ("bfloat16", torch.bfloat16),
            ("float16", torch.float16),
        ):
            limit = {torch.float32: 2**24, torch.bfloat16: 2**8, torch.float16: 2**11}[dtype]
            x, y = a.to(run.device, dtype), b.to(run.device, dtype)
            whole = x @ y
            parts = torch.cat([x[: rows // 3] @ y, x[rows // 3 :] @ y])
            rounded = exact.to(dtype).double()
            found[f"{bits} bits, {name}"] = {
                "equals the rounded integers": bool((whole.double().cpu() == rounded).all()),
                "batch split changes bits": bool((whole != parts).any()),
                "output rounding possible": fits > limit,
            }
    found["passed"] = all(
        v["equals the rounded integers"] for k, v in found.items() if "float32" in k
    )
    return found


def pinned_order(run: Run) -> dict[str, Any]:
    """A sum in a stated order, by separate products and additions, has the bits of the CPU."""
    torch.manual_seed(0)
    x, w = torch.randn(run.size(65536, 256), 64), torch.randn(64, 64)

    def loop(x: Tensor, w: Tensor) -> Tensor:
        total = torch.zeros(len(x), w.shape[1], device=x.device)
        for k in range(x.shape[1]):
            total = total + x[:, k : k + 1] * w[k]
        return total

    same = torch.equal(loop(x.to(run.device), w.to(run.device)).cpu(), loop(x, w))
    return {"equals the CPU's bits": same, "passed": same}


def batch_invariance(run: Run) -> dict[str, Any]:
    """The share of rows whose bits differ from those at the largest batch; a record, no judgement."""
    torch.manual_seed(0)
    found: dict[str, Any] = {}
    largest = run.size(4096, 256)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        layer = nn.Linear(64, 64).to(run.device, dtype)
        x = torch.randn(largest, 64, device=run.device, dtype=dtype)
        with torch.no_grad():
            whole = layer(x)
            for batch in (1, 2, 7, 64, 256):
                rows = torch.cat(
                    [layer(x[k : k + batch]) for k in range(0, min(largest, 4 * batch), batch)]
                )
                differs = (rows != whole[: len(rows)]).any(dim=1).float().mean()
                found[f"{str(dtype).removeprefix('torch.')}, batch {batch}"] = float(differs)
            found[f"{str(dtype).removeprefix('torch.')}, run to run"] = sum(
                not torch.equal(layer(x), whole) for _ in range(20)
            )
    return found


def containment(run: Run) -> dict[str, Any]:
    """Patched runs in every type and many batch shapes lie inside the enclosures of all orders of summation.

    A number outside would refute what `precision.formats` assumes of the machine.
    """
    found: dict[str, Any] = {}
    runs = run.size(65536, 512)
    rng = np.random.default_rng(0)
    for seed, widths in enumerate(((16, 64, 64, 4), (4, 16, 16, 2), (64, 32, 8))):
        torch.manual_seed(seed)
        layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
        module = nn.Sequential(*[part for x in layers for part in (x, nn.ReLU())][:-1])
        network = Network.from_module(module)
        bases, sources = rng.integers(256, size=(2, runs))
        units = np.arange(widths[1] // 2)
        for name, dtype in (
            ("float32", torch.float32),
            ("tfloat32", torch.float32),
            ("float16", torch.float16),
            ("bfloat16", torch.bfloat16),
        ):
            if name == "tfloat32" and run.device.type != "cuda":
                continue
            torch.backends.cuda.matmul.allow_tf32 = name == "tfloat32"
            rows = rounded(rng.standard_normal((256, widths[0])), FORMATS[name])
            orders = OrdersNetwork(network, name)
            own = deepcopy(module).to(run.device, dtype)
            inputs = torch.from_numpy(rows).to(run.device, dtype)
            outside = 0
            for part in np.split(np.arange(runs), max(1, runs // 4096)):
                chosen = bases[part], sources[part]
                enclosed = orders.patched(orders.clean(rows), chosen[0], {0: [(units, chosen[1])]})[
                    -1
                ]
                assert enclosed is not None
                low, high = enclosed.bounds
                for batch in (1, 2, 7, 64, 256, 4096):
                    kept = min(len(part), 64 * batch)
                    ran = patched_run(own, inputs, chosen, units, batch, kept)
                    outside += int(((ran < low[:kept]) | (ran > high[:kept])).sum())
            found[f"{widths}, {name}: outside"] = outside
    torch.backends.cuda.matmul.allow_tf32 = False
    return found | {"runs": runs, "passed": not any(found.values())}


def patched_run(
    module: nn.Sequential,
    inputs: Tensor,
    chosen: tuple[Any, Any],
    units: Any,
    batch: int,
    count: int,
) -> Any:
    """Outputs of the first interchanges of some units of the first hidden layer, at a batch size, in float64."""
    found = []
    with torch.no_grad():
        for start in range(0, count, batch):
            base, source = (
                torch.from_numpy(c[start : start + batch][: count - start]) for c in chosen
            )
            hidden = module[:2](inputs[base.to(inputs.device)])
            hidden[:, units] = module[:2](inputs[source.to(inputs.device)])[:, units]
            found.append(module[2:](hidden).double().cpu().numpy())
    return np.concatenate(found)


SECTIONS = {
    "ceilings": ceilings,
    "exhaustive mlp": exhaustive_mlp,
    "exhaustive transformer": exhaustive_transformer,
    "exactness": exactness,
    "pinned order": pinned_order,
    "batch invariance": batch_invariance,
    "containment": containment,
}


def main(arguments: list[str] | None = None) -> int:
    """Run all sections; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="seconds, for a CPU")
    parser.add_argument("--output", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = Run(device, given.small or device.type == "cpu")
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    report: dict[str, Any] = {
        "device": name,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "tf32": torch.backends.cuda.matmul.allow_tf32,
        "small": run.small,
    }
    for title, section in SECTIONS.items():
        start = time.perf_counter()
        report[title] = section(run) | {"seconds": round(time.perf_counter() - start, 2)}
    text = json.dumps(report, indent=1, sort_keys=True)
    if given.output is None:
        print(text)  # noqa: T201
    else:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(text + "\n", encoding="utf-8")
    return int(any(isinstance(v, dict) and v.get("passed") is False for v in report.values()))


if __name__ == "__main__":
    raise SystemExit(main())
