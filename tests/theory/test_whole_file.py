"""Files that are there in full or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tauomega.theory.whole_file import write_file


def test_a_file_is_replaced_and_others_may_read_it_as_any_new_file(tmp_path: Path) -> None:
    plain, file = tmp_path / "plain", tmp_path / "file"
    plain.write_bytes(b"x")
    for data in (b"one", b"two"):
        write_file(file, data)
        assert file.read_bytes() == data
    assert file.stat().st_mode == plain.stat().st_mode
    assert {path.name for path in tmp_path.iterdir()} == {"plain", "file"}


def test_what_was_there_stays_if_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    write_file(file, b"one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(file, b"two")
    assert file.read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
