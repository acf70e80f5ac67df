"""All results as rows, and the summary of a method on a task: pure functions of what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, final

from tauomega.theory.errors import InputError

from .records import UnitKey, read_results
from .running import MANIFEST, TRUTH
from .scoring import Confusion, points

__all__ = ["COLUMNS", "Needle", "Report", "Row", "Summary", "read_report"]

Json = Any


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One value of one metric of one claim."""

    task: str
    setting: str
    claim: str
    explanation: str
    method: str
    seed: int
    says: str
    label: str
    metric: str
    value: str
    low: str = ""
    high: str = ""
    count: str = ""
    evidence: str = ""


COLUMNS = tuple(Row.__dataclass_fields__)
Measure = tuple[str, str, str, str, str, str]
"""The last six of these: a metric, its value, its interval, a count, and what it rests on."""


@final
@dataclass(frozen=True, slots=True)
class Summary:
    """A method on a task, over its seeds.

    A claim is what the method said holds, be it a candidate or its own find; `valid` of them are.
    `distance` is the mean refinement distance of the claims: how many variables the valid part of one
    lacks to be a finest valid explanation of the class. `sampled` and `exact` are the means of their
    interchange accuracies.
    """

    task: str
    method: str
    score: int
    most: int
    confusion: Confusion
    claims: int
    valid: int
    distance: Fraction | None
    sampled: Fraction | None
    exact: Fraction | None
    runs: int
    notes: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Needle:
    """A claim that a sample confirms throughout and `check` refutes."""

    task: str
    claim: str
    explanation: str
    sampled: str
    exact: str
    counterexample: Json


@final
@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, in order; `missing` units and `damaged` lines are named."""

    truths: Mapping[str, Json]
    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]
    needles: tuple[Needle, ...]
    missing: tuple[str, ...]
    damaged: tuple[str, ...]


def read_report(directory: Path) -> Report:
    """Read and merge the results in a directory; only units of its manifest are shown.

    Raises:
        InputError: no results, a manifest that cannot be read, or contradicting results.
    """
    records, damaged = read_results(directory)
    units = _manifest(directory)
    missing = [f"{k.method} on {k.task}, seed {k.seed}" for k in units if k not in records]
    truths = {k.task: records[k].result for k in units if k.method == TRUTH and k in records}
    answers = [(k, records[k].result) for k in units if k.method != TRUTH and k in records]
    rows = [row for key, result in answers for row in _rows(key, result, truths.get(key.task))]
    pairs = dict.fromkeys((key.task, key.method) for key, _ in answers)
    summaries = [
        _summary(
            task,
            method,
            [r for k, r in answers if (k.task, k.method) == (task, method)],
            truths.get(task),
        )
        for task, method in pairs
    ]
    return Report(
        truths,
        tuple(rows),
        tuple(summaries),
        tuple(_needles(answers)),
        tuple(missing),
        tuple(damaged),
    )


def _manifest(directory: Path) -> list[UnitKey]:
    import json

    path = directory / MANIFEST
    try:
        units = json.loads(path.read_text(encoding="utf-8"))["units"]
        return [UnitKey(str(t), str(m), int(s), str(a), str(b)) for t, m, s, a, b in units]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            [f"{path} is no list of units ({error}); run tauomega bench run again"]
        ) from error


def _claims(result: Json) -> Iterator[tuple[Json, Json]]:
    for setting in result["settings"]:
        for claim in setting["claims"]:
            yield setting, claim


def _label(truth: Json | None, claim: Json) -> str:
    """The decided label; a proposal's is its own decision."""
    for label in truth["labels"] if truth else ():
        if label["case"] == claim["claim"]:
            return str(label["verdict"])
    return str(claim["decided"]["verdict"])


def _distance(truth: Json | None, setting: Json, claim: Json) -> int | None:
    for known in truth["settings"] if truth else ():
        if known["setting"] == setting["setting"] and known["finest"] is not None:
            if claim["valid_rank"] is None:
                return None
            return max(0, int(known["finest"]) - int(claim["valid_rank"]))
    return None


def _rows(key: UnitKey, result: Json, truth: Json | None) -> Iterator[Row]:
    for setting, claim in _claims(result):
        label = _label(truth, claim)
        about = (
            key.task,
            setting["setting"],
            claim["claim"],
            claim["text"],
            key.method,
            key.seed,
            claim["says"],
            label,
        )
        yield from (Row(*about, *measure) for measure in _measures(setting, claim, truth, label))


