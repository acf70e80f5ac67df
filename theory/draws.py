"""Interventions drawn at random, as a law whose probabilities are exact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Direction", "Draws"]


class Direction(Enum):
    """Where the values of a drawn intervention come from."""

    DOWN = "down"
    """Labels above, uniform; then block values, uniform on the fibre of τ."""
    UP = "up"
    """Block values below, uniform; then their labels."""


@dataclass(frozen=True, slots=True)
class Draws:
    r"""Interventions drawn as causal abstraction error draws them, those that set `without` left out.

    k is uniform on $1, \dots, \min(n, most)$, k of the n targets are drawn without replacement, and every
    high-level variable without parents is set as well. The targets are the high-level variables and, if
    `noise`, all inert low-level variables together, which are then uniform, independently.
    """

    direction: Direction
    most: int
    noise: bool
    without: str = ""
