"""The search on growing classes with known answers, beside every candidate decided where that ends.

    python tests/benchmarks/search_speed.py [--write README.md] [--small]

*Proposed* is the first candidate of the search alone, building all circuits included; *found* is `find`, which
decides it by `check`; *all* is `enumerate_all`, every solution decided and the proof that there are no others
checked; *counted* is `count_all`; *one by one* decides every candidate (classes of up to 512). Each is the
least of three runs in one process, *all* and *one by one* of one. `--small` leaves out the largest.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from tauomega.proofs.testing.searches import (
    Searched,
    conjunction_from_parity,
    hidden_alignment,
    parity_blocks,
    quotient_map,
)
from tauomega.solvers.engine import Budget
from tauomega.solvers.search.finding import count_all, enumerate_all, find
from tauomega.solvers.search.literal import literally
from tauomega.solvers.search.results import Counted, Found, NoneExists
from tauomega.solvers.search.searching import search
from tauomega.theory.verdict import Certified, Evidence, Holds

START, STOP = "<!-- search-speed -->", "<!-- /search-speed -->"
BRUTE, LISTED, SECONDS = 512, 5000, 300.0

CASES: tuple[tuple[str, Callable[[], Searched], bool], ...] = (
    ("maps of 4 bits onto a parity", lambda: parity_blocks(2), True),
    ("maps of 6 bits onto a parity", lambda: parity_blocks(4), True),
    ("maps of 8 bits onto a parity", lambda: parity_blocks(6), False),
    ("maps of 64 states to 8 values", lambda: quotient_map(64), True),
    ("maps of 1024 states to 8 values", lambda: quotient_map(1024), False),
    ("alignments of 8 hidden nodes", lambda: hidden_alignment(8), True),
    ("alignments of 30 hidden nodes", lambda: hidden_alignment(30), False),
    ("alignments of 40 hidden nodes", lambda: hidden_alignment(40), False),
    ("an AND of 4 bits as a parity", lambda: conjunction_from_parity(4), True),
    ("an AND of 8 bits as a parity", lambda: conjunction_from_parity(8), False),
)


def least(work: Callable[[], object], times: int = 3) -> tuple[object, float]:
    """The last result, and the least seconds of several runs."""
    spent = []
    result: object = None
    for _ in range(times):
        started = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - started)
    return result, min(spent)


def proposed(case: Searched) -> object:
    """The first candidate of the search alone."""
    return next(search(case.sketch, case.definition, Budget(SECONDS)), None)


def proof(evidence: Evidence | None) -> str:
    """What shows that there are no others, in short."""
    return f"{evidence.size:,} steps" if isinstance(evidence, Certified) else "one engine's word"


def row(name: str, case: Searched) -> str:
    """One row of the table."""
    sketch, definition = case.sketch, case.definition
    _, first = least(lambda: proposed(case))
    _, found = least(lambda: find(sketch, definition, timeout=SECONDS))
    counted, counting = least(lambda: count_all(sketch, definition, timeout=SECONDS))
    assert isinstance(counted, Counted), counted
    assert counted.number == case.number
    every, shown = "–", proof(counted.evidence)
    if counted.number <= LISTED:
        result, seconds = least(lambda: enumerate_all(sketch, definition, timeout=SECONDS), 1)
        assert isinstance(result, Found | NoneExists)
        listed = result.solutions if isinstance(result, Found) else ()
        assert len(listed) == case.number
        every, shown = f"{seconds:.2f} s", proof(result.evidence)
    brute = "–"
    if sketch.size <= BRUTE:
        started = time.perf_counter()
        verdicts = [v for _, _, v in literally(sketch, definition, Budget(SECONDS))]
        brute = f"{time.perf_counter() - started:.2f} s"
        assert sum(isinstance(v, Holds) for v in verdicts) == case.number
    size = f"2^{sketch.size.bit_length() - 1}" if sketch.size > BRUTE else str(sketch.size)
    return (
        f"| {name} | {size} | {counted.number:,} | {first:.3f} s | {found:.2f} s | {every} "
        f"| {counting:.2f} s | {brute} | {shown} |"
    )


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    find(parity_blocks(2).sketch, parity_blocks(2).definition)  # imports are not what is measured
    table = [
        "| class | candidates | solutions | proposed | found | all | counted | one by one | no others |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    table += [row(name, case()) for name, case, small in CASES if small or not arguments.small]
    text = "\n".join(table) + "\n"
    if arguments.write is None:
        parser.exit(message=text)
    page = arguments.write.read_text(encoding="utf-8")
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(STOP)
    arguments.write.write_text(f"{before}{START}\n{text}{STOP}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
