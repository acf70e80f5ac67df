"""The notions of the atlas, a file for each definition: its parameters, its fast reading, its proved arrows.

Every module here holds `NOTIONS` and `ARROWS`; adding a file adds its notions to the atlas.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..notion import Arrow, Notion

__all__ = ["entries"]

_FIRST = ("observational", "exact", "uniform", "tau_abstraction", "strong", "constructive")


@cache
def entries() -> tuple[tuple[Notion, ...], tuple[Arrow, ...]]:
    """All notions, the classic chain first and then by file, and all arrows."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    first = [name for name in _FIRST if name in names]
    notions: list[Notion] = []
    arrows: list[Arrow] = []
    for name in (*first, *sorted(set(names) - set(first))):
        module = importlib.import_module(f"{__name__}.{name}")
        notions += module.NOTIONS
        arrows += module.ARROWS
    return tuple(notions), tuple(arrows)
