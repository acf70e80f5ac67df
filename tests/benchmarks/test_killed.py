"""A certificate is written in full or not at all, whenever the process is killed."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest


@pytest.mark.slow
def test_no_certificate_is_half_written(tmp_path: Path) -> None:
    path = Path(__file__).parent / "killed.py"
    spec = spec_from_file_location("killed", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    seen = module.killed(tmp_path, 6, 3)
    assert not [state for state in seen if state.startswith("LOST")]
