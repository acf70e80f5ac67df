"""The GPU run, small, on whatever device there is: its sections pass."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from tauomega.bridge.precision.orders import OrdersNetwork


@pytest.fixture(scope="module")
def gpu() -> Any:
    with pytest.MonkeyPatch.context() as patched:  # as for a script: its folder is searched
        patched.syspath_prepend(Path(__file__).parent)
        return import_module("gpu")


@pytest.mark.slow
def test_numbers_outside_an_enclosure_are_counted(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The enclosures of another type are too small."""
    monkeypatch.setattr(gpu, "OrdersNetwork", lambda network, _: OrdersNetwork(network, "float64"))
    found = gpu.containment(gpu.Run(torch.device("cpu"), True))
    assert not found["passed"]
    assert all(count for key, count in found.items() if key.endswith(": outside"))


@pytest.mark.slow
def test_the_gpu_run_passes_at_a_small_size(gpu: Any, tmp_path: Path) -> None:
    assert 0 == gpu.main(["--small", "--output", str(tmp_path / "gpu.json")])
    report = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    judged = {
        title for title, found in report.items() if isinstance(found, dict) and "passed" in found
    }
    assert {
        "exhaustive mlp", "exactness", "pinned order", "containment", "enclosures", "bounds", "splitting",
    } == judged  # fmt: skip
    for row in (v for k, v in report["roofline"].items() if k.endswith("inputs")):
        rate, roofs = row["interchanges/s"], row["roofs, interchanges/s"]
        assert row["share of it"] * roofs[row["the roof that binds"]] == pytest.approx(rate)
        assert row["the roof that binds"] in roofs
    assert all(report[title]["passed"] for title in judged)
