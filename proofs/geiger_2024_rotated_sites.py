"""The toy network of distributed alignment search: localist sites fail, a rotation by -20° aligns.

Statement: For H1 = c x1 - s x2, H2 = s x1 + c x2 with c, s = cos 20°, sin 20°, O = H1 + H2 - 1.8 read as
O > 0, against V3 = V1 ∧ V2: interchange accuracies are 15/16, 15/16 and 60/64 (both sites at once) for
the neurons themselves, and 1 after rotating by -20°.
Source: Geiger et al. (2024), section 3.6 and figure, arXiv:2303.02536; table recomputed.
Shown: all 16 ordered pairs a site and all 64 triples for both, exactly: numbers in ℚ(cos 20°, sin 20°),
the sign of every output certified by ball arithmetic. Rotating by +20° gives 13/16, 13/16, 52/64.
Not shown: which other rotations align (an interval of angles does).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from tauomega.proofs.rotated_network import INPUTS, fires, latent, rotation
from tauomega.proofs.theorem import Kind, Scope, Step, Theorem, instance, main

__all__ = ["THEOREM"]


def accuracy(twelfths: int, sites: tuple[int, ...]) -> Fraction:
    """The share of right outputs when sites take their values from sources, one a site.

    Rotations are counted in steps of 20°.
    """
    turn = rotation(twelfths)
    runs = {x: latent(x, turn) for x in INPUTS}
    hits = []
    for base, *sources in product(INPUTS, repeat=1 + len(sites)):
        low, high = list(runs[base]), list(base)
        for site, source in zip(sites, sources, strict=True):
            low[site], high[site] = runs[source][site], source[site]
        hits.append(fires((low[0], low[1]), turn) == (high[0] and high[1]))
    return Fraction(sum(hits), len(hits))


def table(steps: int) -> list[Fraction]:
    """The three accuracies for one rotation."""
    return [accuracy(steps, sites) for sites in ((0,), (1,), (0, 1))]


def prove() -> Iterator[Step]:
    """Clean runs, the localist and the rotated table, and a rotation the wrong way."""
    clean = all(fires(latent(x, rotation(0)), rotation(0)) == (x[0] and x[1]) for x in INPUTS)
    yield instance(Kind.SATISFIABLE, "clean runs compute the conjunction", clean)
    expected = {
        0: [Fraction(15, 16), Fraction(15, 16), Fraction(60, 64)],
        -1: [Fraction(1)] * 3,
        1: [Fraction(13, 16), Fraction(13, 16), Fraction(52, 64)],
    }
    found = {steps: table(steps) for steps in expected}
    for steps in (0, -1):
        right = found[steps] == expected[steps]
        what = f"rotated by {20 * steps}°: V1, V2, both"
        seen = ", ".join(str(share) for share in found[steps])
        yield Step(Kind.PROVED, what, right, Scope.INSTANCE, seen, 96)
    seen = ", ".join(str(share) for share in found[1])
    yield instance(Kind.DROPPED, "rotated by -20° (by +20°)", found[1] == expected[1], seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
