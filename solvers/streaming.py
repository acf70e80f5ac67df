"""Work in a child process that tells as it goes: values one by one, and an answer at the end."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable, Generator
from typing import Any

from .child import Child, Outcome

__all__ = ["Tell", "streamed"]

Tell = Callable[[Any], None]


def streamed(
    function: Callable[[Tell], Any], *, seconds: float, memory: int
) -> Generator[Any, None, Outcome]:
    """Call a function in a forked child; whatever it tells is yielded at once.

    Args:
        function: what to call with the function that tells; values and result are JSON values.
        seconds: wall-clock time; at the deadline the child is killed. So it is when the generator is
            closed.
        memory: bytes that the child may add to the address space.

    Returns:
        The generator's value: how the child ended.
    """
    told, telling = os.pipe()

    def tell(value: Any) -> None:
        data = json.dumps(value).encode() + b"\n"
        while data:
            data = data[os.write(telling, data) :]

    try:
        child = Child(lambda: function(tell), seconds=seconds, memory=memory)
    finally:
        os.close(telling)
    try:
        yield from _lines(told, child)
        return child.outcome()
    finally:
        os.close(told)
        child.kill()


def _lines(told: int, child: Child) -> Generator[Any, None, None]:
    """What is told, until the child ends or its deadline passes."""
    data = b""
    waiting = {told, child.pipe}
    while told in waiting:
        ready, _, _ = select.select(list(waiting), [], [], child.left)
        if not ready:
            return
        if child.pipe in ready and child.heard() is not None:
            waiting.discard(child.pipe)
        if told in ready:
            piece = os.read(told, 1 << 16)
            if not piece:
                return
            *lines, data = (data + piece).split(b"\n")
            for line in lines:
                yield json.loads(line.decode())
