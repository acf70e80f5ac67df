"""Sets of solutions, partial maps (Geiger et al. 2025, Def. 25)."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tauomega import check, load
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.counterexample import Gap, NotSolvable
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact_transformation import ExactTransformation
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.family import Block, Given
from tauomega.theory.intervention import NOTHING, Hard
from tauomega.theory.policy import TauUPolicy, Undefined
from tauomega.theory.scm import SCM
from tauomega.theory.verdict import Fails, Holds


def test_two_solutions_are_compared_as_sets() -> None:
    claim = load("two_fixed_points").claim
    assert isinstance(check(claim, ExactTransformation()), Holds)
    refuted = check(claim, TauAbstraction(Given((NOTHING,))))
    assert isinstance(refuted, Fails)
    assert isinstance(refuted.counterexample, NotSolvable)
    assert refuted.counterexample.solutions == 2
    once = Abstraction.from_text(
        claim.scm, SCM.from_text("S : bool = 1"), {"S": "X"}, omega=[("", "")]
    )
    found = check(once, ExactTransformation())
    assert isinstance(found, Fails)
    assert isinstance(found.counterexample, Gap)


def test_no_solution_is_no_equality() -> None:
    """theory.md A.3, CE16, on either side."""
    below = check(load("ce16_solutions").claim, ExactTransformation(Given((NOTHING,))))
    assert isinstance(below, Fails)
    assert isinstance(below.counterexample, NotSolvable)
    assert (below.counterexample.above, below.replayed) == (False, True)
    low = SCM.from_text("U : bool\nX : bool = U")
    high = SCM.from_text("cyclic\nU : bool\nX : bool = if U == 1 then not X else X")
    above = check(
        Abstraction.from_text(low, high, {"X": "X"}, omega=[("", "")]), ExactTransformation()
    )
    assert isinstance(above, Fails)
    found = above.counterexample
    assert isinstance(found, NotSolvable)
    assert (found.above, found.context, found.solutions, above.replayed) == (
        True,
        (("U", 1),),
        0,
        True,
    )


def test_a_partial_map_forgets_unreachable_values() -> None:
    """CE7: with τ undefined at H = 2 and ω undefined at do(H = 2), the claim holds."""
    claim = load("ce7_partial").claim
    assert isinstance(check(claim, ExactTransformation()), Holds)
    assert claim.read_where_defined({"X": 0, "H": 2, "O": 1}) is None
    with pytest.raises(InputError, match="reads τ at every state, and this one is partial"):
        check(claim, Constructive())
    bare = Abstraction(claim.low, claim.high, claim.tau, partial=True)
    with pytest.raises(InputError, match="a partial τ derives no ω"):
        check(bare, ExactTransformation(Block()))
    with pytest.raises(InputError, match="the table has no row for 2"):
        Abstraction.from_text(claim.low, claim.high, {"A": "table(H) {0: 0; 1: 1}", "O": "O"})
    lost = Abstraction(
        claim.low, claim.high, claim.tau, omega=((Hard((("H", 2),)), NOTHING),), partial=True
    )
    refuted = check(lost, ExactTransformation())
    assert isinstance(refuted, Fails)  # the one solution has no image, and there is one above
    assert isinstance(refuted.counterexample, Gap)


def compare(seed: int, count: int) -> Counter[str]:
    """On acyclic models and total maps it is τ-abstraction for a τ_U that is the identity."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    exclude, same = Undefined.EXCLUDE, TauUPolicy.IDENTITY
    while sum(seen.values()) < count:
        claim = random_claim(rng)
        assert claim.high is not None
        if set(claim.high.roots) != set(claim.scm.roots):
            continue
        try:
            squares = check(claim, TauAbstraction(Block(), tau_u=same, undefined=exclude)).name
        except InputError:
            continue
        verdict = check(claim, ExactTransformation(Block(), undefined=exclude))
        assert verdict.name == squares, (seed, claim)
        seen[squares] += 1
    return seen


def test_on_functions_it_is_tau_abstraction() -> None:
    seen = compare(6, 60)
    assert min(seen["holds"], seen["fails"]) > 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50, 55))
def test_it_is_on_500_random_claims(seed: int) -> None:
    assert sum(compare(seed, 100).values()) == 100
