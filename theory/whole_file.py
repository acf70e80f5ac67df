"""A file that is there in full or not at all, whenever the process is killed."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

__all__ = ["write_file"]


def write_file(path: Path, data: bytes) -> None:
    """Write a file aside, for good, and put it in the place of what was there.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    aside = path.with_name(f".{path.name}.{token_hex(8)}.part")
    try:
        with aside.open("xb") as file:  # readable to whom other new files are
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
