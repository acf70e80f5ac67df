"""The GPU run, small, on whatever device there is: its sections pass, and can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from tauomega.bridge.exhaustive.fused_radius import Radius
from tauomega.bridge.precision.orders import OrdersNetwork


@pytest.fixture(scope="module")
def gpu() -> Any:
    with pytest.MonkeyPatch.context() as patched:  # as for a script: its folder is searched
        patched.syspath_prepend(Path(__file__).parent)
        return import_module("gpu")


@pytest.fixture
def run(gpu: Any) -> Any:
    return gpu.Run(torch.device("cpu"), True)


@pytest.mark.slow
def test_numbers_outside_an_enclosure_are_counted(
    gpu: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The enclosures of another type are too small."""
    import gpu_containment

    made = lambda network, _, device: OrdersNetwork(network, "float64", device)  # noqa: E731
    monkeypatch.setattr(gpu_containment, "OrdersNetwork", made)
    found = gpu.containment(run)
    assert not found["passed"]
    rows = [row for row in found.values() if isinstance(row, dict)]
    assert len(rows) == 9
    assert all(row["outside"] and row["first outside"].startswith("base ") for row in rows)


@pytest.mark.slow
def test_a_filter_that_believes_everything_is_caught(
    gpu: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a radius, near ties are read off sums in another order: the ways must still agree on the rest."""

    monkeypatch.setattr(Radius, "of_rows", lambda _, rows, *more: rows.new_full((len(rows),), -10))
    found = gpu.variants(run)
    assert not found["the ways agree"]
    assert not found["passed"]


@pytest.mark.slow
def test_the_gpu_run_passes_at_a_small_size(gpu: Any, tmp_path: Path) -> None:
    assert 0 == gpu.main(["--small", "--output", str(tmp_path / "gpu.json")])
    report = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    assert set(gpu.SECTIONS) <= set(report)
    judged = {title for title in gpu.SECTIONS if "passed" in report[title]}
    assert set(gpu.SECTIONS) - judged == {"ceilings", "batch invariance"}
    assert all(report[title]["passed"] for title in judged)
    assert all(report[title]["predicted"] for title in gpu.SECTIONS)
    sizes = [v for k, v in report["variants"]["found"].items() if k.endswith("inputs")]
    for ways in sizes:
        assert 4 == len(ways)
        for row in ways.values():
            rate, roofs = row["interchanges/s"], row["roofs, interchanges/s"]
            assert row["share of it"] * roofs[row["the roof that binds"]] == pytest.approx(rate)


@pytest.mark.slow
def test_it_needs_no_solver(tmp_path: Path) -> None:
    """A machine with a GPU may have PyTorch and its companions, and nothing else of ours."""
    script = Path(__file__).with_name("gpu.py")
    without = ["z3", "flint", "pysat", "oxidd", "msgspec", "click", "hypothesis", "rich"]
    program = (
        f"import runpy, sys; sys.modules.update(dict.fromkeys({without}));"
        f"sys.argv[1:] = ['--small', '--only', 'enclosures', 'bounds', 'containment'];"
        f"sys.path.insert(0, {str(script.parent)!r}); runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert 0 == found.returncode, found.stderr
    assert 3 == found.stderr.count(": passed")


@pytest.mark.slow
def test_a_section_that_breaks_loses_none_of_the_others(
    gpu: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> dict[str, Any]:
        raise torch.OutOfMemoryError("tried to allocate 10^9 bytes")

    monkeypatch.setitem(gpu.SECTIONS, "exactness", gpu.Section(broken, "nothing"))
    path = tmp_path / "gpu.json"
    assert 1 == gpu.main(["--small", "--only", "exactness", "pinned order", "--output", str(path)])
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["exactness"]["broke"] == "OutOfMemoryError: tried to allocate 10^9 bytes"
    assert report["exactness"]["passed"] is False
    assert report["pinned order"]["passed"] is True
    assert not list(tmp_path.glob("*.partial"))
