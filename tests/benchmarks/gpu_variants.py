"""Sections of `gpu.py`: every way to sweep a perceptron, and which roof of the device binds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from device_run import Run, copy_rate, product_rate
from torch import Tensor, nn

from tauomega import SCM
from tauomega.bridge.exhaustive.clean import run_clean
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.fused import Fused
from tauomega.bridge.exhaustive.readout import Argmax
from tauomega.bridge.exhaustive.sweeping import Options, Sweeper, Tally
from tauomega.bridge.graph.capture import capture
from tauomega.bridge.graph.replay import Suffix

__all__ = ["expectation", "mlp", "variants"]

HIGH = SCM.from_text("input P, Q : 0..3\nA = P\nB = Q\nout = (A + B) mod 4")
WIDTH, OUTPUTS = 64, 4
SPLIT = 2 * WIDTH + 2 * WIDTH * OUTPUTS + OUTPUTS
"""Operations of an interchange after the split: add, ReLU, a map to the outputs."""
WHOLE = WIDTH + 2 * WIDTH * (WIDTH + OUTPUTS) + WIDTH + OUTPUTS
"""The same of a replay of everything after the site."""
BLOCK = 2**14
"""Sources of a block of the compiled form: one shape for all sizes, compiled once."""


def mlp() -> nn.Sequential:
    """16-64-64-4."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(16, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, OUTPUTS)
    ).eval()  # fmt: skip


