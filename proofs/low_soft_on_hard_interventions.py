"""On hard interventions low soft abstraction is τ-abstraction.

Statement: With ω = ω_τ the condition on allowed states, τ(Rst(i)) = Rst(ω(i)), is the definition of ω_τ; so on
hard interventions a low soft τ-abstraction with ω_τ is a τ-abstraction, and conversely. A map that satisfies
the condition is ω_τ, if every high-level variable has two values or more.
Source: Massidda, Geiger, Icard & Bacciu (2023), Def. 9, arXiv:2211.12270, against Beckers, Eberhardt & Halpern
(2019), Defs. 2.3 and 2.5, arXiv:1906.11583.
Shown: for all models; and for all maps of (2, 2) and (2, 3) to (2,) and of (2, 2) to (2, 2), that ω_τ as this
package computes it satisfies the condition at every intervention in its domain.
Not shown: soft interventions, where ω is not determined (massidda_2023_explicit_omega).
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.small_models import Shape, maps, omega
from tauomega.proofs.theorem import Step, Theorem, every, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

Case = tuple[Shape, Shape, tuple[int, ...]]


def theory(world: World) -> Theory:
    """ω agrees with the image of restrictions iff it is ω_τ."""
    low_i, high_i, low, high = (world.sort(name) for name in ("I", "J", "X", "Y"))
    tau = world.function("τ", low, high)
    allowed_l = world.relation("Rst_L", low_i, low)
    allowed_h = world.relation("Rst_H", high_i, high)
    derived, omega_ = world.function("ω_τ", low_i, high_i), world.function("ω", low_i, high_i)
    forall, exists = world.forall, world.exists

    def is_image(i: z3.ExprRef, j: z3.ExprRef) -> z3.BoolRef:
        return forall(
            high,
            body=lambda y: (
                exists(low, body=lambda x: z3.And(allowed_l(i, x), tau(x) == y)) == allowed_h(j, y)
            ),
        )

    hypotheses = {
        "ω_τ(i) = j iff τ(Rst(i)) = Rst(j)": forall(
            low_i, high_i, body=lambda i, j: (derived(i) == j) == is_image(i, j)
        )
    }
    same = forall(low_i, body=lambda i: (omega_(i) == derived(i)) == is_image(i, omega_(i)))
    return Theory(hypotheses, same)


def cases() -> Iterator[Case]:
    """Every map of small shapes."""
    for low, high in (((2, 2), (2,)), ((2, 3), (2,)), ((2, 2), (2, 2))):
        for tau in maps(Shape(low), Shape(high)):
            yield Shape(low), Shape(high), tau


def allows_the_same(case: Case) -> bool:
    """τ of the states that i allows are those that ω_τ(i) allows, for every i of its domain."""
    low, high, tau = case
    for number, image in enumerate(omega(low, high, tau)):
        if image is not None:
            below = {tau[x] for x in range(len(tau)) if low.restrictions[number] >> x & 1}
            mask = high.restrictions[image]
            if below != {y for y in range(len(high.states)) if mask >> y & 1}:
                return False
    return True


def prove() -> Iterator[Step]:
    """The equivalence for all models, and the condition at ω_τ as it is computed."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("the condition on allowed states says ω = ω_τ", theory, drop=names)
    yield every("all maps: the condition holds at ω_τ", cases(), allows_the_same)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
