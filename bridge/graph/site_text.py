"""Sites by name: `transformer.h.1.mlp[:, 3, :16]`, `transformer.h.1.mlp[position=3, unit=:16]`, `layers.0[0:8]`.

```
site  = name ["[" index "]"]      name: one of `CapturedNetwork.addresses`; index: see `index_text`
```
Parts with the names of axes (`axes`) come in any order. Without them the first part runs over the rows and is `:`;
it may be left out of a value of shape (rows, n), whose parts then are units, as in the layers of a perceptron.
Dimensions that are not written are taken whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

from .axes import axes_of
from .index_text import Part, WrittenPart, fits, listed, nearest_part, read_index, shown_index
from .node import Extent, Node
from .sites import Slice, index_fault

if TYPE_CHECKING:
    from .network import CapturedNetwork

__all__ = ["WHOLE", "parse_site"]

LONGEST = 1000
WHOLE = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([^\[\]]*)\])?\s*")
"""A name, and an index in brackets."""


def parse_site(text: str, network: CapturedNetwork) -> Slice:
    """Read a site.

    Raises:
        InputError: no such value, an index that it does not have, or text that is no site; with the value's shape
            and the nearest site that there is.
    """
    found = WHOLE.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        shown = text if len(text) <= 80 else f"{text[:80]}…"
        raise InputError(
            [f"{shown!r} is no site; write a name and an index, such as layers.0[:, 3]"]
        )
    node = network.node(found[1])
    shape = ", ".join(map(str, node.shape))
    if not any(isinstance(size, Extent) for size in node.shape):
        raise InputError([f"{text}: this value does not depend on the rows, so it carries nothing"])
    if node.rows is None:
        raise InputError(
            [f"{text}: the value has shape ({shape}), with no dimension for the rows alone"]
        )
    if found[2] is None:
        return Slice(node.name, (), text.strip())
    try:
        parts = read_index(found[2])
    except InputError as error:
        messages = [
            f"{text}: {fault.message}; the value has shape ({shape})" for fault in error.faults
        ]
        raise InputError(messages) from None
    index = _placed(parts, found[1], network, text)
    fault = index_fault(node, index)
    if fault:
        near = shown_index(_nearest(node, index))
        raise InputError([f"{text}: {fault}; write {found[1]}[{near}]"])
    return Slice(node.name, index, text.strip())


def _placed(
    parts: Sequence[WrittenPart], address: str, network: CapturedNetwork, text: str
) -> tuple[Part, ...]:
    """The parts in the order of the dimensions."""
    node = network.node(address)
    plain = tuple(part.part for part in parts)
    if any(part.axis for part in parts):
        return _by_axis(parts, axes_of(network, address), node, text)
    if len(node.shape) != 2 or node.rows != 0 or plain[0] == slice(None):
        return plain
    width = node.shape[1]
    assert isinstance(width, int)
    if len(plain) == 1 or not all(fits(part, width) for part in plain):
        return (slice(None), *plain)
    return (slice(None), tuple(k for part in plain for k in listed(part, width)))


def _by_axis(
    parts: Sequence[WrittenPart], axes: Sequence[str], node: Node, text: str
) -> tuple[Part, ...]:
    shape = ", ".join(map(str, node.shape))
    known = [axis for axis in axes if axis not in ("", "row")]
    shown = f"the value has shape ({shape})" + (f", and axes {', '.join(known)}" if known else "")
    faults = []
    chosen: dict[int, Part] = {}
    for part in parts:
        if not part.axis:
            faults.append(f"{text}: name the axis of every part, or of none; {shown}")
        elif part.axis not in known:
            faults.append(f"{text}: no axis {part.axis!r}{nearest(part.axis, known)}; {shown}")
        elif axes.index(part.axis) in chosen:
            faults.append(f"{text}: the axis {part.axis!r} is given twice")
        else:
            chosen[axes.index(part.axis)] = part.part
    if faults:
        raise InputError(faults)
    return tuple(chosen.get(number, slice(None)) for number in range(max(chosen) + 1))


def _nearest(node: Node, index: Sequence[Part]) -> list[Part]:
    """The nearest index that the value has."""
    parts, rank = list(index), len(node.shape)
    if node.rows is not None and node.rows < len(parts) and parts[node.rows] != slice(None):
        if len(parts) < rank:
            parts.insert(node.rows, slice(None))
        parts[node.rows] = slice(None)
    lists = 0
    for number, size in enumerate(node.shape[: len(parts)]):
        if isinstance(size, int):
            parts[number] = nearest_part(parts[number], size)
        part = parts[number]
        lists += isinstance(part, tuple)
        if isinstance(part, tuple) and lists > 1:
            parts[number] = part[0]
    return parts[:rank]
