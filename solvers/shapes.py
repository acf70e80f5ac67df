r"""The clauses that fast engines are made for, recognised term by term.

A user's definition may range over contexts and interventions as these do and yet compare something
else; what is not exactly one of these shapes is left to the literal interpreter. Names of bound
variables do not matter.
"""

from __future__ import annotations

from tauomega.theory.defect import (
    HIGH,
    LOW,
    OMEGA,
    TAU,
    TAU_U,
    ApplyMap,
    Base,
    ContextMaps,
    Contexts,
    Defect,
    Dist,
    Inf,
    Interchange,
    Interventions,
    Law,
    Map,
    Metric,
    Push,
    Read,
    Run,
    States,
    Sup,
    Swaps,
    Var,
)

__all__ = [
    "is_tau_onto",
    "is_tau_u_onto",
    "law_family",
    "measured_squares",
    "searched_squares",
    "square_family",
    "swapped",
]


def square_family(defect: Defect, tau_u: Map | Var = TAU_U) -> Interventions | None:
    r"""$F$, if the clause is $\sup_{i \in F} \sup_u [\tau(M_L(u, i)) \ne M_H(\tau_U(u), \omega(i))]$."""
    found = measured_squares(defect, tau_u)
    return found[0] if found is not None and found[1] is Metric.DISCRETE else None


def measured_squares(
    defect: Defect, tau_u: Map | Var = TAU_U
) -> tuple[Interventions, Metric] | None:
    r"""$F$ and $d$ of $\sup_{i \in F} \sup_u d(\tau(M_L(u, i)), M_H(\tau_U(u), \omega(i)))$."""
    match defect:
        case Sup(
            variable=i,
            space=Interventions() as family,
            body=Sup(
                variable=u,
                space=Contexts(side=side),
                body=Dist(metric=metric, left=left, right=right),
            ),
        ) if side is LOW and i != u:
            low = ApplyMap(TAU, Run(LOW, Var(u), Var(i)))
            above = Run(HIGH, ApplyMap(tau_u, Var(u)), ApplyMap(OMEGA, Var(i)))
            return (family, metric) if left == low and right == above else None
        case _:
            return None


def searched_squares(defect: Defect) -> tuple[ContextMaps, Interventions] | None:
    """The same with τ_U to be found: the maps it is found among, and the family."""
    match defect:
        case Inf(variable=t, space=ContextMaps() as maps, body=body):
            family = square_family(body, Var(t))
            return None if family is None else (maps, family)
        case _:
            return None


def law_family(defect: Defect) -> Interventions | None:
    r"""$F$, if the clause is $\sup_{i \in F} [\tau_\# P_L^i \ne P_H^{\omega(i)}]$."""
    match defect:
        case Sup(
            variable=i,
            space=Interventions() as family,
            body=Dist(metric=Metric.DISCRETE, left=left, right=right),
        ):
            same = left == Push(TAU, Law(LOW, Var(i))) and right == Law(
                HIGH, ApplyMap(OMEGA, Var(i))
            )
            return family if same else None
        case _:
            return None


def is_tau_onto(defect: Defect) -> bool:
    r"""Whether the clause is $\sup_y \inf_x [\tau(x) \ne y]$."""
    match defect:
        case Sup(
            variable=y,
            space=States(side=above),
            body=Inf(
                variable=x, space=States(side=below), body=Dist(metric=Metric.DISCRETE) as equal
            ),
        ):
            sides = above is HIGH and below is LOW
            return sides and (equal.left, equal.right) == (ApplyMap(TAU, Var(x)), Var(y))
        case _:
            return False


def is_tau_u_onto(defect: Defect) -> bool:
    r"""Whether the clause is $\sup_w \inf_u [\tau_U(u) \ne w]$, for a fixed τ_U."""
    match defect:
        case Sup(
            variable=w,
            space=Contexts(side=above),
            body=Inf(
                variable=u, space=Contexts(side=below), body=Dist(metric=Metric.DISCRETE) as equal
            ),
        ):
            sides = above is HIGH and below is LOW
            return sides and (equal.left, equal.right) == (ApplyMap(TAU_U, Var(u)), Var(w))
        case _:
            return False


def swapped(defect: Defect) -> tuple[Swaps, tuple[str, ...]] | None:
    """The interchanges and the variables that are read, if the clause compares them on both sides."""
    match defect:
        case Sup(
            variable=x,
            space=Swaps() as swaps,
            body=Dist(
                metric=Metric.DISCRETE, left=Read(names=names) as left, right=Read() as right
            ),
        ):
            low = ApplyMap(TAU, Run(LOW, Base(Var(x)), Interchange(LOW, Var(x))))
            high = Run(HIGH, ApplyMap(TAU_U, Base(Var(x))), Interchange(HIGH, Var(x)))
            same = (left, right) == (Read(names, low), Read(names, high))
            return (swaps, names) if same else None
        case _:
            return None
