"""The total effect is the natural direct effect minus the reversed natural indirect effect.

Statement: For a treatment 0/1, a mediator M and an outcome Y, in every context
Y(1, M1) - Y(0, M0) = [Y(1, M0) - Y(0, M0)] - [Y(1, M0) - Y(1, M1)], so in the mean TE = NDE_{0→1} - NIE_{1→0};
with the unreversed NIE_{0→1} it holds if treatment and mediator do not interact, and not in general.
Source: Pearl (2001), direct and indirect effects, as used for causal mediation by Geiger et al. (2025),
section 3, arXiv:2301.04709.
Shown: for all models: mediator values in an uninterpreted sort, outcomes real.
Not shown: the passage from contexts to means, which is linearity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from tauomega.proofs.theorem import Step, Theorem, main
from tauomega.proofs.uninterpreted import Theory, World, proof

__all__ = ["THEOREM"]


class _Mediation:
    """Outcomes y0(u, m), y1(u, m) and mediators m0(u), m1(u)."""

    def __init__(self, world: World) -> None:
        self.contexts, self.values = world.sort("U"), world.sort("M")
        real = z3.RealSort()
        self.y = [world.function(f"Y{t}", self.contexts, self.values, real) for t in (0, 1)]
        self.m = [world.function(f"M{t}", self.contexts, self.values) for t in (0, 1)]

    def outcome(self, u: Any, treatment: int, mediator: int) -> Any:
        """Y under this treatment with the mediator as under that one."""
        return self.y[treatment](u, self.m[mediator](u))


def reversed_effect(world: World) -> Theory:
    """TE = NDE - NIE reversed; the definition of the three effects is all that is used."""
    model = _Mediation(world)
    real = z3.RealSort()
    te, nde, nie = (world.function(name, model.contexts, real) for name in ("TE", "NDE", "NIE"))
    forall = world.forall
    y = model.outcome
    hypotheses = {
        "TE = Y(1, M1) - Y(0, M0)": forall(
            model.contexts, body=lambda u: te(u) == y(u, 1, 1) - y(u, 0, 0)
        ),
        "NDE = Y(1, M0) - Y(0, M0)": forall(
            model.contexts, body=lambda u: nde(u) == y(u, 1, 0) - y(u, 0, 0)
        ),
        "NIE reversed = Y(1, M0) - Y(1, M1)": forall(
            model.contexts, body=lambda u: nie(u) == y(u, 1, 0) - y(u, 1, 1)
        ),
    }
    return Theory(hypotheses, forall(model.contexts, body=lambda u: te(u) == nde(u) - nie(u)))


def without_interaction(world: World) -> Theory:
    """TE = NDE + NIE unreversed, if the effect of the treatment does not depend on the mediator."""
    model = _Mediation(world)
    forall = world.forall
    y = model.outcome
    hypotheses = {
        "no interaction": forall(
            model.contexts,
            model.values,
            model.values,
            body=lambda u, m, n: (
                model.y[1](u, m) - model.y[0](u, m) == model.y[1](u, n) - model.y[0](u, n)
            ),
        )
    }
    total = forall(
        model.contexts,
        body=lambda u: (
            y(u, 1, 1) - y(u, 0, 0) == (y(u, 1, 0) - y(u, 0, 0)) + (y(u, 0, 1) - y(u, 0, 0))
        ),
    )
    return Theory(hypotheses, total)


def prove() -> Iterator[Step]:
    """The reversed effect always; the unreversed one without interaction."""
    names = tuple(reversed_effect(World(1)).hypotheses)
    yield from proof("TE = NDE_{0→1} - NIE_{1→0}", reversed_effect, drop=names)
    what = "TE = NDE_{0→1} + NIE_{0→1} without interaction"
    yield from proof(what, without_interaction, drop=("no interaction",))


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
