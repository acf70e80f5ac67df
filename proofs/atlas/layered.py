"""Places for the boxes of an order, in rows, so that few arrows cross and none runs under a box.

An arrow that skips rows passes them at places of its own. Rows are sorted again and again by the mean place of
what they are joined to above or below, and the sorting with the fewest crossings is kept; then boxes go
as near to the mean of their neighbours as their row allows.

Source: Sugiyama, Tagawa & Toda (1981), "Methods for visual understanding of hierarchical system structures".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import final

__all__ = ["Layout", "layered"]

SWEEPS = 40
GAP, BETWEEN, PASS = 16.0, 46.0, 10.0
"""Between boxes of a row, between rows, and what an arrow takes that passes a row."""
Edge = tuple[int, int]
Point = tuple[float, float]


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything goes.

    Attributes:
        corners: the upper left corner of each box.
        routes: arrow -> the points that it goes through, from box to box.
        size: width and height of the whole.
    """

    corners: tuple[Point, ...]
    routes: Mapping[Edge, tuple[Point, ...]]
    size: Point


def layered(sizes: Sequence[Point], edges: Iterable[Edge]) -> Layout:
    """Lay out boxes so that all arrows point down.

    Args:
        sizes: width and height of each box.
        edges: pairs of boxes, without a cycle.
    """
    edges = sorted(edges)
    depth = _depths(len(sizes), edges)
    paths, widths = _paths(edges, depth, [width for width, _ in sizes])
    links = [link for path in paths.values() for link in pairwise(path)]
    rows = _sorted_rows(depth, links)
    centres = _centres(rows, links, widths)
    tall = [max((sizes[n][1] for n in row if n < len(sizes)), default=0.0) for row in rows]
    tops = [BETWEEN / 2]
    for height in tall:
        tops.append(tops[-1] + height + BETWEEN)
    left = min(centres[n] - widths[n] / 2 for row in rows for n in row) - GAP
    right = max(centres[n] + widths[n] / 2 for row in rows for n in row) + GAP
    routes = {}
    for (a, b), path in paths.items():
        points = []
        for n in path[:-1]:  # straight through a row, so that it runs under no box
            x, top = centres[n] - left, tops[depth[n]]
            points += [(x, top + (sizes[a][1] if n == a else 0.0)), (x, top + tall[depth[n]])]
        routes[a, b] = (*points, (centres[b] - left, tops[depth[b]]))
    corners = [
        (centres[n] - left - width / 2, tops[depth[n]]) for n, (width, _) in enumerate(sizes)
    ]
    return Layout(tuple(corners), routes, (right - left, tops[-1] - BETWEEN / 2))


def _depths(count: int, edges: Sequence[Edge]) -> list[int]:
    """The longest chain above each box; what nothing is above stands just above what it points to."""
    depth = [0] * count
    for _ in range(count):
        for a, b in edges:
            depth[b] = max(depth[b], depth[a] + 1)
    for n in set(range(count)) - {b for _, b in edges}:
        depth[n] = min((depth[b] for a, b in edges if a == n), default=1) - 1
    return depth


def _paths(
    edges: Sequence[Edge], depth: list[int], widths: list[float]
) -> tuple[dict[Edge, list[int]], list[float]]:
    """Each arrow with what stands for it in the rows that it passes; these are added to `depth`."""
    paths = {}
    for a, b in edges:
        path = [a]
        for row in range(depth[a] + 1, depth[b]):
            path.append(len(depth))
            depth.append(row)
            widths.append(PASS)
        paths[a, b] = [*path, b]
    return paths, widths


def _sorted_rows(depth: Sequence[int], links: Sequence[Edge]) -> list[list[int]]:
    """The rows in the order with the fewest crossings that the sweeps met."""
    rows: list[list[int]] = [[] for _ in range(max(depth) + 1)]
    for n, row in enumerate(depth):
        rows[row].append(n)
    above, below = _neighbours(len(depth), links)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for k in range(len(rows)) if down else reversed(range(len(rows))):
            place = {n: x for row in rows for x, n in enumerate(row)}
            near = above if down else below
            wanted = {n: fmean(place[m] for m in near[n]) if near[n] else place[n] for n in rows[k]}
            rows[k].sort(key=wanted.__getitem__)
        found = _crossings(rows, below)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    return best


def _neighbours(count: int, links: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    above: list[list[int]] = [[] for _ in range(count)]
    below: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        above[b].append(a)
        below[a].append(b)
    return above, below


def _crossings(rows: Sequence[Sequence[int]], below: Sequence[Sequence[int]]) -> int:
    """How many pairs of links cross."""
    place = {n: x for row in rows for x, n in enumerate(row)}
    total = 0
    for row in rows:
        ends = [place[m] for n in row for m in sorted(below[n], key=place.__getitem__)]
        total += sum(a > b for k, a in enumerate(ends) for b in ends[k + 1 :])
    return total


def _centres(
    rows: Sequence[Sequence[int]], links: Sequence[Edge], widths: Sequence[float]
) -> list[float]:
    """The middle of each place: as near to the mean of its neighbours as the order of its row allows."""
    above, below = _neighbours(len(widths), links)
    centres = [0.0] * len(widths)
    for row in rows:
        x = -sum(widths[n] + GAP for n in row) / 2
        for n in row:
            centres[n] = x + widths[n] / 2
            x += widths[n] + GAP
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [
                fmean(centres[m] for m in near) if near else centres[n]
                for n in row
                for near in [above[n] + below[n]]
            ]
            _spread(row, wanted, widths, centres)
    return centres


def _spread(
    row: Sequence[int], wanted: Sequence[float], widths: Sequence[float], centres: list[float]
) -> None:
    """The least squares from wanted places without overlap: neighbours that would overlap move as one."""
    shift, shifts = 0.0, []
    for k, n in enumerate(row):
        if k:
            shift += (widths[row[k - 1]] + widths[n]) / 2 + GAP
        shifts.append(shift)
    groups: list[tuple[float, int]] = []
    for place, own in zip(wanted, shifts, strict=True):
        mean, size = place - own, 1
        while groups and groups[-1][0] > mean:
            other, more = groups.pop()
            mean, size = (mean * size + other * more) / (size + more), size + more
        groups.append((mean, size))
    means = [mean for mean, size in groups for _ in range(size)]
    for n, mean, own in zip(row, means, shifts, strict=True):
        centres[n] = mean + own
