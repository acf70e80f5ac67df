"""The hypothesis entry point: `st.from_type(SCM)` and the like, for whoever has tauomega installed.

This runs at every `import hypothesis` on a user's machine. It imports the two or three plain
modules that define the types, no strategy, no solver and no third party, and it never fails:
a broken installation of ours must not break tests that have nothing to do with us.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

__all__ = ["register"]

DRAWN_BY = (
    ("tauomega.theory.scm", "SCM", "models"),
    ("tauomega.theory.abstraction", "Abstraction", "claims"),
)
"""Module, class, and the function of `tauomega.proofs.testing.strategies` that draws it."""


def register() -> None:
    """Tell hypothesis how to draw our types; strategies are imported when one is asked for."""
    with suppress(Exception):  # see above: it never fails
        from hypothesis.strategies import register_type_strategy

        for module, name, strategy in DRAWN_BY:
            register_type_strategy(getattr(import_module(module), name), _lazily(strategy))


def _lazily(strategy: str) -> Callable[[type], Any]:
    def draw(_: type) -> Any:
        return getattr(import_module("tauomega.proofs.testing.strategies"), strategy)()

    return draw
