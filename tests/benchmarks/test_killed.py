"""Nothing is half written and nothing printed is lost, whenever the process is killed."""

from __future__ import annotations

import random
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def killing() -> Any:
    path = Path(__file__).parent / "killed.py"
    spec = spec_from_file_location("killed", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["killed"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_nothing_is_half_written(killing: Any, tmp_path: Path) -> None:
    seen = killing.killed(tmp_path, 9, 3)
    assert sum(seen.values()) >= 9
    assert not [state for state in seen if "LOST" in state]


def test_a_lost_solution_is_noticed(
    killing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = killing.Searches(tmp_path, frozenset({b"head", b"one"}), 1.0)
    file = tmp_path / "found.jsonl"

    def run(told: str, *, ended: bool = False) -> str:
        said = killing.Run(told, 1.0, ended)
        monkeypatch.setattr(killing, "_run", lambda *_, **__: said)
        return str(work.killed(random.Random(1)))

    file.write_bytes(b"head\none\ntw")
    assert run("1. reads n1\n").startswith("stopped")
    assert run("1. reads n1\n2. reads o1\n").startswith("LOST: a solution that was printed")
    assert run("", ended=True) == "ended as in peace"
    file.write_bytes(b"head\none\none\n")
    assert run("", ended=True).startswith("LOST: other solutions")


def test_a_torn_certificate_is_noticed(killing: Any, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    assert killing._certificate_state(file, None, "") == "none yet"
    assert killing._certificate_state(file, None, "accepted by the checker").startswith("LOST")
    file.write_bytes(b'{"claim":')
    assert killing._certificate_state(file, None, "").startswith(
        "LOST: a certificate that is refused"
    )
