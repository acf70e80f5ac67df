"""Sums that are made to err, in every format: `python tests/benchmarks/adversarial_sums.py --count 1000000`.

None may lie outside its all-orders enclosure; the worst error over its bound says how tight that is.
"""

from __future__ import annotations

import argparse
import sys
import time

from tauomega.bridge.precision.adversarial import try_sums
from tauomega.bridge.precision.formats import FORMATS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="sums for each format")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    outside = 0
    for name, form in FORMATS.items():
        if form.precision > 24:
            continue  # products of float64 numbers are not exact in float64
        start = time.process_time()
        tried = try_sums(form, given.count, given.seed)
        outside += tried.outside
        sys.stdout.write(
            f"{name:10} {tried.count:>10,} sums, {tried.outside} outside, worst error {tried.ratio:.3f} of its "
            f"bound, {time.process_time() - start:.1f} s\n"
        )
    return int(outside > 0)


if __name__ == "__main__":
    sys.exit(main())
