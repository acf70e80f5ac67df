"""`place`: every notion of a claim, with nothing decided that is proved, and nothing proved that is wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from tauomega import SCM, Abstraction, load
from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.proofs.atlas import claims, proved
from tauomega.proofs.atlas.claims import FAILS, HOLDS, INCLUSION, UNKNOWN, ClaimPlacement, place
from tauomega.proofs.atlas.notion import Arrow
from tauomega.proofs.discovery import theorem_names
from tauomega.proofs.testing.claim_makers import MAKERS, Maker
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.solvers.engine import Budget
from tauomega.theory.abstraction import Kernel
from tauomega.theory.errors import InputError


def verdicts(found: ClaimPlacement) -> dict[str, str]:
    return {row.key: row.verdict for row in found.rows}


def test_ce6_is_constructive_over_blocks_and_not_over_taumax() -> None:
    found = place(load("ce6").claim)
    said = verdicts(found)
    assert HOLDS == said["constructive[block]"]
    assert FAILS == said["constructive[taumax]"]
    assert any("uniform[taumax]" in group for group in found.weakest)
    assert any("strong[reach]" in group for group in found.strongest)
    assert () == found.unknown


def test_interchanges_of_given_sites_are_decided_as_each_scoring_reads_them() -> None:
    found = place(load("xor_nand_or").claim)
    said = verdicts(found)
    given = {k: v for k, v in said.items() if k.endswith("sites as given")}
    assert given.pop("interchange-accuracy, sites as given") == HOLDS
    assert {k for k, v in given.items() if v == HOLDS} == {
        f"interchange[{which}, {scored}], sites as given"
        for which in ("each site alone", "all sites")
        for scored in ("outputs", "induced")
    }
    assert all("mapped" in k for k, v in given.items() if v != HOLDS)
    decided = [row.key for row in found.rows if row.key in given and row.verdict == HOLDS]
    follows = [row.key for row in found.rows if row.key in decided and row.scripts == (INCLUSION,)]
    assert set(decided) - set(follows) == {"interchange[all sites, induced], sites as given"}


def test_what_fails_at_one_site_alone_fails_of_several() -> None:
    said = {row.key: row for row in place(load("xor_half_test").claim).rows}
    alone = said["interchange[each site alone, outputs], sites as given"]
    several = said["interchange[all sites, outputs], sites as given"]
    assert alone.verdict == several.verdict == FAILS


def test_equivalent_notions_stand_together() -> None:
    found = place(load("ce6").claim)
    for group in found.strongest:
        assert len(set(group)) == len(group)
    listed = [key for group in found.strongest for key in group]
    assert len(set(listed)) == len(listed)


def disagreements(
    seed: int, count: int, makers: Sequence[Maker] = (random_claim,)
) -> tuple[int, int, list[str]]:
    """Rows that follow from others, all rows, and those where deciding says otherwise."""
    rng, followed, examined, wrong = random.Random(seed), 0, 0, []
    for _ in range(count):
        claim = rng.choice(makers)(rng)
        try:
            found = place(claim)
        except InputError:
            continue
        notions = {notion.key: notion for notion in claims._asked(claim)}
        for row in found.rows:
            examined += 1
            if row.scripts:
                followed += 1
                direct = claims._decided(claim, notions[row.key], Budget(30))
                if direct.verdict not in (row.verdict, UNKNOWN):
                    wrong.append(f"{row.key} from {row.source}: {row.verdict}")
    return followed, examined, wrong


@pytest.mark.parametrize(("seed", "count"), [(0, 4), pytest.param(1, 60, marks=pytest.mark.slow)])
def test_what_follows_is_what_deciding_says(seed: int, count: int) -> None:
    followed, examined, wrong = disagreements(seed, count)
    assert [] == wrong
    assert followed > examined // 20


@pytest.mark.parametrize(
    ("seed", "count"),
    [(0, 3), pytest.param(1, 40, marks=pytest.mark.slow)],
)
def test_what_follows_is_so_of_every_kind_of_claim(seed: int, count: int) -> None:
    """Of those with kernels, conditional laws, labels, cycles, listed maps."""
    slow = ("boxed_network", "networks", "linear")
    finite = [maker for maker in MAKERS if maker.__name__ not in slow]
    _, _, wrong = disagreements(seed, count, finite)
    assert [] == wrong, f"seed {seed}"


def test_a_wrong_implication_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """CE11: IC = 0 does not imply ISC = 0 nor IIL = 0; single sites say little of all of them."""
    false = (
        Arrow("alpha[IC]", "alpha[IIL]", "no_proof"),
        Arrow("alpha[ISIL]", "alpha[IC]", "no_proof"),
    )
    kept = tuple(arrow for arrow in proved.ARROWS if not arrow.strong.startswith("alpha"))

    def leaving(strong: str) -> tuple[Arrow, ...]:
        return tuple(arrow for arrow in (*kept, *false) if arrow.strong == strong)

    monkeypatch.setattr(proved, "_from", leaving)
    monkeypatch.setattr(claims, "chain", proved.chain.__wrapped__)
    for seed in (3, *range(20)):  # the first one contradicts them today
        if disagreements(seed, 4)[2]:
            return
    pytest.fail("no claim contradicts a false implication")


def _with_kernels() -> Abstraction:
    """Y = X1 or X2 is set to 1 by setting both: Z follows, as above; uniform on the fibre, it need not."""
    low = SCM.from_text("U : bool ~ 1/2\nX1 = U\nX2 = U\nZ = X1")
    high = SCM.from_text("U : bool ~ 1/2\nY = U\nZ = Y")
    claim = Abstraction.from_text(low, high, {"Y": "X1 or X2", "Z": "Z"})
    one, none = Fraction(1), Fraction(0)
    kernel: Kernel = {0: (one, none, none, none), 1: (none, none, none, one)}
    return replace(claim, kernels={"Y": kernel})


def test_what_is_proved_of_uniform_kernels_is_not_said_of_others() -> None:
    """Theory A.2 #19: error 0 for one kernel says nothing of the four errors, whose α comes down uniformly."""
    rows = {row.key: row for row in place(_with_kernels()).rows}
    assert rows["rischel-weichwald"].verdict == HOLDS
    assert (rows["alpha[ISIL]"].verdict, rows["alpha[ISIL]"].scripts) == (FAILS, ())
    plain = {row.key: row for row in place(replace(_with_kernels(), kernels={})).rows}
    assert (plain["rischel-weichwald"].verdict, plain["alpha[ISIL]"].verdict) == (FAILS, FAILS)


