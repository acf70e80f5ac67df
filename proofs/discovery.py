"""The theorem scripts that there are, by name."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

import tauomega.proofs
from tauomega.proofs.theorem import Theorem
from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

__all__ = ["find_theorem", "theorem_names"]


@cache
def _theorems() -> dict[str, Theorem]:
    """Name -> theorem, for every module beside this one that holds a `THEOREM`."""
    found = {}
    for module in sorted(pkgutil.iter_modules(tauomega.proofs.__path__), key=lambda m: m.name):
        if not module.ispkg:
            theorem = getattr(import_module(f"tauomega.proofs.{module.name}"), "THEOREM", None)
            if isinstance(theorem, Theorem):
                found[module.name] = theorem
    return found


def theorem_names() -> tuple[str, ...]:
    """All names, sorted."""
    return tuple(_theorems())


def find_theorem(name: str) -> tuple[str, Theorem]:
    """A theorem by its script's name; hyphens, a path and `.py` are forgiven.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    wanted = name.rpartition("/")[2].removesuffix(".py").replace("-", "_")
    known = _theorems()
    if wanted not in known:
        message = f"no theorem script {name!r}{nearest(wanted, known)}; tauomega prove --list"
        raise InputError([message])
    return wanted, known[wanted]
