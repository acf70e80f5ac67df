"""Mechanism-level abstraction: theory.md A.2, row 15: it is constructive abstraction over blocks."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tauomega import check, load
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
from tauomega.theory.definitions.mechanism import MechanismLevel
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.verdict import Fails


def compare(seed: int, count: int) -> Counter[str]:
    """Both notions on random claims, with τ_U searched and, where roots match, the identity."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    while sum(seen.values()) < count:
        claim = random_claim(rng)
        assert claim.high is not None
        same = set(claim.high.roots) == set(claim.scm.roots)
        policy = TauUPolicy.IDENTITY if same and rng.random() < 0.5 else TauUPolicy.SEARCHED_ONTO
        try:
            blocks = check(claim, Constructive(Block(), tau_u=policy)).name
        except InputError:
            continue
        mechanism = check(claim, MechanismLevel(policy))
        assert (mechanism.name, policy) == (blocks, policy), (seed, claim)
        if policy is TauUPolicy.IDENTITY and isinstance(mechanism, Fails):
            assert mechanism.replayed
        seen[blocks] += 1
    return seen


def test_it_is_constructive_abstraction_over_blocks() -> None:
    seen = compare(5, 60)
    assert min(seen["holds"], seen["fails"]) > 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 25))
def test_it_is_on_500_random_claims(seed: int) -> None:
    assert sum(compare(seed, 100).values()) == 100


def test_a_chain_inside_a_block_is_no_matter_and_is_for_soft_notions() -> None:
    claim = load("ce13_mechanism").claim
    assert check(claim, MechanismLevel()).name == "holds"
    roots = ConstructiveSoft(Given((NOTHING,)))
    with pytest.raises(InputError, match="no root 'U'"):
        check(claim, roots)