def _measures(setting: Json, claim: Json, truth: Json | None, label: str) -> Iterator[Measure]:
    """What is measured of a claim, and how."""
    sampled = claim["sampled"]
    if sampled is not None:
        share = f"{sampled['agreed'] / sampled['count']:.4f}"
        interval = str(sampled["low"]), str(sampled["high"])
        count = str(sampled["count"])
        yield "interchange accuracy, sampled", share, *interval, count, "float32 runs"
    exact = claim["accuracy"]
    how = "" if exact is None else "every interchange, exactly"
    yield _measure("interchange accuracy, exact", exact, how)
    decided = claim["decided"]
    evidence = decided["evidence"] or _shown(decided["counterexample"])
    yield _measure("valid", decided["verdict"], evidence)
    distance = _distance(truth, setting, claim)
    yield _measure("refinement distance", distance, claim["valid_part"] or "")
    if not claim["claim"].startswith("proposed"):
        replayed = claim["counterexample_replays"]
        yield _measure("score", points(claim["says"], label, replayed=replayed))


def _measure(metric: str, value: object, evidence: str = "") -> Measure:
    """A measure that is no estimate: without an interval and a count."""
    return metric, "" if value is None else str(value), "", "", "", evidence


def _shown(counterexample: Json) -> str:
    if not isinstance(counterexample, dict):
        return "" if counterexample is None else str(counterexample)

    def point(values: Json) -> str:
        return " ".join(f"{k}={v}" for k, v in values.items())

    sources = "; ".join(f"{name} from {point(v)}" for name, v in counterexample["sources"].items())
    return f"base {point(counterexample['base'])}; {sources}"


def _summary(task: str, method: str, results: list[Json], truth: Json | None) -> Summary:
    score = most = runs = 0
    pairs: list[tuple[str, str]] = []
    notes: list[str] = []
    made: list[Json] = []
    distances: list[int] = []
    for result in results:
        for setting in result["settings"]:
            runs += setting["runs"]
            if setting["status"] != "done":
                notes.append(f"{setting['setting']}: {setting['status']}")
        for setting, claim in _claims(result):
            label, says = _label(truth, claim), claim["says"]
            replays = claim["counterexample_replays"]
            distance = _distance(truth, setting, claim)
            if says == "holds":
                made.append(claim)
                distances += [] if distance is None else [distance]
            if claim["claim"].startswith("proposed"):
                continue
            pairs.append((label, says))
            score += points(says, label, replayed=replays)
            most += points(label, label, replayed=None)
            if replays and label == "holds":
                notes.append(f"{claim['claim']}: a replayed counterexample disputes the label")
    shares = [_share(claim) for claim in made if claim["sampled"] is not None]
    exact = [Fraction(claim["accuracy"]) for claim in made if claim["accuracy"] is not None]
    return Summary(
        task,
        method,
        score,
        most,
        Confusion.of(pairs),
        len(made),
        sum(claim["decided"]["verdict"] == "holds" for claim in made),
        _mean(distances),
        _mean(shares),
        _mean(exact),
        runs,
        tuple(dict.fromkeys(notes)),
    )


def _mean(values: Sequence[Fraction | int]) -> Fraction | None:
    return Fraction(sum(values)) / len(values) if values else None


def _share(claim: Json) -> Fraction:
    return Fraction(claim["sampled"]["agreed"], claim["sampled"]["count"])


def _sampled(claim: Json) -> str:
    sampled = claim["sampled"]
    if sampled is None:
        return "-"
    share = sampled["agreed"] / sampled["count"]
    return f"{share:.4f} [{sampled['low']}, {sampled['high']}]"


def _needles(answers: list[tuple[UnitKey, Json]]) -> Iterator[Needle]:
    seen = set()
    for key, result in answers:
        for setting, claim in _claims(result):
            sampled, decided = claim["sampled"], claim["decided"]
            mark = key.task, setting["setting"], claim["text"]
            if (
                sampled is not None
                and sampled["agreed"] == sampled["count"]
                and decided["verdict"] == "fails"
                and mark not in seen
            ):
                seen.add(mark)
                name = f"{setting['setting']}: {claim['claim']}"
                if claim["claim"].startswith("proposed"):
                    name += f" by {key.method}"
                accuracy = claim["accuracy"]
                share = "-" if accuracy is None else f"{accuracy} = {float(Fraction(accuracy)):.6f}"
                yield Needle(
                    key.task,
                    name,
                    claim["text"],
                    _sampled(claim),
                    share,
                    _shown(decided["counterexample"]),
                )
