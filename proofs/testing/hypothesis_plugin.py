"""The hypothesis entry point: `st.from_type(SCM)` and the like, for whoever has tauomega installed.

This runs at every `import hypothesis` on a user's machine. It imports the few plain
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
    ("tauomega.theory.intervention", "Hard", "hard_interventions"),
    ("tauomega.theory.kernel", "Finite", "domains"),
    ("tauomega.theory.kernel", "Range", "domains"),
    *(
        ("tauomega.theory.family", name, "families")
        for name in ("All", "Block", "Reach", "Single", "TauMax")
    ),
)
"""Module, class, and the function of `tauomega.proofs.testing.strategies` that draws it.

Networks are registered where the strategies are imported: their module needs numpy.
"""


def register() -> None:
    """Tell hypothesis how to draw our types; strategies are imported when one is asked for."""
    with suppress(Exception):  # see above: it never fails
        from hypothesis.strategies import register_type_strategy

        for module, name, strategy in DRAWN_BY:
            register_type_strategy(getattr(import_module(module), name), _lazily(strategy))


def _lazily(strategy: str) -> Callable[[type], Any]:
    def draw(wanted: type) -> Any:
        drawn = getattr(import_module("tauomega.proofs.testing.strategies"), strategy)()
        return drawn.filter(lambda value: isinstance(value, wanted))

    return draw
