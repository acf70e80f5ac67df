"""What squares in contexts of one name say: of some map of contexts, of outputs, of interchanges.

Statement: If τ(M_L(u, i)) = M_H(n(u), ω(i)) with a fixed n for all contexts and a family, then some map of
contexts is compatible, and squares commute almost surely. If the family has ∅ and ω(∅) = ∅, runs without
intervention agree. Interchanges, the base itself being one source, make clean runs agree; interchanges of
every set of sites include those of one set.
Source: Beckers & Halpern (2019), Def. 3.7, arXiv:1812.03789; Beckers, Eberhardt & Halpern (2019), Defs. 3.1
and 4.2, arXiv:1906.11583; Geiger et al. (2024), Defs. 2 and 5, arXiv:2303.02536; proofs ours.
Shown: for all models, one site standing for a set of sites. ω_τ(∅) = ∅ iff τ is onto: see
beckers_2019_omega_tau.
Not shown: anything of contexts without a counterpart of their name.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def some_map(world: World) -> Theory:
    """For every context below some context above matches it on the whole family."""
    low_u, high_u, low_i, state = (world.sort(name) for name in ("U", "W", "I", "Y"))
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H∘ω", high_u, low_i, state)
    named, likely = world.function("n", low_u, high_u), world.relation("likely", low_u)
    squares = world.forall(low_u, low_i, body=lambda u, i: read(u, i) == solve(named(u), i))
    compatible = world.forall(
        low_u,
        body=lambda u: world.exists(
            high_u, body=lambda w: world.forall(low_i, body=lambda i: read(u, i) == solve(w, i))
        ),
    )
    surely = world.forall(
        low_u,
        low_i,
        body=lambda u, i: z3.Implies(likely(u), read(u, i) == solve(named(u), i)),
    )
    return Theory({"squares commute in contexts of one name": squares}, z3.And(compatible, surely))


def outputs(world: World) -> Theory:
    """Clean runs are squares of the family at ∅."""
    low_u, low_i, high_i, state = (world.sort(name) for name in ("U", "I", "J", "Y"))
    read = world.function("τM_L", low_u, low_i, state)
    solve = world.function("M_H", low_u, high_i, state)
    omega, family = world.function("ω", low_i, high_i), world.relation("I_L", low_i)
    nothing, none = world.function("∅", low_i), world.function("∅'", high_i)
    hypotheses = {
        "squares commute on I_L": world.forall(
            low_u,
            low_i,
            body=lambda u, i: z3.Implies(family(i), read(u, i) == solve(u, omega(i))),
        ),
        "∅ is in I_L": family(nothing),
        "ω(∅) = ∅": omega(nothing) == none,
    }
    return Theory(
        hypotheses, world.forall(low_u, body=lambda u: read(u, nothing) == solve(u, none))
    )


def clean_runs(world: World) -> Theory:
    """A site set to the value that it has anyway changes nothing, on either level."""
    context, low, high, state = (world.sort(name) for name in ("U", "A", "Y", "S"))
    site_l, site_h = world.function("a", context, low), world.function("y", context, high)
    set_l = world.function("τM_L(Z←)", context, low, state)
    set_h = world.function("M_H(Y←)", context, high, state)
    clean_l, clean_h = world.function("τM_L", context, state), world.function("M_H", context, state)
    forall = world.forall
    hypotheses = {
        "every interchange agrees": forall(
            context, context, body=lambda b, s: set_l(b, site_l(s)) == set_h(b, site_h(s))
        ),
        "a low-level run set to itself": forall(
            context, body=lambda b: set_l(b, site_l(b)) == clean_l(b)
        ),
        "a high-level run set to itself": forall(
            context, body=lambda b: set_h(b, site_h(b)) == clean_h(b)
        ),
    }
    return Theory(hypotheses, forall(context, body=lambda b: clean_l(b) == clean_h(b)))


def prove() -> Iterator[Step]:
    """Three statements; each hypothesis is needed."""
    names = tuple(some_map(World(1)).hypotheses)
    yield from proof("some map of contexts, and almost surely", some_map, drop=names)
    for what, theory in (("clean runs from ∅", outputs), ("from interchanges", clean_runs)):
        yield from proof(what, theory, drop=tuple(theory(World(1)).hypotheses))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
