"""Families of claims of growing size, each with twins: one that holds, one with a planted fault.

| family | low level | high level |
|---|---|---|
| `adder` | ripple carry | carry select, in groups of four; the carries between groups can be set |
| `sum` | ripple carry | `A + B` |
| `majority` | a chain of counters | districts of five, added up |
| `threshold` | a chain of counters | the weighted sum compared with a third of the whole |
| `parity` | a chain of XORs | blocks of four; their ends can be set |
| `parity-permuted` | a chain of XORs | the same inputs in another order |
| `multiplexer` | a tree of two-way choices | one choice by the address |
| `layers` | layers of random gates | each gate rewritten; the ends of some layers can be set |
| `ternary` | a chain of sums mod 3 | sums of four at a time; the ends can be set |

The fault is on exactly one assignment of all inputs: with `n` bits of input, on one in `2^n`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.family import Block
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM

__all__ = ["FAMILIES", "Scaled", "scaled"]


@final
@dataclass(frozen=True, slots=True)
class Scaled:
    """A member of a family: its claim, the definition it is asked under, and whether it holds."""

    family: str
    size: int
    claim: Abstraction
    definition: Definition
    holds: bool


def scaled(family: str, size: int, *, holds: bool = True) -> Scaled:
    """The member of a family with `size` inputs, under τ-abstraction with all block interventions.

    For `adder` and `sum` the size is the number of bits of a summand, for `multiplexer` of the
    address, for `layers` the number of gates in a layer.
    """
    claim = FAMILIES[family](size, holds)
    given = claim.tau_u is not None
    policy = TauUPolicy.GIVEN if given else TauUPolicy.IDENTITY
    return Scaled(family, size, claim, TauAbstraction(Block(), tau_u=policy), holds)


def _fault(text: str, inputs: Sequence[str], holds: bool) -> str:
    """The truth value, wrong at one assignment of the inputs if the claim is not to hold."""
    if holds:
        return text
    rng = random.Random(len(inputs))  # noqa: S311  # reproducible draws, no secret
    where = " and ".join(name if rng.random() < 0.5 else f"(not {name})" for name in inputs)
    return f"({text}) xor ({where})"


def _claim(low: Sequence[str], high: Sequence[str]) -> Abstraction:
    """Every variable above is the one of its name below."""
    below, above = SCM.from_text("\n".join(low)), SCM.from_text("\n".join(high))
    return Abstraction.from_text(below, above, {name: name for name in above.endogenous})


# ---------------------------------------------------------------- arithmetic


def _ripple(n: int, holds: bool) -> list[str]:
    lines = [f"A[1..{n}], B[1..{n}] : bool"]
    inputs = [f"{word}[{i}]" for i in range(1, n + 1) for word in "AB"]
    for i in range(1, n + 1):
        half = f"A[{i}] xor B[{i}]"
        carry = f"A[{i}] and B[{i}]"
        if i > 1:
            carry = f"({carry}) or (C[{i - 1}] and ({half}))"
            half = f"{half} xor C[{i - 1}]"
        lines.append(f"S[{i}] = {half}")
        lines.append(f"C[{i}] = {_fault(carry, inputs, holds or i < n)}")
    return lines


def _adder(n: int, holds: bool) -> Abstraction:
    high = [f"A[1..{n}], B[1..{n}] : bool"]
    for start in range(1, n + 1, 4):
        group = range(start, min(n, start + 3) + 1)
        for guess in (0, 1):
            carry = str(guess)
            for i in group:
                high.append(f"let s{guess}_{i} = A[{i}] xor B[{i}] xor {carry}")
                high.append(
                    f"let c{guess}_{i} = (A[{i}] and B[{i}]) or ({carry} and (A[{i}] or B[{i}]))"
                )
                carry = f"c{guess}_{i}"
        for i in group:
            for word, target in (("s", "S"), ("c", "C")):
                if target == "S" or i == group[-1]:
                    chosen = f"if C[{start - 1}] then {word}1_{i} else {word}0_{i}"
                    high.append(f"{target}[{i}] = {chosen if start > 1 else f'{word}0_{i}'}")
    return _claim(_ripple(n, holds), high)


def _sum(n: int, holds: bool) -> Abstraction:
    high = [f"X, Y : 0..{2**n - 1}", f"T : 0..{2 ** (n + 1) - 1} = X + Y"]
    low, above = SCM.from_text("\n".join(_ripple(n, holds))), SCM.from_text("\n".join(high))

    def number(word: str) -> str:
        return " + ".join(f"{2 ** (i - 1)}*{word}[{i}]" for i in range(1, n + 1))

    tau = {"T": f"{number('S')} + {2**n}*C[{n}]"}
    return Abstraction.from_text(low, above, tau, tau_u={"X": number("A"), "Y": number("B")})


# ---------------------------------------------------------------- votes


def _votes(n: int, rule: str) -> list[str]:
    lines = [f"U[1..{n}] : bool", f"X[1..{n}] : bool", "X[i] = U[i]", "K[1] : 0..1 = X[1]"]
    lines += [f"K[{i}] : 0..{i} = K[{i - 1}] + X[{i}]" for i in range(2, n + 1)]
    return [*lines, f"W = {rule}"]


def _majority(n: int, holds: bool) -> Abstraction:
    inputs = [f"X[{i}]" for i in range(1, n + 1)]
    low = _votes(n, _fault(f"K[{n}] > {n // 2}", inputs, holds))
    districts = [range(k, min(n, k + 4) + 1) for k in range(1, n + 1, 5)]
    total = " + ".join(f"(sum(X[{d[0]}..{d[-1]}]))" for d in districts)
    high = [f"U[1..{n}] : bool", f"X[1..{n}] : bool", "X[i] = U[i]", f"W = {total} > {n // 2}"]
    return _claim(low, high)


def _threshold(n: int, holds: bool) -> Abstraction:
    inputs = [f"X[{i}]" for i in range(1, n + 1)]
    low = _votes(n, _fault(f"K[{n}] >= {n // 3}", inputs, holds))
    high = [f"U[1..{n}] : bool", f"X[1..{n}] : bool", "X[i] = U[i]"]
    return _claim(low, [*high, f"W = 3*sum(X[1..{n}]) >= {3 * (n // 3)}"])


# ---------------------------------------------------------------- parity and choices


def _chain(n: int, holds: bool) -> list[str]:
    inputs = [f"U[{i}]" for i in range(1, n + 1)]
    lines = [f"U[1..{n}] : bool", "P[1] = U[1]"]
    return lines + [
        f"P[{i}] = {_fault(f'P[{i - 1}] xor U[{i}]', inputs, holds or i < n)}"
        for i in range(2, n + 1)
    ]


def _parity(n: int, holds: bool) -> Abstraction:
    high, before = [f"U[1..{n}] : bool"], ""
    for start in range(1, n + 1, 4):
        stop = min(n, start + 3)
        terms = " xor ".join(f"U[{i}]" for i in range(start, stop + 1))
        high.append(f"P[{stop}] = {before}({terms})")
        before = f"P[{stop}] xor "
    return _claim(_chain(n, holds), high)


def _parity_permuted(n: int, holds: bool) -> Abstraction:
    order = list(range(1, n + 1))
    random.Random(n).shuffle(order)  # noqa: S311  # reproducible draws, no secret
    return _claim(
        _chain(n, holds),
        [f"U[1..{n}] : bool", f"P[{n}] = " + " xor ".join(f"U[{i}]" for i in order)],
    )


def _multiplexer(n: int, holds: bool) -> Abstraction:
    count = 2**n
    roots = [f"A[1..{n}] : bool", f"D[0..{count - 1}] : bool"]
    inputs = [f"A[{i}]" for i in range(1, n + 1)] + [f"D[{k}]" for k in range(count)]
    low, names = list(roots), [f"D[{k}]" for k in range(count)]
    for level in range(1, n + 1):
        last = level == n
        chosen = []
        for k in range(len(names) // 2):
            target = "W" if last else f"M{level}[{k}]"
            text = f"if A[{level}] then {names[2 * k + 1]} else {names[2 * k]}"
            low.append(f"{target} = {_fault(text, inputs, holds or not last)}")
            chosen.append(target)
        names = chosen
    high = list(roots)
    terms = []
    for k in range(count):
        bits = (f"A[{i + 1}]" if k >> i & 1 else f"(not A[{i + 1}])" for i in range(n))
        terms.append(f"({' and '.join(bits)} and D[{k}])")
    return _claim(low, [*high, "W = " + " or ".join(terms)])


def _layers(n: int, holds: bool) -> Abstraction:
    rng = random.Random(n)  # noqa: S311  # reproducible draws, no secret
    inputs = [f"U[{i}]" for i in range(1, n + 1)]
    low, high = [f"U[1..{n}] : bool"], [f"U[1..{n}] : bool"]
    before = list(inputs)
    for layer in range(1, 5):
        shuffled = rng.sample(before, k=n)
        now = []
        for k in range(1, n + 1):
            a, b = shuffled[k - 1], shuffled[k % n]
            kind = rng.choice(("and", "or", "xor", "xor"))
            other = {
                "and": f"not (not {a} or not {b})",
                "or": f"not (not {a} and not {b})",
                "xor": f"({a} or {b}) and not ({a} and {b})",
            }[kind]
            name, last = f"L{layer}[{k}]", (layer, k) == (4, n)
            low.append(f"{name} = {_fault(f'{a} {kind} {b}', inputs, holds or not last)}")
            high.append(f"{name} = {other}")
            now.append(name)
        before = now
    return _claim(low, high)


def _ternary(n: int, holds: bool) -> Abstraction:
    low, high = [f"U[1..{n}] : 0..2", "X[1] : 0..2 = U[1]"], [f"U[1..{n}] : 0..2"]
    where = " and ".join(f"U[{i}] == {i % 3}" for i in range(1, n + 1))
    for i in range(2, n + 1):
        text = f"(X[{i - 1}] + U[{i}]) mod 3"
        if i == n and not holds:
            text = f"if {where} then ({text} + 1) mod 3 else {text}"
        low.append(f"X[{i}] : 0..2 = {text}")
    before = ""
    for start in range(1, n + 1, 4):
        stop = min(n, start + 3)
        high.append(f"X[{stop}] : 0..2 = ({before}sum(U[{start}..{stop}])) mod 3")
        before = f"X[{stop}] + "
    return _claim(low, high)


FAMILIES: dict[str, Callable[[int, bool], Abstraction]] = {
    "adder": _adder,
    "sum": _sum,
    "majority": _majority,
    "threshold": _threshold,
    "parity": _parity,
    "parity-permuted": _parity_permuted,
    "multiplexer": _multiplexer,
    "layers": _layers,
    "ternary": _ternary,
}
"""Name -> a claim, given the size and whether it holds."""
