"""Where a user's own notion stands among those of the atlas."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition

from .building import Atlas, claim_of
from .notions import NOTIONS, Notion, verdict
from .searching import small_claims
from .space import SIZES

__all__ = ["Placement", "place"]


@final
@dataclass
class Placement:
    """What the search found of one notion against each of the atlas.

    `below[key]` is the first claim on which the user's notion holds and `key` applies and fails;
    `above[key]` the first on which `key` holds and the user's notion applies and fails. What is in
    neither is open: no counterexample among `examined` claims.
    """

    name: str
    examined: int = 0
    applied: int = 0
    held: int = 0
    below: dict[str, Abstraction] = field(default_factory=dict)
    above: dict[str, Abstraction] = field(default_factory=dict)


def place(definition: Definition, found: Atlas, *, seconds: float = 20.0) -> Placement:
    """Decide a user's notion on small claims until the time is over.

    First on every counterexample of the atlas, smallest first, since these tell the shipped notions
    apart; then on the claims of the search space in order.
    """
    own = Notion(definition.name, definition)
    placed = Placement(definition.name)
    deadline = time.monotonic() + seconds
    for claim in _claims(found):
        if time.monotonic() > deadline:
            break
        _compare(placed, own, claim)
    return placed


def _claims(found: Atlas) -> Iterator[Abstraction]:
    order = sorted(found.witnesses, key=lambda w: (w.variables, w.values, w.contexts, w.number))
    for witness in order:
        yield claim_of(witness)
    for small in small_claims(SIZES):
        yield small.as_claim()


def _compare(placed: Placement, own: Notion, claim: Abstraction) -> None:
    placed.examined += 1
    mine = verdict(claim, own)
    if mine is None:
        return
    placed.applied += 1
    placed.held += mine
    for notion in NOTIONS:
        wanted = placed.below if mine else placed.above
        if notion.key not in wanted:
            theirs = verdict(claim, notion)
            if theirs is not None and theirs is not mine:
                wanted[notion.key] = claim
