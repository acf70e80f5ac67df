"""Files that are there in full or not at all."""

from __future__ import annotations

import os
import threading
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


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    write_file(file, b"one")
    link.symlink_to(file)
    write_file(link, b"two")
    assert link.is_symlink()
    assert file.read_bytes() == b"two"


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    """As `/dev/full` and `/dev/stdout`: a device that is replaced by a file is lost to the whole machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, b"all of it")
    reader.join(timeout=60)
    assert [b"all of it"] == read
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no full device")
def test_a_full_device_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_file(Path("/dev/full"), b"x")
    assert Path("/dev/full").is_char_device()


def test_a_path_without_a_name_is_refused() -> None:
    with pytest.raises(IsADirectoryError):
        write_file(Path(), b"x")
