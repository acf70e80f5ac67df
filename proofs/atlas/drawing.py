"""The atlas as a picture of the proved order, and as one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from .building import Atlas, described
from .layered import layered

__all__ = ["page", "picture"]

LINE = 16
ABBREVIATED = (
    ("constructive", "constr."),
    ("same contexts", "same U"),
    ("probabilistic-approximate", "prob.-approx."),
    ("exact-transformation", "exact-transf."),
    ("variables with children", "with children"),
)


def picture(found: Atlas) -> str:
    """The proved order as SVG: stronger notions above, an arrow for each implication not composed.

    Notions that imply each other share a box.
    """
    boxes = _boxes(found)
    index = {key: number for number, box in enumerate(boxes) for key in box}
    above = {
        number: {index[weak] for key in box for weak in found.implied(key)} - {number}
        for number, box in enumerate(boxes)
    }
    arrows = [
        (a, b)
        for a, weaker in above.items()
        for b in weaker
        if not any(b in above[c] for c in weaker - {b})
    ]
    texts = [[_short(key) for key in box] for box in boxes]
    sizes = [(7.2 * max(map(len, box)) + 18, 24.0 + LINE * (len(box) - 1)) for box in texts]
    layout = layered(sizes, arrows)
    width, height = layout.size
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        'font-family="sans-serif" font-size="12"><title>Proved implications</title><defs>'
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>'
    ]
    for points in layout.routes.values():
        parts.append(
            f'<path d="{_curve(points)}" fill="none" stroke="#555" marker-end="url(#tip)"/>'
        )
    for box, (x, y), (wide, tall) in zip(texts, layout.corners, sizes, strict=True):
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{tall:.0f}" rx="6" '
            'fill="#f4f6fa" stroke="#345"/>'
        )
        for line, text in enumerate(box):
            parts.append(
                f'<text x="{x + wide / 2:.0f}" y="{y + 16 + LINE * line:.0f}" text-anchor="middle">'
                f"{escape(text)}</text>"
            )
    return "".join([*parts, "</svg>"])


def _short(key: str) -> str:
    for word, less in ABBREVIATED:
        key = key.replace(word, less)
    return key


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """From point to point, upright at each."""
    (x, y), *rest = points
    parts = [f"M{x:.0f} {y:.0f}"]
    for to_x, to_y in rest:
        if (x, y) == (to_x, to_y):
            continue
        middle = (y + to_y) / 2
        parts.append(
            f"L{to_x:.0f} {to_y:.0f}"
            if x == to_x
            else f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
        )
        x, y = to_x, to_y
    return "".join(parts)


def _boxes(found: Atlas) -> list[list[str]]:
    boxes: list[list[str]] = []
    for key in found.notions:
        for box in boxes:
            if box[0] in found.implied(key) and key in found.implied(box[0]):
                box.append(key)
                break
        else:
            boxes.append([key])
    return boxes


def page(found: Atlas) -> str:
    """The atlas as one HTML page that needs no other file: picture, table, counterexamples."""
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>tauomega: atlas'
            "</title><style>body{font:14px/1.45 sans-serif;margin:1.5em}table{border-collapse:"
            "collapse;font-size:11px}td,th{border:1px solid #ccc;padding:2px 4px;text-align:center}"
            "th.row{text-align:right;white-space:nowrap}th.col{writing-mode:vertical-rl;text-align:"
            "left}td.proved{background:#cfe8cf}td.refuted{background:#f6d5d5}td.vacuous{background:#e4e4ee}td.open{background:"
            "#fff3c4}pre{background:#f6f6f6;padding:.5em;white-space:pre-wrap}</style></head><body>",
            "<h1>The implication atlas</h1>",
            f"<p>A row implies a column: + proved for all models, a number: refuted by that "
            f"counterexample, ?: open, no counterexample among {found.claims:,} claims "
            f"({escape(found.bound)}). An implication is read on claims to which both notions "
            "apply. Counterexamples are the first in order of (variables, values, contexts), both "
            "models counted, within that space, but for those that are said to be beyond it.</p>",
            picture(found),
            "<table><tr><th></th>",
            *(f'<th class="col">{escape(key)}</th>' for key in found.notions),
            "</tr>",
            *(part for key in found.notions for part in _row(found, key)),
            "</table><h2>Counterexamples</h2>",
            *(_witness(found, number) for number in range(len(found.witnesses))),
            "</body></html>",
        ]
    )


def _row(found: Atlas, strong: str) -> Iterator[str]:
    yield f'<tr><th class="row">{escape(strong)}</th>'
    for weak in found.notions:
        if weak == strong:
            yield "<td>=</td>"
            continue
        cell = found.cell(strong, weak)
        match cell.answer:
            case "vacuous":
                title, text = f"vacuous: the first never holds here: {', '.join(cell.scripts)}", "∅"
            case "proved":
                title, text = f"proved for all models: {', '.join(cell.scripts)}", "+"
            case "refuted":
                title = f"refuted by counterexample {cell.witness}"
                text = f'<a href="#w{cell.witness}">{cell.witness}</a>'
            case _:
                title, text = "open up to the bound of the search", "?"
        yield f'<td class="{cell.answer}" title="{escape(title)}">{text}</td>'
    yield "</tr>"


def _witness(found: Atlas, number: int) -> str:
    witness = found.witnesses[number]
    told = "" if witness.smallest else " (beyond the space searched; not known to be smallest)"
    return (
        f'<h3 id="w{number}">{number}: {witness.variables} variables, {witness.values} values, '
        f"{witness.contexts} contexts{told}</h3><pre>{escape(described(witness))}</pre>"
    )
