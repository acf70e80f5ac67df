"""Observational consistency."""

from __future__ import annotations

from tauomega.theory.definitions.observational import Observational

from ..meeting import Meeting
from ..models import Array
from ..notion import Arrow, Notion

__all__ = ["ARROWS", "NOTIONS"]


def _reading(meeting: Meeting) -> Array:
    return meeting.equal_laws(meeting.everyone, ((0, 0),))


NOTIONS = (Notion("observational", Observational(), _reading),)
ARROWS: tuple[Arrow, ...] = ()