def test_numbers_are_not_compared_where_there_are_labels() -> None:
    model = SCM.from_text("U : {red, green}\nX : {red, green} = U")
    rows = {row.key: row for row in place(Abstraction.identity(model)).rows}
    assert rows["tau-abstraction[block]"].verdict == HOLDS
    assert rows["approximate[block]"].verdict == "does not apply"


def test_every_proof_that_is_cited_exists() -> None:
    known = {*theorem_names(), INCLUSION}
    for name in ("ce1", "ce6", "smoking"):
        for row in place(load(name).claim).rows:
            assert set(row.scripts) <= known


def test_a_claim_that_gives_a_map_is_decided_throughout() -> None:
    low = SCM.from_text("U : bool ~ 1/2\nX = U")
    high = SCM.from_text("V : bool ~ 1/2\nX = V")
    claim = Abstraction.from_text(low, high, {"X": "X"}, tau_u={"V": "U"})
    found = place(claim)
    assert not found.pruned
    assert {INCLUSION} >= {script for row in found.rows for script in row.scripts}


def test_a_claim_without_a_model_above_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        place(load("ce14").claim)
    assert "place needs a high-level model; write [high] with text = …" == str(caught.value)


def test_what_is_not_reached_in_time_is_unknown_and_says_so() -> None:
    found = place(load("ce6").claim, timeout=0.0)
    assert found.unknown
    assert {row.reason for row in found.unknown} == {"the time was over before its turn"}


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert ExitCode.HOLDS == main(["place", "ce6"])
    shown = capsys.readouterr().out
    assert shown.startswith("ce6: ")
    assert "  strongest that hold\n" in shown
    assert "uniform[taumax]\n" in shown
    assert ExitCode.HOLDS == main(["place", "ce6", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert "tauomega/placement/1" == found["schema"]
    rows = {row["notion"]: row for row in found["notions"]}
    assert FAILS == rows["tau-abstraction[taumax]"]["verdict"]
    assert ExitCode.BAD_INPUT == main(["place", "ce14"])
    assert "place needs a high-level model" in capsys.readouterr().err
    assert ExitCode.UNKNOWN == main(["place", "ce6", "--timeout", "1ms"])
    (_, listed) = capsys.readouterr().out.split("  unknown\n")
    assert "      the time was over before its turn\n" in listed
    assert all(len(line) <= 100 for line in listed.splitlines())
