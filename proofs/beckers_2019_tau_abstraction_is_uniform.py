"""A τ-abstraction is uniform, and a uniform transformation is exact for some law above.

Statement: τ-abstraction ⇒ uniform ⇒ exact, the last for every law below with some law above.
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.5 and footnote 3, arXiv:1906.11583; Beckers &
Halpern (2019), Def. 3.5, arXiv:1812.03789.
Shown: for all models; uniform is taken as the existence of a compatible τ_U (Lemma U), and a law
below is a relation to contexts with a push-forward above. The converses fail: CE3 is uniform and no
τ-abstraction, CE2 is exact and not uniform; both are decided as claims. A uniform claim need not be
exact for the law that its own high-level model happens to have: that is decided too.
Not shown: order-preservation of ω, which is a property of ω_τ (see beckers_2019_omega_tau).
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega import check, load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.family import Block, Given
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.scm import SCM

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """τ-abstraction, and for a law p below (contexts u with p(u)) the pushed law above."""
    low_u, high_u, state, high_state = (world.sort(n) for n in ("U", "W", "V", "Y"))
    low_i, high_i = world.sort("I"), world.sort("J")
    solve_l = world.function("M_L", low_u, low_i, state)
    solve_h = world.function("M_H", high_u, high_i, high_state)
    tau, omega = world.function("τ", state, high_state), world.function("ω", low_i, high_i)
    tau_u = world.function("τ_U", low_u, high_u)
    law, pushed = world.relation("p", low_u), world.relation("q", high_u)
    hypotheses = {
        "squares commute": world.forall(
            low_u, low_i, body=lambda u, i: tau(solve_l(u, i)) == solve_h(tau_u(u), omega(i))
        ),
        "q is the push-forward of p": world.forall(
            high_u,
            body=lambda w: (
                pushed(w) == world.exists(low_u, body=lambda u: z3.And(law(u), tau_u(u) == w))
            ),
        ),
    }
    same_support = world.forall(
        low_i,
        high_state,
        body=lambda i, y: (
            world.exists(low_u, body=lambda u: z3.And(law(u), tau(solve_l(u, i)) == y))
            == world.exists(high_u, body=lambda w: z3.And(pushed(w), solve_h(w, omega(i)) == y))
        ),
    )
    return Theory(hypotheses, same_support)


def separated(example: str, strong: Definition, weak: Definition) -> Step:
    """The example has the weaker property and lacks the stronger."""
    claim = load(example).claim
    found = check(claim, weak).name, check(claim, strong).name
    seen = f"{example}: {weak.name} {found[0]}, {strong.name} {found[1]}"
    what = f"{weak.name} in place of {strong.name}"
    return instance(Kind.DROPPED, what, found == ("holds", "fails"), seen)


def prove() -> Iterator[Step]:
    """The implication, its hypotheses, and the three separations."""
    names = tuple(theory(World(1)).hypotheses)
    what = "the pushed law gives every high-level outcome exactly where the low-level law does"
    yield from proof(what, theory, drop=names)
    family = Given((NOTHING, Hard((("X", 0),)), Hard((("X", 1),))))
    yield separated("ce3", TauAbstraction(family), Uniform(family))
    yield separated("ce2", Uniform(family), Exact(family))
    low, high = (SCM.from_text(f"U : bool ~ {p}\nX = U") for p in ("1/2", "1/3"))
    claim = Abstraction.from_text(low, high, {"X": "X"})
    found = check(claim, Uniform(Block())).name, check(claim, Exact(Block())).name
    seen = f"X = U with a coin of 1/2 below, 1/3 above: uniform {found[0]}, exact {found[1]}"
    what = "some law above (the model's own law instead)"
    yield instance(Kind.DROPPED, what, found == ("holds", "fails"), seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
