"""Uniform transformations: some map of contexts."""

from __future__ import annotations

from tauomega.theory.definitions.uniform import Uniform

from ..meeting import Meeting
from ..models import Array
from ..notion import nested, over_families

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting, family: str) -> Array:
    return meeting.over(family, meeting.compatible)


NOTIONS = over_families("uniform", Uniform, _reading)
ARROWS = nested("uniform")
