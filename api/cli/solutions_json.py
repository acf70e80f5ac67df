"""Solutions of a search, as a program reads them."""

from __future__ import annotations

from tauomega.solvers.search.results import (
    Counted,
    Found,
    NoneExists,
    SearchResult,
    Solution,
    Undecided,
)
from tauomega.solvers.search.sketch import Sketch
from tauomega.theory.verdict import Evidence, Question, Run

from .counterexample_json import Json
from .counterexample_json import number_to_json as exact_to_json
from .report_json import evidence_to_json

__all__ = [
    "ending_to_json",
    "number_to_json",
    "solution_to_json",
]

SCHEMA = "tauomega/solutions/1"


def solution_to_json(sketch: Sketch, solution: Solution) -> dict[str, Json]:
    """A solution; `filled` has the tables that the candidate consists of."""
    filled: list[Json] = []
    for unknown, table in zip(sketch.unknowns, solution.candidate, strict=True):
        cells: list[Json] = [exact_to_json(v) if not isinstance(v, str) else v for v in table]
        filled.append({"place": unknown.place.value, "name": unknown.name, "table": cells})
    return {
        "reads": [*sorted(solution.reads)],
        "minimal": solution.minimal,
        "filled": filled,
        "text": dict(solution.filled),
        "evidence": evidence_to_json(solution.verdict.evidence),
    }


def ending_to_json(result: SearchResult, before: int) -> dict[str, Json]:
    """How the search ended."""
    match result:
        case NoneExists():
            word = "none"
        case Found():
            word = "found"
        case _:
            word = "unknown"
    evidence = None if isinstance(result, Undecided) else result.evidence
    number = len(getattr(result, "solutions", ())) + before
    return _frame(result.question, result.candidates, evidence, result.run) | {
        "result": word,
        "number": str(number),
        "reason": getattr(result, "reason", ""),
    }


def number_to_json(result: Counted | Undecided) -> dict[str, Json]:
    """How many there are."""
    counted = isinstance(result, Counted)
    evidence = result.evidence if isinstance(result, Counted) else None
    return _frame(result.question, result.candidates, evidence, result.run) | {
        "result": "counted" if counted else "unknown",
        "number": str(result.number) if isinstance(result, Counted) else None,
        "reason": "" if isinstance(result, Counted) else result.reason,
    }


def _frame(
    question: Question, candidates: int, evidence: Evidence | None, run: Run
) -> dict[str, Json]:
    large = candidates.bit_length() > 2**13  # Python writes out integers of at most 4300 digits
    return {
        "schema": SCHEMA,
        "definition": question.definition,
        "parameters": dict(question.parameters),
        "semantics": question.semantics,
        "sentence": question.sentence,
        "candidates": None if large else str(candidates),
        "evidence": None if evidence is None else evidence_to_json(evidence),
        "run": {"seconds": round(run.seconds, 3)},
    }
