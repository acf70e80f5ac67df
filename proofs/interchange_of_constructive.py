"""Constructive abstraction implies interchange consistency, and joint interchange the single one.

Statement: With the same τ_U, squares on all reached block values make every interchange agree; and
agreement for every subset of sites gives agreement for each site alone. Neither converse holds.
Source: Geiger et al. (2024), Defs. 2 and 5, arXiv:2303.02536, as universal statements; proof ours.
Shown: for all models, with a site A and the rest; the value that a site has in a source run is a
reached value. CE7 is interchange-consistent and not constructive over BLOCK; CE8 agrees for each site
alone and not for both. The k-wise hierarchy is strict: with k + 1 mediators and a flip when all are
off, every k agree and k + 1 do not (k = 1, 2, 3).
Not shown: k > 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from tauomega import SCM, Abstraction, check, load
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.policy import Depth

__all__ = ["THEOREM"]


def theory(world: World) -> Theory:
    """Setting a site to what it is in a source run, below and above."""
    low_u, high_u, low_a, high_a, state = (world.sort(n) for n in ("U", "W", "A", "X", "Y"))
    read = world.function("τM_L(u, A←a)", low_u, low_a, state)
    solve = world.function("M_H(w, X←x)", high_u, high_a, state)
    clean, above = world.function("A(u)", low_u, low_a), world.function("X(w)", high_u, high_a)
    tau, tau_u = world.function("τ_X", low_a, high_a), world.function("τ_U", low_u, high_u)
    hypotheses = {
        "squares commute on reached values": world.forall(
            low_u,
            low_u,
            body=lambda b, s: read(b, clean(s)) == solve(tau_u(b), tau(clean(s))),
        ),
        "clean runs agree": world.forall(low_u, body=lambda s: tau(clean(s)) == above(tau_u(s))),
    }
    agree = world.forall(
        low_u, low_u, body=lambda b, s: read(b, clean(s)) == solve(tau_u(b), above(tau_u(s)))
    )
    return Theory(hypotheses, agree)


def mediators(k: int) -> Abstraction:
    """Mediators, k + 1 of them, copy their inputs; the output flips only if all of them are off."""
    names = range(1, k + 2)
    inputs = "\n".join(f"input x{i} : bool\nA{i} = x{i}" for i in names)
    conjunction = " and ".join(f"A{i}" for i in names)
    off = " and ".join(f"A{i} != x{i}" for i in names)
    low = SCM.from_text(f"{inputs}\nO = if {off} then not ({conjunction}) else {conjunction}")
    high = SCM.from_text(f"{inputs}\nO = {conjunction}")
    sites = {f"A{i}": [f"A{i}"] for i in names}
    return Abstraction.from_text(low, high, {"O": "O"}, sites=sites)


def prove() -> Iterator[Step]:
    """The implication; CE7; CE8; and the hierarchy."""
    names = ("squares commute on reached values", "clean runs agree")
    yield from proof("every interchange agrees", theory, drop=names)
    swaps = check(load("ce7_interchange").claim, InterchangeConsistency(joint=Depth(None))).name
    whole = check(load("ce7").claim, Constructive()).name
    seen = f"CE7: all interchanges {swaps}, constructive over BLOCK {whole}"
    yield instance(Kind.DROPPED, "unreached values too", (swaps, whole) == ("holds", "fails"), seen)
    for k in (1, 2, 3):
        claim = mediators(k)
        found = [check(claim, InterchangeConsistency(joint=Depth(d))).name for d in (k, k + 1)]
        seen = f"k = {k}: at most {k} sites {found[0]}, {k + 1} sites {found[1]}"
        yield instance(Kind.DROPPED, f"{k + 1} sites at once", found == ["holds", "fails"], seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
