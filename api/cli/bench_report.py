"""What a benchmark found, as text, as a page, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from .line import Line

if TYPE_CHECKING:
    from tauomega.bridge.benchmark.table import Report, Summary

__all__ = ["html_report", "json_report", "text_report"]

_LABELS = ("case", "label", "announced", "evidence or counterexample")
_SCORES = (
    "method",
    "score",
    "of",
    "right",
    "wrong holds",
    "wrong fails",
    "unknown",
    "claims valid",
    "mean distance",
    "IIA sampled",
    "IIA exact",
    "runs",
)


def text_report(report: Report) -> list[Line]:
    """The tables, aligned, with what they mean below."""
    found: list[Line] = []
    for task in _tasks(report):
        truth = report.truths.get(task)
        found.append(Line(task + ("" if truth is None else f": {truth['summary']}"), "bold"))
        if truth is not None:
            found += [Line(text, "") for text in _aligned(_LABELS, _label_cells(truth))]
            found += [Line(f"  {text}", "dim") for text in _class_words(truth)]
        summaries = [summary for summary in report.summaries if summary.task == task]
        found.append(Line(""))
        found += [Line(text, "") for text in _aligned(_SCORES, map(_score_cells, summaries))]
        for summary in summaries:
            found += [Line(f"  {summary.method}: {note}", "bold red") for note in summary.notes]
        found.append(Line(""))
    if report.needles:
        found.append(Line("A sample saw no disagreement, and the claim is false:", "bold"))
    for needle in report.needles:
        found.append(Line(f"  {needle.task}, {needle.claim}: {needle.explanation}", ""))
        found.append(Line(f"    sampled {needle.sampled}, exact {needle.exact}", ""))
        found.append(Line(f"    check: fails at {needle.counterexample}", ""))
    found += [Line(""), *(Line(text, "dim") for text in _notes())]
    found += [Line(f"no result yet: {unit}", "bold red") for unit in report.missing]
    found += [Line(f"not used: {line}", "bold red") for line in report.damaged]
    return found


def _tasks(report: Report) -> list[str]:
    return list(dict.fromkeys([*report.truths, *(s.task for s in report.summaries)]))


def _notes() -> tuple[str, ...]:
    return (
        "Labels are verdicts of check. score: right +10, wrong holds -150, wrong fails -50 unless its "
        "counterexample replays, unknown 0.",
        "claims valid: of what the method said holds, how much is. mean distance: variables that the "
        "valid part of a claim lacks to be a finest valid explanation.",
        "IIA: interchange accuracy of the claims, mean; sampled on 256 interchanges in float32, exact over "
        "all of them. random and always-yes are controls.",
    )


def _aligned(header: Sequence[str], rows: Any) -> list[str]:
    table = [tuple(header), *rows]
    widths = [max(len(row[k]) for row in table) for k in range(len(header))]
    numeric = [all(_is_number(row[k]) for row in table[1:]) for k in range(len(header))]
    lines = []
    for row in table:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


def _is_number(text: str) -> bool:
    return (
        text == "-" or text.replace("/", "").replace(".", "").replace(",", "").lstrip("-").isdigit()
    )


def _label_cells(truth: Any) -> Iterator[tuple[str, ...]]:
    for label in truth["labels"]:
        why = label["evidence"] or _counterexample(label["counterexample"])
        yield label["case"], label["verdict"], label["announced"] or "-", why


def _counterexample(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    sources = "; ".join(f"{n} from {_point(v)}" for n, v in value["sources"].items())
    return f"base {_point(value['base'])}; {sources}"


def _point(values: Any) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())


def _class_words(truth: Any) -> Iterator[str]:
    for setting in truth["settings"]:
        if setting["valid"] is not None:
            counts = ", ".join(f"{n} of rank {rank}" for rank, n in enumerate(setting["valid"]))
            yield f"{setting['setting']}: {setting['class']}; valid explanations: {counts}"


def _score_cells(summary: Summary) -> tuple[str, ...]:
    confusion = summary.confusion
    right = confusion.count("holds", "holds") + confusion.count("fails", "fails")
    unknown = sum(confusion.count(label, "unknown") for label in ("holds", "fails", "unknown"))
    return (
        summary.method,
        str(summary.score),
        str(summary.most),
        str(right),
        str(confusion.count("fails", "holds")),
        str(confusion.count("holds", "fails")),
        str(unknown),
        f"{summary.valid}/{summary.claims}" if summary.claims else "-",
        _decimal(summary.distance, 2),
        _decimal(summary.sampled, 4),
        _decimal(summary.exact, 4),
        f"{summary.runs:,}",
    )


def _decimal(value: Fraction | None, digits: int) -> str:
    """Rounded towards 0, so that what is not 1 is never printed as 1."""
    if value is None:
        return "-"
    scale = 10**digits
    whole, rest = divmod(int(value * scale), scale)
    return f"{whole}.{rest:0{digits}d}"


def json_report(report: Report) -> str:
    """Everything, canonical; exact numbers as strings."""
    return json.dumps(
        {"schema": "tauomega/bench-report/1", **asdict(report)},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=str,
    )


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; margin: .8em 0 } th, td { padding: .2em .8em; text-align: left }
th { border-bottom: 1px solid #888 } td.number { text-align: right; font-variant-numeric: tabular-nums }
.note { color: #666 } .bad { color: #b00 }
"""


def html_report(report: Report) -> str:
    """One page that needs nothing else."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        f"<title>tauomega bench</title><style>{_STYLE}</style><h1>tauomega bench</h1>",
    ]
    for task in _tasks(report):
        truth = report.truths.get(task)
        parts.append(f"<h2>{escape(task)}</h2>")
        if truth is not None:
            parts.append(f"<p>{escape(truth['summary'])}</p>")
            parts.append(_html_table(_LABELS, _label_cells(truth)))
            parts += [f"<p class='note'>{escape(text)}</p>" for text in _class_words(truth)]
        summaries = [summary for summary in report.summaries if summary.task == task]
        parts.append(_html_table(_SCORES, map(_score_cells, summaries)))
        for summary in summaries:
            for note in summary.notes:
                parts.append(f"<p class='bad'>{escape(f'{summary.method}: {note}')}</p>")
    if report.needles:
        parts.append("<h2>Sampled 1.0, and false</h2>")
        rows = (
            (n.task, n.claim, n.explanation, n.sampled, n.exact, n.counterexample)
            for n in report.needles
        )
        header = ("task", "claim", "explanation", "sampled", "exact", "fails at")
        parts.append(_html_table(header, rows))
    parts += [f"<p class='note'>{escape(text)}</p>" for text in _notes()]
    lines = [f"no result yet: {unit}" for unit in report.missing]
    lines += [f"not used: {line}" for line in report.damaged]
    parts += [f"<p class='bad'>{escape(line)}</p>" for line in lines]
    return "\n".join(parts)


def _html_table(header: Sequence[str], rows: Any) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td class='number'>{escape(c)}</td>" if _is_number(c) else f"<td>{escape(c)}</td>"
            for c in row
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
