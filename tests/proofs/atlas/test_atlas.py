"""The atlas has no empty cell, its counterexamples are ones, and its fast reading is `check`'s."""

from __future__ import annotations

import random

import pytest

from tauomega.proofs.atlas.building import (
    atlas,
    claim_of,
    described,
    first_separating,
    witness_of,
)
from tauomega.proofs.atlas.deciding import Models, decided
from tauomega.proofs.atlas.drawing import page, picture
from tauomega.proofs.atlas.notions import NOTIONS, Notion, verdict
from tauomega.proofs.atlas.placing import place
from tauomega.proofs.atlas.proved import ARROWS, chain
from tauomega.proofs.atlas.searching import profiles
from tauomega.proofs.atlas.space import SIZES, SmallClaim, bound, ordered_models
from tauomega.proofs.discovery import theorem_names
from tauomega.proofs.testing.worked_example import OnTheOutput

BY_KEY = {notion.key: notion for notion in NOTIONS}
REFUTED = [cell for cell in atlas().cells if cell.answer == "refuted"]
SAMPLE = random.Random(20261125).sample(REFUTED, 12)  # a sample of cells


def test_every_ordered_pair_of_at_least_fifteen_notions_has_a_cell() -> None:
    found = atlas()
    keys = [notion.key for notion in NOTIONS]
    assert list(found.notions) == keys
    assert len(keys) >= 15
    assert {(c.strong, c.weak) for c in found.cells} == {
        (a, b) for a in keys for b in keys if a != b
    }
    assert {c.answer for c in found.cells} <= {"proved", "refuted", "open"}
    assert bound() == found.bound


def test_a_cell_says_what_it_rests_on() -> None:
    found, scripts = atlas(), set(theorem_names())
    for cell in found.cells:
        assert bool(cell.scripts) is (cell.answer == "proved"), cell
        assert (cell.witness is not None) is (cell.answer == "refuted"), cell
        assert set(cell.scripts) <= scripts
    assert {arrow.script for arrow in ARROWS} <= scripts


def test_cells_agree_with_the_arrows() -> None:
    for cell in atlas().cells:
        assert (chain(cell.strong, cell.weak) is not None) is (cell.answer == "proved"), cell


def separates(strong: str, weak: str, number: int) -> bool:
    claim = claim_of(atlas().witnesses[number])
    return verdict(claim, BY_KEY[strong]) is True and verdict(claim, BY_KEY[weak]) is False


@pytest.mark.parametrize("cell", SAMPLE, ids=lambda cell: f"{cell.strong}, {cell.weak}")
def test_check_confirms_a_sample_of_counterexamples(cell: object) -> None:
    assert separates(cell.strong, cell.weak, cell.witness)  # type: ignore[attr-defined]  # a Cell


@pytest.mark.slow
def test_check_confirms_every_counterexample() -> None:
    for number, witness in enumerate(atlas().witnesses):
        claim = claim_of(witness)
        told = {key: verdict(claim, notion) for key, notion in BY_KEY.items()}
        for cell in REFUTED:
            if cell.witness == number:
                assert (told[cell.strong], told[cell.weak]) == (True, False), cell


def test_the_smallest_sizes_searched_again_give_the_same_first_counterexamples() -> None:
    searched = SIZES[:16]
    found, _ = profiles(searched)
    inside = max(size.key for size in searched)
    for i, strong in enumerate(NOTIONS):
        for j, weak in enumerate(NOTIONS):
            if i == j:
                continue
            place_ = first_separating(found, i, j)
            cell = atlas().cell(strong.key, weak.key)
            if place_ is not None:
                assert cell.witness is not None
                claim = witness_of(0, found[place_].claim).claim
                assert claim == atlas().witnesses[cell.witness].claim
            elif cell.witness is not None:
                known = atlas().witnesses[cell.witness]
                assert (known.variables, known.values, known.contexts) >= inside


def small_claims(count: int) -> list[SmallClaim]:
    rng = random.Random(7)  # which claims are compared
    found: list[SmallClaim] = []
    while len(found) < count:
        size = rng.choice([s for s in SIZES if len(s.low.states) <= 6])
        low, high = (
            rng.choice(ordered_models(shape, len(law)))
            for shape, law in ((size.low, size.low_law), (size.high, size.high_law))
        )
        tau = tuple(rng.randrange(len(size.high.states)) for _ in size.low.states)
        found.append(SmallClaim(size, low, high, tau))
    return found


def compared(claim: SmallClaim) -> None:
    low = Models(claim.size.low, claim.size.low_law, [claim.low])
    high = Models(claim.size.high, claim.size.high_law, [claim.high])
    applies, holds = decided(low, high, claim.size, claim.tau)
    written = claim.as_claim()
    for position, notion in enumerate(NOTIONS):
        fast = bool(holds[0, 0] >> position & 1) if applies[0, 0] >> position & 1 else None
        assert fast == verdict(written, notion), (notion.key, claim)


def test_the_fast_reading_is_the_verdict_of_check() -> None:
    for claim in small_claims(6):
        compared(claim)


@pytest.mark.slow
def test_the_fast_reading_is_the_verdict_of_check_on_more_claims() -> None:
    for claim in small_claims(60):
        compared(claim)


def test_the_page_and_the_picture_show_every_notion() -> None:
    found = atlas()
    drawn, written = picture(found), page(found)
    assert drawn.startswith("<svg")
    assert drawn in written
    for key in found.notions:
        assert key in written
    assert "&lt;script" not in written
    assert "<script" not in written


def test_a_counterexample_is_described() -> None:
    assert "τ:" in described(atlas().witnesses[0])


def test_a_users_notion_is_placed() -> None:
    placed = place(OnTheOutput(), atlas(), seconds=4)
    assert placed.name == OnTheOutput.name
    assert placed.examined > 0
    for key, claim in placed.below.items():
        assert verdict(claim, Notion("own", OnTheOutput())) is True
        assert verdict(claim, BY_KEY[key]) is False
