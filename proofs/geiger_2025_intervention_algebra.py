"""Hard interventions form an intervention algebra; additive steering does not.

Statement: Hard interventions on different variables commute, and of two on the same variable the last
wins, so that every history has a normal form; adding a constant to a variable is not overwritten by
adding another.
Source: Geiger et al. (2025), intervention algebras (Theorems 20-21 of the arXiv version),
arXiv:2301.04709.
Shown: for all models; an intervention acts on the table of mechanisms, and two tables are compared at
every variable. Both laws together give the normal form of any history, by sorting.
Not shown: that sorting terminates, and the isomorphism for arbitrary interventionals.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.uninterpreted import Theory, World, proof
from tauomega.theory.intervention_algebra import annihilates, commute, compose
from tauomega.theory.scm import SCM

__all__ = ["THEOREM"]


def hard(world: World) -> Theory:
    """What a mechanism table holds after two hard interventions, at every variable z."""
    names, mechanisms, models = world.sort("N"), world.sort("C"), world.sort("M")
    at = world.function("at", models, names, mechanisms)
    store = world.function("do", models, names, mechanisms, models)
    forall = world.forall
    hypotheses = {
        "an intervention overwrites its target": forall(
            models, names, mechanisms, body=lambda m, x, c: at(store(m, x, c), x) == c
        ),
        "an intervention leaves the other variables": forall(
            models,
            names,
            names,
            mechanisms,
            body=lambda m, x, y, c: z3.Implies(x != y, at(store(m, x, c), y) == at(m, y)),
        ),
    }
    commute = forall(
        models,
        names,
        names,
        names,
        mechanisms,
        mechanisms,
        body=lambda m, x, y, z, c, d: z3.Implies(
            x != y, at(store(store(m, x, c), y, d), z) == at(store(store(m, y, d), x, c), z)
        ),
    )
    last_wins = forall(
        models,
        names,
        names,
        mechanisms,
        mechanisms,
        body=lambda m, x, z, c, d: at(store(store(m, x, c), x, d), z) == at(store(m, x, d), z),
    )
    return Theory(hypotheses, z3.And(commute, last_wins))


def prove() -> Iterator[Step]:
    """The two laws, each hypothesis dropped, and steering by addition."""
    names = tuple(hard(World(1)).hypotheses)
    yield from proof(
        "different variables commute; the last write wins", hard, drop=names, sizes={"M": 4}
    )
    model = SCM.from_text("U, V : real\nX = U\nY = X + V")
    one, two, other = map(model.intervention, ("X := self + 1", "X := self + 2", "Y := 3 * self"))
    rules = tuple(map(model.intervention, ("X := 2 * U", "X = 5")))
    seen = f"({one}) then ({two}) is ({compose(model, one, two)})"
    kept = not annihilates(model, one, two)
    yield instance(Kind.DROPPED, "overwriting (steering adds instead)", kept, seen)
    both = all(annihilates(model, i, k) for i in (one, *rules) for k in rules)
    yield instance(
        Kind.PROVED, "a rule without self overwrites", both, "all rules on X, over the reals"
    )
    crossed = all(commute(model, i, other) for i in (one, *rules))
    yield instance(Kind.PROVED, "changes of different variables commute", crossed, "over the reals")


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
