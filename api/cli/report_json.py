"""A verdict as a program reads it: one canonical JSON value.

Keys are sorted, there is no insignificant space, and every number of the question is a string,
exact; only `run` has JSON numbers. All but `run` is the same, byte for byte, from run to run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from tauomega.theory.counterexample import (
    Collision,
    Counterexample,
    CountGap,
    LawGap,
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
from tauomega.theory.errors import InputError
from tauomega.theory.intervention import Hard
from tauomega.theory.verdict import (
    AlgebraicIdentity,
    Bounds,
    ContextMapWitness,
    Coverage,
    Enumeration,
    Evidence,
    Fails,
    Holds,
    OmegaWitness,
    Run,
    Trusted,
    TwoEngines,
    Unknown,
    Verdict,
    Witness,
)

from .wording import relied_on

__all__ = ["Json", "canonical", "faults_to_json", "verdict_to_json"]

Json = str | int | float | bool | None | list["Json"] | Mapping[str, "Json"]

SCHEMA = "tauomega/verdict/1"
FAULTS_SCHEMA = "tauomega/faults/1"


def canonical(value: Json) -> str:
    """The one spelling of a JSON value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def verdict_to_json(verdict: Verdict) -> dict[str, Json]:
    """The verdict as a JSON object."""
    question = verdict.question
    found: dict[str, Json] = {
        "schema": SCHEMA,
        "verdict": verdict.name,
        "definition": question.definition,
        "parameters": dict(question.parameters),
        "semantics": question.semantics,
        "sentence": question.sentence,
        "at_most": _number(question.tolerance),
        "clauses": [
            {
                "name": clause.name,
                "verdict": clause.verdict,
                "evidence": None if clause.evidence is None else _evidence(clause.evidence),
            }
            for clause in verdict.clauses
        ],
        "bounds": _bounds(verdict.bounds),
        "measures": {name: _number(value) for name, value in verdict.measures},
        "relies_on": list(relied_on(verdict)),
        "run": _run(verdict.run),
    }
    match verdict:
        case Holds(evidence=evidence, witness=witness, notes=notes):
            found["evidence"] = _evidence(evidence)
            found["witness"] = None if witness is None else _witness(witness)
            found["notes"] = list(notes)
        case Fails(counterexample=counterexample):
            found["counterexample"] = _counterexample(counterexample)
        case Unknown(reason=reason, coverage=coverage, advice=advice):
            found |= {"reason": reason, "advice": advice, "coverage": _coverage(coverage)}
        case _:
            assert_never(verdict)
    return found


def faults_to_json(error: InputError) -> dict[str, Json]:
    """Everything that is wrong with an input, as a JSON object."""
    faults: list[Json] = []
    for fault in error.faults:
        line, column = fault.position or (None, None)
        place = {"file": fault.source.name, "line": line, "column": column}
        faults.append({"message": fault.message, "at": None if line is None else place})
    return {"schema": FAULTS_SCHEMA, "verdict": None, "faults": faults}


def _number(number: int | Fraction | float) -> str:
    return "inf" if number == float("inf") else str(number)


def _values(values: Values) -> dict[str, Json]:
    return {name: str(value) for name, value in values}


def _hard(intervention: Hard) -> dict[str, Json]:
    return _values(intervention.items)


def _bounds(bounds: Bounds) -> dict[str, Json]:
    return {"lo": _number(bounds.lo), "hi": _number(bounds.hi)}


def _coverage(coverage: Coverage | None) -> dict[str, Json] | None:
    if coverage is None:
        return None
    squares = None if coverage.squares is None else str(coverage.squares)
    return {"squares": squares, "examined": str(coverage.examined)}


def _run(run: Run) -> dict[str, Json]:
    seconds = round(run.seconds, 6)
    return {"engines": list(run.engines), "timing": {"seconds": seconds}, "notes": list(run.notes)}


