"""Sites by name: `transformer.h.1.mlp[:, 3, :16]`, `layers.0/relu[:, (0, 2)]`.

```
site  = name ["[" part {"," part} "]"]      name: one of `CapturedNetwork.addresses`
part  = ":" | int | [int] ":" [int] | "(" int {"," int} ")"
```
The first part runs over the rows and is `:`. Dimensions that are not written are taken whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tauomega.theory.errors import InputError

from .node import Extent
from .sites import Slice, index_fault

if TYPE_CHECKING:
    from .network import CapturedNetwork

__all__ = ["head", "parse_site", "position"]

LONGEST = 1000
_WHOLE = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([^\[\]]*)\])?\s*")
_PART = re.compile(r"\s*(?:(\d{0,9})\s*(:)\s*(\d{0,9})|(\d{1,9})|\(([\d\s,]{1,500})\))\s*")


def parse_site(text: str, network: CapturedNetwork) -> Slice:
    """Read a site.

    Raises:
        InputError: no such value, an index that it does not have, or text that is no site.
    """
    found = _WHOLE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        shown = text if len(text) <= 80 else f"{text[:80]}…"
        raise InputError(
            [f"{shown!r} is no site; write a name and an index, such as layers.0[:, 3]"]
        )
    node = network.node(found[1])
    if not any(isinstance(size, Extent) for size in node.shape):
        raise InputError([f"{text}: this value does not depend on the rows, so it carries nothing"])
    if node.rows is None:
        shape = ", ".join(map(str, node.shape))
        raise InputError(
            [f"{text}: the value has shape ({shape}), with no dimension for the rows alone"]
        )
    index = _index(found[2], text)
    fault = index_fault(node, index)
    if fault:
        raise InputError([f"{text}: {fault}"])
    return Slice(node.name, index, text.strip())


def head(network: CapturedNetwork, attention: str, number: int) -> Slice:
    """One head's result, at every position: `transformer.h.0.attn.heads[:, 2]`."""
    return parse_site(f"{attention}.heads[:, {number}]", network)


def position(network: CapturedNetwork, name: str, number: int) -> Slice:
    """A value at one position: `transformer.h.0[:, 3]`."""
    return parse_site(f"{name}[:, {number}]", network)


def _index(text: str | None, whole: str) -> tuple[slice | int | tuple[int, ...], ...]:
    if text is None:
        return ()
    parts: list[slice | int | tuple[int, ...]] = []
    for word in re.split(r",(?![^(]*\))", text):
        found = _PART.fullmatch(word)
        if found is None:
            raise InputError(
                [
                    f"{whole}: {word.strip()!r} is no index; write :, 3, 0:16 or (0, 2) for a dimension"
                ]
            )
        if found[2]:
            start, stop = (int(x) if x else None for x in (found[1], found[3]))
            parts.append(slice(None) if start is None and stop is None else slice(start, stop))
        elif found[4]:
            parts.append(int(found[4]))
        else:
            numbers = [x for x in found[5].split(",") if x.strip()]
            if not numbers or not all(x.strip().isdigit() for x in numbers):
                raise InputError([f"{whole}: ({found[5]}) is no list of positions"])
            parts.append(tuple(int(x) for x in numbers))
    return tuple(parts)
