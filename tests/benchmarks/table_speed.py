"""The table engine beside a plain Python loop and beside z3, on one growing claim.

    python tests/benchmarks/table_speed.py [--write README.md] [--largest 19]

The claim: n voters and their majority against a model that counts the votes in another way; contexts
are the 2^n votes, interventions set at most one voter or the winner. Every time is of one whole call,
set-up included. The loop stops after 2^17 squares; beyond that its time is per square, times squares
(marked ~). Writes the table between the marks in the file that is given.
"""

from __future__ import annotations

import argparse
import resource
import time
from fractions import Fraction
from pathlib import Path

from tauomega import SCM, Abstraction, check
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget, Problem
from tauomega.solvers.portfolio import get_engine
from tauomega.solvers.problems import problem_of
from tauomega.theory.defect import clauses
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import Single
from tauomega.theory.intervention import Hard
from tauomega.theory.policy import TauUPolicy

START, STOP = "<!-- table-speed -->", "<!-- /table-speed -->"
LOOP = 2**17


def claim_of(voters: int) -> Abstraction:
    """n voters; the winner counted up below, and by comparing two counts above."""
    head = f"input X[1..{voters}] : bool\n"
    low = SCM.from_text(head + f"W = sum(X[1..{voters}]) * 2 > {voters}")
    high = SCM.from_text(head + f"W = count(X[1..{voters}]) > {voters} - count(X[1..{voters}])")
    tau = {f"X[{k}]": f"X[{k}]" for k in range(1, voters + 1)} | {"W": "W"}
    return Abstraction.from_text(low, high, tau)


DEFINITION = TauAbstraction(Single(1), tau_u=TauUPolicy.IDENTITY)


def squares_problem(claim: Abstraction) -> Problem:
    """The clause about the squares."""
    part = [p for p in clauses(DEFINITION.defect(claim)) if p.name == "squares"][-1]
    return problem_of(claim, part, decide_facts(claim, Budget(60)), Fraction(0))


def loop(claim: Abstraction) -> tuple[int, float]:
    """Squares and seconds of the plain loop, until 2^17 squares."""
    assert claim.high is not None
    names = claim.scm.endogenous
    family = [Hard()] + [Hard(((name, value),)) for name in names for value in (0, 1)]
    started = time.perf_counter()
    done = 0
    for intervention in family:  # τ copies every variable, so ω sets the same ones above
        for context in claim.scm.contexts():
            below = claim.read(claim.scm.run(context, intervention))
            assert below == claim.high.run(context, intervention)
            done += 1
            if done == LOOP:
                return done, time.perf_counter() - started
    return done, time.perf_counter() - started


def timed(claim: Abstraction, engine: str, seconds: float) -> tuple[str, int, float]:
    """Outcome, squares and seconds of one engine, set-up included."""
    started = time.perf_counter()
    problem = squares_problem(claim)
    answer = get_engine(engine).bounds(problem, Budget(seconds))
    outcome = "holds" if answer.evidence is not None else answer.reason or "fails"
    return outcome, answer.examined, time.perf_counter() - started


def rows(largest: int) -> list[str]:
    """One row of the table a size."""
    found = []
    for voters in (6, 9, 12, 14, 16, 19):
        if voters > largest:
            break
        claim = claim_of(voters)
        outcome, squares, seconds = timed(claim, "table", 120)
        assert outcome == "holds", outcome
        done, spent = loop(claim_of(voters))
        plain = spent if done == squares else spent / done * squares
        mark = "" if done == squares else "~"
        verdict, _, z3_seconds = timed(claim_of(voters), "smt", 20)
        z3 = f"{z3_seconds:.2f} s" if verdict == "holds" else "> 20 s"
        found.append(
            f"| {voters} | {squares:,} (2^{squares.bit_length() - 1}) | {seconds:.3f} s "
            f"| {mark}{plain:.2f} s | {mark}{plain / seconds:,.0f}× | {z3} |"
        )
    return found


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--largest", type=int, default=19)
    arguments = parser.parse_args()
    check(claim_of(4), DEFINITION)  # imports are not what is measured
    head = [
        "| voters | squares | `table` | plain Python loop | ratio | z3 |",
        "|---|---|---|---|---|---|",
    ]
    table = "\n".join([*head, *rows(arguments.largest)])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = f"{table}\n\nPeak memory of the whole run: {peak:,.0f} MB.\n"
    if arguments.write is not None:
        page = arguments.write.read_text(encoding="utf-8")
        before, _, rest = page.partition(START)
        _, _, after = rest.partition(STOP)
        arguments.write.write_text(f"{before}{START}\n{text}{STOP}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
