"""Things that are found by being there: every module of a folder, or a user's own file."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar

from tauomega.theory.errors import InputError
from tauomega.theory.kernel.errors import nearest

__all__ = ["found_in", "found_in_file", "named"]


def found_in(package: str, path: Iterable[str], wanted: Callable[[object], bool]) -> list[Any]:
    """The public things of a package's modules that are wanted, in order of module and name."""
    found: list[Any] = []
    for module in pkgutil.iter_modules(path):
        if module.name != "method":  # the protocol
            found += _public(importlib.import_module(f"{package}.{module.name}"), wanted)
    return found


class Named(Protocol):
    """Something with a name."""

    @property
    def name(self) -> str:
        """What the command calls it."""
        ...


Thing = TypeVar("Thing", bound=Named)


def named(name: str, things: Iterable[Thing], word: str) -> Thing:
    """The thing of this name.

    Raises:
        InputError: there is none; the nearest name is suggested.
    """
    known = {thing.name: thing for thing in things}
    if name not in known:
        raise InputError([f"no {word} {name!r}; known: {', '.join(known)}{nearest(name, known)}"])
    return known[name]


def found_in_file(path: Path, wanted: Callable[[object], bool], word: str) -> list[Any]:
    """The public things of a user's file that are wanted. This runs the file.

    Raises:
        InputError: no such file, one that cannot be imported, or one without such a thing.
    """
    if not path.is_file():
        raise InputError([f"there is no file {str(path)!r}"])
    spec = importlib.util.spec_from_file_location(f"tauomega_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError([f"{path} is no Python file"])
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the user's file raises is the user's to read
        raise InputError([f"{path} cannot be run: {type(error).__name__}: {error}"]) from error
    found = _public(module, wanted)
    if not found:
        raise InputError([f"{path} defines no {word}; list it in __all__"])
    return found


def _public(module: ModuleType, wanted: Callable[[object], bool]) -> list[Any]:
    names = getattr(module, "__all__", ())
    return [thing for name in names if wanted(thing := getattr(module, name, None))]
