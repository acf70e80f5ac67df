"""A fault on one of 2^40 inputs: draws miss it, a check finds it, least and replayed."""

from __future__ import annotations

import random

from tauomega import check, load
from tauomega.proofs.testing.scaling import FAMILIES, scaled
from tauomega.theory.counterexample import Square
from tauomega.theory.intervention import NOTHING
from tauomega.theory.verdict import Certified, Fails, Holds

FORGED = {f"X[{k}]": int(not 14 <= k <= 29) for k in range(1, 41)}


def test_the_needle_is_missed_by_draws_and_found_by_a_check() -> None:
    task = load("needle")
    claim, high = task.claim, task.claim.high
    assert high is not None
    rng = random.Random(1)
    for _ in range(1000):
        context = {name: rng.choice((0, 1)) for name in claim.scm.roots}
        assert claim.read(claim.scm.run(context)) == high.run(context)
    verdict = check(claim, task.definition)
    assert isinstance(verdict, Fails)
    assert verdict.replayed
    found = verdict.counterexample
    assert isinstance(found, Square)
    assert found.minimal
    assert found.low.intervention == NOTHING
    assert dict(found.low.context) == FORGED
    assert found.differs == ("W",)


def test_each_family_has_a_member_that_holds_and_a_twin_that_does_not() -> None:
    for family in FAMILIES:
        size = 3 if family == "multiplexer" else 12
        for holds in (True, False):
            member = scaled(family, size, holds=holds)
            verdict = check(member.claim, member.definition, timeout=60)
            assert isinstance(verdict, Holds if holds else Fails), (family, holds)


def test_100_bit_adders_and_101_voters_are_decided_with_evidence_that_was_checked() -> None:
    for family, size in (("adder", 100), ("sum", 100), ("majority", 101)):
        member = scaled(family, size)
        verdict = check(member.claim, member.definition, timeout=60)
        assert isinstance(verdict, Holds)
        assert isinstance(verdict.evidence, Certified)
        twin = scaled(family, size, holds=False)
        refuted = check(twin.claim, twin.definition, timeout=60)
        assert isinstance(refuted, Fails)
        assert refuted.replayed
