"""How long it takes to rank all 1008 maps of the LUCAS lung claim, exactly.

    python tests/benchmarks/alpha_maps_speed.py

Zennaro, Turrini & Damoulas (2023): 36 · 14 · 2 products of onto maps, each with its interventional error
over the parental pairs, in √JSD. One line an error: the least of five runs, loading excluded, laws included.
"""

from __future__ import annotations

import sys
import time

from tauomega import load
from tauomega.solvers.alpha_maps import alpha_maps
from tauomega.theory.definitions.alpha import Alpha, AlphaError

RUNS = 5


def show(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Print the table."""
    claim = load("lucas_lung").claim
    whole = 0.0
    show(f"{'error':<6} {'maps':>5} {'best':>12} {'worst':>12} {'seconds':>8}")
    for kind in AlphaError:
        best = float("inf")
        for _ in range(RUNS):
            start = time.perf_counter()
            ranked = alpha_maps(claim, Alpha(kind, "parental"))
            best = min(best, time.perf_counter() - start)
        first, last = (str(row.error) for row in (ranked[0], ranked[-1]))
        show(f"{kind.value:<6} {len(ranked):>5} {first:>12} {last:>12} {best:>8.3f}")
        whole += best
    show(f"all four: {whole:.3f} s")


if __name__ == "__main__":
    main()
