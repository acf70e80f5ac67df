"""Causal abstraction error is 0 where block squares, laws, or fibre averages agree.

Statement: A mean of squares with positive weights is 0 iff each square is; so both directions of drawing, which
give every setting of the targets a positive weight, have the same zeros (Lemma K). Where nothing above but the
roots, which are always set, is random, the error is 0 if block squares commute with some map of contexts; if
the laws under block interventions are equal; and if the average over each fibre is the law above (ISIL = 0).
Source: Méloux, Pimentel, Portet & Peyrard (2026), arXiv:2607.00267, for the error; proofs ours.
Shown: for all models, laws by their supports (two laws with one point each are equal iff the points are); means
of any number of squares by induction, in exact arithmetic.
Not shown: means of infinitely many squares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from tauomega.proofs.arithmetic import identity
from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]

Hypothesis = Callable[[World, Any, Any, Any], Any]


def _theory(name: str, hypothesis: Hypothesis) -> Callable[[World], Theory]:
    """Once the roots are set, contexts do not matter: one point above for every draw."""

    def stated(world: World) -> Theory:
        low_u, high_u, draw, value = (world.sort(n) for n in ("U", "W", "D", "Y"))
        below = world.function("τM_L", low_u, draw, value)
        above = world.function("M_H", high_u, draw, value)
        forall = world.forall
        hypotheses = {
            name: hypothesis(world, (low_u, high_u, draw, value), below, above),
            "no noise above but of roots": forall(
                high_u, high_u, draw, body=lambda w, v, d: above(w, d) == above(v, d)
            ),
        }
        error_free = forall(low_u, high_u, draw, body=lambda u, w, d: below(u, d) == above(w, d))
        return Theory(hypotheses, error_free)

    return stated


def squares(world: World, sorts: Any, below: Any, above: Any) -> Any:
    """Some map of contexts is compatible on all draws."""
    low_u, high_u, draw, _ = sorts
    tau_u = world.function("τ_U", low_u, high_u)
    return world.forall(low_u, draw, body=lambda u, d: below(u, d) == above(tau_u(u), d))


def laws(world: World, sorts: Any, below: Any, above: Any) -> Any:
    """Every draw gives one set of likely values below and above."""
    low_u, high_u, draw, value = sorts
    return world.forall(
        draw,
        value,
        body=lambda d, y: (
            world.exists(low_u, body=lambda u: below(u, d) == y)
            == world.exists(high_u, body=lambda w: above(w, d) == y)
        ),
    )


def averages(world: World) -> Theory:
    """The settings that realise one above: their average is one point, so each is."""
    setting, above, value = (world.sort(n) for n in ("A", "X", "Y"))
    image = world.function("τ", setting, above)
    below, wanted = world.function("τM_L", setting, value), world.function("M_H", above, value)
    average = world.forall(
        above,
        value,
        body=lambda x, y: z3.Implies(
            world.exists(setting, body=lambda a: z3.And(image(a) == x, below(a) == y)),
            wanted(x) == y,
        ),
    )
    equal = world.forall(setting, body=lambda a: below(a) == wanted(image(a)))
    return Theory({"every value that the average gives weight is the one above": average}, equal)


def means() -> Iterator[Step]:
    """A weighted sum of squares, one square after another."""
    total, weight, error = z3.Reals("S w e")
    hypotheses = {
        "the sum so far is not negative": total >= 0,
        "the weight is positive": weight > 0,
        "the sum with the next square is 0": total + weight * error * error == 0,
    }
    both = z3.And(total == 0, error == 0)
    yield from identity(
        "a sum of n + 1 squares is 0 ⇒ that of n and the last are", hypotheses, both
    )
    nonnegative = {key: hypotheses[key] for key in list(hypotheses)[:2]}
    more = total + weight * error * error >= 0
    yield from identity("and the sum stays so", nonnegative, more)


def prove() -> Iterator[Step]:
    """Means, then the three sufficient conditions."""
    yield from means()
    for name, hypothesis in (("block squares commute", squares), ("laws are equal", laws)):
        theory = _theory(name, hypothesis)
        yield from proof(f"{name} ⇒ error 0", theory, drop=tuple(theory(World(1)).hypotheses))
    names = tuple(averages(World(1)).hypotheses)
    yield from proof("fibre averages agree ⇒ error 0", averages, drop=names)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
