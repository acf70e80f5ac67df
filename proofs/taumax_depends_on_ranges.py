"""What ω_τ is defined on depends on the ranges, not only on which variables matter.

Statement: For τ = X1 + X2 no partial setting is silent over {0..k}; over ℤ/n and over ℝ every partial
setting is silent, though the same variables are read.
Source: Beckers, Eberhardt & Halpern (2019), Def. 2.3, arXiv:1906.11583; the observation ours.
Shown: over {0..k} for k = 1..6 and over ℤ/n for n = 2..6 by enumeration; over ℝ by z3: for every a and
y some b has a + b = y. Over the half-line b ≥ 0 that fails.
Not shown: other functions.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, dropped, every, main

__all__ = ["THEOREM"]


def image(size: int, modulus: int | None, fixed: int) -> set[int]:
    """All values of τ when X1 is set to `fixed`."""
    sums = (fixed + b for b in range(size))
    return {total if modulus is None else total % modulus for total in sums}


def silent(size: int, modulus: int | None) -> list[bool]:
    """For every value of X1 whether setting it leaves all of τ's values possible."""
    everything = {value for a in range(size) for value in image(size, modulus, a)}
    return [image(size, modulus, a) == everything for a in range(size)]


def over_the_reals(low_end: int | None) -> bool:
    """∀ a, y ∃ b: a + b = y, with b perhaps bounded below; decided by z3 for linear arithmetic."""
    a, b, y = z3.Reals("a b y")
    inside = z3.BoolVal(True) if low_end is None else b >= low_end
    solver = z3.Solver()
    solver.add(z3.Not(z3.ForAll([a, y], z3.Exists([b], z3.And(inside, a + b == y)))))
    return bool(solver.check() == z3.unsat)


def prove() -> Iterator[Step]:
    """Bounded integers, residues, the reals; and a bound below."""
    yield every(
        "over {0..k}: no partial setting is silent", range(2, 8), lambda n: not any(silent(n, None))
    )
    yield every(
        "over ℤ/n: every partial setting is silent", range(2, 7), lambda n: all(silent(n, n))
    )
    right = over_the_reals(None)
    yield Step(
        Kind.PROVED, "over ℝ: every partial setting is silent", right, Scope.ARITHMETIC, "z3"
    )
    right = not over_the_reals(0)
    yield Step(Kind.DROPPED, "all of ℝ (b ≥ 0 instead)", right, Scope.ARITHMETIC, "z3")
    what = "residues (the same sums without wrapping)"
    yield dropped(
        what, range(2, 4), lambda n: all(silent(n, None)), show=lambda n: f"{{0..{n - 1}}}"
    )


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
