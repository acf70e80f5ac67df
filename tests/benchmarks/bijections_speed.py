"""Bijections of hidden layers: listed by the literal interpreter, and searched.

    python tests/benchmarks/bijections_speed.py [--write tests/benchmarks/results/bijections.md]

Of two claims, one that holds and one that is a hidden state short. In both there are n inputs, one of which has another
label, so that the n - 1 others have n - 1 rests, and n - 1 hidden states must give the other output. The least
of three runs each, loading excluded; the literal interpreter has 20 s, and what it does not finish is marked.
Then sizes that cannot be listed, two layers, and colourings of graphs as claims about rests.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from math import perm
from pathlib import Path

from tauomega import SCM, Abstraction, check
from tauomega.theory.definitions.distributed import Distributed
from tauomega.theory.verdict import Unknown

RUNS, SECONDS = 3, 20.0
LISTED = ((2, 4), (3, 6), (3, 8), (4, 8), (4, 10), (5, 10), (6, 12))
SEARCHED = ((16, 64), (16, 1024), (64, 256), (64, 4096), (256, 1024))


def skewed(inputs: int, states: int, room: int) -> Abstraction:
    """So many inputs and hidden states, of which `room` give the output 1."""
    giving = {0, *range(inputs, inputs + room - 1)}
    rows = "; ".join(f"{h}: 1" for h in sorted(giving))
    low = SCM.from_text(
        f"input x : 0..{inputs - 1}\nh : 0..{states - 1} = x\nout : bool = table(h) {{{rows}; else: 0}}"
    )
    high = SCM.from_text(f"input x : 0..{inputs - 1}\na : bool = x == 0\nout = a")
    return Abstraction.from_text(low, high, {"out": "out"}, sites={"a": ["h"]})


def measured(claim: Abstraction, engine: str, runs: int) -> tuple[str, float]:
    """The verdict of an engine, and the least time of so many runs."""
    best, said = float("inf"), ""
    for _ in range(runs):
        start = time.perf_counter()
        verdict = check(claim, Distributed(), timeout=SECONDS, engines=[engine])
        best = min(best, time.perf_counter() - start)
        said = "not finished" if isinstance(verdict, Unknown) else verdict.name
        if isinstance(verdict, Unknown):
            break
    return said, best


def lines() -> list[str]:
    """The table."""
    found = [
        "| inputs | hidden states | maps of spare states | claim | literal | s | searched | s | ratio |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for inputs, states in (*LISTED, *SEARCHED):
        for room in (inputs - 1, inputs - 2):
            claim = skewed(inputs, states, room)
            said, seconds = measured(claim, "bijections", RUNS)
            count = perm(states - inputs, inputs - 2)
            literal, slow = "not tried", float("nan")
            if (inputs, states) in LISTED:
                literal, slow = measured(claim, "enumerate", RUNS)
            if literal in ("holds", "fails"):
                assert literal == said
            own = (
                f"{slow:.4f}"
                if literal in ("holds", "fails")
                else (f"> {SECONDS:g}" if slow == slow else "")
            )
            ratio = f"{slow / seconds:.0f}" if slow == slow else ""
            if literal == "not finished" and slow == slow:
                ratio = f"> {ratio}"
            maps = f"{count:,}" if count < 10**12 else f"10^{len(str(count)) - 1}"
            found.append(
                f"| {inputs} | {states} | {maps} | {'enough' if room == inputs - 1 else 'short'} "
                f"| {literal} | {own} | {said} | {seconds:.4f} | {ratio} |"
            )
    return found


def main() -> None:
    """Print the table, and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", type=Path, help="a file for the table")
    given = parser.parse_args()
    text = "\n".join(lines()) + "\n"
    sys.stdout.write(text)
    if given.write is not None:
        where = (
            f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"
        )
        own = (__doc__ or "").split("\n\n")
        given.write.write_text(
            f"# Bijections of hidden layers, listed and searched\n\n{' '.join(own[2].split())}\n\n{where}.\n\n{text}",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
