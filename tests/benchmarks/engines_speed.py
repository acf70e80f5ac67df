"""Seconds against size, for each engine, on families of claims and their faulty twins.

    python tests/benchmarks/engines_speed.py [--write tests/benchmarks/engines.md] [--limit 5] [--families adder …]

Every time is of one whole clause, circuit included, in a process that has imported everything; beyond
the limit an engine is not asked about larger members. `smt` is plain z3: the claim with interventions as
data, in one question. The last lines set a fault on 1 of 2^40 inputs beside what random draws report.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tauomega import check, load
from tauomega.proofs.testing.scaling import FAMILIES, Scaled, scaled
from tauomega.solvers.miter import forget
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.intervention import Hard
from tauomega.theory.verdict import Certified, Enumeration, Fails, Holds, Verdict

ENGINES = ("table", "bits", "bdd", "sat", "smt")
SIZES: dict[str, tuple[int, ...]] = {
    "adder": (4, 8, 16, 32, 64, 100),
    "sum": (4, 8, 16, 32, 64, 100),
    "majority": (7, 13, 33, 65, 101),
    "threshold": (7, 13, 33, 65, 101),
    "parity": (8, 16, 48, 100),
    "parity-permuted": (8, 16, 32, 48, 100),
    "multiplexer": (2, 3, 4, 5, 6),
    "layers": (4, 8, 16, 32),
    "ternary": (8, 16, 32, 64, 100),
}
DRAWS = 1000


def timed(member: Scaled, engine: str | None, limit: float) -> tuple[Verdict, float]:
    """The verdict with one engine (or the usual ones), and the seconds it took."""
    forget()
    engines = None if engine is None else ("factors", engine)
    started = time.perf_counter()
    verdict = check(member.claim, member.definition, timeout=limit, engines=engines)
    return verdict, time.perf_counter() - started


def cell(member: Scaled, engine: str | None, limit: float) -> tuple[str, bool]:
    """What stands in the table, and whether the engine decided."""
    verdict, seconds = timed(member, engine, limit)
    if verdict.name == "unknown":
        return ("> limit" if seconds >= 0.9 * limit else "–"), False
    assert (verdict.name == "holds") == member.holds, (member.family, member.size, engine)
    minimal = isinstance(verdict, Fails) and not getattr(verdict.counterexample, "minimal", True)
    return f"{seconds:.2f}{'*' if minimal else ''}", True


def evidence(verdict: Verdict) -> str:
    """What the usual order of engines leaves as evidence, in a word."""
    match verdict:
        case Holds(evidence=Certified(kind=kind, size=size, what=what)):
            return f"{kind}, {size:,} {what}"
        case Holds(evidence=Enumeration(count=count)):
            return f"enumeration of {count:,}" if count < 10**9 else "enumeration"
        case Holds(evidence=other):
            return type(other).__name__
        case Fails(replayed=True):
            return "counterexample, replayed"
        case _:
            return "none in time"


def rows(families: Sequence[str], limit: float) -> Iterator[str]:
    """The lines of the table."""
    yield f"| family | n | twin | {' | '.join(f'`{e}`' for e in ENGINES)} | all | evidence |"
    yield "|" + "---|" * (len(ENGINES) + 5)
    for family in families:
        for holds in (True, False):
            late: set[str] = set()
            for size in SIZES[family]:
                member = scaled(family, size, holds=holds)
                cells = []
                for engine in ENGINES:
                    if engine in late:
                        cells.append("")
                        continue
                    text, decided = cell(member, engine, limit)
                    cells.append(text)
                    late |= set() if decided else {engine}
                verdict, seconds = timed(member, None, max(limit, 20.0))
                twin = "holds" if holds else "fault"
                yield (
                    f"| {family} | {size} | {twin} | {' | '.join(cells)} | {seconds:.2f} "
                    f"| {evidence(verdict)} |"
                )


def sampled(claim: Abstraction, draws: int, seed: int) -> int:
    """How many of so many random squares do not commute: contexts uniform, each variable set or not."""
    rng = random.Random(seed)
    model, high = claim.scm, claim.high
    assert high is not None
    wrong = 0
    for _ in range(draws):
        context = {name: rng.choice((0, 1)) for name in model.roots}
        chosen = [n for n in model.endogenous if rng.random() < 0.1]
        setting = Hard(tuple((name, rng.choice((0, 1))) for name in chosen))
        below = claim.read(model.run(context, setting))
        wrong += below != high.run(context, setting)  # τ copies every variable, so ω does too
    return wrong


def needle() -> str:
    """A fault on 1 of 2^40 inputs: what draws say, and what a check says."""
    task = load("needle")
    started = time.perf_counter()
    wrong = sampled(task.claim, DRAWS, 1)
    drawn = time.perf_counter() - started
    forget()
    started = time.perf_counter()
    verdict = check(task.claim, task.definition, timeout=30)
    seconds = time.perf_counter() - started
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    return (
        f"`needle`, a fault on 1 of 2^40 inputs: {DRAWS:,} random squares, {wrong} of them wrong "
        f"({drawn:.2f} s): failure rate at most {3 / DRAWS:.1%} at 95 %. `check`: {verdict.name}, the "
        f"least counterexample, replayed ({seconds:.2f} s)."
    )


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--limit", type=float, default=5.0)
    parser.add_argument("--families", nargs="*", choices=sorted(FAMILIES), default=list(SIZES))
    given = parser.parse_args()
    for engine in (None, *ENGINES):  # imports are not what is measured
        timed(scaled("adder", 2), engine, 20)
    lines = []
    for line in rows(given.families, given.limit):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        lines.append(line)
    last = needle()
    sys.stdout.write(f"\n{last}\n")
    if given.write is not None:
        head = (
            "# Seconds against size, for each engine\n\nWritten by `python tests/benchmarks/"
            f"engines_speed.py --write`, {given.limit:g} s a cell at most; `–`: the engine does not decide it; "
            "empty: not asked, after\na smaller one was not decided; `*`: the counterexample is not known "
            "to be the least. `all` is the usual order of\nengines, and what its answer rests on.\n\n"
        )
        given.write.write_text(head + "\n".join(lines) + f"\n\n{last}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
