"""What the command's exit status says."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """The exit status of every command. `demo` exits 0 iff every claim comes out as announced."""

    HOLDS = 0
    FAILS = 1
    BAD_INPUT = 2
    UNKNOWN = 3
    DISAGREEMENT = 4
    INTERNAL = 70
    """A bug of ours; nothing was decided."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """The reader of our output went away."""
