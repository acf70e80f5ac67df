"""The notions of abstraction, one file each.

Every module here holds one frozen dataclass that satisfies `theory.definition.Definition`; adding
a file adds a definition. `definitions()` lists them in the order below, then by name.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..definition import Definition
from ..errors import InputError
from ..implying import Condition, listed
from ..kernel.errors import nearest

__all__ = ["consequences", "definitions", "find_definition"]

_FIRST = ("observational", "exact", "uniform", "tau-abstraction", "strong", "constructive")


@cache
def definitions() -> tuple[type[Definition], ...]:
    """All definitions that ship, weakest of the classic chain first."""
    found: list[type[Definition]] = []
    for module in pkgutil.iter_modules(__path__):
        imported = importlib.import_module(f"{__name__}.{module.name}")
        public = (getattr(imported, name) for name in imported.__all__)
        found += [kind for kind in public if hasattr(kind, "defect")]  # not a parameter's choices
    position = {name: index for index, name in enumerate(_FIRST)}
    return tuple(sorted(found, key=lambda d: (position.get(d.name, len(_FIRST)), d.name)))


def find_definition(name: str) -> type[Definition]:
    """The definition of this name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    known = {definition.name: definition for definition in definitions()}
    if name not in known:
        listed = ", ".join(known)
        raise InputError([f"unknown definition {name!r}; known: {listed}{nearest(name, known)}"])
    return known[name]


def consequences(kind: type[Definition]) -> dict[str, Condition | None]:
    """The definitions that one implies, by its own word or by theirs: name -> what that needs of a claim, if anything.

    Where both list the implication, either may say the condition.

    Example:
        >>> consequences(find_definition("exact"))["observational"].words
        'ω is derived and ω, τ_U and I_H are left to the definition and τ is onto'
    """
    found = {other.name: other.given for other in listed(kind.weaker)}
    for weak in definitions():
        for strong in listed(weak.stronger):
            if strong.name == kind.name:
                found[weak.name] = found.get(weak.name) or strong.given
    return found
