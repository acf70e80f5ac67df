"""Counts as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from tauomega.theory.reports.line import Line

from .counting import Counts

__all__ = ["report"]

SHOWN = 10


def report(counts: Counts, title: str = "", width: int = 100) -> Iterator[Line]:
    """The counts of one output, the reasons for what is missing, and how sure the comparisons are."""
    layers = "-".join(map(str, (*counts.widths, 1)))
    head = f"{title}: " if title else ""
    yield Line(f"{head}output {counts.output} of a {layers} network as {counts.gate}", "bold")
    yield from _circuits(counts)
    yield from _mappings(counts)
    for part, reason in counts.unknown:
        yield Line(f"  {part}: unknown, {reason}", "yellow")
    yield Line(f"  semantics {counts.semantics}; closest value to a threshold {counts.margin:.3g}")
    exact = [p.recomputed for p in (counts.circuits, counts.mappings) if p is not None]
    yield Line(f"  float error at most {counts.error:.1g}; {sum(exact):,} values decided exactly")


def _circuits(counts: Counts) -> Iterator[Line]:
    if counts.circuits is not None:
        found = counts.circuits
        minimal = "" if counts.minimal is None else f", {counts.minimal:,} of them minimal"
        yield Line(f"  circuits: {found.perfect:,} perfect{minimal}, of {found.checked:,} checked")
    if counts.interpretations is not None:
        found_in = len(counts.interpretations.circuits)
        yield Line(
            f"  interpretations: {counts.interpretations.total:,} in {found_in:,} perfect circuits"
        )
        if counts.interpretations.neighbours:
            yield Line(
                f"    {counts.interpretations.neighbours:,} pairs of values are neighbouring floats: "
                "the published procedure stops there with an error",
                "yellow",
            )
        if counts.interpretations.exactly is not None:
            exactly = counts.interpretations.exactly
            same = exactly == counts.interpretations.total
            yield Line(
                "    some units' values are closer than the float error; with exact values "
                + ("as many" if same else f"{exactly:,}")
            )


def _mappings(counts: Counts) -> Iterator[Line]:
    found = counts.mappings
    if found is None:
        return
    yield Line(f"  formulas: {found.formulas:,} of {found.tried:,} have a mapping")
    yield Line(f"  mappings: {found.total:,} minimal")
    for one in found.mapped[:SHOWN]:
        yield Line(f"    {one.total:,} of {one.requirement.formula}")
    if len(found.mapped) > SHOWN:
        yield Line(f"    and {len(found.mapped) - SHOWN} more formulas; --json has them all")
    if found.classes is not None:
        yield Line(
            f"  up to relabelling: {found.classes:,} formulas, {found.classed_mappings:,} mappings"
        )
    if found.silent is not None:
        yield Line(
            f"  of the mappings {found.silent:,} are silent: units they do not read have no effect"
        )
