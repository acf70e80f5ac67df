"""Figures as SVG text: counts of many networks side by side, and the order on explanations."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

from .explanations import Explanation, covers
from .patched_runs import Units

__all__ = ["lattice_svg", "site_text", "strips_svg"]

ROW, WIDTH, LEFT = 22, 720, 190
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" font-family="sans-serif" font-size="11">'


def strips_svg(title: str, strips: Sequence[tuple[str, Sequence[int]]]) -> str:
    """A strip of dots for each named list of counts, one dot a network, on a common scale of log(1 + n).

    Args:
        title: what is counted.
        strips: a name and its counts.
    """
    largest = max([1, *(value for _, values in strips for value in values)])
    height = ROW * (len(strips) + 3)
    parts = [HEAD.format(w=WIDTH, h=height), f'<text x="8" y="15">{escape(title)}</text>']
    span = WIDTH - LEFT - 20

    def across(value: float) -> float:
        return LEFT + span * log10(1 + value) / log10(1 + largest)

    ticks = [0, *(10**k for k in range(len(str(largest))) if 10**k <= largest)]
    bottom = ROW * (len(strips) + 2)
    for tick in ticks:
        x = across(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{ROW}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{tick:,}</text>')
    for row, (name, values) in enumerate(strips):
        y = ROW * (row + 1.8)
        parts.append(f'<text x="8" y="{y + 4:.1f}">{escape(name)}</text>')
        for k, value in enumerate(sorted(values)):
            shift = (k % 7 - 3) * 1.8  # apart where counts are equal
            parts.append(
                f'<circle cx="{across(value):.1f}" cy="{y + shift:.1f}" r="2" '
                'fill="#36c" fill-opacity="0.45"/>'
            )
        if values:
            x = across(sorted(values)[len(values) // 2])
            parts.append(
                f'<line x1="{x:.1f}" y1="{y - 8:.1f}" x2="{x:.1f}" y2="{y + 8:.1f}" stroke="#c30"/>'
            )
    return "\n".join([*parts, "</svg>", ""])


def lattice_svg(explanations: Sequence[Explanation], hidden: Sequence[int]) -> str:
    """The order's diagram: finer explanations above coarser ones, by the length of chains below."""
    edges = covers(explanations)
    below: dict[int, list[int]] = {n: [] for n in range(len(explanations))}
    for coarser, finer in edges:
        below[finer].append(coarser)
    ranks: dict[int, int] = {}

    def rank(n: int) -> int:
        if n not in ranks:
            ranks[n] = 1 + max((rank(k) for k in below[n]), default=-1)
        return ranks[n]

    levels: dict[int, list[int]] = {}
    for n in range(len(explanations)):
        levels.setdefault(rank(n), []).append(n)
    step = 130
    width = step * max(map(len, levels.values()))
    height = 70 * len(levels)
    place = {
        n: (width * (k + 0.5) / len(level), height - 70 * depth - 35)
        for depth, level in levels.items()
        for k, n in enumerate(level)
    }
    parts = [HEAD.format(w=width, h=height)]
    for coarser, finer in edges:
        (x1, y1), (x2, y2) = place[coarser], place[finer]
        parts.append(
            f'<line x1="{x1:.0f}" y1="{y1 - 12:.0f}" x2="{x2:.0f}" y2="{y2 + 16:.0f}" stroke="#bbb"/>'
        )
    for n, explanation in enumerate(explanations):
        x, y = place[n]
        names = [site_text(units, hidden) for units in explanation.sites]
        text = ", ".join(names) if len(names) < 4 else f"{len(names)} sites"
        parts += [
            f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{escape(text or "output only")}</text>',
            f'<text x="{x:.0f}" y="{y + 12:.0f}" text-anchor="middle" fill="#888">'
            f"{explanation.bits:.3g} bits</text>",
        ]
    return "\n".join([*parts, "</svg>", ""])


def site_text(units: Units, hidden: Sequence[int]) -> str:
    """A site in the words of the network: its layer and its units.

    Example:
        >>> site_text(0b1100, (2, 2))
        'layers.1[0,1]'
    """
    for layer, width in enumerate(hidden):
        here = units & ((1 << width) - 1)
        if here:
            listed = ",".join(str(u) for u in range(width) if here >> u & 1)
            return f"layers.{layer}[{listed}]"
        units >>= width
    return "nowhere"
