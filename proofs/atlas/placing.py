"""Where a user's own notion stands among those of the atlas."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition

from .building import Atlas, claim_of, small_claim_of
from .deciding import decided
from .models import Models
from .notion import decided_by_check, verdict
from .notions import NOTIONS
from .searching import small_claims
from .space import SIZES, SmallClaim

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
    apart; then on the claims of the search space in order. The shipped notions are read fast where a
    claim is of that space.
    """
    placed = Placement(definition.name)
    deadline = time.monotonic() + seconds
    for claim, theirs in _claims(found):
        if time.monotonic() > deadline:
            break
        placed.examined += 1
        mine = decided_by_check(claim, definition)
        if mine is None:
            continue
        placed.applied += 1
        placed.held += mine
        wanted = placed.below if mine else placed.above
        for key, told in theirs().items():
            if told is not None and told is not mine:
                wanted.setdefault(key, claim)
    return placed


Told = Callable[[], dict[str, bool | None]]


def _claims(found: Atlas) -> Iterator[tuple[Abstraction, Told]]:
    """Claims, each with what the shipped notions say of it when asked."""
    order = sorted(found.witnesses, key=lambda w: (w.variables, w.values, w.contexts, w.number))
    for witness in order:
        small = small_claim_of(witness)
        if small is None:
            claim = claim_of(witness)
            yield claim, partial(_by_check, claim)
        else:
            yield small.as_claim(), partial(_by_reading, small)
    for small in small_claims(SIZES):
        yield small.as_claim(), partial(_by_reading, small)


def _by_check(claim: Abstraction) -> dict[str, bool | None]:
    return {notion.key: verdict(claim, notion) for notion in NOTIONS}


def _by_reading(small: SmallClaim) -> dict[str, bool | None]:
    size = small.size
    low = Models(size.low, size.low_law, [small.low])
    high = Models(size.high, size.high_law, [small.high])
    applies, holds = decided(low, high, size, small.tau)[:, :, 0, 0]
    return {
        notion.key: bool(holds[place]) if applies[place] else None
        for place, notion in enumerate(NOTIONS)
    }
