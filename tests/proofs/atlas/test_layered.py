"""Boxes of an order: they do not overlap, all arrows point down, and none runs under a box."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

from tauomega.proofs.atlas.layered import layered


def test_boxes_are_apart_and_arrows_go_around_them() -> None:
    rng = random.Random(1)
    for _ in range(60):
        count = rng.randint(1, 12)
        sizes = [(rng.uniform(20, 200), rng.uniform(20, 90)) for _ in range(count)]
        edges = [e for e in combinations(range(count), 2) if rng.random() < 0.3]
        found = layered(sizes, edges)
        rectangles = [
            (x, y, x + w, y + h) for (x, y), (w, h) in zip(found.corners, sizes, strict=True)
        ]
        for r, s in combinations(rectangles, 2):
            assert r[2] <= s[0] or s[2] <= r[0] or r[3] <= s[1] or s[3] <= r[1]
        for left, top, right, bottom in rectangles:
            assert 0 <= left <= right <= found.size[0] + 1e-6
            assert 0 <= top <= bottom <= found.size[1] + 1e-6
        assert set(found.routes) == set(edges)
        for (a, b), points in found.routes.items():
            assert points[0][1] == rectangles[a][3]
            assert points[-1][1] == rectangles[b][1]
            for (x, y), (to_x, to_y) in pairwise(points):
                assert y <= to_y
                for left, top, right, bottom in rectangles:
                    apart = to_y <= top + 1e-6 or y >= bottom - 1e-6
                    beside = max(x, to_x) <= left or min(x, to_x) >= right
                    assert apart or beside


def test_a_chain_is_drawn_straight_and_a_ladder_without_a_crossing() -> None:
    chain = layered([(50.0, 20.0)] * 3, [(0, 1), (1, 2)])
    assert len({x for x, _ in chain.corners}) == 1
    ladder = layered([(50.0, 20.0)] * 6, [(0, 5), (1, 4), (2, 3)])
    ends = sorted((points[0][0], points[-1][0]) for points in ladder.routes.values())
    assert [b for _, b in ends] == sorted(b for _, b in ends)
