"""Verdicts as JSON: exact numbers as strings, the same bytes from run to run but for `run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from .counterexample import Counterexample
from .intervention import Hard
from .verdict import Bounds, Evidence, Fails, Holds, Unknown, Verdict, Witness

__all__ = ["as_json", "verdict_json"]

SCHEMA = "tauomega/verdict/1"


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The JSON object of a verdict.

    Its keys are `schema, verdict, definition, parameters, semantics, sentence, clauses,
    counterexample | witness | reason, bounds, coverage, relies_on, measures, run`.
    """
    question = verdict.question
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "verdict": verdict.name,
        "definition": question.definition,
        "parameters": dict(question.parameters),
        "semantics": question.semantics,
        "sentence": question.sentence,
        "at_most": str(question.tolerance),
        "clauses": [
            {
                "name": clause.name,
                "verdict": clause.verdict,
                "evidence": None if clause.evidence is None else _tagged(clause.evidence),
            }
            for clause in verdict.clauses
        ],
        "bounds": _bounds(verdict.bounds),
    }
    match verdict:
        case Holds():
            found["evidence"] = _tagged(verdict.evidence)
            found["witness"] = None if verdict.witness is None else _tagged(verdict.witness)
            found["relies_on"] = list(verdict.evidence.relies_on)
            found["measures"] = {name: str(value) for name, value in verdict.measures}
            found["notes"] = list(verdict.notes)
        case Fails():
            found["counterexample"] = _tagged(verdict.counterexample)
            found["relies_on"] = list(verdict.relies_on)
            found["measures"] = {name: str(value) for name, value in verdict.measures}
        case Unknown():
            found["reason"] = verdict.reason
            found["advice"] = verdict.advice
            found["relies_on"] = []
    found["coverage"] = _coverage(verdict)
    found["run"] = {
        "engines": list(verdict.run.engines),
        "seconds": round(verdict.run.seconds, 3),
        "notes": list(verdict.run.notes),
    }
    return found


def _coverage(verdict: Verdict) -> dict[str, int | None] | None:
    match verdict:
        case Holds(evidence=evidence):
            count = getattr(evidence, "count", None)
            return None if count is None else {"squares": count, "examined": count}
        case Unknown(coverage=coverage) if coverage is not None:
            return {"squares": coverage.squares, "examined": coverage.examined}
        case _:
            return None


def _bounds(bounds: Bounds) -> dict[str, str]:
    return {"lo": _number(bounds.lo), "hi": _number(bounds.hi)}


def _number(value: Fraction | float) -> str:
    return "inf" if isinstance(value, float) else str(value)


def _tagged(value: Counterexample | Evidence | Witness) -> dict[str, Any]:
    return {"kind": type(value).__name__} | {
        field.name: as_json(getattr(value, field.name)) for field in fields(value)
    }


def as_json(value: object) -> Any:
    """A part of a verdict as JSON: values as strings, named values as objects, interventions as text."""
    match value:
        case Hard():
            return str(value)
        case bool() | None:
            return value
        case Fraction():
            return str(value)
        case int() | str():
            return value if isinstance(value, str) else str(value)
        case _ if is_dataclass(value):
            return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
        case Mapping():
            return {str(key): as_json(item) for key, item in value.items()}
        case Sequence() if _is_named(value):
            return {name: as_json(item) for name, item in value}
        case Sequence():
            return [as_json(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")


def _is_named(value: Sequence[Any]) -> bool:
    """Whether this is a tuple of (name, value): an object, where the names are distinct."""
    pairs = bool(value) and all(
        isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str) for item in value
    )
    return pairs and len({item[0] for item in value}) == len(value)
