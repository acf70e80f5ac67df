"""Strong τ-abstractions need not be constructive, and the smallest example has 2 and 3 values below.

Statement: Over dom ω_τ there are strong τ-abstractions whose τ is no block map; none with two binary
variables below and two above; there are with values (2, 3) below, and with three binary variables.
Source: question of Beckers & Halpern (2019), section 3, arXiv:1812.03789 (remembered as a conjecture
with conditions); counts and examples (CE5) ours.
Shown: all onto maps τ: how many are no block map, and of how many of these ω_τ reaches every high-level
intervention. Of the latter on three binary variables: how many have some acyclic pair of models in
one context with all squares commuting, and how many realise all 12 models above.
Not shown: larger shapes, more contexts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tauomega.proofs.deciding import decided
from tauomega.proofs.small_maps import Maps, every_map
from tauomega.proofs.small_models import Shape, worlds
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.family import TauMax

__all__ = ["THEOREM"]

HIGH = Shape((2, 2))
COUNTS = {(2, 2): (16, 0), (2, 3): (1536, 48), (2, 4): (40768, 768), (3, 3): (186408, 3456)}
"""Values below -> (onto maps that are no block map, those whose ω_τ is onto as well)."""
BINARY = (19080, 16080, 6864)
"""Three binary variables: ω_τ onto, realised by some acyclic pair, realising all models above."""


def candidates(low: tuple[int, ...]) -> Maps:
    """The onto maps that are no block map."""
    found = every_map(Shape(low), HIGH)
    return found.where(found.onto & ~found.disjoint)


def realised(maps: Maps) -> list[int]:
    """For each τ, how many worlds above have a world below with all squares of dom ω_τ commuting."""
    below = np.array(list(worlds(maps.low)))
    above = np.array(list(worlds(maps.high)))
    power = len(maps.high.states) ** np.arange(len(maps.low.interventions), dtype=np.int64)
    counts = []
    for tau, omega in zip(maps.tau, maps.omega, strict=True):
        inside = omega >= 0
        read = tau[below[:, inside]] @ power[inside]
        wanted = above[:, omega[inside]] @ power[inside]
        counts.append(int(np.isin(wanted, read).sum()))
    return counts


def prove() -> Iterator[Step]:
    """Counts for five shapes, and CE5 as a claim."""
    for low, expected in COUNTS.items():
        maps = candidates(low)
        found = (len(maps), int(maps.omega_onto.sum()))
        what = f"onto maps {low} → (2, 2): {found[0]:,} no block map, {found[1]:,} with ω_τ onto"
        yield Step(Kind.PROVED, what, found == expected, Scope.UP_TO_SIZE, "", len(maps))
    maps = candidates((2, 2, 2))
    strong = maps.where(maps.omega_onto)
    counts = realised(strong)
    binary = (len(strong), sum(c > 0 for c in counts), sum(c == 12 for c in counts))
    what = "(2, 2, 2) → (2, 2): {:,} with ω_τ onto, {:,} realised, {:,} realise all 12".format(
        *binary
    )
    yield Step(Kind.PROVED, what, binary == BINARY, Scope.UP_TO_SIZE, "", len(maps))
    yield decided(
        Kind.DROPPED,
        "block map",
        ("CE5 strong", "ce5", Strong(TauMax()), "holds"),
        ("CE5 constructive", "ce5", Constructive(TauMax()), "fails"),
    )
    smallest = len(candidates((2, 2)))
    seen = f"without it {smallest} maps (2, 2) → (2, 2) are no block map"
    yield instance(Kind.DROPPED, "ω_τ onto all interventions above", smallest > 0, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
