"""A claim in words: both models, and the maps between them, in the grammar."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

from ..abstraction import Abstraction
from ..kernel import format_expression
from .line import Line

__all__ = ["report"]


def report(claim: Abstraction, title: str = "", width: int = 100) -> Iterator[Line]:
    """The models, then whatever the claim gives: τ, τ_U, ω, I_H, sites, roles."""
    if title:
        yield Line(title, "bold")
    yield from _section("low level", str(claim.low).splitlines())
    if claim.high is not None:
        yield from _section("high level", str(claim.high).splitlines())
    yield from _section("τ", _equations(claim.tau_text))
    if claim.tau_u is not None:
        texts = {name: format_expression(e) for name, e in claim.tau_u.items()}
        yield from _section("τ_U", _equations(texts))
    if claim.omega is not None:
        yield from _section("ω", (f"{i.describe()}  ↦  {j.describe()}" for i, j in claim.omega))
    if claim.high_interventions is not None:
        yield from _section("I_H", (j.describe() for j in claim.high_interventions))
    yield from _section("sites", _equations({n: ", ".join(s) for n, s in claim.sites.items()}))
    for role in ("inert", "internal"):
        yield from _section(role, sorted(getattr(claim, role)))
    yield from _section("kernels", (f"of {name}" for name in claim.kernels))


def _equations(texts: dict[str, str]) -> Iterator[str]:
    return starmap("{} = {}".format, texts.items())


def _section(name: str, texts: Iterator[str] | list[str]) -> Iterator[Line]:
    listed = [Line(f"  {text}") for text in texts]
    if listed:
        yield Line(name, "bold")
        yield from listed