def expectation(count: int) -> Expectation:
    """Contexts of a small model, repeated over the inputs."""
    contexts: list[dict[str, Any]] = [{"P": k % 4, "Q": (k // 4) % 4} for k in range(count)]
    return Expectation(HIGH, contexts, "out")


def judged(
    base: Tensor, base_radius: Tensor, part: Tensor, part_radius: Tensor, weight: Tensor,
    bias: Tensor, expected: Tensor,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """How many pairs surely have another label than expected, and which are too close to tell.

    Args:
        base: the bases' part of the sums, shape (bases, units).
        base_radius: how far an output may be off as far as this part goes, shape (bases,).
        part: the sources', shape (sources, units).
        part_radius: shape (sources,).
        weight: of the map after the ReLU, shape (outputs, units).
        bias: shape (outputs,).
        expected: the labels, shape (bases, sources).
    """
    hidden = (base[:, None, None] + part[None, :, None]).relu()
    # a sum and no product of matrices: a compiler fuses it
    output = (hidden * weight).sum(-1) + bias
    own = torch.arange(len(bias), device=bias.device) == expected[:, :, None]
    mine = output.masked_fill(~own, -float("inf")).amax(-1)
    others = output.masked_fill(own, -float("inf")).amax(-1)
    gap = 2 * (base_radius[:, None] + part_radius)  # either of two outputs may move
    wrong = others - mine > gap
    return wrong.sum(), ~(wrong | (mine - others > gap))


class Prepared:
    """The inputs, each run once, and the sweeps of one site by different ways."""

    def __init__(self, run: Run, count: int) -> None:
        torch.manual_seed(0)
        inputs = torch.randn(count, 16).to(run.device)
        graph = capture(mlp().to(run.device), inputs[:2])
        self.run, self.count, self.rows = run, count, run.size(2**20, 4096)
        self.expected, self.sites = expectation(count), {"A": graph.site("1[:, 0:32]")}
        self.suffix = Suffix.of(graph, list(self.sites.values()))
        self.clean = run_clean(graph, [inputs], self.sites, self.suffix.frontier, self.rows)

    def sweeper(self, *, filtered: bool, compiled: bool) -> Sweeper:
        """A sweep by tensors or by compiled code."""
        options = Options(self.rows, filtered, 10, compiled)
        return Sweeper(self.suffix, self.clean, ("A",), Argmax(), self.expected, options)

    def by_compiler(self, sweeper: Sweeper, judge: Callable[..., Any]) -> Tally:
        """The filter as one compiled function, its leftovers on the bit-faithful path."""
        fused = Fused.of(sweeper.suffix, sweeper.clean, sweeper.replay.held, sweeper.readout)
        assert fused is not None
        _, link = fused.chain
        assert isinstance(link, tuple)
        each, left, tally = sweeper.combinations, [], Tally(0)
        numbers = torch.arange(each, device=sweeper.device)
        parts, labels = fused.source([numbers]), sweeper.by_context(numbers, sweeper.table)
        step = max(1, self.run.size(2**24, 2**14) // min(each, BLOCK))
        with torch.no_grad():
            for at in range(0, each, BLOCK):
                columns = slice(at, at + BLOCK)
                source, wanted = parts.at(columns), labels[:, columns]
                given = source.part, source.radius, *link
                for start in range(0, self.count, step):
                    bases = slice(start, start + step)
                    own = fused.base.at(bases)
                    expected = wanted.index_select(0, sweeper.bases[bases])
                    wrong, unclear = judge(own.part, own.radius, *given, expected)
                    tally.wrong = tally.wrong + wrong
                    base, source = unclear.nonzero().unbind(1)
                    left.append((start + base) * each + at + source)
            sweeper.again(torch.cat(left).sort().values, tally)
        return tally


def variants(run: Run) -> dict[str, Any]:
    """The same counts by the replay, by the split sums on tensors, compiled, and in one kernel.

    At least both parts of every input are read once: 2 · 64 · 4 bytes for each of N inputs, for N² interchanges.
    """
    peak, bandwidth = product_rate(run, torch.float32), copy_rate(run)
    found: dict[str, Any] = {
        "float32 product, operations/s": peak,
        "copy, bytes/s": bandwidth,
        "ridge, operations a byte": peak / bandwidth,
    }
    equal, shares = True, [0.0]
    for count in (run.size(16384, 128), run.size(65536, 256)):
        prepared = Prepared(run, count)
        rows: dict[str, Any] = {}
        for name, way in ways(prepared).items():
            operations = WHOLE if name == "suffix" else SPLIT
            try:
                rows[name] = _timed(run, way, count, operations, peak, bandwidth)
            except Exception as error:  # a compiler may be missing, memory may be short
                rows[name] = {"not run": f"{type(error).__name__}: {error}"[:300]}
        known = {row["disagreeing"] for row in rows.values() if "disagreeing" in row}
        equal &= len(known) == 1
        shares.append(max(r.get("share of it", 0.0) for n, r in rows.items() if n != "suffix"))
        found[f"{count} inputs"] = rows
    found["the ways agree"] = equal
    return found | {"passed": equal and (run.small or shares[-1] >= 0.5)}


def ways(prepared: Prepared) -> dict[str, Callable[[], Tally]]:
    """What is compared: a name and a sweep, all prepared."""
    plain = prepared.sweeper(filtered=False, compiled=False)
    split = prepared.sweeper(filtered=True, compiled=False)
    kernel = prepared.sweeper(filtered=True, compiled=True)
    judge = judged if prepared.run.device.type == "cpu" else torch.compile(judged, dynamic=False)
    return {
        "suffix": lambda: plain.run(None),
        "split, on tensors": lambda: split.run(None),
        "split, by torch.compile": lambda: prepared.by_compiler(split, judge),
        "split, in one kernel": lambda: kernel.run(None),
    }


def _timed(
    run: Run, way: Callable[[], Tally], count: int, operations: int, peak: float, bandwidth: float
) -> dict[str, Any]:
    """A sweep's rate, what it found, and how near it is to the roof that binds it."""
    tallies: list[Tally] = []
    seconds = run.seconds(lambda: tallies.append(way()), repeat=1)
    rate = count**2 / seconds
    moved = 2 * WIDTH * 4 / count
    roofs = {"operations": peak / operations, "bandwidth": bandwidth / moved}
    binding = min(roofs, key=lambda name: roofs[name])
    return {
        "interchanges/s": rate,
        "disagreeing": int(tallies[-1].wrong),
        "rerun": tallies[-1].rerun,
        "roofs, interchanges/s": roofs,
        "the roof that binds": binding,
        "share of it": rate / roofs[binding],
    }
