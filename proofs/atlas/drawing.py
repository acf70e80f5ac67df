"""The atlas as a picture of the proved order, and as one page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .building import Atlas, described

__all__ = ["page", "picture"]

WIDTH, HEIGHT, GAP_X, GAP_Y = 168, 40, 18, 54


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
    depth = _depths(above)
    rows: dict[int, list[int]] = {}
    for number in range(len(boxes)):
        rows.setdefault(depth[number], []).append(number)
    wide = max(map(len, rows.values()))
    total = wide * (WIDTH + GAP_X) + GAP_X
    tall = {d: max(len(boxes[n]) for n in row) for d, row in rows.items()}
    tops, top = {}, GAP_Y // 2
    for d in sorted(rows):
        tops[d] = top
        top += HEIGHT + 16 * (tall[d] - 1) + GAP_Y
    place = {}
    for d, row in rows.items():
        left = (total - len(row) * (WIDTH + GAP_X) + GAP_X) / 2
        for position, number in enumerate(row):
            place[number] = (left + position * (WIDTH + GAP_X), tops[d])
    height = {number: HEIGHT + 16 * (len(box) - 1) for number, box in enumerate(boxes)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {top:.0f}" role="img" '
        'font-family="sans-serif" font-size="12"><title>Proved implications</title><defs>'
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>'
    ]
    for a, b in sorted(arrows):
        (x1, y1), (x2, y2) = place[a], place[b]
        parts.append(
            f'<line x1="{x1 + WIDTH / 2:.0f}" y1="{y1 + height[a]:.0f}" x2="{x2 + WIDTH / 2:.0f}" '
            f'y2="{y2:.0f}" stroke="#555" marker-end="url(#tip)"/>'
        )
    for number, box in enumerate(boxes):
        x, y = place[number]
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{height[number]}" rx="6" '
            'fill="#f4f6fa" stroke="#345"/>'
        )
        for line, key in enumerate(box):
            short = key.replace("constructive", "constr.").replace("same contexts", "same U")
            parts.append(
                f'<text x="{x + WIDTH / 2:.0f}" y="{y + 24 + 16 * line:.0f}" text-anchor="middle">'
                f"{escape(short)}</text>"
            )
    return "".join([*parts, "</svg>"])


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


def _depths(above: dict[int, set[int]]) -> dict[int, int]:
    """The length of the longest chain of stronger boxes."""
    depth = dict.fromkeys(above, 0)
    for _ in above:
        for a, weaker in above.items():
            for b in weaker:
                depth[b] = max(depth[b], depth[a] + 1)
    return depth


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
