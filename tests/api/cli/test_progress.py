"""Progress is for people."""

from __future__ import annotations

import sys
from fractions import Fraction

import pytest

from tauomega.cli.progress import shown_measuring, shown_progress


def test_nothing_is_shown_in_a_pipe() -> None:
    with shown_progress("work") as progress:
        assert progress is None


def test_a_bar_is_shown_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with shown_progress("checking [x]") as progress:
        assert progress is not None
        progress(1, None)
        progress(50, 100)
    assert "checking [x]" in capsys.readouterr().err


def test_bounds_are_shown_while_they_narrow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with shown_measuring("measuring") as (_, narrowed):
        assert narrowed is not None
        narrowed(Fraction(1, 2), Fraction(3))
    assert "between 1/2 and 3" in capsys.readouterr().err


def test_work_that_tells_nothing_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown_progress("checking"):
        pass
    assert "checking" not in capsys.readouterr().err
