"""Estimates: their intervals cover exact values, they repeat, and nothing takes them for a verdict."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest

from tauomega import SCM, Abstraction, check, distance, load
from tauomega.cli.__main__ import main
from tauomega.solvers import sampling
from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.draws import draws
from tauomega.solvers.engine import Budget
from tauomega.solvers.estimating import estimate
from tauomega.solvers.query_terms import Blocks
from tauomega.theory.defect import Direction, Draws, Metric
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.cae import CausalAbstractionError, Silence
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exceedance import Exceedance
from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
from tauomega.theory.definitions.probabilistic_approximate import ProbabilisticApproximate
from tauomega.theory.definitions.similar import Similar, Statistic
from tauomega.theory.errors import InputError, UndecidedError
from tauomega.theory.quantity import lower, upper
from tauomega.theory.verdict import Unknown

CASES: list[tuple[str, Definition]] = [
    ("ce8", InterchangeAccuracy()),
    ("xor_almost", Circuit()),
    ("xor_almost", Exceedance()),
    ("xor_almost", Similar(metric=Metric.HAMMING, statistic=Statistic.EXPECTED)),
    ("adder_inverted", CausalAbstractionError()),
    ("adder_inverted", CausalAbstractionError(Direction.UP)),
    ("ce22", CausalAbstractionError(max_int=3, silence=Silence.NOISE)),
]


@pytest.mark.parametrize(("name", "definition"), CASES)
def test_intervals_cover_the_exact_value(name: str, definition: Definition) -> None:
    """Eight seeds, each of which covers with 95 % at least: fewer than 6 is one case in 170."""
    claim = load(name).claim
    exact = distance(claim, definition).value
    assert exact is not None
    found = [estimate(claim, definition, draws=25, seed=seed) for seed in range(8)]
    covered = [e.lo <= upper(exact) and lower(exact) <= e.hi for e in found]
    assert sum(covered) >= 6
    assert all(e.lo <= e.mean <= e.hi for e in found)


def test_more_draws_make_it_narrow_and_a_seed_makes_it_the_same() -> None:
    claim = load("ce8").claim
    few, many = (estimate(claim, InterchangeAccuracy(), draws=n, seed=3) for n in (50, 800))
    assert many.hi - many.lo < few.hi - few.lo
    assert many == estimate(claim, InterchangeAccuracy(), draws=800, seed=3)
    assert many != estimate(claim, InterchangeAccuracy(), draws=800, seed=4)
    assert many.law == "a base and a source for each site, uniform and independent"


def test_a_share_has_the_interval_of_clopper_and_pearson() -> None:
    """No error in n draws: the upper end is 1 - (1/40)^(1/n), about 3.7/n."""
    claim = load("ce7_interchange").claim
    found = estimate(claim, InterchangeAccuracy(), draws=100, seed=1)
    assert found.mean == found.lo == 0
    assert abs(float(found.hi) - (1 - (1 / 40) ** (1 / 100))) < 1e-8


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("noise", [False, True])
def test_interventions_are_drawn_by_their_exact_law(direction: Direction, noise: bool) -> None:
    claim = load("ce22").claim
    blocks = Blocks(claim, decide_facts(claim, Budget()), {})
    spec = Draws(direction, 2, noise, claim.high.endogenous[-1] if claim.high else "")
    exact = draws(blocks, spec)
    rng = random.Random(5)
    count = 2000
    seen: dict[object, int] = {}
    for _ in range(count):
        drawn = sampling.draw_of(rng, blocks, spec)
        place = frozenset(drawn.low.items), frozenset(drawn.high.items)
        seen[place] = seen.get(place, 0) + 1
    law = {(frozenset(d.low.items), frozenset(d.high.items)): p for d, p in exact.items()}
    assert set(seen) <= set(law)
    chi = sum((seen.get(k, 0) - count * float(p)) ** 2 / (count * float(p)) for k, p in law.items())
    assert chi < len(law) + 5 * (2 * len(law)) ** 0.5


def test_contexts_are_drawn_by_their_exact_law() -> None:
    model = SCM.from_text("U : 0..2 ~ (1/7, 2/7, 4/7)\nV : bool ~ 1/3\nX = V")
    rng = random.Random(2)
    found = [sampling.context_by_law(rng, model) for _ in range(7000)]
    assert abs(sum(u == 2 for u, _ in found) - 4000) < 5 * (7000 * 12 / 49) ** 0.5
    assert abs(sum(v == 1 for _, v in found) - 7000 / 3) < 5 * (7000 * 2 / 9) ** 0.5


# ---------------------------------------------------------------- it is no verdict


BIG = """
definition = "interchange-accuracy"
[low]
text = '''
input x[1..14] : bool
a = x[1] and x[2]
b = sum(x[3..14]) >= 7
out = a and b
'''
[high]
text = '''
input x[1..14] : bool
a = x[1] and x[2]
b = sum(x[3..14]) >= 8
out = a and b
'''
[abstraction.sites]
a = ["a"]
b = ["b"]
[abstraction.tau]
out = "out"
"""


@pytest.fixture
def big(tmp_path: Path) -> str:
    """A claim with 2^42 interchanges."""
    file = tmp_path / "big.toml"
    file.write_text(BIG, encoding="utf-8")
    return str(file)


def test_a_verdict_stays_unknown(big: str) -> None:
    """Though the whole interval is below the tolerance."""
    claim = load(big).claim
    found = check(claim, InterchangeAccuracy(), at_most=Fraction(1, 2), timeout=0.2, draws=200)
    assert isinstance(found, Unknown)
    assert found.estimate is not None
    assert found.estimate.hi < Fraction(1, 2)
    with pytest.raises(TypeError, match="an estimate is no verdict"):
        bool(found.estimate)
    plain = check(claim, InterchangeAccuracy(), timeout=0.2)
    assert isinstance(plain, Unknown)
    assert plain.estimate is None


def test_the_command_names_it_in_text_and_in_json(
    big: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [big, "--timeout", "0.2s", "--estimate", "100", "--seed", "9"]
    assert main(["distance", *arguments]) == 3
    shown = capsys.readouterr().out
    assert shown.startswith(f"{big}: unknown")
    assert "estimated 0.0" in shown
    assert "seed 9" in shown
    assert main(["distance", *arguments, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["distance"] is None
    assert found["estimate"]["kind"] == "estimate"
    assert found["estimate"]["seed"] == "9"
    assert main(["check", *arguments]) == 3
    assert "this proves nothing" in " ".join(capsys.readouterr().out.split())
    assert main(["check", *arguments[:3]]) == 3
    assert "estimate" not in capsys.readouterr().out


def test_what_is_computed_is_not_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    claim = load("ce8").claim
    found = distance(claim, InterchangeAccuracy(), draws=10)
    assert (found.value, found.estimate) == (Fraction(1, 4), None)


# ---------------------------------------------------------------- what cannot be estimated


def test_a_largest_distance_is_not_estimated() -> None:
    claim = load("voting").claim
    with pytest.raises(UndecidedError, match="no number of draws bounds a largest"):
        estimate(claim, Constructive(), draws=10, seed=1)
    with pytest.raises(UndecidedError, match="no number of draws bounds a largest"):
        estimate(load("ce2_map").claim, ProbabilisticApproximate(), draws=10, seed=1)


def test_a_draw_is_needed() -> None:
    with pytest.raises(InputError, match="0 draws: give a number from 1"):
        estimate(load("ce8").claim, InterchangeAccuracy(), draws=0, seed=1)


def test_a_law_is_needed() -> None:
    model = SCM.from_text("U : bool\nX = U")
    claim = Abstraction.from_text(model, model, {"X": "X"})
    with pytest.raises(InputError, match="needs a law"):
        estimate(claim, Exceedance(), draws=5, seed=1)
