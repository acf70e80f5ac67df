"""The GPU run, small, on whatever device there is: its sections pass."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_gpu_run_passes_at_a_small_size(tmp_path: Path) -> None:
    spec = spec_from_file_location("gpu_run", Path(__file__).with_name("gpu.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert 0 == module.main(["--small", "--output", str(tmp_path / "gpu.json")])
    report = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    judged = {
        title for title, found in report.items() if isinstance(found, dict) and "passed" in found
    }
    assert {"exhaustive mlp", "exactness", "pinned order"} == judged
    assert all(report[title]["passed"] for title in judged)
