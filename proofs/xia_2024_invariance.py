"""The abstract invariance condition: when some high-level model fits given blocks.

Statement: For a block map with factors onto, U_H = U_L and τ_U the identity, a high-level model that is
consistent on block interventions exists iff, for every context and block, settings of the other
blocks that τ does not tell apart lead to values that it does not tell apart.
Source: Xia & Bareinboim (2024), abstract invariance condition, arXiv:2401.02602; this form of the
equivalence and its proof ours.
Shown: for all models with a block j and the rest, in both directions (mechanism by mechanism); a
constructive claim, with any τ_U, satisfies the condition, since its mechanism is a function of τ.
CE14 violates it, and is decided as a claim.
Not shown: that the mechanisms together are acyclic, which can fail: the quotient may be cyclic.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega import check, load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definitions.invariance import Invariance

__all__ = ["THEOREM"]


def _parts(world: World) -> tuple[z3.FuncDeclRef, z3.FuncDeclRef, z3.FuncDeclRef, z3.BoolRef]:
    contexts, settings, image, value = (world.sort(n) for n in ("U", "A", "T", "Y"))
    read = world.function("τ_j(M_L)", contexts, settings, value)
    tau = world.function("τ", settings, image)
    mechanism = world.function("F_j", contexts, image, value)
    invariant = world.forall(
        contexts,
        settings,
        settings,
        body=lambda u, a, b: z3.Implies(tau(a) == tau(b), read(u, a) == read(u, b)),
    )
    return read, tau, mechanism, invariant


def exists_if_invariant(world: World) -> Theory:
    """Choose a setting s(t) for every image t, and let F_j(u, t) be what it leads to."""
    read, tau, mechanism, invariant = _parts(world)
    contexts, settings, image = read.domain(0), read.domain(1), tau.range()
    section = world.function("s", image, settings)
    hypotheses = {
        "invariance": invariant,
        "τ onto": world.forall(image, body=lambda t: tau(section(t)) == t),
        "F_j(u, t) is what s(t) leads to": world.forall(
            contexts, image, body=lambda u, t: mechanism(u, t) == read(u, section(t))
        ),
    }
    squares = world.forall(contexts, settings, body=lambda u, a: mechanism(u, tau(a)) == read(u, a))
    return Theory(hypotheses, squares)


def invariant_if_exists(world: World) -> Theory:
    """Any consistent mechanism, over any contexts that τ_U leads to, makes the condition true."""
    read, tau, _, invariant = _parts(world)
    contexts, settings, image, value = read.domain(0), read.domain(1), tau.range(), read.range()
    above = world.sort("W")
    tau_u = world.function("τ_U", contexts, above)
    mechanism = world.function("G_j", above, image, value)
    squares = world.forall(
        contexts, settings, body=lambda u, a: mechanism(tau_u(u), tau(a)) == read(u, a)
    )
    return Theory({"block squares commute": squares}, invariant)


def prove() -> Iterator[Step]:
    """Both directions, each hypothesis dropped, and CE14."""
    names = ("invariance", "τ onto", "F_j(u, t) is what s(t) leads to")
    yield from proof(
        "the mechanism F_j makes all block squares commute",
        exists_if_invariant,
        drop=names,
        sizes={"A": 3},
    )
    squares = ("block squares commute",)
    yield from proof("consistent ⇒ invariant, whatever τ_U", invariant_if_exists, drop=squares)
    found = check(load("ce14").claim, Invariance())
    seen = f"CE14: X=1 and X=2 have one label and lead to Y=0 and Y=1; invariance {found.name}"
    yield instance(Kind.DROPPED, "invariance, in a model", found.name == "fails", seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