def _evidence(evidence: Evidence) -> dict[str, Json]:
    found: dict[str, Json] = {"relies_on": list(evidence.relies_on)}
    match evidence:
        case Enumeration(count=count, what=what):
            return found | {"kind": "enumeration", "count": str(count), "what": what}
        case AlgebraicIdentity(identity=identity):
            return found | {"kind": "identity", "identity": identity}
        case TwoEngines(engines=engines):
            return found | {"kind": "two-engines", "engines": list(engines)}
        case Trusted(engine=engine, queries=queries):
            return found | {"kind": "trusted", "engine": engine, "queries": str(queries)}
        case _:
            assert_never(evidence)


def _witness(witness: Witness) -> dict[str, Json]:
    match witness:
        case ContextMapWitness(pairs=contexts, total=total):
            listed: list[Json] = [{"low": _values(u), "high": _values(w)} for u, w in contexts]
            return {"kind": "tau_u", "pairs": listed, "total": str(total)}
        case OmegaWitness(pairs=pairs):
            return {
                "kind": "omega",
                "pairs": [{"low": _hard(i), "high": _hard(j)} for i, j in pairs],
            }
        case _:
            assert_never(witness)


def _way(way: Way) -> dict[str, Json]:
    return {
        "context": _values(way.context),
        "intervention": _hard(way.intervention),
        "result": _values(way.result),
    }


def _counterexample(found: Counterexample) -> dict[str, Json]:
    minimal: dict[str, Json] = {"minimal": found.minimal}
    match found:
        case Square(low=low, image=image, high=high, differs=differs, sources=sources):
            return minimal | {
                "kind": "square",
                "low": _way(low),
                "image": _values(image),
                "high": _way(high),
                "differs": list(differs),
                "sources": {site: _values(context) for site, context in sources},
            }
        case LawGap(low=i, high=j, event=event, p_low=p_low, p_high=p_high):
            return minimal | {
                "kind": "law-gap",
                "low": _hard(i),
                "high": _hard(j),
                "event": _values(event),
                "p_low": _number(p_low),
                "p_high": _number(p_high),
            }
        case NoContextMap(context=context, separators=separators):
            return minimal | {
                "kind": "no-context-map",
                "context": _values(context),
                "separators": [
                    {"low": _hard(i), "high": _hard(j), "image": _values(image)}
                    for i, j, image in separators
                ],
            }
        case CountGap(response=response, low=below, high=above, example=example):
            return minimal | {
                "kind": "count-gap",
                "response": [{"high": _hard(j), "result": _values(y)} for j, y in response],
                "low": str(below),
                "high": str(above),
                "example": _values(example),
            }
        case NoOmega(core=core, reason=reason):
            return minimal | {
                "kind": "no-omega",
                "core": [_hard(intervention) for intervention in core],
                "reason": reason,
            }
        case NotOnto(map=name, value=value):
            return minimal | {"kind": "not-onto", "map": name, "value": _values(value)}
        case NotMonotone():
            return minimal | {
                "kind": "not-monotone",
                "lower": _hard(found.lower),
                "upper": _hard(found.upper),
                "lower_image": _hard(found.lower_image),
                "upper_image": _hard(found.upper_image),
            }
        case NotABlockMap(variables=variables):
            readers: dict[str, Json] = {name: list(read_by) for name, read_by in variables}
            return minimal | {"kind": "not-a-block-map", "variables": readers}
        case Collision(first=first, second=second, equal=equal, variable=name, values=values):
            return minimal | {
                "kind": "collision",
                "first": _way(first),
                "second": _way(second),
                "equal": _values(equal),
                "variable": name,
                "values": [str(value) for value in values],
            }
        case NotSolvable(context=context, intervention=intervention, solutions=solutions):
            return minimal | {
                "kind": "not-solvable",
                "context": _values(context),
                "intervention": _hard(intervention),
                "solutions": str(solutions),
            }
        case _:
            assert_never(found)
