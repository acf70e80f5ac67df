"""Readings: each printed definition once more, in plain Python, straight from its formula.

An engine's answer, the literal interpreter's and a reading's are three. Readings share with the others
the models alone (how an equation is evaluated); suprema, families, ω_τ, laws, couplings are written out
again, slowly. A reading is found by the name of its definition: a module here has a dictionary `READINGS`,
and so may a module of yours that `twins --readings` names. It answers 0 iff the definition holds, its
distance where it has one, ∞ where a requirement fails that is no distance.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from .plain import NotReadError, Plain

__all__ = ["NotReadError", "Plain", "Reading", "readings"]

Reading = Callable[[Plain, Any], Fraction | float]
"""The claim and the definition with its parameters -> the value of its defect."""


@cache
def readings() -> dict[str, Reading]:
    """Every reading, by the name of its definition."""
    found: dict[str, Reading] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{module.name}"), "READINGS", {})
    return found
