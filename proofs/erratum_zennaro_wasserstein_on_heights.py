"""A notebook's Wasserstein distances are distances of histogram heights.

Statement: The values 0.00435, 0.00317 and 0.00752 given as Wasserstein distances of the air-conditioner
example are those of the heights of the histograms, taken as samples; the distances of the laws on the
temperatures 1..100 are 1.7944, 0.3646 and 2.1590.
Source: F. Zennaro's public notebook 5 on the example of Rischel & Weichwald (2021), section 1.4, code
read: a discrepancy with the distance that is named, from 10^6 samples.
Shown: both quantities, exactly: the heights give 0.00436, 0.00317 and 0.00754, which the samples are near;
exchanging two temperatures changes the distance of the laws and not that of the heights.
Not shown: the sampling error.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate

from tauomega.proofs.rischel_2021_errors_add import Weights, air_conditioner
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main

__all__ = ["THEOREM"]

NOTEBOOK = (0.00435, 0.00317, 0.00752)
LAWS = (1.7944027, 0.3645531, 2.1589558)


def of_heights(p: Weights, q: Weights) -> Fraction:
    """The distance of the empirical laws of the two lists of heights."""
    gaps = (abs(a - b) for a, b in zip(sorted(p), sorted(q), strict=True))
    return sum(gaps, Fraction(0)) / len(p)


def of_laws(p: Weights, q: Weights) -> Fraction:
    """W1 on 1, 2, …: the area between the distribution functions."""
    return sum((abs(a - b) for a, b in zip(accumulate(p), accumulate(q), strict=True)), Fraction(0))


def prove() -> Iterator[Step]:
    """The three distances by both readings, and what the heights do not see."""
    first, middle, last = air_conditioner()
    pairs = ((first, middle), (middle, last), (first, last))
    heights = [float(of_heights(*pair)) for pair in pairs]
    right = all(abs(a - b) < 3e-5 for a, b in zip(heights, NOTEBOOK, strict=True))
    seen = ", ".join(f"{value:.5f}" for value in heights)
    yield instance(Kind.REFUTED, "the notebook's values are distances of laws", right, seen)
    laws = [float(of_laws(*pair)) for pair in pairs]
    right = all(abs(a - b) < 1e-6 for a, b in zip(laws, LAWS, strict=True))
    seen = ", ".join(f"{value:.7f}" for value in laws)
    yield instance(Kind.PROVED, "the distances of the laws", right, seen)
    moved = (first[-1], *first[1:-1], first[0])
    right = of_heights(moved, first) == 0 < of_laws(moved, first)
    seen = f"temperatures 1 and 100 exchanged: heights 0, laws {float(of_laws(moved, first)):.2f}"
    yield instance(Kind.DROPPED, "where the mass is (heights only)", right, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
