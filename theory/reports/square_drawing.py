"""A square that does not commute, drawn with both ways round."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap

from ..counterexample import Square, Way
from .line import Line
from .wording import intervention_words, value_words, values_words

__all__ = ["draw_square"]

JOINT = 15
"""The width of what joins the two levels."""
MOST_ROWS = 8
"""Lines that a state may take before the rest of it is only counted."""
STEM = "    │"


def draw_square(square: Square, *, width: int) -> Iterator[Line]:
    """The drawing, line by line.

    The low level is on the left and the high level on the right; time goes down. The bottom
    compares τ of what came out on the left with what came out on the right, variable by variable.
    """
    low, high = square.low, square.high
    texts = (values_words(low.context), values_words(low.result), 6 * " " + _done(low))
    column = min(max(20, (width - JOINT - 2) // 2), max(24, *(len(text) for text in texts)))
    for site, context in square.sources:
        yield Line(f"  source of {site}: {values_words(context)}")
    if square.sources:
        yield Line("")
    yield _row(column, "low level", "", "high level", "bold")
    yield from _rows(column, values_words(low.context), "── τ_U ──▶", values_words(high.context))
    yield _row(column, STEM, "", STEM)
    yield from _rows(column, _done(low), "", _done(high), stem=f"{STEM} ")
    yield _row(column, "    ▼", "", STEM)
    reached = dict(high.result)
    beside = [name for name in reached if name not in dict(square.image)]
    seen = values_words(tuple((name, reached[name]) for name in beside)) if beside else STEM
    yield from _rows(column, values_words(low.result), "", seen)
    yield _row(column, f"{STEM} τ", "", STEM)
    yield _row(column, "    ▼", "", "    ▼")
    for name, value in square.image:
        differs = name in square.differs
        left, right = (f"{name} = {value_words(v)}" for v in (value, reached[name]))
        mark = "   ◀ differs" if differs else ""
        style = "bold red" if differs else ""
        yield _row(column, left, "≠" if differs else "=", right + mark, style)


def _done(way: Way) -> str:
    return intervention_words(way.intervention)


def _row(column: int, left: str, middle: str, right: str, style: str = "") -> Line:
    return Line(f"  {left:<{column}}{middle:^{JOINT}}{right}".rstrip(), style)


def _rows(column: int, left: str, middle: str, right: str, *, stem: str = "") -> Iterator[Line]:
    sides = zip_longest(_fit(left, column, stem), _fit(right, column, stem), fillvalue=stem)
    for i, (one, other) in enumerate(sides):
        yield _row(column, one, middle if i == 0 else "", other)


def _fit(text: str, column: int, stem: str) -> list[str]:
    """The text in lines of at most `column`, each after the stem; `X = 1` stays in one piece."""
    together = text.replace(" = ", "\u00a0=\u00a0")
    wrapped = wrap(together, column - len(stem), break_on_hyphens=False)
    found = [line.replace("\u00a0", " ") for line in wrapped]
    if len(found) > MOST_ROWS:
        hidden = text.count(" = ") - sum(line.count(" = ") for line in found[:MOST_ROWS])
        found = [*found[:MOST_ROWS], f"… and {hidden} more (--json has all)"]
    return [stem + line for line in found]
