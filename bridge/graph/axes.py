"""What the dimensions of a value run over, where the graph says so: rows, heads, positions, units.

| value | axes |
|---|---|
| an attention's results, `PATH.heads` | row, head, position, unit |
| an attention's weights, `PATH.pattern` | row, head, query, key |
| whose positions can be followed from the inputs (`graph.positions`) | position, and what is left: row, then unit |
| of shape (rows, n) | row, unit |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .positions import Positions

if TYPE_CHECKING:
    from .network import CapturedNetwork

__all__ = ["axes_of"]

HEADS = ("row", "head", "position", "unit")
PATTERN = ("row", "head", "query", "key")


def axes_of(network: CapturedNetwork, address: str) -> tuple[str, ...]:
    """The name of each dimension of a value; "" where it has none.

    Args:
        network: the graph.
        address: the value, by module path.
    """
    node = network.node(address)
    rank = len(node.shape)
    for ending, axes in ((".heads", HEADS), (".pattern", PATTERN)):
        if address.endswith(ending) and rank == len(axes):
            return axes
    found = [""] * rank
    if node.rows is not None:
        found[node.rows] = "row"
    positions = Positions.of(network) if rank > 2 else None  # of two, the other one is of units
    along = None if positions is None else positions.along.get(node.name)
    if along is not None and not along.merged:
        found[along.axis] = "position"
    if found.count("") == 1 and found[-1] == "" and (rank == 2 or "position" in found):
        found[-1] = "unit"
    return tuple(found)
