"""The study's results in words, numbers and figures: lines of text, and one HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from statistics import median

from .drawing import strips_svg
from .study import Finding, study
from .weight_grid import GridLaw, grid_law

__all__ = ["BIASES", "GATES", "WEIGHTS", "figure", "grid_lines", "page", "redo", "study_lines"]

GATES = ("XOR", "AND", "OR", "IMP")
"""The gates of the results page."""
WEIGHTS = tuple(Fraction(k) for k in (-2, -1, 0, 1, 2))
BIASES = tuple(Fraction(k, 2) for k in (-5, -3, -1, 1, 3, 5))
"""The grid of its exact null: no weighted sum is 0, so no unit is on its threshold."""

MEASURES: Mapping[str, tuple[Callable[[Finding], int], Callable[[Finding], int]]] = {
    "perfect circuits": (
        lambda f: f.published.circuits.perfect if f.published.circuits else 0,
        lambda f: f.exact.circuits.perfect if f.exact.circuits else 0,
    ),
    "minimal circuits": (lambda _: 0, lambda f: f.exact.minimal or 0),
    "interpretations": (
        lambda f: f.published.interpretations.total if f.published.interpretations else 0,
        lambda f: f.exact.interpretations.total if f.exact.interpretations else 0,
    ),
    "formulas": (
        lambda f: f.published.mappings.formulas if f.published.mappings else 0,
        lambda f: f.surviving,
    ),
    "mappings": (
        lambda f: f.published.mappings.total if f.published.mappings else 0,
        lambda f: (f.exact.mappings.classed_mappings or 0) if f.exact.mappings else 0,
    ),
}
"""Counts as published, and exactly: formulas and mappings up to relabelling, none without nodes."""
NOT_PUBLISHED = ("minimal circuits",)


def redo(gates: Sequence[str], seeds: Sequence[int]) -> tuple[list[str], str, str]:
    """The basic experiment, and the exact null: its lines, its figure as SVG, its page as HTML."""
    _, found = study(gates, seeds)
    lines = list(study_lines(found, dict.fromkeys(gates, len(seeds))))
    for gate in gates:
        lines += grid_lines(grid_law(gate, WEIGHTS, BIASES))
    drawn = figure(found)
    return lines, drawn, page("How many explanations a network has", lines, drawn)


def study_lines(findings: Sequence[Finding], trained: Mapping[str, int]) -> Iterator[str]:
    """Both conventions side by side, gate by gate, and what survives.

    Args:
        findings: of converged networks.
        trained: gate -> how many networks were trained.
    """
    for gate, here in _by_gate(findings).items():
        yield f"{gate}: {len(here)} of {trained[gate]} networks converged"
        yield f"  {'median (least to most)':<24}{'published':>32}{'exact':>32}"
        for name, (published, exact) in MEASURES.items():
            first = "-" if name in NOT_PUBLISHED else _spread([published(f) for f in here])
            yield f"  {name:<24}{first:>32}{_spread([exact(f) for f in here]):>32}"
        yield f"  formulas up to relabelling that survive: {_law([f.surviving for f in here])}"
        yield f"  algorithms of two bits found without a list: {_law([len(f.algorithms) for f in here])}"
        frequent = Counter(
            (algorithm.kind_text(), formula or "no formula of the list")
            for f in here
            for algorithm, formula in f.algorithms
        )
        for (text, formula), number in sorted(frequent.items(), key=lambda c: (-c[1], c[0]))[:4]:
            yield f"    {number} networks: {text} ({formula})"
        yield f"  {verdict(here)}"
        times = [sum(f.seconds[k] for f in here) for k in range(3)]
        yield (
            f"  CPU seconds: {times[0]:.2f} published, {times[1]:.2f} exact, "
            f"{times[2]:.2f} without a hypothesis"
        )


def verdict(findings: Sequence[Finding]) -> str:
    """Whether one algorithm up to relabelling survives, over these networks."""
    kinds = [len(f.algorithms) for f in findings]
    one = sum(n == 1 for n in kinds)
    listed = sum(f.surviving == 1 for f in findings)
    word = "confirmed" if one == listed == len(findings) else "refuted"
    return (
        f"'one algorithm up to relabelling survives': {word}; true of {listed} of {len(findings)} "
        f"networks over the list of formulas, of {one} over all algorithms of two bits"
    )


def grid_lines(law: GridLaw) -> Iterator[str]:
    """The exact law of the counts over a grid of threshold networks."""
    yield (
        f"{law.gate} over all {law.networks:,} threshold networks 2-2-1 of the grid: "
        f"{law.computing:,} compute it"
    )
    for name in ("perfect", "interpretations", "formulas", "mappings", "accuracy"):
        yield f"  {name}, given that it is computed: {_shares(law.given[name])}"
    yield f"  accuracy, over all networks: {_shares(law.laws['accuracy'])}"


def figure(findings: Sequence[Finding]) -> str:
    """Mappings of every network, by both conventions, as SVG."""
    published, exact = MEASURES["mappings"]
    strips = []
    for gate, here in _by_gate(findings).items():
        strips.append((f"{gate}, published", [published(f) for f in here]))
        strips.append((f"{gate}, exact", [exact(f) for f in here]))
    return strips_svg("minimal mappings of a network (a dot each; the bar is the median)", strips)


def page(title: str, lines: Sequence[str], *figures: str) -> str:
    """One HTML page: the lines as they are, the figures within."""
    return "\n".join(
        [
            "<!doctype html>",
            f'<meta charset="utf-8"><title>{escape(title)}</title>',
            f"<h1>{escape(title)}</h1>",
            *figures,
            f"<pre>{escape(chr(10).join(lines))}</pre>",
            "",
        ]
    )


def _by_gate(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.gate, []).append(finding)
    return found


def _spread(values: Sequence[int]) -> str:
    return f"{median(values):,.0f} ({min(values):,} to {max(values):,})" if values else "none"


def _law(values: Sequence[int]) -> str:
    counted = sorted(Counter(values).items())
    return ", ".join(f"{value} in {number}" for value, number in counted) or "no networks"


def _shares(law: Mapping[int | Fraction, int]) -> str:
    total = sum(law.values())
    return ", ".join(f"{value}: {number:,}/{total:,}" for value, number in law.items()) or "none"
