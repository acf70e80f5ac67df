"""Solutions of a search, as a person and as a program reads them."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from tauomega.solvers.search.results import (
    Counted,
    Found,
    NoneExists,
    SearchResult,
    Solution,
    Undecided,
)
from tauomega.solvers.search.sketch import Place, Sketch
from tauomega.theory.kernel import format_expression
from tauomega.theory.verdict import Evidence, Holds, Question, Run

from .counterexample_json import Json
from .counterexample_json import number_to_json as exact_to_json
from .line import Line
from .report_json import evidence_to_json
from .wording import count_words, evidence_words

__all__ = [
    "ending_lines",
    "ending_to_json",
    "number_lines",
    "number_to_json",
    "solution_lines",
    "solution_to_json",
]

SCHEMA = "tauomega/solutions/1"


def filled_words(sketch: Sketch, solution: Solution) -> list[tuple[str, str]]:
    """What stands in each hole: its place with the variable, and the expression or the variables."""
    found = []
    for unknown, table in zip(sketch.unknowns, solution.candidate, strict=True):
        if unknown.place is Place.SITES:
            for name in sketch.sites:
                found.append((f"site of {name}", ", ".join(solution.claim.sites[name])))
        elif unknown.place is Place.OMEGA:
            for i, text in zip(sketch.omega, table, strict=True):
                found.append((f"ω of {i.describe()}", str(text) or "no intervention"))
        else:
            text = format_expression(unknown.expression(table))
            found.append((f"{unknown.place.value} of {unknown.name}", text))
    return found


def solution_lines(sketch: Sketch, solution: Solution, number: int) -> Iterator[Line]:
    """A solution: what it reads, what stands in the holes, and that it was decided."""
    reads = ", ".join(sorted(solution.reads)) or "nothing"
    minimal = "" if solution.minimal else "; not minimal"
    verdict = solution.verdict
    assert isinstance(verdict, Holds)
    yield Line(f"{number}. reads {reads}{minimal}", "bold")
    for place, text in filled_words(sketch, solution):
        yield Line(f"   {place}: {text}")
    yield Line(f"   holds, {evidence_words(verdict.evidence)}", "dim")


def ending_lines(result: SearchResult, target: str, before: int, width: int) -> Iterator[Line]:
    """How the search ended, in words."""
    among = f"of {count_words(result.candidates)} candidates"
    match result:
        case NoneExists(evidence=evidence):
            yield Line(f"{target}: NONE EXISTS {among}, {evidence_words(evidence)}", "bold red")
        case Found(solutions=solutions, evidence=None, reason=reason):
            number = len(solutions) + before
            yield Line(f"{target}: FOUND {number:,} {among}; {reason}", "bold green")
        case Found(solutions=solutions, evidence=evidence) if evidence is not None:
            number = len(solutions) + before
            words = f"there are no others, {evidence_words(evidence)}"
            yield Line(f"{target}: FOUND {number:,} {among}; {words}", "bold green")
        case _:
            yield Line(f"{target}: UNKNOWN {among}: {result.reason}", "bold yellow")
    yield from _about(result.question, getattr(result, "evidence", None), result.run, width)


def number_lines(result: Counted | Undecided, target: str, width: int) -> Iterator[Line]:
    """How many there are, in words."""
    among = f"of {count_words(result.candidates)} candidates"
    evidence = None
    if isinstance(result, Counted):
        evidence = result.evidence
        yield Line(f"{target}: {result.number:,} {among}, {evidence_words(evidence)}", "bold")
    else:
        yield Line(f"{target}: UNKNOWN how many {among}: {result.reason}", "bold yellow")
    yield from _about(result.question, evidence, result.run, width)


def _about(question: Question, evidence: Evidence | None, run: Run, width: int) -> Iterator[Line]:
    parameters = ", ".join(f"{name}={value}" for name, value in question.parameters)
    text = f"{question.definition} ({parameters}; {question.semantics} semantics): {question.sentence}."
    for line in wrap(text, width):
        yield Line(line)
    if evidence is not None and evidence.relies_on:
        yield Line(f"relies on: {'; '.join(evidence.relies_on)}")
    yield Line(f"searched for {run.seconds:.2f} s", "dim")


# ---------------------------------------------------------------- JSON


def solution_to_json(sketch: Sketch, solution: Solution) -> dict[str, Json]:
    """A solution; `filled` has the tables that the candidate consists of."""
    filled: list[Json] = []
    for unknown, table in zip(sketch.unknowns, solution.candidate, strict=True):
        cells: list[Json] = [exact_to_json(v) if not isinstance(v, str) else v for v in table]
        filled.append({"place": unknown.place.value, "name": unknown.name, "table": cells})
    verdict = solution.verdict
    assert isinstance(verdict, Holds)
    return {
        "reads": [*sorted(solution.reads)],
        "minimal": solution.minimal,
        "filled": filled,
        "text": dict(filled_words(sketch, solution)),
        "evidence": evidence_to_json(verdict.evidence),
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
