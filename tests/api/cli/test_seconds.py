"""Durations on the command line."""

from __future__ import annotations

import click
import pytest

from tauomega.cli.seconds import SECONDS


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10.0), ("10", 10.0), ("0.5s", 0.5), ("500ms", 0.5), ("2m", 120.0), ("1h", 3600.0)],
)
def test_durations_are_read_with_their_unit(text: str, seconds: float) -> None:
    assert seconds == SECONDS.convert(text, None, None)


@pytest.mark.parametrize(
    "text", ["", "s", "-1s", "1 s", "1d", "1e3", "nan", "inf", "1.2.3", "٣s", "9" * 10, "0"]
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write 10s, 500ms, 2m or 1h"):
        SECONDS.convert(text, None, None)
