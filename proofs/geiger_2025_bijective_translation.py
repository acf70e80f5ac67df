"""Bijective translation carries solutions to solutions.

Statement: If T is a bijection of total settings and the mechanisms are conjugated by it, then v
solves M iff T(v) solves T(M).
Source: Geiger et al. (2025), section 2.3 (bijective translation), arXiv:2301.04709.
Shown: for all models; a model is one map F from total settings to total settings, whose fixed points
are its solutions, so cycles are included.
Not shown: which interventions become hard ones after translation.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """A model F below, its translation G above, and T between."""
    low, high = world.sort("V"), world.sort("Y")
    step, translated = world.function("F", low, low), world.function("G", high, high)
    there, back = world.function("T", low, high), world.function("S", high, low)
    hypotheses = {
        "T is injective": world.forall(low, body=lambda v: back(there(v)) == v),
        "G is F conjugated": world.forall(
            low, body=lambda v: translated(there(v)) == there(step(v))
        ),
    }
    same = world.forall(low, body=lambda v: (step(v) == v) == (translated(there(v)) == there(v)))
    return Theory(hypotheses, same)


def prove() -> Iterator[Step]:
    """Solutions correspond; without injectivity new ones appear."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("v solves M iff T(v) solves T(M)", theory, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
