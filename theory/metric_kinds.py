"""Metrics of states and metrics of laws: a definition that is asked in the wrong one is refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from .defect import (
    ApplyMap,
    Average,
    Coupled,
    Defect,
    Dist,
    Expected,
    Gather,
    Inf,
    Joint,
    Law,
    Marginal,
    Max,
    Mean,
    Metric,
    Mixed,
    Push,
    Read,
    Run,
    Sampled,
    Spread,
    Step,
    Sup,
    Term,
    Via,
)
from .errors import InputError

__all__ = ["require_metrics", "subtracts"]

OF_LAWS = (Metric.TV, Metric.KL, Metric.SQRT_JSD, Metric.W1)
OF_NUMBERS = (Metric.L1, Metric.EUCLIDEAN, Metric.SQUARED, Metric.SUP, Metric.W1)
_LAWS = (Law, Push, Marginal, Gather, Spread, Joint, Mixed)
_STATES = (Run, Read, Step)


def require_metrics(name: str, defect: Defect) -> None:
    """Check that states are compared by a distance of states, and laws by one of laws.

    Raises:
        InputError: the metric, what it compares, and those that would do.
    """
    faults = {}
    for node in _distances(defect):
        of_laws = node.metric in OF_LAWS
        compared = tuple(map(_inner, (node.left, node.right)))
        laws = any(isinstance(t, _LAWS) for t in compared)
        states = any(isinstance(t, _STATES) for t in compared)
        if node.metric is not Metric.DISCRETE and ((laws and not of_laws) or (states and of_laws)):
            fitting = ", ".join(m.value for m in Metric if (m in OF_LAWS) is laws)
            faults[node.metric] = (
                f"{name} compares {'laws' if laws else 'states'}, and {node.metric.value} does not; "
                f"write metric = one of {fitting}"
            )
    if faults:
        raise InputError(list(faults.values()))


def subtracts(defect: Defect) -> bool:
    """Whether values are subtracted somewhere, which labels cannot be."""
    return any(node.metric in OF_NUMBERS for node in _distances(defect))


def _inner(term: Term) -> Term:
    return _inner(term.argument) if isinstance(term, ApplyMap) else term


def _distances(defect: Defect) -> Iterator[Dist]:
    match defect:
        case Dist():
            yield defect
        case Sup(body=body) | Inf(body=body) | Mean(body=body) | Expected(body=body):
            yield from _distances(body)
        case Via(body=body) | Sampled(body=body) | Coupled(body=body):
            yield from _distances(body)
        case Max(parts=parts) | Average(parts=parts):
            for part in parts:
                yield from _distances(part.defect)
        case _:
            return
