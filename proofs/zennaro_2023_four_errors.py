"""Four interventional errors of an α-abstraction: which vanishes when another does.

Statement: For onto maps α, IIL = 0 implies IC = 0 and ISC = 0, and each of these implies ISIL = 0; IC = 0
and ISC = 0 do not imply each other.
Source: Zennaro, Turrini & Damoulas (2023), IJCAI, definitions of IC, IIL, ISIL, ISC (code read); the
lattice (Lemma Z) ours.
Shown: the four implications for all models, from α α⁺ = 1, with kernels as functions of laws;
α α⁺ = 1 and the four Moore-Penrose equations for every onto map of up to 4 values to up to 3. CE11 a
and b separate IC and ISC. A map that is not onto has α α⁺ ≠ 1.
Not shown: error values other than 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.stochastic import (
    Matrix,
    identity,
    kernel_distance,
    matrix,
    onto,
    pseudo_inverse,
    times,
)
from tauomega.proofs.theorem import Kind, Step, Theorem, every, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


def kernels(world: World) -> Theory:
    """Kernels act on laws: of A and B below, of X' and Y' above."""
    law_a, law_b, law_x, law_y = (world.sort(name) for name in ("A", "B", "X", "Y"))
    mu, nu = world.function("μ", law_a, law_b), world.function("ν", law_x, law_y)
    a, a_back = world.function("α_A", law_a, law_x), world.function("α_A⁺", law_x, law_a)
    b, b_back = world.function("α_B", law_b, law_y), world.function("α_B⁺", law_y, law_b)
    hypotheses = {
        "α_A α_A⁺ = 1": world.forall(law_x, body=lambda q: a(a_back(q)) == q),
        "α_B α_B⁺ = 1": world.forall(law_y, body=lambda q: b(b_back(q)) == q),
    }
    ic = world.forall(law_a, body=lambda p: nu(a(p)) == b(mu(p)))
    iil = world.forall(law_a, body=lambda p: mu(p) == b_back(nu(a(p))))
    isil = world.forall(law_x, body=lambda q: nu(q) == b(mu(a_back(q))))
    isc = world.forall(law_x, body=lambda q: b_back(nu(q)) == mu(a_back(q)))
    lattice = z3.And(z3.Implies(iil, z3.And(ic, isc)), z3.Implies(z3.Or(ic, isc), isil))
    return Theory(hypotheses, lattice)


def penrose(alpha: Matrix) -> bool:
    """α α⁺ = 1, α⁺ α is symmetric, and both reproduce."""
    back = pseudo_inverse(alpha)
    round_trip = times(back, alpha)
    return (
        times(alpha, back) == identity(len(alpha))
        and round_trip == tuple(zip(*round_trip, strict=True))
        and times(alpha, back, alpha) == alpha
        and times(back, alpha, back) == back
    )


def errors(mu: Matrix, nu: Matrix, alpha_a: Matrix, alpha_b: Matrix) -> dict[str, bool]:
    """Which of the four errors vanish."""
    back_a, back_b = pseudo_inverse(alpha_a), pseudo_inverse(alpha_b)
    pairs = {
        "IC": (times(nu, alpha_a), times(alpha_b, mu)),
        "IIL": (mu, times(back_b, nu, alpha_a)),
        "ISIL": (nu, times(alpha_b, mu, back_a)),
        "ISC": (times(back_b, nu), times(mu, back_a)),
    }
    return {name: kernel_distance(*pair) == 0 for name, pair in pairs.items()}


def prove() -> Iterator[Step]:
    """The lattice, the inverses, CE11, and a map that is not onto."""
    names = tuple(kernels(World(1)).hypotheses)
    yield from proof("the lattice of the four errors", kernels, drop=names)
    cases = [alpha for n in range(1, 5) for k in range(1, min(n, 3) + 1) for alpha in onto(n, k)]
    yield every("α⁺ inverts every onto α of up to 4 values to up to 3", cases, penrose)
    merge, keep = matrix([[1, 1]]), identity(2)
    found = errors(matrix([[1], [0]]), matrix([[1]]), matrix([[1]]), merge)
    right = found == {"IC": True, "IIL": False, "ISIL": True, "ISC": False}
    yield instance(Kind.DROPPED, "IC = 0 ⇒ ISC = 0 (CE11a)", right, str(found))
    found = errors(identity(2), matrix([["1/2"], ["1/2"]]), merge, keep)
    right = found == {"IC": False, "IIL": False, "ISIL": True, "ISC": True}
    yield instance(Kind.DROPPED, "ISC = 0 ⇒ IC = 0 (CE11b)", right, str(found))
    missed = matrix([[1, 1], [0, 0]])
    back = matrix([["1/2", 0], ["1/2", 0]])
    right = times(missed, back) != identity(2) and times(missed, back, missed) == missed
    yield instance(Kind.DROPPED, "α onto", right, f"α α⁺ = {times(missed, back)}")


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
