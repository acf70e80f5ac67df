"""Mechanism-level abstraction is constructive abstraction over blocks.

Statement: if each high-level mechanism is what its block does while the other blocks are held, and the
high-level model has one solution, then every square over unions of whole blocks commutes; and conversely.
Source: our own, on a notion after Lorenz & Tull (2026), arXiv:2602.16612, of which "strictly stronger" is said;
their text was not read in full.
Shown: for all models with two blocks and any variables that no block holds, by z3; the hypothesis that a
solution stays one while blocks are held at the values they have is what makes it so.
Not shown: more than two blocks by z3; tests/theory/definitions/test_mechanism.py compares the two notions
on random claims with up to three.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Two blocks in a context c: p, q solve the model at rest, r(a) and s(b) with one block held."""
    c, a, b, y, z = (world.sort(name) for name in ("C", "A", "B", "Y", "Z"))
    p, q = world.function("p", c, a), world.function("q", c, b)
    r, s = world.function("r", c, a, b), world.function("s", c, b, a)
    t, v = world.function("tau1", a, y), world.function("tau2", b, z)
    f, g = world.function("F1", c, z, y), world.function("F2", c, y, z)
    h, k = world.function("h1", c, y), world.function("h2", c, z)
    forall = world.forall
    hypotheses = {
        "the first mechanism is what its block does": forall(
            c, b, body=lambda u, held: t(s(u, held)) == f(u, v(held))
        ),
        "the second mechanism is what its block does": forall(
            c, a, body=lambda u, held: v(r(u, held)) == g(u, t(held))
        ),
        "a solution stays one while a block is held at its value": forall(
            c, body=lambda u: z3.And(r(u, p(u)) == q(u), s(u, q(u)) == p(u))
        ),
        "the high-level solution is the only one": forall(
            c,
            y,
            z,
            body=lambda u, m, n: z3.Implies(
                z3.And(m == f(u, n), n == g(u, m)), z3.And(m == h(u), n == k(u))
            ),
        ),
    }
    at_rest = forall(c, body=lambda u: z3.And(t(p(u)) == h(u), v(q(u)) == k(u)))
    first = forall(c, a, body=lambda u, held: v(r(u, held)) == g(u, t(held)))
    second = forall(c, b, body=lambda u, held: t(s(u, held)) == f(u, v(held)))
    return Theory(hypotheses, z3.And(at_rest, first, second))


def prove() -> Iterator[Step]:
    """All squares follow; each hypothesis is needed. The converse is two of the squares themselves."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("mechanism-level ⇒ constructive over blocks", theory, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
