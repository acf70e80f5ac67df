"""The notions of abstraction, one file each.

Every module here holds one frozen dataclass that satisfies `theory.definition.Definition`; adding
a file adds a definition. `definitions()` lists them in the order below, then by name; the classes, and
what their parameters choose from, are also names of this package.

Example:
    >>> from tauomega import definitions, family
    >>> definitions.Constructive(family.Single(1)).name
    'constructive'
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from ..definition import Definition
from ..errors import InputError
from ..implying import Condition, listed
from ..kernel.errors import nearest

__all__ = ["consequences", "definitions", "find_definition"]

_CALLED = {
    "activation-patching": "interchange",
    "aic": "invariance",
    "c-dag": "cluster-dag",
    "causal-abstraction": "constructive",
    "causal-abstraction-error": "cae",
    "causal-consistency": "exact",
    "cluster-graph": "cluster-dag",
    "d-max": "similar",
    "d-tau": "approximate",
    "das": "interchange",
    "faithfulness": "circuit",
    "ic": "alpha",
    "iia": "interchange-accuracy",
    "iil": "alpha",
    "iit": "interchange",
    "interchange-intervention": "interchange",
    "interchange-intervention-accuracy": "interchange-accuracy",
    "interventional-consistency": "alpha",
    "isc": "alpha",
    "isil": "alpha",
    "linear-abstraction": "t-abstraction",
    "patching": "interchange",
    "q-tau": "query-consistency",
    "soft-abstraction": "soft",
    "tau-omega": "exact",
    "τ-ω": "exact",
}
"""What papers and other tools call a notion -> its name here."""

_FIRST = ("observational", "exact", "uniform", "tau-abstraction", "strong", "constructive")


@cache
def definitions() -> tuple[type[Definition], ...]:
    """All definitions that ship, weakest of the classic chain first."""
    found: list[type[Definition]] = []
    for module in _modules():
        public = (getattr(module, name) for name in module.__all__)
        found += [kind for kind in public if hasattr(kind, "defect")]  # not a parameter's choices
    position = {name: index for index, name in enumerate(_FIRST)}
    return tuple(sorted(found, key=lambda d: (position.get(d.name, len(_FIRST)), d.name)))


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def __getattr__(name: str) -> Any:
    """A definition by the name of its class, or what a parameter chooses from (PEP 562)."""
    if name.startswith("_"):  # what Python itself asks a module for: nothing is loaded for that
        raise AttributeError(name)
    public = [m for m in _modules() if name in m.__all__]
    if not public:
        known = [listed for module in _modules() for listed in module.__all__]
        raise AttributeError(f"no definition {name!r}{nearest(name, known)}")
    return getattr(public[0], name)


def __dir__() -> list[str]:
    """The functions and the classes."""
    return sorted({*__all__, *(name for module in _modules() for name in module.__all__)})


def find_definition(name: str) -> type[Definition]:
    """The definition of this name.

    Raises:
        InputError: there is none; the name of what others call so, or the nearest one, is suggested.
    """
    known = {definition.name: definition for definition in definitions()}
    if name not in known:
        called = _CALLED.get(name.lower().replace("_", "-").replace(" ", "-"))
        hint = f"; it is called {called!r} here" if called else nearest(name, known)
        raise InputError([f"unknown definition {name!r}; known: {', '.join(known)}{hint}"])
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
