"""Exact totals by residues against Python's integers, and laws with large denominators."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from tauomega import SCM, Abstraction, check
from tauomega.proofs.testing.random_claims import random_scm
from tauomega.solvers import exact_sums
from tauomega.solvers.exact_sums import ContextWeights
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.verdict import Fails


def random_model(rng: random.Random) -> SCM:
    """Roots with laws whose denominators have up to 40 digits."""
    lines = []
    for index in range(rng.randint(1, 6)):
        size = rng.randint(1, 3)
        weights = [rng.randint(0, 10 ** rng.choice((1, 6, 20))) for _ in range(size)]
        weights[0] += 1
        law = ", ".join(str(Fraction(w, sum(weights))) for w in weights)
        lines.append(
            f"U{index} : 0..{size - 1} ~ ({law})" if size > 1 else f"U{index} : 0..0 ~ uniform"
        )
    return SCM.from_text("\n".join([*lines, "X = U0"]))


@pytest.mark.parametrize("few", [0, 1000], ids=["counted", "matrix"])
@pytest.mark.parametrize("dense", [0, 2**16], ids=["sorted", "in place"])
def test_the_totals_are_those_of_python_integers(
    few: int, dense: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact_sums, "FEW", few)
    monkeypatch.setattr(exact_sums, "DENSE", dense)
    rng = random.Random(few + dense)
    for _ in range(40):
        model = random_model(rng) if rng.random() < 0.7 else random_scm(rng)
        contexts = list(model.contexts())
        codes = np.array([rng.randint(0, 4) * 7 for _ in contexts], dtype=np.int64)
        weights = ContextWeights.of(model)
        expected: dict[int, Fraction] = {}
        for context, code in zip(contexts, codes.tolist(), strict=True):
            expected[code] = expected.get(code, Fraction(0)) + model.probability(context)
        found = {c: Fraction(n, weights.total) for c, n in weights.sums(codes).items()}
        assert {c: p for c, p in expected.items() if p} == found


def votes(count: int, text: str) -> SCM:
    """Independent votes with rational parameters over 97 and 101."""
    laws = [f"U{k} : bool ~ {k + 1}/{97 if k % 2 else 101}" for k in range(count)]
    return SCM.from_text("\n".join([*laws, text]))


def test_a_majority_in_two_ways_has_one_law() -> None:
    """theory.md gives no number; engines.md §2: two mechanisms of one majority, compared exactly."""
    listed = ", ".join(f"U{k}" for k in range(12))
    low = votes(12, f"W = count({listed}) >= 7")
    steps = [f"S{k} : 0..{k + 1} = {f'S{k - 1} + ' if k else ''}U{k}" for k in range(12)]
    high = votes(12, "\n".join([*steps, "W = S11 >= 7"]))
    claim = Abstraction.from_text(low, votes(12, f"W = sum({listed}) >= 7"), {"W": "W"})
    assert check(claim, Observational(), engines=["table"]).name == "holds"
    chained = Abstraction.from_text(high, claim.high, {"W": "W"})
    assert check(chained, Observational(), engines=["table"]).name == "holds"


def test_one_part_in_10_to_40_is_told_apart() -> None:
    tiny = Fraction(1, 10**40)
    low = SCM.from_text("U : bool ~ 1/2\nX = U")
    high = SCM.from_text(f"U : bool ~ {Fraction(1, 2) + tiny}\nX = U")
    verdict = check(
        Abstraction.from_text(low, high, {"X": "X"}), Observational(), engines=["table"]
    )
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    found = verdict.counterexample
    assert abs(found.p_low - found.p_high) == tiny  # type: ignore[union-attr]  # a LawGap
