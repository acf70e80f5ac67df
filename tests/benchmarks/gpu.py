"""The one run on a GPU: ceilings, sweeps, exactness, enclosures, bounds. JSON on stdout or --output.

    python tests/benchmarks/gpu.py --output tests/benchmarks/results/gpu.json   # minutes on a large GPU
    python tests/benchmarks/gpu.py --small                                       # seconds, on a CPU too
    python tests/benchmarks/gpu.py --only variants decoders

PyTorch and its companions suffice, and nothing need be installed: `PYTHONPATH=.links python tests/benchmarks/gpu.py`.

Every section has what was predicted before anybody ran it, what was found, and, where there is something to
fail, whether it passed. A section that breaks, or for which memory is short, says so and loses none of the
others; the file is written anew after each, so that a run that is killed keeps what it has. Rates are of the
named device and its settings; nothing here is a proof of anything.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts

import torch
from device_run import TYPES, Run, copy_rate, product_of, product_rate
from gpu_bounds import bounds_over_boxes, enclosures, splitting
from gpu_containment import containment
from gpu_exactness import batch_invariance, exactness, pinned_order
from gpu_sweeps import decoders
from gpu_variants import variants


def ceilings(run: Run) -> dict[str, Any]:
    """Matrix products by type, and copying: the roof of everything below."""
    found: dict[str, Any] = {"n": run.size(8192, 256)}
    for name, dtype in TYPES.items():
        with product_of(name):
            found[f"{name} TFLOP/s"] = product_rate(run, dtype) / 1e12
    return found | {"copy TB/s": copy_rate(run) / 1e12}


@dataclass(frozen=True)
class Section:
    """What is measured, and what was predicted of an H100 or H200 (estimates, none of them measured)."""

    measure: Callable[[Run], dict[str, Any]]
    predicted: str


SECTIONS = {
    "ceilings": Section(
        ceilings, "float32 45-60, tfloat32 350-450, bfloat16 770-800, float16 780 TFLOP/s; copy 3-4.3 TB/s"
    ),
    "variants": Section(
        variants,
        "interchanges/s: suffix 1-4 G, split on tensors 3 G, split in one kernel 20-60 G, which is half of the "
        "roof that binds or more; all counts equal once the unclear pairs are replayed",
    ),
    "decoders": Section(
        decoders,
        "10-30 M interchanges/s of the tiny ones, 100-400 k of GPT-2 small's shape; ten times hooks at their "
        "best batch, and their bits at equal tiles",
    ),
    "exactness": Section(
        exactness, "all products exact with full sums, whatever the type and the batch"
    ),
    "pinned order": Section(
        pinned_order, "the bits of the CPU by separate operations; others where they are compiled and fused"
    ),
    "batch invariance": Section(
        batch_invariance, "other bits at small batches; run to run none; the CPU's bits for some rows only"
    ),
    "containment": Section(
        containment, "nothing outside, no certain label flips; more than 99.9 % certain in float32"
    ),
    "enclosures": Section(enclosures, "the ends that NumPy finds, to 1e-9"),
    "bounds": Section(bounds_over_boxes, "IBP above 100 M boxes/s, CROWN above 1 M"),
    "splitting": Section(splitting, "at radius 0.9 none of the 256 pairs of boxes is settled as a whole"),
}  # fmt: skip


def measured(run: Run, section: Section) -> dict[str, Any]:
    """A section's entry; if it breaks, what broke."""
    start = time.perf_counter()
    entry: dict[str, Any] = {"predicted": section.predicted}
    try:
        found = section.measure(run)
        entry["found"] = {k: v for k, v in found.items() if k != "passed"}
        entry |= {"passed": found["passed"]} if "passed" in found else {}
    except Exception as error:  # whatever it is: the other sections are wanted all the same
        entry |= {"broke": f"{type(error).__name__}: {error}"[:1000], "passed": False}
    gc.collect()
    if run.device.type == "cuda":
        torch.cuda.empty_cache()
    return entry | {"seconds": round(time.perf_counter() - start, 2)}


def settings(device: torch.device, small: bool) -> dict[str, Any]:
    """The machine, and what of PyTorch's settings changes bits."""
    matmul = torch.backends.cuda.matmul
    return {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "CPU",
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "tf32": matmul.allow_tf32,
        "bf16 reductions": matmul.allow_bf16_reduced_precision_reduction,
        "fp16 reductions": matmul.allow_fp16_reduced_precision_reduction,
        "small": small,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the sections; 1 if one of them failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="seconds, for a CPU")
    parser.add_argument("--output", type=Path, metavar="FILE")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", default=SECTIONS)
    given = parser.parse_args(arguments)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    run = Run(device, given.small or device.type == "cpu")
    report: dict[str, Any] = settings(device, run.small)
    for title in given.only:
        report[title] = measured(run, SECTIONS[title])
        verdict = {True: "passed", False: "FAILED", None: "recorded"}[report[title].get("passed")]
        sys.stderr.write(f"{title}: {verdict}, {report[title]['seconds']} s\n")
        if given.output is not None:
            write(given.output, report)
    if given.output is None:
        sys.stdout.write(json.dumps(report, indent=1, sort_keys=True) + "\n")
    return int(any(report[title].get("passed") is False for title in given.only))


def write(path: Path, report: dict[str, Any]) -> None:
    """Replace the file whole, so that a run that is killed leaves none that is torn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
