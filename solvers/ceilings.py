"""Bounds that are read off a defect, and the message of an empty space."""

from __future__ import annotations

from fractions import Fraction

from tauomega.theory.defect import Defect, Dist, Expected, Max, Mean, Metric, Space, Sup, Violated
from tauomega.theory.quantity import INFINITE

__all__ = ["ceiling", "nothing_in"]


def ceiling(defect: Defect) -> Fraction | float:
    """A value that the defect cannot exceed."""
    match defect:
        case Dist(metric=Metric.DISCRETE) | Violated():
            return Fraction(1)
        case Sup(body=body) | Mean(body=body) | Expected(body=body):
            return ceiling(body)
        case Max(parts=parts):
            return max(ceiling(part.defect) for part in parts)
        case _:
            return INFINITE


def nothing_in(space: Space) -> str:
    """What to say of an empty space."""
    return (
        f"there is nothing to check: {type(space).__name__} is empty; an empty family proves nothing. "
        "List at least one element"
    )
