"""The score of causal abstraction error, exactly, for the 2-bit adder.

Statement: With at most two targets and uniform values, the mean squared errors of (internal carry, sum,
carry out) are 0, 0, 0 for the valid explanation, 0, 617/240, 0 with OR for XOR, and 1, 52/45, 13/90
with the internal carry inverted: scores 0, 0.329457, 0.574876.
Source: Méloux, Pimentel, Portet & Peyrard (2026), arXiv:2607.00267, system 01 of the code, read.
Shown: the finite sums, in rationals, tanh last. The inverted explanation is valid for the relabelled
carry: the score is about the declared values.
Not shown: estimates by sampling, whose mean these are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from tauomega.proofs.intervention_scores import System, mean_squares, score
from tauomega.proofs.theorem import Kind, Step, Theorem, instance, main

__all__ = ["THEOREM"]

DOMAINS = {
    "A": range(4),
    "B": range(4),
    "Cin": range(2),
    "C1": range(2),
    "S": range(4),
    "C2": range(2),
}
NAMES = ("C1", "S", "C2")


def bits(number: int) -> tuple[int, int]:
    """The lower and the upper bit."""
    return number & 1, number >> 1


def adder(
    *, join: Callable[[int, int, int], int], inverted: bool = False, loose_carry: bool = False
) -> Callable[[Mapping[str, int]], dict[str, int]]:
    """The high-level model: `join` combines the bits of a sum; the carry may be kept inverted."""

    def run(setting: Mapping[str, int]) -> dict[str, int]:
        (a0, a1), (b0, b1), c0 = bits(setting["A"]), bits(setting["B"]), setting["Cin"]
        pass_on = a0 | b0 if loose_carry else a0 ^ b0
        kept = setting.get("C1", (a0 & b0 | c0 & pass_on) ^ inverted)
        c1 = kept ^ inverted
        total = setting.get("S", join(a0, b0, c0) | join(a1, b1, c1) << 1)
        out = setting.get("C2", a1 & b1 | c1 & (a1 ^ b1))
        return {"C1": kept, "S": total, "C2": out}

    return run


def xor(a: int, b: int, c: int) -> int:
    """The sum bit."""
    return a ^ b ^ c


def either(a: int, b: int, c: int) -> int:
    """OR, the planted fault."""
    return a | b | c


CIRCUIT = adder(join=xor)
"""The netlist of the code, wire by wire, computes this."""


def errors(high: Callable[[Mapping[str, int]], dict[str, int]]) -> tuple[list[Fraction], float]:
    """The three mean squared errors, and the score."""
    found = mean_squares(System(DOMAINS, ("A", "B", "Cin"), CIRCUIT, high, {}), most=2)
    return [found[name] for name in NAMES], score(found)


def prove() -> Iterator[Step]:
    """The three conditions of the study, and the inverted one with inverted labels."""
    conditions = {
        "valid": (adder(join=xor), [0, 0, 0], 0.0, Kind.SATISFIABLE),
        "OR for XOR": (
            adder(join=either, loose_carry=True),
            [0, Fraction(617, 240), 0],
            0.329457,
            Kind.PROVED,
        ),
        "carry inverted": (
            adder(join=xor, inverted=True),
            [1, Fraction(52, 45), Fraction(13, 90)],
            0.574876,
            Kind.PROVED,
        ),
    }
    for name, (high, expected, value, kind) in conditions.items():
        squares, found = errors(high)
        right = squares == expected and abs(found - value) < 1e-6
        seen = f"errors {', '.join(map(str, squares))}; score {found:.6f}"
        yield instance(kind, name, right, seen)

    def relabelled(setting: Mapping[str, int]) -> dict[str, int]:
        own = {**setting, **({"C1": 1 - setting["C1"]} if "C1" in setting else {})}
        answer = adder(join=xor, inverted=True)(own)
        return {**answer, "C1": 1 - answer["C1"]}

    squares, _ = errors(relabelled)
    seen = f"errors with the carry's values exchanged: {', '.join(map(str, squares))}"
    yield instance(Kind.DROPPED, "the declared labels (inverted carry)", squares == [0, 0, 0], seen)


THEOREM = Theorem.from_header(__doc__, prove)

if __name__ == "__main__":
    raise SystemExit(main(THEOREM))
