"""Counterexamples as a program reads them: numbers as strings, one `kind` a class."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from tauomega.theory.counterexample import (
    BoxPoint,
    Collision,
    Counterexample,
    CountGap,
    Gap,
    GraphGap,
    LawGap,
    MomentGap,
    NoContextMap,
    NoOmega,
    NotABlockMap,
    NotMonotone,
    NotOnto,
    NotSolvable,
    Square,
    Values,
    Way,
)
from tauomega.theory.intervention import Compound, Intervention
from tauomega.theory.quantity import lower, upper

__all__ = [
    "Json",
    "counterexample_to_json",
    "intervention_to_json",
    "number_to_json",
    "values_to_json",
]

Json = str | int | float | bool | None | list["Json"] | Mapping[str, "Json"]


def counterexample_to_json(found: Counterexample) -> dict[str, Json]:
    """The counterexample, with whether it is minimal."""
    minimal: dict[str, Json] = {"minimal": found.minimal}
    match found:
        case Square(low=low, image=image, high=high, differs=differs, sources=sources):
            return minimal | {
                "kind": "square",
                "low": _way(low),
                "image": values_to_json(image),
                "high": _way(high),
                "differs": list(differs),
                "sources": {site: values_to_json(context) for site, context in sources},
            }
        case BoxPoint(base=base, row=row, sources=origins, radius=radius, low=below, high=above):
            return minimal | {
                "kind": "box-point",
                "base": values_to_json(base),
                "row": [number_to_json(x) for x in row],
                "sources": {
                    site: {"context": values_to_json(u), "row": [number_to_json(x) for x in r]}
                    for site, u, r in origins
                },
                "radius": number_to_json(radius),
                "low": values_to_json(below),
                "high": values_to_json(above),
                "differs": list(found.differs),
            }
        case Gap(where=where, value=value):
            return minimal | {
                "kind": "gap",
                "where": dict(where),
                "value": {"lo": number_to_json(lower(value)), "hi": number_to_json(upper(value))},
                "shown": str(value),
            }
        case GraphGap(faults=faults):
            return minimal | {"kind": "graph-gap", "faults": list(faults)}
        case LawGap(low=i, high=j, event=event, p_low=p_low, p_high=p_high):
            return minimal | {
                "kind": "law-gap",
                "low": intervention_to_json(i),
                "high": intervention_to_json(j),
                "event": values_to_json(event),
                "p_low": number_to_json(p_low),
                "p_high": number_to_json(p_high),
            }
        case MomentGap(low=i, high=j, names=names, value_low=below, value_high=above):
            return minimal | {
                "kind": "moment-gap",
                "low": intervention_to_json(i),
                "high": intervention_to_json(j),
                "moment": ["mean" if len(names) == 1 else "covariance", *names],
                "value_low": number_to_json(below),
                "value_high": number_to_json(above),
            }
        case NoContextMap(context=context, separators=separators):
            return minimal | {
                "kind": "no-context-map",
                "context": values_to_json(context),
                "separators": [
                    {
                        "low": intervention_to_json(i),
                        "high": intervention_to_json(j),
                        "image": values_to_json(image),
                    }
                    for i, j, image in separators
                ],
            }
        case CountGap(response=response, low=below, high=above, example=example):
            return minimal | {
                "kind": "count-gap",
                "response": [
                    {"high": intervention_to_json(j), "result": values_to_json(y)}
                    for j, y in response
                ],
                "low": str(below),
                "high": str(above),
                "example": values_to_json(example),
            }
        case NoOmega(core=core, reason=reason):
            return minimal | {
                "kind": "no-omega",
                "core": [intervention_to_json(intervention) for intervention in core],
                "reason": reason,
            }
        case NotOnto(map=name, value=value):
            return minimal | {"kind": "not-onto", "map": name, "value": values_to_json(value)}
        case NotMonotone():
            return minimal | {
                "kind": "not-monotone",
                "lower": intervention_to_json(found.lower),
                "upper": intervention_to_json(found.upper),
                "lower_image": intervention_to_json(found.lower_image),
                "upper_image": intervention_to_json(found.upper_image),
            }
        case NotABlockMap(variables=variables):
            readers: dict[str, Json] = {name: list(read_by) for name, read_by in variables}
            return minimal | {"kind": "not-a-block-map", "variables": readers}
        case Collision(first=first, second=second, equal=equal, variable=name, values=values):
            return minimal | {
                "kind": "collision",
                "first": _way(first),
                "second": _way(second),
                "equal": values_to_json(equal),
                "variable": name,
                "values": [str(value) for value in values],
            }
        case NotSolvable(context=context, intervention=intervention, solutions=solutions):
            return minimal | {
                "kind": "not-solvable",
                "context": values_to_json(context),
                "intervention": intervention_to_json(intervention),
                "solutions": str(solutions),
            }
        case _:
            assert_never(found)


def number_to_json(number: int | Fraction | float) -> str:
    """The exact number as a string; ∞ is `inf`."""
    return "inf" if number == float("inf") else str(number)


def values_to_json(values: Values) -> dict[str, Json]:
    """Names and values as an object; values are strings."""
    return {name: str(value) for name, value in values}


def intervention_to_json(intervention: Intervention) -> dict[str, Json]:
    """The targets and their values; the empty intervention is the empty object.

    A target whose mechanism is changed otherwise has the change as text in place of a value.
    """
    if isinstance(intervention, Compound):
        changed: dict[str, list[str]] = {}
        for change in intervention.changes:
            changed.setdefault(change.target, []).append(str(change))
        words = {name: ", ".join(changes) for name, changes in changed.items()}
        return {**values_to_json(intervention.hard.items), **words}
    return values_to_json(intervention.items)


def _way(way: Way) -> dict[str, Json]:
    return {
        "context": values_to_json(way.context),
        "intervention": intervention_to_json(way.intervention),
        "result": values_to_json(way.result),
    }
