"""A verdict as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ..counterexample import (
    BoxPoint,
    Collision,
    Counterexample,
    CountGap,
    Gap,
    GraphGap,
    LawGap,
    MomentGap,
    NoContextMap,
    NoOmega,
    NotABlockMap,
    NotMonotone,
    NotOnto,
    NotSolvable,
    Square,
    Way,
)
from ..verdict import (
    ClauseResult,
    ContextMapWitness,
    Fails,
    Holds,
    OmegaWitness,
    Trusted,
    Unknown,
    Verdict,
    Witness,
)
from .line import Line, paragraph
from .square_drawing import draw_square
from .wording import (
    count_words,
    evidence_words,
    headline,
    intervention_words,
    number_words,
    relied_on,
    value_words,
    values_words,
)

__all__ = ["counterexample", "report"]

STYLES = {"holds": "bold green", "fails": "bold red", "unknown": "bold yellow"}
FEW = 8
"""How many pairs of a witness are shown."""


def report(verdict: Verdict, title: str = "", width: int = 100) -> Iterator[Line]:
    """The lines of the report: verdict, sentence, clauses, what shows it, what it relies on."""
    word = verdict.name
    match verdict:
        case Holds(evidence=Trusted() as evidence):
            suffix = f", {evidence_words(evidence)}"
        case _:
            suffix = ""
    yield Line(f"{title + ': ' if title else ''}{word.upper()}{suffix}", STYLES[word])
    yield from paragraph(headline(verdict), width)
    yield Line("")
    yield from _clauses(verdict.clauses)
    match verdict:
        case Holds(witness=witness, notes=notes):
            if witness is not None:
                yield from _witness(witness)
            for note in notes:
                yield from paragraph(f"note: {note}", width)
        case Fails(counterexample=found, replayed=again):
            yield Line("")
            replayed = "replayed" if again else "not replayed: on the engine's word"
            kind = "minimal" if found.minimal else "not minimal"
            yield Line(f"counterexample ({replayed}, {kind})", "bold")
            yield from counterexample(found, width=width)
        case Unknown():
            yield from _unknown(verdict, width)
        case _:
            assert_never(verdict)
    for name, value in verdict.measures:
        rounded = "" if value.denominator == 1 else f" (≈ {float(value):.4f})"
        yield Line(f"{name}: {value}{rounded}")
    if relied_on(verdict):
        yield from paragraph(f"relies on: {'; '.join(relied_on(verdict))}", width)
    engines = ", ".join(verdict.run.engines) or "no engine"
    yield Line(f"decided by {engines} in {verdict.run.seconds:.2f} s", "dim")
    for note in verdict.run.notes:
        yield Line(f"  {note}", "dim")


def _clauses(clauses: tuple[ClauseResult, ...]) -> Iterator[Line]:
    width = max((len(clause.name) for clause in clauses), default=0)
    for clause in clauses:
        evidence = "" if clause.evidence is None else f", {evidence_words(clause.evidence)}"
        text = f"  {clause.name:<{width}}  {clause.verdict}{evidence}"
        yield Line(text, STYLES.get(clause.verdict, "").removeprefix("bold "))


def _unknown(verdict: Unknown, width: int) -> Iterator[Line]:
    if verdict.coverage is not None and verdict.coverage.examined == 0:
        yield Line("covered: no square of the clause that is unknown")
    elif verdict.coverage is not None:
        squares = verdict.coverage.squares
        whole = f" of {count_words(squares)}" if squares is not None else ""
        yield Line(
            f"covered: {count_words(verdict.coverage.examined)}{whole} squares, none of which fails"
        )
    lo, hi = number_words(verdict.bounds.lo), number_words(verdict.bounds.hi)
    yield Line(f"the defect lies between {lo} and {hi}")
    if verdict.estimate is not None:
        yield from paragraph(f"{verdict.estimate}; this proves nothing", width)
    if verdict.advice:
        yield from paragraph(f"next: {verdict.advice}", width)


def _witness(witness: Witness) -> Iterator[Line]:
    match witness:
        case ContextMapWitness(pairs=contexts, total=total):
            yield Line(f"a compatible τ_U ({total:,} contexts):")
            for u, w in contexts[:FEW]:
                yield Line(f"  {values_words(u)}  ↦  {values_words(w)}")
            hidden = total - min(FEW, len(contexts))
        case OmegaWitness(pairs=pairs):
            yield Line(f"an ω that does it ({len(pairs):,} interventions):")
            for i, j in pairs[:FEW]:
                yield Line(f"  {intervention_words(i)}  ↦  {intervention_words(j)}")
            hidden = len(pairs) - min(FEW, len(pairs))
        case _:
            assert_never(witness)
    if hidden:
        yield Line(f"  … and {hidden:,} more")


def counterexample(found: Counterexample, title: str = "", width: int = 100) -> Iterator[Line]:
    """Everything needed to replay it by hand."""
    if title:
        yield Line(title, "bold")
    match found:
        case Square():
            yield from draw_square(found, width=width)
        case BoxPoint(base=base, row=row, sources=origins, radius=radius, low=below, high=above):
            placed = [("base", base, row), *((f"source of {n}", u, r) for n, u, r in origins)]
            for what, context, numbers in placed:
                shown = ", ".join(f"{float(x):.6g}" for x in numbers)
                yield Line(f"  {what} near {values_words(context)}: the network reads ({shown})")
            yield Line(
                f"  each within {number_words(radius)} of its code; exact values with --json"
            )
            yield Line(f"  the outputs read {values_words(below)}, above {values_words(above)}")
        case Gap(where=places, value=attained, infimum=least):
            number = "∞" if attained == float("inf") else str(attained)
            yield Line(f"  the distance is {number}{', and nothing does better' if least else ''}")
            for place, what in places:
                yield Line(f"  {place}: {what}")
        case GraphGap(faults=faults):
            for fault in faults:
                yield Line(f"  {fault}", "bold red")
        case LawGap(low=i, high=j, event=event, p_low=p_low, p_high=p_high):
            yield Line(f"  the event {values_words(event)} has probability")
            rows = (
                (number_words(p_low), f"in τ of the low-level law under {intervention_words(i)}"),
                (number_words(p_high), f"in the high-level law under {intervention_words(j)}"),
            )
            size = max(len(p) for p, _ in rows)
            for p, where in rows:
                yield Line(f"    {p:<{size}}  {where}", "bold red")
        case MomentGap(low=i, high=j, names=names, value_low=below, value_high=above):
            what = "mean" if len(names) == 1 else "covariance"
            yield Line(f"  the {what} of {' and '.join(names)} is")
            for value, side, intervention in ((below, "τ of the low", i), (above, "the high", j)):
                where = f"in {side}-level law under {intervention_words(intervention)}"
                yield Line(f"    {number_words(value)}  {where}", "bold red")
        case NoContextMap(context=context, separators=separators):
            yield Line(f"  no high-level context does what this one does: {values_words(context)}")
            for i, j, image in separators:
                yield Line(
                    f"    under {intervention_words(i)}, τ gives {values_words(image)};"
                    f" above, that is to happen under {intervention_words(j)}"
                )
            if len(separators) > 1:
                yield Line("  each is possible, but not all in one high-level context", "bold red")
            else:
                yield Line("  it happens in no high-level context", "bold red")
        case CountGap(response=response, low=below, high=above, example=example):
            yield Line("  contexts that respond like this are too rare below for τ_U to be onto:")
            for j, result in response:
                yield Line(f"    {intervention_words(j)}  gives  {values_words(result)}")
            yield Line(f"    {below:,} below, {above:,} above", "bold red")
            yield Line(f"    above, for example: {values_words(example)}")
        case NoOmega(core=core, reason=reason):
            yield Line(f"  there is no ω: {reason}", "bold red")
            for intervention in core:
                yield Line(f"    {intervention_words(intervention)}")
        case NotOnto(map=name, value=value):
            yield Line(f"  {name} misses {values_words(value)}", "bold red")
        case NotMonotone():
            lower, upper = intervention_words(found.lower), intervention_words(found.upper)
            yield Line(f"  {lower} ⊑ {upper}, but of their images under ω")
            images = (found.lower_image, found.upper_image)
            low, high = (intervention_words(image) for image in images)
            yield Line(f"  {low} ⋢ {high}", "bold red")
        case NotABlockMap(variables=variables):
            for name, read_by in variables:
                yield Line(
                    f"  {name} is read by {found.map} of {' and '.join(read_by)}", "bold red"
                )
        case Collision(first=first, second=second, equal=equal, variable=name, values=values):
            yield Line(f"  two runs that agree in {values_words(equal)}:")
            for way, needed in zip((first, second), values, strict=True):
                yield from _run_lines(way, f"{name} = {value_words(needed)}")
        case NotSolvable(context=context, intervention=intervention, solutions=solutions):
            where = "above" if found.above else "below"
            at = f"{values_words(context)}, under {intervention_words(intervention)}"
            yield Line(f"  {where}, in {at}:")
            yield Line(f"  {solutions} solutions" if solutions else "  no solution", "bold red")
        case _:
            assert_never(found)


def _run_lines(way: Way, last: str) -> Iterator[Line]:
    yield Line(f"    {values_words(way.context)}, {intervention_words(way.intervention)}")
    yield Line(f"      needs {last}", "bold red")
