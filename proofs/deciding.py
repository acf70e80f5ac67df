"""Steps that are verdicts: claims, decided by `check`, come out as expected."""

from __future__ import annotations

from collections.abc import Mapping

from tauomega import SCM, Abstraction, check, load
from tauomega.proofs.theorem import Kind, Step, instance
from tauomega.theory.definition import Definition

__all__ = ["Expected", "claim", "decided"]

Expected = tuple[str, Abstraction | str, Definition, str]
"""A label, a claim or the name of a shipped example, a definition, and `holds` or `fails`."""


def claim(
    low: str, high: str, tau: Mapping[str, str], *, inert: tuple[str, ...] = ()
) -> Abstraction:
    """A claim from three texts."""
    models = SCM.from_text(low), SCM.from_text(high)
    return Abstraction.from_text(*models, tau, inert=inert)


def decided(kind: Kind, what: str, *cases: Expected) -> Step:
    """One step that is right iff every verdict is the expected one."""
    found = []
    for label, given, definition, _ in cases:
        stated = load(given).claim if isinstance(given, str) else given
        found.append((label, check(stated, definition).name))
    right = bool(cases) and [v for _, v in found] == [expected for *_, expected in cases]
    return instance(kind, what, right, "; ".join(f"{label}: {v}" for label, v in found))
