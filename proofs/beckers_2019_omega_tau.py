"""ω_τ is a function, order-preserving, and sends nothing to nothing exactly if τ is onto.

Statement: If every high-level variable has two values or more, ω_τ is single-valued and
order-preserving; ω_τ(∅) = ∅ iff τ is onto; ω_τ(V_L ← v) = (V_H ← τ(v)).
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.3, arXiv:1906.11583; order-preservation ours.
Shown: order-preservation for all models whose restrictions order the interventions above; everything
for all maps from at most three binary variables to at most two, and from (2, 3) to (2, 2). With a
variable of one value ω_τ is ambiguous (CE15).
Not shown: infinite ranges.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.small_models import Shape, maps, omega
from tauomega.proofs.theorem import Kind, Step, Theorem, dropped, every, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

Case = tuple[Shape, Shape, tuple[int, ...]]
SHAPES = [((2, 2), (2,)), ((2, 2), (2, 2)), ((2, 3), (2, 2)), ((2, 2, 2), (2, 2))]


def theory(world: World) -> Theory:
    """Rst below and above as relations; images of restrictions under τ."""
    low_i, high_i, state, image = (world.sort(n) for n in ("I", "J", "V", "Y"))
    low_rst, high_rst = (
        world.relation("Rst_L", low_i, state),
        world.relation("Rst_H", high_i, image),
    )
    tau, omega_tau = world.function("τ", state, image), world.function("ω", low_i, high_i)
    below, above = world.relation("⊑L", low_i, low_i), world.relation("⊑H", high_i, high_i)
    hypotheses = {
        "more is set, less is possible": world.forall(
            low_i,
            low_i,
            state,
            body=lambda i, k, v: z3.Implies(z3.And(below(i, k), low_rst(k, v)), low_rst(i, v)),
        ),
        "τ(Rst(i)) = Rst(ω(i))": world.forall(
            low_i,
            image,
            body=lambda i, y: (
                high_rst(omega_tau(i), y)
                == world.exists(state, body=lambda v: z3.And(low_rst(i, v), tau(v) == y))
            ),
        ),
        "restrictions order the interventions above (every range has two values)": world.forall(
            high_i,
            high_i,
            body=lambda i, k: z3.Implies(
                world.forall(image, body=lambda y: z3.Implies(high_rst(k, y), high_rst(i, y))),
                above(i, k),
            ),
        ),
    }
    monotone = world.forall(
        low_i, low_i, body=lambda i, k: z3.Implies(below(i, k), above(omega_tau(i), omega_tau(k)))
    )
    return Theory(hypotheses, monotone)


def cases() -> Iterator[Case]:
    """Every map of states between the shapes."""
    for low, high in SHAPES:
        for tau in maps(Shape(low), Shape(high)):
            yield Shape(low), Shape(high), tau


def bottom_and_top(case: Case) -> bool:
    """ω_τ(∅) = ∅ iff τ is onto, and total interventions go to total ones."""
    low, high, tau = case
    found = omega(low, high, tau)
    onto = len(set(tau)) == len(high.states)
    total = all(
        found[low.number(state)] == high.number(high.states[tau[number]])
        for number, state in enumerate(low.states)
    )
    return (found[0] == 0) == onto and total


def missed(case: Case) -> bool:
    """ω_τ(∅) = ∅ whatever τ is."""
    return omega(*case)[0] == 0


def prove() -> Iterator[Step]:
    """Order for all models; the values at ∅ and at total interventions up to a size; CE15."""
    names = tuple(theory(World(1)).hypotheses)
    sizes = {"I": 3, "J": 3, "Y": 2, "V": 2}
    yield from proof("ω_τ is order-preserving", theory, drop=names, sizes=sizes)
    what = f"ω_τ(∅) = ∅ iff τ onto; ω_τ(V ← v) = (V ← τ(v)): all maps {SHAPES}"
    yield every(what, cases(), bottom_and_top)
    yield dropped("τ onto", cases(), missed, show=lambda case: f"τ = {case[2]}: ω_τ(∅) ≠ ∅")
    single = Shape((2, 1))
    same = {single.shown(i, "Y") for i, mask in zip(single.interventions, single.restrictions, strict=True)
            if mask == single.restrictions[single.number((1, None))]}  # fmt: skip
    seen = f"with R(Y2) = {{0}}, {' and '.join(sorted(same))} have equal restrictions"
    yield instance(Kind.DROPPED, "every range has two values", len(same) == 2, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
