"""The filters, compiled and on tensors: sound to the last ulp, and equal to the bit-faithful path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tauomega import SCM
from tauomega.bridge.exhaustive import fused_numba, fused_triton, sweeping
from tauomega.bridge.exhaustive.expectation import Expectation
from tauomega.bridge.exhaustive.readout import Above, Argmax, Readout
from tauomega.bridge.exhaustive.sweep import Sweep, sweep
from tauomega.bridge.graph.capture import capture

pytest.importorskip("numba")
pytest.importorskip("triton")

HIGH = SCM.from_text("input P, Q : 0..3\nA = P mod 2\nB = Q mod 2\nout = A xor B")
CONTEXTS: list[dict[str, Any]] = [{"P": p, "Q": q} for p, q in product(range(4), range(4))]
EXPECTED = Expectation(HIGH, CONTEXTS, "out")


@pytest.fixture(params=["compiled", "as a kernel of a GPU, interpreted", "on tensors"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The three forms of the filter, whatever the number of pairs."""
    monkeypatch.setattr(sweeping, "COMPILED_FROM", 0)
    if request.param != "compiled":
        monkeypatch.setattr(fused_numba, "find_spec", lambda name: None)
    if request.param.startswith("as a kernel"):
        monkeypatch.setattr(fused_triton, "DEVICES", ("cpu",))
        monkeypatch.setattr(fused_triton, "PAIRS", 100)
    return str(request.param)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The compiled forms that sweeps have used."""
    found: list[str] = []
    for form in (fused_numba.NumbaScan, fused_triton.TritonScan):

        def noting(fused: Any, form: Any = form, of: Any = form.of) -> Any:
            made = of(fused)
            found.extend([form.__name__] if made is not None else [])
            return made

        monkeypatch.setattr(form, "of", staticmethod(noting))
    return found


def layers(seed: int, widths: tuple[int, ...], slope: float) -> nn.Sequential:
    torch.manual_seed(seed)
    parts: list[nn.Module] = []
    for below, here in pairwise(widths):
        parts += [nn.Linear(below, here), nn.LeakyReLU(slope) if slope else nn.ReLU()]
    return nn.Sequential(*parts[:-1]).eval()


def both(
    module: nn.Module, inputs: torch.Tensor, readout: Readout, **options: Any
) -> Iterator[tuple[Sweep, Sweep]]:
    """Sweeps with the filter and without."""
    graph = capture(module, inputs[:2])
    sites = {"A": graph.site("1[:, 0:5]"), "B": graph.site("1[:, 6:9]")}
    quick, plain = (
        sweep(
            graph, inputs, sites, readout, EXPECTED, rows=48, filtered=filtered, joint=None,
            **options,
        )
        for filtered in (True, False)
    )  # fmt: skip
    return zip(quick, plain, strict=True)


def same(quick: Sweep, plain: Sweep) -> bool:
    """Whether two sweeps found the same, however they went about it."""
    return replace(quick, rerun=0) == replace(plain, rerun=0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("widths", "slope", "readout"),
    [
        ((3, 9, 2), 0.0, Argmax()),
        ((3, 12, 7, 5), 0.0, Argmax()),
        ((3, 12, 18, 3), 0.3, Argmax()),
        ((3, 11, 13, 10), 0.5, Argmax()),
        ((3, 10, 8, 6, 3), 0.1, Argmax()),
        ((3, 10, 8, 1), 3.0, Above(0.05)),
        ((3, 10, 2), 0.0, Above(-0.1, unit=1)),
    ],
)
def test_the_filter_gives_the_verdicts_of_the_faithful_path(
    way: str, seed: int, widths: tuple[int, ...], slope: float, readout: Readout, made: list[str]
) -> None:
    inputs = torch.randn(12, 3).repeat(2, 1)[:16]
    for quick, plain in both(layers(seed, widths, slope), inputs, readout, keep=7):
        assert same(quick, plain)
        assert quick.rerun < plain.rerun or widths == (3, 9, 2), "nothing was filtered"


@pytest.mark.parametrize("ulps", [0, 1, 2])
def test_margins_within_an_ulp_are_rerun(way: str, ulps: int) -> None:
    """Two outputs with the same weights and biases a few ulps apart: no pair is clear of rounding."""
    module = layers(2, (3, 10, 8, 2), 0.0)
    last = module[4]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight[1] = last.weight[0].flip(0)
        assert isinstance(module[2], nn.Linear)
        module[2].weight[4:] = module[2].weight[:4].flip(0)
        module[2].bias[4:] = module[2].bias[:4].flip(0)
        last.bias[:] = 0.1
        for _ in range(ulps):
            last.bias[1] = torch.nextafter(last.bias[1], torch.tensor(1.0))
    for quick, plain in both(module, torch.randn(16, 3), Argmax()):
        assert quick.rerun == quick.distinct
        assert same(quick, plain)


def test_a_compiled_filter_that_believes_everything_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping, "COMPILED_FROM", 0)
    made = fused_numba.NumbaScan.of

    def believing(fused: Any) -> Any:
        found = made(fused)
        assert found is not None
        return replace(found, radius=np.full_like(found.radius, -1))

    monkeypatch.setattr(fused_numba.NumbaScan, "of", staticmethod(believing))
    module = layers(2, (3, 10, 8, 2), 0.0)
    last = module[4]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight[1] = last.weight[0].flip(0)
        last.bias[1] = last.bias[0]
        assert isinstance(module[2], nn.Linear)
        module[2].weight[4:] = module[2].weight[:4].flip(0)
        module[2].bias[4:] = module[2].bias[:4].flip(0)
    found = [same(quick, plain) for quick, plain in both(module, torch.randn(16, 3), Argmax())]
    assert not all(found)


def test_values_near_the_end_of_the_type_have_no_filter(way: str) -> None:
    module = layers(0, (3, 10, 8, 2), 0.0)
    assert isinstance(module[2], nn.Linear)
    with torch.no_grad():
        module[2].weight *= 1e38
    for quick, plain in both(module, torch.randn(16, 3), Argmax()):
        assert quick.rerun == quick.distinct
        assert same(quick, plain)


def test_a_slope_above_one_stretches_the_radius() -> None:
    from tauomega.bridge.exhaustive.clean import run_clean
    from tauomega.bridge.exhaustive.fused import Fused
    from tauomega.bridge.graph.replay import Suffix

    radii = []
    for slope in (1.0, 8.0):
        module = layers(0, (3, 6, 5, 2), 1.0)
        module[3] = nn.LeakyReLU(slope)
        graph = capture(module, torch.randn(2, 3))
        site = graph.site("1[:, 0:2]")
        suffix = Suffix.of(graph, [site])
        clean = run_clean(graph, [torch.ones(4, 3)], {"A": site}, suffix.frontier, 4)
        made = Fused.of(suffix, clean, [clean.held["A"]], Argmax())
        assert made is not None
        radii.append(float((made.base.radius + made.sources[0].radius[0]).min()))
    assert radii[1] > 4 * radii[0]


@pytest.mark.parametrize("threshold", [-1.0, 0.3])
def test_a_threshold_is_compared_after_the_last_activation(way: str, threshold: float) -> None:
    """A leaky ReLU brings outputs below a threshold above it: 0.01 · (-5) > -1."""
    module = layers(3, (3, 10, 8, 1), 0.0).append(nn.LeakyReLU(0.01))
    last = module[4]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.bias.sub_(5)
    for quick, plain in both(module, torch.randn(16, 3), Above(threshold)):
        assert same(quick, plain)


@pytest.mark.parametrize("text", ["1[:, 4]", "1[:, (5, 2)]", "1[:, 7:]"])
def test_a_site_is_one_unit_or_units_in_any_order(way: str, text: str) -> None:
    module, inputs = layers(0, (3, 10, 8, 2), 0.0), torch.randn(16, 3)
    graph = capture(module, inputs[:2])
    quick, plain = (
        list(sweep(graph, inputs, {"A": graph.site(text)}, Argmax(), EXPECTED, rows=48, filtered=f))
        for f in (True, False)
    )
    assert all(map(same, quick, plain))


def test_each_pair_has_a_radius_of_its_own() -> None:
    """An input of large values widens the radius of its own pairs and of no other."""
    module = layers(1, (3, 10, 8, 2), 0.0)
    inputs = torch.randn(16, 3)
    calm = [quick.rerun for quick, _ in both(module, inputs, Argmax())]
    inputs[0] *= 1e7
    wild = [quick.rerun for quick, _ in both(module, inputs, Argmax())]
    assert all(w <= c + 2 * 16 for w, c in zip(wild[:2], calm, strict=False))


@pytest.mark.slow
def test_the_kernel_of_a_gpu_fits_its_registers_and_flushes_nothing() -> None:
    """Compiled here for a processor of compute capability 9.0; nothing of it is run."""
    script = Path(__file__).with_name("compile_kernel.py")
    environment = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"}
    found = subprocess.run(  # a process that interprets kernels compiles none
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, check=True
    )
    for outputs, (registers, spilled, flushes) in json.loads(found.stdout).items():
        assert registers <= 65536 // (3 * 32 * fused_triton.WARPS), "three share a multiprocessor"
        assert spilled == 0, outputs
        assert not flushes


def test_several_threads_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "COMPILED_FROM", 0)
    module, inputs = layers(1, (3, 10, 8, 2), 0.0), torch.randn(16, 3)
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            monkeypatch.setattr(torch, "get_num_threads", lambda n=threads: n)
            found.append([quick for quick, _ in both(module, inputs, Argmax())])
    finally:
        monkeypatch.undo()
    assert before == torch.get_num_threads()
    assert found[0] == found[1]
