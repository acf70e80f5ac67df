"""Boxes that commute make the laws under block interventions agree.

Statement: Go through the high-level variables in causal order. If τ pushes the law of the earlier blocks to the
law of the earlier variables, and the kernel of the next block given its parents' blocks, gathered by τ, is the
high-level kernel at τ of the setting, then τ pushes the law with the next block to the law with the next
variable. A block that is set is a kernel that is one point on both levels. So a Φ-abstraction has equal laws
under every block intervention (Corollary 5).
Source: Otsuka & Saigo (2022), Theorem 4 and Corollary 5, PMLR 177, in the Markovian models of Def. 1.
Shown: the step, for all weights and kernels with up to three settings of the earlier blocks in a fibre and
three values of the next block, by exact arithmetic; steps compose in otsuka_2022_naturality.
Not shown: larger fibres, which are longer sums of the same kind; that Markovian models factorise.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def step(settings: int, values: int) -> Iterator[Step]:
    """One fibre {x : τ(x) = y} of the earlier blocks, one fibre {b : τ(b) = y'} of the next."""
    weights = [z3.Real(f"p{k}") for k in range(settings)]
    kernel = [[z3.Real(f"k{x}{b}") for b in range(values)] for x in range(settings)]
    above, wanted = z3.Real("q"), z3.Real("h")
    pushed = z3.Sum(weights) == above
    boxes = [z3.Sum(row) == wanted for row in kernel]
    joint = z3.Sum([p * k for p, row in zip(weights, kernel, strict=True) for k in row])
    what = f"{settings} settings in the fibre, {values} values of the next block"
    solver = z3.SolverFor("QF_NRA")
    solver.add(pushed, *boxes, joint != above * wanted)
    yield Step(Kind.PROVED, what, solver.check() == z3.unsat, Scope.ARITHMETIC)
    for name, kept in (
        ("the earlier law is pushed", boxes),
        ("the box commutes at every setting", [pushed, *boxes[1:]]),
    ):
        solver = z3.SolverFor("QF_NRA")
        solver.add(*kept, joint != above * wanted)
        found = solver.check() == z3.sat
        seen = str(solver.model()).replace("\n", "") if found else "no counterexample"
        yield instance(Kind.DROPPED, f"{name} ({what})", found, seen)


def prove() -> Iterator[Step]:
    """The step for every size of the two fibres up to three."""
    for settings in (1, 2, 3):
        for values in (1, 2, 3):
            yield from step(settings, values)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
