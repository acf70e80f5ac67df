"""That dom ω_τ does not depend on values does not make a strong abstraction constructive.

Statement: Conjecture: if dom ω_τ contains with an intervention all others on the same targets, a strong
τ-abstraction is constructive. False: values (2, 4) have counterexamples. There is none with values
(2, 2), (2, 3), (3, 2), (3, 3) to two binary variables above, and none that a pair of acyclic models
realises with three binary variables, though 216 maps qualify.
Source: a condition of our own, after Beckers & Halpern (2019), Def. 3.15, arXiv:1812.03789.
Shown: all onto maps of these shapes; the counterexample comes with a low-level and a high-level world,
in one context, with all squares of dom ω_τ commuting. Without closedness (2, 3) has some.
Not shown: other shapes; other conditions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tauomega.proofs.small_maps import Maps, every_map
from tauomega.proofs.small_models import Shape, worlds
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]

HIGH = Shape((2, 2))
NONE = ((2, 2), (2, 3), (3, 2), (3, 3))


def strong_maps(low: tuple[int, ...]) -> Maps:
    """Onto maps that are no block map and whose ω_τ reaches every intervention above."""
    found = every_map(Shape(low), HIGH)
    return found.where(found.onto & found.omega_onto & ~found.disjoint)


def closed(maps: Maps) -> Any:
    """For which maps dom ω_τ has, for every set of targets, all of its settings or none."""
    groups: dict[tuple[bool, ...], list[int]] = {}
    for number, setting in enumerate(maps.low.interventions):
        groups.setdefault(tuple(value is not None for value in setting), []).append(number)
    defined = [maps.omega[:, numbers] >= 0 for numbers in groups.values()]
    return np.all([part.all(axis=1) | ~part.any(axis=1) for part in defined], axis=0)


def realised(maps: Maps, place: int) -> str:
    """A pair of worlds for one map with all squares of dom ω_τ commuting, in words; or nothing."""
    tau, omega = maps.tau[place], maps.omega[place]
    inside = np.flatnonzero(omega >= 0)
    above = {tuple(world[j] for j in omega[inside]): world for world in worlds(HIGH)}
    for world in worlds(maps.low):
        seen = tuple(int(tau[world[i]]) for i in inside)
        if seen in above:
            return f"τ = {tau.tolist()}, responses {world} and {above[seen]}"
    return ""


def prove() -> Iterator[Step]:
    """No counterexample in the smaller shapes; one in each of the larger; the control."""
    for low in NONE:
        maps = strong_maps(low)
        count = int(closed(maps).sum())
        what = (
            f"(conjecture for values {low}) no strong map that is no block map has a closed domain"
        )
        total = len(Shape(low).states)
        yield Step(Kind.PROVED, what, count == 0, Scope.UP_TO_SIZE, f"{len(maps)} maps", 4**total)
    maps = strong_maps((2, 4))
    kept = maps.where(closed(maps))
    found = next(filter(None, (realised(kept, place) for place in range(len(kept)))), "")
    what = f"closed ⇒ constructive, values (2, 4): {len(kept)} maps qualify"
    yield instance(Kind.REFUTED, what, bool(found), found)
    maps = strong_maps((2, 2, 2))
    kept = maps.where(closed(maps))
    found = "; ".join(filter(None, (realised(kept, place) for place in range(len(kept)))))
    what = f"three binary variables: {len(kept)} maps qualify, none realised in one context"
    yield Step(Kind.PROVED, what, len(kept) > 0 and not found, Scope.UP_TO_SIZE, found, len(kept))
    maps = strong_maps((2, 3))
    found = next(filter(None, (realised(maps, place) for place in range(len(maps)))), "")
    yield instance(Kind.DROPPED, "closed (values (2, 3))", bool(found), found)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
