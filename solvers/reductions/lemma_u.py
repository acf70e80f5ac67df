r"""Lemma U: for finitely many contexts, uniform ⇔ some compatible τ_U exists (onto or not).

⇐: push any low-level law through τ_U. ⇒: take the point mass at $u$; every high-level context in the
support of its counterpart satisfies all equations at once. (theory: Beckers & Halpern (2019).)
"""

from __future__ import annotations

from dataclasses import replace

from tauomega.theory.defect import (
    HIGH,
    LOW,
    TAU,
    ApplyMap,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    Inf,
    Law,
    Laws,
    OmegaMaps,
    Part,
    Push,
    Run,
    Sup,
    Var,
)

from ..engine import Problem

__all__ = ["THEOREM", "rewrite"]

THEOREM = "Lemma U: uniform iff a compatible τ_U exists"


def rewrite(problem: Problem) -> Problem | None:
    """The problem with laws replaced by contexts, if it has that shape."""
    found = _rewrite(problem.part.defect)
    return None if found is None else replace(problem, part=Part(problem.part.name, found))


def _rewrite(defect: Defect) -> Defect | None:
    match defect:
        case Inf(variable=name, space=OmegaMaps() as space, body=body):
            inside = _rewrite(body)
            return None if inside is None else Inf(name, space, inside)
        case Sup(
            space=Laws(side=low),
            body=Inf(
                space=Laws(side=high),
                body=Sup(
                    variable=i,
                    space=family,
                    body=Dist(metric=metric, left=Push(law=Law()), right=Law(intervention=image)),
                ),
            ),
        ) if low is LOW and high is HIGH:
            square = Dist(
                metric,
                ApplyMap(TAU, Run(LOW, Var("u"), Var(i))),
                Run(HIGH, ApplyMap(Var("t"), Var("u")), image),
            )
            squares = Sup(i, family, Sup("u", Contexts(LOW), square))
            return Inf("t", ContextMaps(onto=False), squares)
        case _:
            return None
