"""How far a budget is overrun, at the worst, where a question is too hard for it.

    python -m tauomega.proofs.testing.overrun --cases 200 --seed 1

asks hard questions of every kind with little time, one engine or all of them, and prints the worst
overrun: the seconds that `check` took beyond its `timeout`. 0 is the exit status up to half a second.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from tauomega.solvers.checking import check
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import All, Block, Reach
from tauomega.theory.policy import Depth, OmegaPolicy, TauUPolicy
from tauomega.theory.scm import SCM

from .scaling import scaled

__all__ = ["ALLOWED", "KINDS", "Case", "case", "main", "overrun"]

ALLOWED = 0.5
"""Seconds that a budget may be overrun by, on a machine that does nothing else."""


@final
@dataclass(frozen=True, slots=True)
class Case:
    """A hard question, the engines that are asked (`None`: the usual ones), and too little time."""

    kind: str
    claim: Abstraction
    definition: Definition
    engines: tuple[str, ...] | None
    seconds: float


Made = tuple[Abstraction, Definition, tuple[str, ...] | None]
IDENTITY = TauAbstraction(Block(), tau_u=TauUPolicy.IDENTITY)


def _itself(model: SCM, definition: Definition, engines: tuple[str, ...] | None = None) -> Made:
    return (
        Abstraction.from_text(model, model, {n: n for n in model.endogenous}),
        definition,
        engines,
    )


def _multiplier(rng: random.Random) -> Made:
    """a·b against b·a bit by bit: hard for diagrams and for clauses."""
    n = rng.randint(10, 20)
    inputs = f"A[1..{n}], B[1..{n}] : bool"

    def number(word: str) -> str:
        return " + ".join(f"{2 ** (i - 1)}*{word}[{i}]" for i in range(1, n + 1))

    by_hand = " + ".join(f"{2 ** (i - 1)}*B[{i}]*({number('A')})" for i in range(1, n + 1))
    low = SCM.from_text(f"{inputs}\nP : 0..{4**n} = {by_hand}")
    high = SCM.from_text(f"{inputs}\nP : 0..{4**n} = ({number('B')})*({number('A')})")
    engines = rng.choice((None, ("bdd",), ("sat",), ("bits",), ("smt",)))
    return Abstraction.from_text(low, high, {"P": "P"}), IDENTITY, engines


def _products(rng: random.Random) -> Made:
    """A product of many numbers: its circuit is larger than memory."""
    n = rng.randint(8, 40)
    model = SCM.from_text(
        f"U[1..{n}] : 0..{2**16}\nP : 0..{2**400} = " + "*".join(f"U[{i}]" for i in range(1, n + 1))
    )
    return _itself(model, IDENTITY, rng.choice((None, ("bdd",), ("sat",))))


def _family(name: str, low: int, high: int, engine: str) -> Callable[[random.Random], Made]:
    def made(rng: random.Random) -> Made:
        found = scaled(name, rng.randint(low, high))
        return found.claim, found.definition, (engine,)

    return made


def _all_settings(rng: random.Random) -> Made:
    n = rng.randint(20, 40)
    model = SCM.from_text(f"U[1..{n}] : bool\nX[i] = U[i]\nW = sum(X[1..{n}]) > {n // 2}")
    return _itself(model, IDENTITY, rng.choice((("table",), ("enumerate",), ("smt",))))


def _searched_contexts(rng: random.Random) -> Made:
    n = rng.randint(8, 20)
    model = SCM.from_text(f"U[1..{n}] : bool\nX[i] = U[i]\nW = sum(X[1..{n}]) > {n // 2}")
    family = rng.choice((Block(), All(), Reach(None)))
    return _itself(model, Constructive(family), rng.choice((None, ("enumerate",))))


def _searched_omega(rng: random.Random) -> Made:
    n = rng.randint(3, 6)
    model = SCM.from_text(f"U[1..{n}] : bool ~ 1/3\nX[i] = U[i]\nW = sum(X[1..{n}]) > {n // 2}")
    return _itself(model, Exact(All(), OmegaPolicy.SEARCHED), rng.choice((None, ("enumerate",))))


def _invariance(rng: random.Random) -> Made:
    n = rng.randint(6, 14)
    model = SCM.from_text(f"U[1..{n}] : bool\nX[i] = U[i]\nW = sum(X[1..{n}]) > {n // 2}")
    tau = {"S": f"sum(X[1..{n}])", "W": "W"}
    return Abstraction.from_text(model, None, tau), Invariance(), None


def _interchanges(rng: random.Random) -> Made:
    n = rng.randint(6, 10)
    text = f"input U[1..{n}] : bool\nX[i] = U[i]\nW = sum(X[1..{n}]) > {n // 2}"
    model = SCM.from_text(text)
    sites = {f"X[{i}]": [f"X[{i}]"] for i in range(1, n + 1)}
    claim = Abstraction.from_text(model, model, {"W": "W"}, sites=sites)
    engines = rng.choice((("table",), ("enumerate",), ("bits",)))
    return claim, InterchangeConsistency(joint=Depth(None)), engines


def _polynomial(rng: random.Random) -> Made:
    """Two polynomials that are equal, over the reals."""
    n = rng.randint(4, 7)
    names = [f"U[{i}]" for i in range(1, n + 1)]
    total = " + ".join(names)
    degree = rng.randint(4, 6)
    power, again = "*".join([f"({total})"] * degree), "*".join(["S"] * degree)
    low = SCM.from_text(f"U[1..{n}] : real\nX = {power}")
    high = SCM.from_text(f"U[1..{n}] : real\nlet S = {total}\nX = {again}")
    return Abstraction.from_text(low, high, {"X": "X"}), IDENTITY, ("smt",)


def _wide_tau(rng: random.Random) -> Made:
    """A τ of many variables that no formula decides: what it reads is worked out state by state."""
    n = rng.randint(18, 24)
    model = SCM.from_text(f"U[1..{n}] : bool\nX[i] = U[i]")
    pairs = " xor ".join(f"(X[{i}] and X[{i % n + 1}])" for i in range(1, n + 1))
    high = SCM.from_text("V : bool\nY = V")
    tau_u = {"V": pairs.replace("X", "U")}
    claim = Abstraction.from_text(model, high, {"Y": pairs}, tau_u=tau_u)
    return claim, TauAbstraction(Block(), tau_u=TauUPolicy.GIVEN), None


KINDS: dict[str, Callable[[random.Random], Made]] = {
    "multiplier": _multiplier,
    "products": _products,
    "permuted parity": _family("parity-permuted", 50, 100, "sat"),
    "majority": _family("majority", 101, 301, "sat"),
    "majority on diagrams": _family("majority", 301, 501, "bdd"),
    "adder": _family("adder", 50, 120, "smt"),
    "ternary": _family("ternary", 60, 140, "smt"),
    "layers": _family("layers", 60, 120, "bdd"),
    "multiplexer": _family("multiplexer", 7, 9, "bdd"),
    "all settings": _all_settings,
    "searched contexts": _searched_contexts,
    "searched ω": _searched_omega,
    "invariance": _invariance,
    "interchanges": _interchanges,
    "polynomial": _polynomial,
    "wide τ": _wide_tau,
}


def case(seed: int, number: int) -> Case:
    """A hard case, the kinds in turn."""
    rng = random.Random(f"{seed}/{number}")  # noqa: S311  # reproducible, no secret
    kind = list(KINDS)[number % len(KINDS)]
    claim, definition, engines = KINDS[kind](rng)
    return Case(kind, claim, definition, engines, rng.choice((0.1, 0.3, 0.6)))


def overrun(hard: Case) -> tuple[float, str]:
    """The seconds beyond the budget (negative if it was not used up), and the verdict."""
    start = time.monotonic()
    verdict = check(hard.claim, hard.definition, timeout=hard.seconds, engines=hard.engines)
    return time.monotonic() - start - hard.seconds, verdict.name


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, print the worst overrun of each kind; 0 if none is more than what is allowed."""
    parser = argparse.ArgumentParser(prog="overrun", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--allowed", type=float, default=ALLOWED, metavar="SECONDS")
    given = parser.parse_args(arguments)
    worst: dict[str, float] = {}
    unknown = 0
    for number in range(given.cases):
        hard = case(given.seed, number)
        seconds, verdict = overrun(hard)
        unknown += verdict == "unknown"
        worst[hard.kind] = max(worst.get(hard.kind, -1.0), seconds)
    sys.stdout.write(
        f"seed {given.seed}, {given.cases} cases, {unknown} of them undecided in time\n"
    )
    for kind, seconds in sorted(worst.items(), key=lambda entry: -entry[1]):
        sys.stdout.write(f"  {kind}: {seconds:+.3f} s\n")
    most = max(worst.values(), default=0.0)
    sys.stdout.write(f"worst overrun: {most:.3f} s (allowed: {given.allowed} s)\n")
    return 0 if most <= given.allowed else 1


if __name__ == "__main__":
    sys.exit(main())
