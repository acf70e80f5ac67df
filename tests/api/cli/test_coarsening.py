"""`coarsest`, `repair` and `common`, as commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode

TASK = '''definition = "constructive"
[low]
text = """
U : 0..3
{low}
"""
[high]
text = """
P : bool
V = P
"""
[abstraction.tau]
{tau}
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_lossy_tau_is_repaired(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["repair", "ce14"])
    shown = capsys.readouterr().out
    assert "X = X: 3 classes of 3 states, 1 more than was asked" in shown
    assert "  Y : bool = table(X) {0: 0; 1: 0; 2: 1}" in shown
    assert ExitCode.HOLDS == main(["repair", "ce14", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert {"X": [0, 1, 2], "Y": [0, 1]} == found["classes"]
    assert {"X": 1, "Y": 0} == found["added"]
    assert "holds" == found["verdict"]["verdict"]


def test_what_is_kept_is_told_by_the_coarsest_abstraction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ExitCode.HOLDS == main(["coarsest", "voting", "--keep", "W", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [0, 0, 0, 1, 0, 1, 1, 1] == found["classes"]["T"]  # the majority, no longer the count
    assert ExitCode.BAD_INPUT == main(["coarsest", "voting", "--keep", "X"])
    assert "no τ of 'X'" in capsys.readouterr().err
    assert ExitCode.BAD_INPUT == main(["coarsest", "ce5_constructive", "--keep", "Y1", "--json"])
    out = json.loads(capsys.readouterr().out)
    assert "several τ read" in out["faults"][0]["message"]


def test_two_models_have_something_in_common_or_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, low in (("one", "X = U"), ("parity", "A = U mod 2"), ("half", "A = U >= 2")):
        target = low.partition(" ")[0]
        (folder / f"{name}.toml").write_text(TASK.format(low=low, tau=f'V = "{target} >= 1"'))
    assert ExitCode.HOLDS == main(["common", "one.toml", "parity.toml"])
    shown = capsys.readouterr().out
    assert "V: 2 classes of 4 states and 2 states" in shown
    assert "one.toml: HOLDS" in shown
    assert ExitCode.FAILS == main(["common", "parity.toml", "half.toml"])
    assert "only the trivial model abstracts both" in capsys.readouterr().out
    assert ExitCode.FAILS == main(["common", "parity.toml", "half.toml", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["trivial"]
    assert found["merges"]
    assert ExitCode.BAD_INPUT == main(["common", "one.toml", "voting"])
    assert "only one of the two tasks has a τ of 'T'" in capsys.readouterr().err


def test_too_many_runs_are_out_of_reach(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    low = "W[1..24] : bool\nX[i] = W[i]\nS : 0..24 = sum(X[1..24])"
    (folder / "wide.toml").write_text(TASK.format(low=low, tau='V = "S >= 3"'))
    assert ExitCode.UNKNOWN == main(["repair", "wide.toml"])
    assert "wide.toml: UNKNOWN: " in capsys.readouterr().out
    assert ExitCode.UNKNOWN == main(["repair", "wide.toml", "--json"])
    assert "unknown" == json.loads(capsys.readouterr().out)["verdict"]


@pytest.mark.parametrize("name", ["repair", "coarsest", "common"])
def test_time_that_is_over_is_unknown(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    low = "W[1..14] : bool\nX[i] = W[i]\nS : 0..14 = sum(X[1..14])"
    (folder / "long.toml").write_text(TASK.format(low=low, tau='V = "S >= 3"'))
    more = {"repair": [], "coarsest": ["--keep", "V"], "common": ["long.toml"]}[name]
    assert ExitCode.UNKNOWN == main([name, "long.toml", *more, "--timeout", "1ms"])
    assert "UNKNOWN: 0.001 s are over" in capsys.readouterr().out
