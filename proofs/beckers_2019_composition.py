"""τ-abstractions compose, and so does what witnesses them.

Statement: If s1 and s2 are onto maps of contexts with which M is a τ1-abstraction of L and H a
τ2-abstraction of M over interventions that contain ω1(I1), then s2 s1 is onto and makes H a
τ2 τ1-abstraction of L over I1: a witness of the composite is the composite of the witnesses.
Source: Beckers & Halpern (2019), Theorem 3.9, arXiv:1812.03789.
Shown: for all models. As claims: a chain of three variables, of two, and its end, composed by the package.
Over dom ω_τ composites may fail (constructive_over_taumax_does_not_compose).
Not shown: ω of the composite is the composite of the ω's, which is images of images.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from tauomega import check
from tauomega.proofs.deciding import claim
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import Block

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Two squares above one another, with onto maps of contexts and of states."""
    u = [world.sort(name) for name in ("U", "W", "X")]
    i = [world.sort(name) for name in ("I", "J", "K")]
    v = [world.sort(name) for name in ("P", "Q", "R")]
    run = [world.function(f"M{k + 1}", u[k], i[k], v[k]) for k in range(3)]
    s = [world.function(f"s{k + 1}", u[k], u[k + 1]) for k in range(2)]
    omega = [world.function(f"ω{k + 1}", i[k], i[k + 1]) for k in range(2)]
    tau = [world.function(f"τ{k + 1}", v[k], v[k + 1]) for k in range(2)]
    family = world.relation("I2", i[1])
    forall, exists = world.forall, world.exists

    def onto(image: Any, low: Any, high: Any) -> Any:
        return forall(high, body=lambda y: exists(low, body=lambda x: image(x) == y))

    hypotheses = {
        "M is a τ1-abstraction of L": forall(
            u[0],
            i[0],
            body=lambda c, x: tau[0](run[0](c, x)) == run[1](s[0](c), omega[0](x)),
        ),
        "H is a τ2-abstraction of M on I2": forall(
            u[1],
            i[1],
            body=lambda c, x: z3.Implies(
                family(x), tau[1](run[1](c, x)) == run[2](s[1](c), omega[1](x))
            ),
        ),
        "I2 contains ω1(I1)": forall(i[0], body=lambda x: family(omega[0](x))),
        "s1 onto": onto(s[0], u[0], u[1]),
        "s2 onto": onto(s[1], u[1], u[2]),
        "τ1 onto": onto(tau[0], v[0], v[1]),
        "τ2 onto": onto(tau[1], v[1], v[2]),
    }

    def both(c: Any, x: Any) -> Any:
        below = tau[1](tau[0](run[0](c, x)))
        return below == run[2](s[1](s[0](c)), omega[1](omega[0](x)))

    conclusion = z3.And(
        forall(u[0], i[0], body=both),
        onto(lambda c: s[1](s[0](c)), u[0], u[2]),
        onto(lambda x: tau[1](tau[0](x)), v[0], v[2]),
    )
    return Theory(hypotheses, conclusion)


def prove() -> Iterator[Step]:
    """The composite, each hypothesis dropped, and three claims that the package composes."""
    yield from proof(
        "squares commute, both maps onto", theory, drop=tuple(theory(World(1)).hypotheses)
    )
    chain = "U : bool\nX1 = U\nX2 = X1\nX3 = X2"
    first = claim(chain, "V : bool\nA = V\nB = A", {"A": "X1", "B": "X3"})
    second = claim("V : bool\nA = V\nB = A", "W : bool\nY = W", {"Y": "B"})
    found = [check(c, TauAbstraction(Block())).name for c in (first, second, first >> second)]
    seen = f"a chain of three, of two, and its end: {', '.join(found)}"
    yield instance(Kind.SATISFIABLE, "two claims and their composite", found == ["holds"] * 3, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
