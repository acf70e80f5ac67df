"""The three speeds that definitions are held to, one after the other, in one run.

    python tests/benchmarks/definitions_speed.py [--seconds 60]

- linear T-abstraction, inverse-free, beside the same identity through `sympy.Matrix.inv` (at least 100 times as
  fast at the largest size that sympy finishes in the seconds): `linear_speed.py`;
- equality of laws over 2^20 contexts in exact rationals beside floating point (at most 3 times as long):
  `law_speed.py`;
- all 1008 maps of the LUCAS lung claim under four errors (under 2 s): `alpha_maps_speed.py`.

Each is a process of its own, so that none warms another's caches; what each measures, it says itself.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run them, print what they print; 0 if each ran."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", default="60", help="what sympy may take at one size")
    given = parser.parse_args()
    failed = 0
    for script, arguments in (
        ("law_speed.py", ["20"]),
        ("alpha_maps_speed.py", []),
        ("linear_speed.py", ["--seconds", given.seconds]),
    ):
        sys.stdout.write(f"{script}\n")
        sys.stdout.flush()
        failed |= subprocess.run(
            [sys.executable, HERE / script, *arguments], check=False
        ).returncode  # ours
    return failed


if __name__ == "__main__":
    sys.exit(main())
