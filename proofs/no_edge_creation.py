"""Constructive abstractions create no edge; strong ones may.

Statement: Let a block map be consistent on block interventions with τ_U onto. If Y_j depends on Y_i
above, then some change of block i, all blocks but j being set, changes τ_j below.
Source: Lemma E; the notion is that of Geiger et al. (2025), arXiv:2301.04709, and Beckers, Eberhardt &
Halpern (2019), Def. 2.6, arXiv:1906.11583; proof ours.
Shown: for all models with the two blocks i and j in the centre and one setting r of all other blocks.
CE5 is strong, not constructive, and its high-level edge has no low-level path: decided as a claim.
Not shown: the step from "changes τ_j" to "a directed path", which is the meaning of parents.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega import check, load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.family import TauMax
from tauomega.theory.kernel import free_names

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """τ_j under do(Z_i = a, rest = r) below; F_j at (τ_i(a), τ(r)) above."""
    low_u, high_u, low_a, low_r = (world.sort(n) for n in ("U", "W", "A", "R"))
    value_i, value_r, value_j = (world.sort(n) for n in ("X", "T", "Y"))
    read = world.function("τ_j(M_L)", low_u, low_a, low_r, value_j)
    mechanism = world.function("F_j", high_u, value_i, value_r, value_j)
    tau_i, tau_r = world.function("τ_i", low_a, value_i), world.function("τ_r", low_r, value_r)
    tau_u = world.function("τ_U", low_u, high_u)
    exists, forall = world.exists, world.forall
    hypotheses = {
        "block squares commute": forall(
            low_u,
            low_a,
            low_r,
            body=lambda u, a, r: read(u, a, r) == mechanism(tau_u(u), tau_i(a), tau_r(r)),
        ),
        "τ_U onto": forall(high_u, body=lambda w: exists(low_u, body=lambda u: tau_u(u) == w)),
        "τ_i onto": forall(value_i, body=lambda x: exists(low_a, body=lambda a: tau_i(a) == x)),
        "τ of the rest onto": forall(
            value_r, body=lambda t: exists(low_r, body=lambda r: tau_r(r) == t)
        ),
        "Y_j depends on Y_i": exists(
            high_u,
            value_i,
            value_i,
            value_r,
            body=lambda w, x, y, t: mechanism(w, x, t) != mechanism(w, y, t),
        ),
    }
    depends = exists(
        low_u, low_a, low_a, low_r, body=lambda u, a, b, r: read(u, a, r) != read(u, b, r)
    )
    return Theory(hypotheses, depends)


def prove() -> Iterator[Step]:
    """The dependence comes from below; CE5 shows what strong abstractions may do."""
    names = tuple(theory(World(1)).hypotheses)
    yield from proof("block i acts on τ_j below", theory, drop=names)
    claim = load("ce5").claim
    strong = check(claim, Strong(TauMax())).name
    constructive = check(claim, Constructive(TauMax())).name
    model = claim.scm
    reads = {name: free_names(model[name].mechanism) for name in ("X1", "X2")}  # type: ignore[arg-type]  # both have one
    edgeless = all("X1" not in names and "X2" not in names for names in reads.values())
    right = (strong, constructive, edgeless) == ("holds", "fails", True)
    seen = f"CE5: strong {strong}, constructive {constructive}; no mechanism below reads X1 or X2, and Y2 = Y1"
    yield instance(Kind.DROPPED, "constructive (strong only)", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
