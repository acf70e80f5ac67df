"""Networks whose numbers are all of one type: casts between types would round, and nothing is derived of them."""

from __future__ import annotations

from ...graph.arithmetic import NotEvaluatedError
from ...graph.network import CapturedNetwork

__all__ = ["require_one_type"]


def require_one_type(network: CapturedNetwork) -> None:
    """Look at the type of every value.

    Raises:
        NotEvaluatedError: there are several; where each of them first is.
    """
    first: dict[str, str] = {}
    for node in network.nodes:
        if node.dtype is not None and node.dtype.is_floating_point:
            first.setdefault(str(node.dtype).removeprefix("torch."), node.module or node.name)
    if len(first) > 1:
        listed = ", ".join(f"{dtype} in {where}" for dtype, where in first.items())
        raise NotEvaluatedError(
            f"the network computes in several types: {listed}; casts are not followed"
        )
