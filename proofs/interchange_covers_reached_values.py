"""Agreement under all joint interchanges is consistency on all reached block values.

Statement: If clean runs and every interchange of every set of sites agree, each site with a source of its own,
then squares commute on all settings of blocks to reached values, with the same map of contexts.
Source: Geiger et al. (2024), Def. 5, arXiv:2303.02536, against Sutter et al. (2025), input-restricted
interventions of depth 1, arXiv:2507.08802; proof ours.
Shown: for all models with two sites, set alone or together, scored on all mapped variables. With one site
at a time CE8 agrees and the squares on both do not commute.
Not shown: more sites, which are more arguments of the same kind; interventions on interventions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import z3

from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Both sites set, below to values of source runs, above to the variables' values there."""
    low_u, high_u, state = (world.sort(n) for n in ("U", "W", "V"))
    low = [world.sort(n) for n in ("A", "B")]
    high = [world.sort(n) for n in ("X", "Y")]
    read = world.function("τM_L(u, a, b)", low_u, *low, state)
    solve = world.function("M_H(w, x, y)", high_u, *high, state)
    clean = [world.function(f"site{k}(u)", low_u, low[k]) for k in (0, 1)]
    above = [world.function(f"variable{k}(w)", high_u, high[k]) for k in (0, 1)]
    tau = [world.function(f"τ{k}", low[k], high[k]) for k in (0, 1)]
    tau_u = world.function("τ_U", low_u, high_u)
    reached = [world.relation(f"reached{k}", low[k]) for k in (0, 1)]
    forall = world.forall
    hypotheses = {
        "every joint interchange agrees": forall(
            low_u,
            low_u,
            low_u,
            body=lambda b, s, t: (
                read(b, clean[0](s), clean[1](t))
                == solve(tau_u(b), above[0](tau_u(s)), above[1](tau_u(t)))
            ),
        ),
        "clean runs agree at the sites": z3.And(
            *(
                forall(low_u, body=lambda s, k=k: tau[k](clean[k](s)) == above[k](tau_u(s)))
                for k in (0, 1)
            )
        ),
        "reached values are those of clean runs": z3.And(
            *(
                forall(
                    low[k],
                    body=lambda a, k=k: z3.Implies(
                        reached[k](a), world.exists(low_u, body=lambda s: clean[k](s) == a)
                    ),
                )
                for k in (0, 1)
            )
        ),
    }
    squares = forall(
        low_u,
        *low,
        body=lambda u, a, b: z3.Implies(
            z3.And(reached[0](a), reached[1](b)),
            read(u, a, b) == solve(tau_u(u), tau[0](a), tau[1](b)),
        ),
    )
    return Theory(hypotheses, squares)


def output(a: int, b: int, base: tuple[int, int]) -> int:
    """CE8 below: the conjunction of the sites, flipped if both are off."""
    return (a & b) ^ int(a != base[0] and b != base[1])


def prove() -> Iterator[Step]:
    """The implication, and CE8 with one site at a time."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("squares commute on reached values of both sites", theory, drop=names)
    inputs = list(product((0, 1), (0, 1)))
    alone = all(
        output(s[0], x[1], x) == (s[0] & x[1]) and output(x[0], s[1], x) == (x[0] & s[1])
        for x, s in product(inputs, inputs)
    )
    both = all(output(a, b, x) == (a & b) for x in inputs for a, b in inputs)
    seen = f"CE8: each site alone agrees: {alone}; squares on both commute: {both}"
    yield instance(Kind.DROPPED, "joint (one site at a time)", alone and not both, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
