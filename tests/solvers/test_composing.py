"""Composition of evidence and of distances (theory.md A.2, rows 24 and 26)."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

import pytest

from tauomega import check
from tauomega.proofs.testing.quotients import finite_domain
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.composing import check_composition, compose_distances, lipschitz
from tauomega.solvers.distance import distance
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Metric
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, TauMax
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.steps import merge_values, merge_variables
from tauomega.theory.verdict import Holds

SAME = TauUPolicy.IDENTITY


def test_evidence_is_composed_and_direct_decision_agrees() -> None:
    low = SCM.from_text("U1, U2 : bool\nX1 = U1\nX2 = U2\nY = X1 + X2 >= 1")
    first = merge_variables(low, {"S": ["X1", "X2"]})
    assert first.high is not None
    second = merge_values(first.high, {"S": "S >= 1"})
    verdict = check_composition(first, second, Constructive())
    assert isinstance(verdict, Holds)
    assert any("composition" in theorem for theorem in verdict.evidence.relies_on)
    assert check(first >> second, Constructive()).name == "holds"
    with pytest.raises(InputError, match='not "taumax"'):
        check_composition(first, second, Constructive(TauMax()))


def pairs(seed: int, count: int) -> list[tuple[Abstraction, Abstraction]]:
    """Random claims, each followed by the identity, onto its own high-level model or onto a changed one."""
    rng = random.Random(seed)
    found: list[tuple[Abstraction, Abstraction]] = []
    while len(found) < count:
        first = random_claim(rng)
        middle = first.high
        if middle is None or set(middle.roots) != set(first.scm.roots):
            continue
        name = rng.choice(middle.endogenous)
        kept = {n: n for n in middle.endogenous}
        high = middle
        if rng.random() < 0.5:  # another model above, which need not fit
            domain = list(finite_domain(middle, name))
            text = str(middle).splitlines()
            place = next(k for k, line in enumerate(text) if line.startswith(f"{name} :"))
            text[place] = f"{text[place].split(' = ')[0]} = {rng.choice(domain)}"
            high = SCM.from_text("\n".join(text))
        found.append((first, Abstraction.from_text(middle, high, kept)))
    return found


def test_the_bound_holds_and_is_sometimes_met() -> None:
    seen: Counter[str] = Counter()
    for first, second in pairs(2, 40):
        for metric in (Metric.DISCRETE, Metric.HAMMING, Metric.L1):
            try:
                found = compose_distances(first, second, metric=metric, tau_u=SAME)
                exact = distance(first >> second, Approximate(Block(), metric, None, SAME)).value
            except InputError:
                seen["refused"] += 1
                continue
            assert isinstance(exact, Fraction)
            assert exact <= found.bound
            seen["met" if exact == found.bound else "below"] += 1
            seen["positive"] += exact > 0
    assert seen["met"] > 10
    assert seen["positive"] > 5


def test_lipschitz_constants() -> None:
    """A sum of two is 1-Lipschitz in l1 and 2-Lipschitz in the largest difference; products are not."""
    low = SCM.from_text("U, V : 0..2\nX = U\nY = V")
    high = SCM.from_text("W : 0..4\nZ = W")
    claim = Abstraction.from_text(low, high, {"Z": "X + Y"})
    assert [lipschitz(claim, m) for m in (Metric.L1, Metric.SUP, Metric.DISCRETE)] == [1, 2, 1]
    times = Abstraction.from_text(low, high, {"Z": "X * Y"})
    assert lipschitz(times, Metric.L1) == 2
    with pytest.raises(InputError, match="euclidean is not composed"):
        compose_distances(claim, claim, metric=Metric.EUCLIDEAN)
