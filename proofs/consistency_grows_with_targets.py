"""Agreement on k targets does not give agreement on k + 1; the smallest models have k + 2 variables.

Statement: For every k there are models on k + 2 variables that agree under all hard interventions with at
most k targets and differ under one with k + 1; models with at most k + 1 variables that agree on k
targets are equal.
Source: the analogue for structural models of interchange with k sites (Geiger et al. 2024,
arXiv:2303.02536); ours.
Shown: the bound for k = 0, 1, 2 over all pairs of acyclic worlds of at most k + 1 binary variables; the
example for k = 0..3: k + 1 constants that a last variable reads, and whose mechanism differs where all
of them are flipped.
Not shown: k > 3 by enumeration, though the example is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tauomega.proofs.small_models import Shape, worlds
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main
from tauomega.proofs.theorem import Scope as Reach

__all__ = ["THEOREM"]


def few_targets(shape: Shape, most: int) -> list[int]:
    """Numbers of the interventions with at most so many targets."""
    listed = enumerate(shape.interventions)
    return [n for n, setting in listed if sum(v is not None for v in setting) <= most]


def ambiguous(variables: int, k: int) -> int:
    """Pairs of different worlds that agree on all interventions with at most k targets."""
    shape = Shape((2,) * variables)
    kept = few_targets(shape, k)
    seen: dict[tuple[int, ...], int] = {}
    for world in worlds(shape):
        key = tuple(world[n] for n in kept)
        seen[key] = seen.get(key, 0) + 1
    return sum(count * (count - 1) // 2 for count in seen.values())


def respond(k: int, setting: tuple[int | None, ...], flipped: int) -> int:
    """X_{k+2} after X_1..X_{k+1} = 0 unless set; its mechanism is `flipped` if all are 1, else 0."""
    last = setting[-1]
    if last is not None:
        return last
    return flipped if all(value == 1 for value in setting[:-1]) else 0


def example(k: int) -> tuple[bool, bool]:
    """Whether the two mechanisms agree on k targets, and on k + 1."""
    answers = []
    for most in (k, k + 1):
        settings = [
            s for s in product((None, 0, 1), repeat=k + 2) if sum(v is not None for v in s) <= most
        ]
        answers.append(all(respond(k, s, 0) == respond(k, s, 1) for s in settings))
    return answers[0], answers[1]


def prove() -> Iterator[Step]:
    """No smaller models; the example; and what fails with one variable more."""
    for k in (0, 1, 2):
        found = sum(ambiguous(n, k) for n in range(1, k + 2))
        total = sum(len(worlds(Shape((2,) * n))) for n in range(1, k + 2))
        what = f"k = {k}: no two worlds of at most {k + 1} binary variables agree on {k} targets"
        yield Step(Kind.PROVED, what, not found, Reach.UP_TO_SIZE, "", total)
    for k in (0, 1, 2, 3):
        agree, more = example(k)
        seen = f"{k + 2} variables: agree on {k} targets {agree}, on {k + 1} targets {more}"
        yield instance(Kind.DROPPED, f"k + 1 targets (k = {k})", agree and not more, seen)
    pairs = ambiguous(3, 1)
    seen = f"{pairs:,} pairs of worlds of three binary variables agree on one target and differ"
    yield instance(Kind.DROPPED, "at most k + 1 variables (k = 1)", pairs > 0, seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
