"""Compile the filter's kernel for a GPU that need not be there, and print what it uses as JSON.

For each number of outputs: registers a thread, bytes of the stack that it spills to, and whether anything
flushes subnormal numbers to zero.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from tauomega.bridge.exhaustive import fused_triton
from tauomega.bridge.exhaustive.fused_triton_kernel import judge_tiles

TYPES = {
    "base": "*fp32", "part": "*fp32", "base_radius": "*fp32", "part_radius": "*fp32",
    "weight": "*fp32", "bias": "*fp32", "slope": "*fp32", "contexts": "*i32", "expected": "*i32",
    "counts": "*i64", "marks": "*u8", "wrong": "*i64", "bases": "i32", "sources": "i32",
    "base_stride": "i32", "part_stride": "i32", "units": "i32",
}  # fmt: skip
ALIGNED = [n for n, kind in TYPES.items() if kind[0] == "*" or n.endswith("stride")]


def used(outputs: int, leaky: bool) -> tuple[int, int, bool]:
    """Registers, bytes of stack, and whether anything is flushed."""
    bases, sources = fused_triton.tile_of(outputs)
    sizes = {"OUTPUTS": outputs, "LEAKY": leaky, "BASES": bases, "SOURCES": sources}
    source = ASTSource(
        fn=judge_tiles,
        signature=TYPES | dict.fromkeys(sizes, "constexpr"),
        constexprs=sizes,
        attrs={(list(TYPES).index(name),): [["tt.divisibility", 16]] for name in ALIGNED},
    )
    options = {"num_warps": fused_triton.WARPS}
    made = triton.compile(source, target=GPUTarget("cuda", 90, 32), options=options)
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(made.asm["cubin"])
        file.flush()
        reader = triton.knobs.nvidia.cuobjdump.path
        text = subprocess.run(
            [reader, "-res-usage", file.name], capture_output=True, text=True, check=True
        ).stdout
    (numbers,) = re.findall(r"REG:(\d+) STACK:(\d+)", text)
    return int(numbers[0]), int(numbers[1]), ".ftz" in made.asm["ptx"]


def all_sizes() -> Iterator[tuple[str, tuple[int, int, bool]]]:
    """Every number of outputs, with a ReLU and with a leaky one."""
    for outputs in range(2, fused_triton.MOST_OUTPUTS + 1):
        for leaky in (False, True):
            yield f"{outputs} {'leaky' if leaky else 'plain'}", used(outputs, leaky)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dict(all_sizes())))
