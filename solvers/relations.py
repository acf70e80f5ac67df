"""Relations of a defect that have no number: violated or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tauomega.theory.abstraction import Site
from tauomega.theory.defect import Relation
from tauomega.theory.intervention import Hard

__all__ = ["violated"]


def violated(relation: Relation, values: Sequence[object], sites: Mapping[str, Site]) -> bool:
    """Whether the relation fails of these values."""
    if relation is Relation.ORDER_PRESERVED:
        i, k, low, high = values
        assert isinstance(i, Hard)
        assert isinstance(k, Hard)
        assert isinstance(low, Hard)
        assert isinstance(high, Hard)
        return i <= k and not low <= high
    low, high, other_low, other_high = values
    assert isinstance(low, dict)
    assert isinstance(high, dict)
    assert isinstance(other_low, dict)
    assert isinstance(other_high, dict)
    return any(
        all(low[v] == other_low[v] for v in site) and high[name] != other_high[name]
        for name, site in sites.items()
    )
