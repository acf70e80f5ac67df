"""What `tauomega align` prints."""

from __future__ import annotations

from fractions import Fraction
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from .line import Line

if TYPE_CHECKING:
    from tauomega.bridge.alignment.guided import Aligned
    from tauomega.bridge.alignment.lesson import Failure
    from tauomega.bridge.alignment.orders import Orders
    from tauomega.bridge.alignment.question import AlignmentQuestion
    from tauomega.bridge.alignment.scoring import Score

__all__ = ["alignment_lines", "alignment_to_json"]

SCHEMA = "tauomega/alignment/1"
STYLES = {"proved": "bold green", "impossible": "bold red", "unknown": "bold yellow"}
MOST_LISTED = 16
"""Failing pairs that JSON lists; the first is in the text."""


def alignment_lines(
    question: AlignmentQuestion,
    found: Aligned,
    score: Score,
    orders: Orders | None,
    radius: Fraction | None,
    summary: str,
    *,
    title: str,
    width: int,
) -> list[Line]:
    """The outcome, the rounds, the score with its controls, and a failing pair."""
    headline = _headline(found, title, radius)
    lines = [Line(headline, STYLES[found.outcome.value])]
    text = [
        f"class: {found.class_name} - {summary}; at layers.{question.layer} ({question.width} units); "
        + ", ".join(f"{n}: {len(chosen)} features" for n, chosen in found.alignment.features)
    ]
    text.append(
        "The claim is about these rational coordinates, with their exact inverse, over the reals."
    )
    if orders is not None:
        text.append(
            f"In {orders.dtype}, whatever the order of summation, with coordinates rounded to it: "
            f"{orders.agreeing:,} of {orders.total:,} interchanges agree, {orders.failing:,} do not, "
            f"{orders.total - orders.agreeing - orders.failing:,} are not settled. Assumed: "
            f"{orders.assumption}."
        )
    if found.outcome.value == "unknown":
        text.append(
            "That no map of the class is one is not shown: more rounds, another seed or another class may."
        )
    for line in text:
        lines += [Line(f"  {part}") for part in wrap(line, width - 2)]
    if found.rounds:
        lines += [Line(""), Line("  round  start  sampled  all pairs  failing  learnt from")]
    for number, one in enumerate(found.rounds, 1):
        lines.append(
            Line(
                f"  {number:5}  {one.start:5}  {float(one.sampled):7.4f}  {_share(one.accuracy, 9)}"
                f"  {one.failing:7,}  {one.known:11,}"
            )
        )
    lines += [
        Line(""),
        Line(f"  accuracy of the class {score.class_name!r}, over all pairs"),
        Line(f"    this alignment      {_share(score.accuracy)}"),
        Line(f"    nothing exchanged   {_share(score.nothing)}"),
        Line(f"    random network      {_share(score.random_network)}"),
        Line(f"    permuted algorithm  {_share(score.permuted_algorithm)}"),
    ]
    if found.ceiling is not None:
        lines.append(Line(f"    at most, proved     {_share(found.ceiling.accuracy)}"))
        lines.append(Line(f"    any map at most     {_share(found.ceiling.any_map)}"))
    if found.decided.failures:
        lines.append(Line(""))
        lines += [Line(f"  {x}") for x in _failure_lines(question, found.decided.failures[0])]
    return lines


def alignment_to_json(
    question: AlignmentQuestion,
    found: Aligned,
    score: Score,
    orders: Orders | None,
    radius: Fraction | None,
) -> dict[str, Any]:
    """One JSON value; it does not depend on the machine's speed, save where the time was over."""
    return {
        "schema": SCHEMA,
        "outcome": found.outcome.value,
        "class": found.class_name,
        "semantics": question.model.semantics,
        "radius": None if radius is None else str(radius),
        "undecided": found.decided.undecided,
        "layer": f"layers.{question.layer}",
        "features": {name: list(chosen) for name, chosen in found.alignment.features},
        "counts": [
            {"variables": list(c.variables), "total": c.total, "agreeing": c.agreeing}
            for c in found.decided.counts
        ],
        "score": {
            "accuracy": str(score.accuracy),
            "nothing_exchanged": str(score.nothing),
            "random_network": str(score.random_network),
            "permuted_algorithm": str(score.permuted_algorithm),
        },
        "rounds": [
            {
                "start": one.start,
                "sampled": str(one.sampled),
                "accuracy": str(one.accuracy),
                "failing": one.failing,
                "learnt_from": one.known,
            }
            for one in found.rounds
        ],
        "ceiling": None
        if found.ceiling is None
        else {"class": str(found.ceiling.accuracy), "any_map": str(found.ceiling.any_map)},
        "orders": None
        if orders is None
        else {
            "semantics": f"all-orders({orders.dtype})",
            "total": orders.total,
            "agreeing": orders.agreeing,
            "failing": orders.failing,
            "assumption": orders.assumption,
        },
        "members": found.members,
        "reason": found.reason,
        "failures": [_failure_json(question, f) for f in found.decided.failures[:MOST_LISTED]],
    }


def _headline(found: Aligned, title: str, radius: Fraction | None) -> str:
    total = sum(c.total for c in found.decided.counts)
    failing = total - sum(c.agreeing for c in found.decided.counts)
    match found.outcome.value:
        case "proved":
            if radius is not None:
                near = f"within {radius} of the codes"
                return f"PROVED  {title}: all {total:,} interchanges agree at every input {near}"
            return f"PROVED  {title}: all {total:,} interchanges agree, exactly"
        case "unknown":
            best = f"the best fails on {failing - found.decided.undecided:,} of {total:,}"
            if found.decided.undecided:
                best += f", and {found.decided.undecided:,} are not settled"
            return f"UNKNOWN  {title}: {found.reason}; {best}"
        case _ if found.members is not None:
            return f"IMPOSSIBLE  {title}: none of the {found.members:,} maps of the class agrees"
        case _:
            assert found.ceiling is not None
            most = _share(found.ceiling.accuracy)
            return (
                f"IMPOSSIBLE  {title}: no map of the class agrees on more than {most} of the pairs"
            )


def _share(value: Fraction, width: int = 0) -> str:
    """A share that is rounded only where it is not 0 or 1, and then never to 0 or 1."""
    if value in (0, 1):
        return str(value).rjust(width)
    return f"{min(max(float(value), 0.0001), 0.999999):.6f}".rjust(width)


def _failure_lines(question: AlignmentQuestion, failure: Failure) -> list[str]:
    inputs = list(question.model.domains)
    rows = [("base", failure.base)]
    rows += [
        (f"source of {n}", row) for n, row in zip(failure.variables, failure.sources, strict=True)
    ]
    shown = [
        f"{word}: {', '.join(f'{n} reads {x}' for n, x in zip(inputs, row, strict=True))}"
        for word, row in rows
    ]
    wanted = zip(question.tau, failure.expected, strict=True)
    return [
        f"a failing pair, setting {', '.join(failure.variables)}:",
        *(f"  {line}" for line in shown),
        f"  the high-level model has {', '.join(f'{n} = {int(v)}' for n, v in wanted)}; the network has not",
    ]


def _failure_json(question: AlignmentQuestion, failure: Failure) -> dict[str, Any]:
    return {
        "base": [str(x) for x in failure.base],
        "sources": {
            n: [str(x) for x in row]
            for n, row in zip(failure.variables, failure.sources, strict=True)
        },
        "expected": {n: int(v) for n, v in zip(question.tau, failure.expected, strict=True)},
    }
