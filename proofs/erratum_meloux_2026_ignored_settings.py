"""A "valid" model of the controlled experiments ignores interventions on its own mediator.

Statement: In experiment 2 the low-level model computes y from x whatever a is set to, so its "valid"
condition has the errors 1/3 (score tanh(1/3)/2 = 0.160756) and 5/18 (0.135424, with noise on the
unmapped variables), not 0; the leaky one 25/72 (0.166955). Honouring do(a) gives 0, 0 and 5/36.
Source: Méloux, Pimentel, Portet & Peyrard (2026), arXiv:2607.00267, systems/11_controlled_experiments.py,
code read: a discrepancy of the code with its description ("x -> a = x, y = a OR (b1 XOR b2)").
Shown: exact finite sums for the code's model and for the repaired one, targets {X, M, Y} and noise,
at most four targets; b1 and b2 overwritten uniformly and independently. Contexts where a root is not
set never occur: the score says nothing about them.
Not shown: what the published figures would become.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from tauomega.proofs.intervention_scores import System, mean_squares, score
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main

__all__ = ["THEOREM"]

Model = Callable[[Mapping[str, int]], dict[str, int]]
BIT = range(2)


def low(*, leaky: bool, honours: bool) -> Model:
    """X → a, b1, b2 → y; the code's model reads neither do(a) nor do(y)."""

    def run(setting: Mapping[str, int]) -> dict[str, int]:
        x = setting["X"]
        a = setting.get("M", x) if honours else x
        backup = (setting.get("b1", x) ^ setting.get("b2", x)) if leaky else 0
        y = setting.get("Y", a | backup) if honours else a | backup
        return {"X": x, "M": a, "Y": y}

    return run


def high(setting: Mapping[str, int]) -> dict[str, int]:
    """X → M → Y, copies."""
    m = setting.get("M", setting["X"])
    return {"X": setting["X"], "M": m, "Y": setting.get("Y", m)}


def error(*, leaky: bool, honours: bool, faithful: bool) -> tuple[Fraction, float]:
    """The mean squared error of Y, and the score over M and Y."""
    domains = {"X": BIT, "M": BIT, "Y": BIT}
    model = low(leaky=leaky, honours=honours)
    system = System(domains, ("X",), model, high, {"b1": BIT, "b2": BIT})
    found = mean_squares(system, most=4, faithful=faithful)
    return found["Y"], score(found)


def prove() -> Iterator[Step]:
    """The code's three numbers, the repaired three, and whether M itself is ever wrong."""
    rows = [
        ("valid", False, False, Fraction(1, 3), 0.160756),
        ("valid, with noise", False, True, Fraction(5, 18), 0.135424),
        ("leaky, with noise", True, True, Fraction(25, 72), 0.166955),
    ]
    for name, leaky, faithful, square, value in rows:
        found = error(leaky=leaky, honours=False, faithful=faithful)
        right = found[0] == square and abs(found[1] - value) < 1e-6
        seen = f"error {found[0]}, score {found[1]:.6f}"
        what = f"the code's model, {name}: the score is 0 iff the explanation is valid"
        yield instance(Kind.REFUTED, what, right, seen)
    repaired = [Fraction(0), Fraction(0), Fraction(5, 36)]
    for (name, leaky, faithful, *_), square in zip(rows, repaired, strict=True):
        found = error(leaky=leaky, honours=True, faithful=faithful)
        seen = f"error {found[0]}, score {found[1]:.6f}"
        yield instance(Kind.PROVED, f"do(a) honoured, {name}", found[0] == square, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
