"""A verdict as a program reads it: one canonical JSON value.

Keys are sorted, there is no insignificant space, and every number of the question is a string,
exact; only `run` has JSON numbers. All but `run` is the same, byte for byte, from run to run.
"""

from __future__ import annotations

import json
from typing import assert_never

from tauomega.theory.errors import InputError
from tauomega.theory.estimate import Estimate
from tauomega.theory.reports.wording import relied_on
from tauomega.theory.verdict import (
    AlgebraicIdentity,
    Bounds,
    Certified,
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

from .counterexample_json import (
    Json,
    counterexample_to_json,
    intervention_to_json,
    number_to_json,
    values_to_json,
)

__all__ = ["Json", "canonical", "evidence_to_json", "faults_to_json", "verdict_to_json"]

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
        "at_most": number_to_json(question.tolerance),
        "clauses": [
            {
                "name": clause.name,
                "verdict": clause.verdict,
                "evidence": None if clause.evidence is None else evidence_to_json(clause.evidence),
            }
            for clause in verdict.clauses
        ],
        "bounds": _bounds(verdict.bounds),
        "measures": {name: number_to_json(value) for name, value in verdict.measures},
        "relies_on": list(relied_on(verdict)),
        "run": _run(verdict.run),
    }
    match verdict:
        case Holds(evidence=evidence, witness=witness, notes=notes):
            found |= {"evidence": evidence_to_json(evidence), "coverage": _whole(evidence)}
            found["witness"] = None if witness is None else _witness(witness)
            found["notes"] = list(notes)
        case Fails(counterexample=counterexample, replayed=replayed):
            found |= {"counterexample": counterexample_to_json(counterexample), "coverage": None}
            found["replayed"] = replayed
        case Unknown(reason=reason, coverage=coverage, advice=advice, estimate=estimate):
            found |= {"reason": reason, "advice": advice, "coverage": _coverage(coverage)}
            if estimate is not None:
                found["estimate"] = estimate_to_json(estimate)
        case _:
            assert_never(verdict)
    return found


def estimate_to_json(estimate: Estimate) -> dict[str, Json]:
    """An estimate, named as one: its numbers are rounded, and stand in no field of an exact value."""
    return {
        "kind": "estimate",
        "mean": f"{float(estimate.mean):.9f}",
        "interval": [f"{float(estimate.lo):.9f}", f"{float(estimate.hi):.9f}"],
        "confidence": str(estimate.level),
        "draws": str(estimate.draws),
        "seed": str(estimate.seed),
        "law": estimate.law,
    }


def faults_to_json(error: InputError) -> dict[str, Json]:
    """Everything that is wrong with an input, as a JSON object."""
    faults: list[Json] = []
    for fault in error.faults:
        line, column = fault.position or (None, None)
        place = {"file": fault.source.name, "line": line, "column": column}
        faults.append({"message": fault.message, "at": None if line is None else place})
    return {"schema": FAULTS_SCHEMA, "verdict": None, "faults": faults}


def _bounds(bounds: Bounds) -> dict[str, Json]:
    return {"lo": number_to_json(bounds.lo), "hi": number_to_json(bounds.hi)}


def _whole(evidence: Evidence) -> dict[str, Json] | None:
    """What a complete enumeration covered: all of it."""
    if not isinstance(evidence, Enumeration):
        return None
    return _coverage(Coverage(evidence.count, evidence.count))


def _coverage(coverage: Coverage | None) -> dict[str, Json] | None:
    if coverage is None:
        return None
    squares = coverage.squares  # Python writes out integers of at most 4300 digits
    digits = None if squares is None or squares.bit_length() > 2**13 else str(squares)
    return {"squares": digits, "examined": str(coverage.examined)}


def _run(run: Run) -> dict[str, Json]:
    seconds = round(run.seconds, 6)
    return {"engines": list(run.engines), "timing": {"seconds": seconds}, "notes": list(run.notes)}


def evidence_to_json(evidence: Evidence) -> dict[str, Json]:
    """What a proof is made of, as a JSON object."""
    found: dict[str, Json] = {"relies_on": list(evidence.relies_on)}
    match evidence:
        case Certified(kind=kind, size=size, what=what, unchecked=unchecked):
            left = {"unchecked": unchecked} if unchecked else {}
            return found | {"kind": "certified", "by": kind, "size": str(size), "what": what} | left
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
            listed: list[Json] = [
                {"low": values_to_json(u), "high": values_to_json(w)} for u, w in contexts
            ]
            return {"kind": "tau_u", "pairs": listed, "total": str(total)}
        case OmegaWitness(pairs=pairs):
            return {
                "kind": "omega",
                "pairs": [
                    {"low": intervention_to_json(i), "high": intervention_to_json(j)}
                    for i, j in pairs
                ],
            }
        case _:
            assert_never(witness)
