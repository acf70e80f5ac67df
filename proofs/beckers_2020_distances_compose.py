"""Distances of abstractions add up, stretched by the second map.

Statement: (5.1) A τ-abstraction followed by a d_max-α approximation is a τ-α-approximate abstraction.
(5.2) A d_max-α approximation followed by a τ-abstraction is τ-Kα-approximate, if τ stretches distances
at most K times. (Composition) If d_τ1 ≤ α1 with τ_U = s1 and d_τ2 ≤ α2 with s2 over ω1(I1), and τ2
stretches at most K times, then d_{τ2 τ1} ≤ K α1 + α2 with s2 s1.
Source: Beckers, Eberhardt & Halpern (2019), Props. 5.1 and 5.2, arXiv:1906.11583; the third is ours.
Shown: for all models. "Stretches at most K times" is read as: distances at most α become at most β; with
β = Kα this is the statement, and it needs no multiplication.
Not shown: that ω of the composite is the composite of the ω's, which is images of images.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

REAL = z3.RealSort()


class _Stack:
    """Three models above one another with maps between; `close(k)` is closeness of step k."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.u = [world.sort(name) for name in ("U", "W", "X")]
        self.i = [world.sort(name) for name in ("I", "J", "K")]
        self.v = [world.sort(name) for name in ("P", "Q", "R")]
        levels = range(3)
        self.run = [world.function(f"M{k + 1}", self.u[k], self.i[k], self.v[k]) for k in levels]
        steps = range(2)
        self.s = [world.function(f"s{k + 1}", self.u[k], self.u[k + 1]) for k in steps]
        self.omega = [world.function(f"ω{k + 1}", self.i[k], self.i[k + 1]) for k in steps]
        self.tau = [world.function(f"τ{k + 1}", self.v[k], self.v[k + 1]) for k in steps]
        self.d = [world.function(f"d{k + 2}", self.v[k + 1], self.v[k + 1], REAL) for k in steps]
        self.bound = [world.function(f"α{k + 1}", REAL) for k in steps]
        self.family = world.relation("I2", self.i[1])

    def square(self, k: int, u: Any, i: Any) -> Any:
        """The distance of the two ways round square k."""
        above = self.run[k + 1](self.s[k](u), self.omega[k](i))
        return self.d[k](self.tau[k](self.run[k](u, i)), above)


def composition(world: World) -> Theory:
    """Both squares are close; then so is the composite, up to the stretched first bound."""
    m = _Stack(world)
    forall = world.forall
    stretched = world.function("β", REAL)
    hypotheses = {
        "d_τ1 ≤ α1": forall(m.u[0], m.i[0], body=lambda u, i: m.square(0, u, i) <= m.bound[0]),
        "d_τ2 ≤ α2 on I2": forall(
            m.u[1],
            m.i[1],
            body=lambda u, i: z3.Implies(m.family(i), m.square(1, u, i) <= m.bound[1]),
        ),
        "I2 contains ω1(I1)": forall(m.i[0], body=lambda i: m.family(m.omega[0](i))),
        "τ2 stretches α1 to β at most": forall(
            m.v[1],
            m.v[1],
            body=lambda x, y: z3.Implies(
                m.d[0](x, y) <= m.bound[0], m.d[1](m.tau[1](x), m.tau[1](y)) <= stretched
            ),
        ),
        "d3 has the triangle inequality": forall(
            m.v[2], m.v[2], m.v[2], body=lambda x, y, z: m.d[1](x, z) <= m.d[1](x, y) + m.d[1](y, z)
        ),
    }

    def composite(u: Any, i: Any) -> Any:
        below = m.tau[1](m.tau[0](m.run[0](u, i)))
        above = m.run[2](m.s[1](m.s[0](u)), m.omega[1](m.omega[0](i)))
        return m.d[1](below, above) <= stretched + m.bound[1]

    return Theory(hypotheses, forall(m.u[0], m.i[0], body=composite))


def prop_5_1(world: World) -> Theory:
    """The first square commutes exactly; M3 is similar to M2: τ2, s2 and ω2 are the identity."""
    m = _Stack(world)
    forall = world.forall
    similar = world.function("M2'", m.u[1], m.i[1], m.v[1])
    hypotheses = {
        "M2 is a τ1-abstraction of M1": forall(
            m.u[0],
            m.i[0],
            body=lambda u, i: m.tau[0](m.run[0](u, i)) == m.run[1](m.s[0](u), m.omega[0](i)),
        ),
        "d_max(M2, M2') ≤ α": forall(
            m.u[1], m.i[1], body=lambda u, i: m.d[0](m.run[1](u, i), similar(u, i)) <= m.bound[0]
        ),
    }
    close = forall(
        m.u[0],
        m.i[0],
        body=lambda u, i: (
            m.d[0](m.tau[0](m.run[0](u, i)), similar(m.s[0](u), m.omega[0](i))) <= m.bound[0]
        ),
    )
    return Theory(hypotheses, close)


def prove() -> Iterator[Step]:
    """Prop. 5.1, and the composition, of which 5.2 is the case s1, ω1 = identity and α2 = 0."""
    for what, theory in (("5.1: τ-α-approximate", prop_5_1), ("5.2 and Kα1 + α2", composition)):
        yield from proof(what, theory, drop=tuple(theory(World(1)).hypotheses))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
