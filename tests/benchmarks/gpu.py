"""The one run on a GPU: ceilings, sweeps, exactness, enclosures, bounds. JSON on stdout or --output.

    python tests/benchmarks/gpu.py --output tests/benchmarks/results/gpu.json   # minutes on a large GPU
    python tests/benchmarks/gpu.py --small                                       # seconds, on a CPU too

Every section says what it measured and, where there is something to fail, whether it passed. Rates are
of the named device and its settings; nothing here is a proof of anything.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from device_run import Run, copy_rate, product_rate
from gpu_bounds import bounds_over_boxes, enclosures, splitting
from gpu_sweeps import decoders, mlp, roofline, swept
from torch import Tensor, nn

from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.network import Network
from tauomega.bridge.precision.formats import FORMATS, rounded
from tauomega.bridge.precision.orders import OrdersNetwork


def ceilings(run: Run) -> dict[str, Any]:
    """Matrix products by type, and copying: the roof of everything below."""
    found: dict[str, Any] = {"n": run.size(8192, 256)}
    for name, dtype in TYPES.items():
        with product_of(name):
            found[f"{name} TFLOP/s"] = product_rate(run, dtype) / 1e12
    return found | {"copy TB/s": copy_rate(run) / 1e12}


TYPES = {
    "float64": torch.float64,
    "float32": torch.float32,
    "tfloat32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
"""What products are computed in; a CPU has no tfloat32, and computes float32."""


@contextmanager
def product_of(name: str) -> Iterator[None]:
    """Products of float32 as they are, or as tfloat32."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = name == "tfloat32"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


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
        for name in ("float32", "tfloat32", "bfloat16", "float16"):
            limit = {"bfloat16": 2**8, "float16": 2**11}.get(name, 2**24)
            dtype = TYPES[name]
            x, y = a.to(run.device, dtype), b.to(run.device, dtype)
            with product_of(name):
                whole = x @ y
                parts = torch.cat([x[: rows // 3] @ y, x[rows // 3 :] @ y])
            nearest = exact.to(dtype).double()
            found[f"{bits} bits, {name}"] = {
                "equals the rounded integers": bool((whole.double().cpu() == nearest).all()),
                "batch split changes bits": bool((whole != parts).any()),
                "output rounding possible": fits > limit,
            }
        whole = torch._int_mm(a.to(run.device, torch.int8), b.to(run.device, torch.int8))
        found[f"{bits} bits, int8"] = {
            "equals the rounded integers": bool((whole.cpu() == exact).all()),
        }
    found["passed"] = all(
        v["equals the rounded integers"]
        for k, v in found.items()
        if k.endswith(("float32", "int8"))
    )
    return found


def pinned_order(run: Run) -> dict[str, Any]:
    """A sum in a stated order, by separate products and additions, has the bits of the CPU.

    Compiled for a GPU, products and additions are fused, and the bits are expected to be others.
    """
    torch.manual_seed(0)
    x, w = torch.randn(run.size(65536, 256), 64), torch.randn(64, 64)

    def loop(x: Tensor, w: Tensor) -> Tensor:
        total = torch.zeros(len(x), w.shape[1], device=x.device)
        for k in range(x.shape[1]):
            total = total + x[:, k : k + 1] * w[k]
        return total

    same = torch.equal(loop(x.to(run.device), w.to(run.device)).cpu(), loop(x, w))
    found: dict[str, Any] = {"equals the CPU's bits": same, "passed": same}
    if run.device.type == "cuda":
        compiled = torch.compile(loop)(x.to(run.device), w.to(run.device)).cpu()
        found["compiled, the share of other bits"] = float((compiled != loop(x, w)).float().mean())
    return found


def batch_invariance(run: Run) -> dict[str, Any]:
    """The share of rows whose bits differ from those at the largest batch; a record, no judgement."""
    torch.manual_seed(0)
    found: dict[str, Any] = {}
    largest = run.size(4096, 256)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        here = nn.Linear(64, 64).to(dtype)
        layer = deepcopy(here).to(run.device)
        given = torch.randn(largest, 64).to(dtype)
        x = given.to(run.device)
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
            same = (here(given) == whole.cpu()).float().mean()
            found[f"{str(dtype).removeprefix('torch.')}, share of a CPU's bits"] = float(same)
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
    "roofline": roofline,
    "decoders": decoders,
    "exactness": exactness,
    "pinned order": pinned_order,
    "batch invariance": batch_invariance,
    "containment": containment,
    "enclosures": enclosures,
    "bounds": bounds_over_boxes,
    "splitting": splitting,
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
