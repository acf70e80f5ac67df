"""Linear T-abstraction: the engine, inverse-free, beside the same identity through matrix inverses.

    python tests/benchmarks/linear_speed.py [--write README.md] [--seconds 60]

The claim: n low-level variables in blocks of five, every variable reading all earlier blocks, with rational
weights (up to 9 over up to 9); n/5 high-level variables. Both ways start from the weights, as flint's or as sympy's rationals, and
prove the same identity: F T = Γ G with F = (I - W)^-1, G = (I - M)^-1. The engine proves it under *every*
block intervention besides, and inverts nothing; "check" is the whole command, reading the text included.
sympy inverts both matrices (`Matrix.inv`, its default method and Gauss elimination), and multiplies. It is
given up when one size takes longer than the seconds; the largest size that it finished is the one to
compare at. Each time is CPU seconds, the least of several (of one, above five seconds).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import sympy

from tauomega import Abstraction, check
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget
from tauomega.solvers.linear_claim import LinearClaim
from tauomega.solvers.linear_squares import squares_answer
from tauomega.solvers.problems import problem_of
from tauomega.theory.defect import clauses
from tauomega.theory.definitions.t_abstraction import TAbstraction
from tauomega.theory.family import Block
from tauomega.theory.kernel.reaching import weights_of
from tauomega.theory.linear import LinearBlock, concretise
from tauomega.theory.scm import SCM

START, STOP = "<!-- linear-speed -->", "<!-- /linear-speed -->"
BLOCK = 5
Matrix = list[list[Fraction]]


def rational(rng: random.Random, low: int = 1) -> Fraction:
    """A weight with a numerator up to 9 and a denominator up to 9."""
    return Fraction(rng.randint(low, 9), rng.randint(1, 9))


def claim_of(size: int) -> Abstraction:
    """A true claim with so many low-level variables, made from a random high-level model."""
    rng = random.Random(size)
    lines = []
    for k in range(size // BLOCK):
        terms = [f"({rational(rng, -9)}) * Y{j}" for j in range(k)]
        lines.append(f"U{k} : real\nY{k} : real = {' + '.join([*terms, f'U{k}'])}")
    high = SCM.from_text("\n".join(lines))
    blocks = {}
    for name in high.endogenous:
        weights = tuple(rational(rng) for _ in range(BLOCK))
        within = tuple(
            tuple(rational(rng) if k > i else Fraction(0) for k in range(BLOCK))
            for i in range(BLOCK)
        )
        spread = LinearBlock(weights, within).spread
        shares = [Fraction(rng.randint(1, 4)) for _ in spread]
        total = sum(shares, Fraction(0))
        entry = tuple(share / total / s for share, s in zip(shares, spread, strict=True))
        blocks[name] = LinearBlock(weights, within, entry)
    return concretise(high, blocks)


def forms_of(claim: Abstraction) -> LinearClaim:
    """The weights as the engine reads them."""
    part = list(clauses(TAbstraction().defect(claim)))[-1]
    facts = decide_facts(claim, Budget(60))
    return LinearClaim.from_problem(problem_of(claim, part, facts, Fraction(0)))


def weights(model: SCM, names: tuple[str, ...]) -> Matrix:
    """Row: the variable that is read; column: the variable that reads it."""
    read = {}
    for name in model.endogenous:
        rule = model[name].mechanism
        assert rule is not None
        found = weights_of(rule)
        assert found is not None
        read[name] = found[1]
    return [[read[n].get(m, Fraction(0)) for n in model.endogenous] for m in names]


def matrices(claim: Abstraction) -> tuple[Matrix, ...]:
    """W, M, T, Γ, and the weights that variables give their own noise, below and above."""
    low, high = claim.scm, claim.high
    assert high is not None
    assert claim.tau_u is not None
    maps = []
    for expressions, names in ((claim.tau, low.endogenous), (claim.tau_u, low.roots)):
        read = [weights_of(e) for e in expressions.values()]
        maps.append([[r[1].get(n, Fraction(0)) for r in read if r is not None] for n in names])
    return (
        weights(low, low.endogenous),
        weights(high, high.endogenous),
        *maps,
        weights(low, low.roots),
        weights(high, high.roots),
    )


def in_sympy(parts: tuple[Matrix, ...]) -> tuple[sympy.Matrix, ...]:
    """The weights as sympy's rationals."""
    return tuple(
        sympy.Matrix([[sympy.Rational(x.numerator, x.denominator) for x in row] for row in part])
        for part in parts
    )


def sympy_once(parts: tuple[sympy.Matrix, ...], method: str | None) -> bool:
    """R_L F T = Γ R_H G, where R is the weight of noise in the mechanisms."""
    low, high, tau, gamma, noise_low, noise_high = parts
    solved_low = (sympy.eye(low.rows) - low).inv(method=method)
    solved_high = (sympy.eye(high.rows) - high).inv(method=method)
    return bool(noise_low * solved_low * tau == gamma * noise_high * solved_high)


def least(action: Callable[[], object], repeats: int) -> float:
    """The least of several times."""
    found = []
    for _ in range(repeats):
        started = time.process_time()
        action()
        found.append(time.process_time() - started)
        if found[-1] > 5:
            break
    return min(found)


def rows(seconds: float) -> list[str]:
    """One row of the table a size."""
    found = []
    given_up: set[str | None] = set()
    for size in (20, 40, 80, 120, 160, 200):
        claim = claim_of(size)
        whole = least(lambda claim=claim: check(claim, TAbstraction()), 1)  # type: ignore[misc]  # bound now
        forms = forms_of(claim)
        answer = squares_answer(forms, Block(), Budget(60))
        assert answer.evidence is not None
        ours = least(lambda forms=forms: squares_answer(forms, Block(), Budget(60)), 15)  # type: ignore[misc]  # bound now
        parts = in_sympy(matrices(claim))
        cells = []
        for method in (None, "GE"):
            if method in given_up:
                cells.append(f"> {seconds:g} s")
                continue
            assert size > 20 or sympy_once(parts, method)
            theirs = least(lambda m=method, parts=parts: sympy_once(parts, m), 3)  # type: ignore[misc]  # bound now
            cells.append(f"{theirs:.2f} s ({theirs / ours:,.0f}×)")
            if theirs > seconds:
                given_up.add(method)
        found.append(
            f"| {size} | {size // BLOCK} | {whole:.2f} s | {ours:.4f} s | {' | '.join(cells)} |"
        )
    return found


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    head = [
        "| low-level variables | high-level | check | the identity, `linear` | `Matrix.inv()` | `inv(method='GE')` |",
        "|---|---|---|---|---|---|",
    ]
    text = "\n".join([*head, *rows(arguments.seconds)]) + "\n"
    print(text)  # noqa: T201 - a command
    if arguments.write is not None:
        page = arguments.write.read_text(encoding="utf-8")
        before, _, rest = page.partition(START)
        _, _, after = rest.partition(STOP)
        arguments.write.write_text(f"{before}{START}\n{text}{STOP}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
