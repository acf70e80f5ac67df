"""Counts as a program reads them: one canonical JSON value.

Counts of interpretations are strings, since they pass 2^53; circuits, formulas and mappings are numbers.
"""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING

from .counterexample_json import Json

if TYPE_CHECKING:
    from tauomega.bridge.identifiability.counting import Counts

__all__ = ["counts_to_json"]

SCHEMA = "tauomega/counts/1"


def counts_to_json(counts: Counts) -> dict[str, Json]:
    """The counts of one output as a JSON object."""
    from tauomega.bridge.identifiability.circuit_set import circuit_key

    found: dict[str, Json] = {
        "schema": SCHEMA,
        "gate": counts.gate,
        "output": counts.output,
        "semantics": counts.semantics,
        "options": {
            option.name: _option(getattr(counts.options, option.name))
            for option in fields(counts.options)
        },
        "margin": _margin(counts),
        "unknown": dict(counts.unknown),
    }
    if counts.circuits is not None:
        circuits: dict[str, Json] = {
            "checked": counts.circuits.checked,
            "perfect": counts.circuits.perfect,
        }
        if counts.minimal is not None:
            circuits["minimal"] = counts.minimal
        found["circuits"] = circuits
    if counts.interpretations is not None:
        interpretations = counts.interpretations
        keyed = sorted(
            (circuit_key(counts.widths, circuit), str(total))
            for circuit, total in zip(
                interpretations.circuits, interpretations.per_circuit, strict=True
            )
        )
        listed: dict[str, Json] = {
            "total": str(interpretations.total),
            "per_circuit": [total for _, total in keyed],
            "circuits": [key for key, _ in keyed],
        }
        if interpretations.neighbours:
            listed["neighbouring_values"] = interpretations.neighbours
        if interpretations.exactly is not None:
            listed["total_of_exact_values"] = str(interpretations.exactly)
        found["interpretations"] = listed
    if counts.mappings is not None:
        found["formulas"] = counts.mappings.formulas
        mappings: dict[str, Json] = {
            "total": counts.mappings.total,
            "per_formula": [one.total for one in counts.mappings.mapped],
            "formulas": [str(one.requirement.formula) for one in counts.mappings.mapped],
            "tried": counts.mappings.tried,
        }
        if counts.mappings.classes is not None:
            mappings["up_to_relabelling"] = {
                "formulas": counts.mappings.classes,
                "total": counts.mappings.classed_mappings,
            }
        if counts.mappings.silent is not None:
            mappings["silent"] = counts.mappings.silent
        found["mappings"] = mappings
    return found


def _margin(counts: Counts) -> Json:
    parts = {
        "circuits": counts.circuits,
        "interpretations": counts.interpretations,
        "mappings": counts.mappings,
    }
    exact = [part.recomputed for part in (counts.circuits, counts.mappings) if part is not None]
    return {
        "value": _number(counts.margin),
        "semantics": counts.semantics,
        "error": _number(counts.error),
        "decided_exactly": sum(exact),
        **{name: _number(part.margin) for name, part in parts.items() if part is not None},
    }


def _number(value: float) -> Json:
    return repr(value) if isfinite(value) else None


def _option(value: object) -> Json:
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)
