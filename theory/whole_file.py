"""A file that is there in full or not at all, whenever the process is killed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from secrets import token_hex

__all__ = ["write_file"]

_DEVICES = (("/", "dev"), ("/", "proc"))
"""Where names stand for what is open already, files among it."""


def write_file(path: Path, data: bytes) -> None:
    """Write a file aside, for good, and put it in the place of what was there.

    A link leads to its file, which is replaced. What is no file, such as a pipe or `/dev/stdout`, is
    written to as it is, and never replaced.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if (path.exists() and not path.is_file()) or path.parts[:2] in _DEVICES:
        with path.open("wb") as device:
            device.write(data)
        return
    path = path.resolve()
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
