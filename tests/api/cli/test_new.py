"""`tauomega new`: a task to start from, never over another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_it_writes_holds_and_its_hint_makes_it_fail(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ExitCode.HOLDS == main(["new", "mine"])
    assert "wrote mine.toml; now: tauomega check mine.toml\n" == capsys.readouterr().out
    assert ExitCode.HOLDS == main(["check", "mine.toml"])
    text = Path("mine.toml").read_text(encoding="utf-8")
    assert "{file}" not in text
    assert "W = T >= 2 to W = T >= 3" in text
    before, after = text.rsplit("W = T >= 2", 1)
    Path("mine.toml").write_text(f"{before}W = T >= 3{after}", encoding="utf-8")
    assert ExitCode.FAILS == main(["check", "mine.toml"])


def test_the_lines_that_are_commented_out_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["new", "mine.toml"])
    lines = Path("mine.toml").read_text(encoding="utf-8").splitlines()
    wanted = ("# [abstraction.tau_u]", '# T0 = "sum(U[1..3])"')
    text = "\n".join(line.removeprefix("# ") if line in wanted else line for line in lines)
    Path("mine.toml").write_text(text, encoding="utf-8")
    assert ExitCode.HOLDS == main(["check", "mine.toml"])


def test_a_file_is_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.toml").write_text("precious", encoding="utf-8")
    assert ExitCode.BAD_INPUT == main(["new", "mine"])
    assert "'mine.toml' exists; choose another name" in capsys.readouterr().err
    assert "precious" == Path("mine.toml").read_text(encoding="utf-8")


def test_a_folder_that_does_not_exist_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.BAD_INPUT == main(["new", "nowhere/mine"])
    assert "'nowhere/mine.toml' cannot be written" in capsys.readouterr().err
