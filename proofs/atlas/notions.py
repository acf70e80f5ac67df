"""The notions of the atlas, from `entries`."""

from __future__ import annotations

from .entries import entries

__all__ = ["NOTIONS"]

NOTIONS = entries()[0]
"""The classic chain first; within a definition the weakest family first."""
