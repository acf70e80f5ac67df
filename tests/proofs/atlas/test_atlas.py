"""The atlas has no empty cell, its counterexamples are ones, and its fast reading is `check`'s."""

from __future__ import annotations

import json
import random

import pytest

from tauomega.proofs.atlas import searching
from tauomega.proofs.atlas.building import atlas, build, claim_of, described, to_json, witness_of
from tauomega.proofs.atlas.deciding import decided
from tauomega.proofs.atlas.drawing import page, picture
from tauomega.proofs.atlas.models import Models
from tauomega.proofs.atlas.notion import decided_by_check, verdict
from tauomega.proofs.atlas.notions import NOTIONS
from tauomega.proofs.atlas.placing import place
from tauomega.proofs.atlas.proved import ARROWS, chain, never_meet
from tauomega.proofs.atlas.renaming import maps_up_to_renaming
from tauomega.proofs.atlas.searching import Profiles, profiles
from tauomega.proofs.atlas.space import SIZES, Size, SmallClaim, bound, ordered_models
from tauomega.proofs.discovery import theorem_names
from tauomega.proofs.small_models import Shape, maps
from tauomega.proofs.testing.worked_example import OnTheOutput

BY_KEY = {notion.key: notion for notion in NOTIONS}
REFUTED = [cell for cell in atlas().cells if cell.answer == "refuted"]
SAMPLE = random.Random(20261125).sample(REFUTED, 12)  # a sample of cells


def test_every_ordered_pair_of_at_least_fifteen_definitions_has_a_cell() -> None:
    found = atlas()
    keys = [notion.key for notion in NOTIONS]
    assert list(found.notions) == keys
    assert len({type(notion.definition) for notion in NOTIONS}) >= 15
    assert {(c.strong, c.weak) for c in found.cells} == {
        (a, b) for a in keys for b in keys if a != b
    }
    assert {c.answer for c in found.cells} <= {"proved", "vacuous", "refuted", "open"}
    assert bound() == found.bound


def test_a_cell_says_what_it_rests_on() -> None:
    found, scripts = atlas(), set(theorem_names())
    for cell in found.cells:
        assert bool(cell.scripts) is (cell.answer in ("proved", "vacuous")), cell
        assert (cell.witness is not None) is (cell.answer == "refuted"), cell
        assert set(cell.scripts) <= scripts
    assert {arrow.script for arrow in ARROWS} <= scripts


def test_cells_agree_with_the_arrows() -> None:
    for cell in atlas().cells:
        apart = never_meet(cell.strong, cell.weak) is not None
        assert apart is (cell.answer == "vacuous"), cell
        implied = chain(cell.strong, cell.weak) is not None and not apart
        assert implied is (cell.answer == "proved"), cell


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


def separated(found: Profiles) -> dict[tuple[str, str], SmallClaim]:
    first = found.first_separating()
    return {
        (strong.key, weak.key): found.claims[first[i, j]]
        for i, strong in enumerate(NOTIONS)
        for j, weak in enumerate(NOTIONS)
        if first[i, j] >= 0
    }


def test_the_smallest_sizes_searched_again_give_the_same_first_counterexamples() -> None:
    searched = SIZES[:32]
    found = separated(profiles(searched))
    inside = max(size.key for size in searched)
    for cell in atlas().cells:
        known = None if cell.witness is None else atlas().witnesses[cell.witness]
        if (cell.strong, cell.weak) in found:
            assert known is not None
            assert witness_of(0, found[cell.strong, cell.weak]).claim == known.claim
        elif known is not None:
            assert (known.variables, known.values, known.contexts) >= inside


def test_leaving_out_renamed_maps_loses_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same profiles, each with the same first claim, as if every map were searched."""
    sizes = [s for s in SIZES if len(s.low.states) <= 4 and len(s.high.states) <= 3][:40]
    found = profiles(tuple(sizes))
    monkeypatch.setattr(searching, "maps_up_to_renaming", maps)
    every = profiles(tuple(sizes))
    assert (every.bits == found.bits).all()
    assert every.claims == found.claims
    shape = Shape((2, 2))
    assert len(list(maps_up_to_renaming(shape, shape))) < len(list(maps(shape, shape))) // 10


@pytest.mark.slow
def test_the_data_are_what_the_search_gives() -> None:
    assert json.loads(json.dumps(to_json(build()))) == json.loads(json.dumps(to_json(atlas())))


def random_map(rng: random.Random, size: Size) -> tuple[int, ...]:
    """Any map, or more often one that reads blocks, at which more notions apply."""
    if rng.random() < 0.4:
        return tuple(rng.randrange(len(size.high.states)) for _ in size.low.states)
    owner = [rng.randrange(len(size.high.sizes)) for _ in size.low.sizes]
    tables: list[dict[tuple[int, ...], int]] = [{} for _ in size.high.sizes]
    found = []
    for state in size.low.states:
        image = []
        for y, table in enumerate(tables):
            part = tuple(v for v, own in zip(state, owner, strict=True) if own == y)
            image.append(table.setdefault(part, rng.randrange(size.high.sizes[y])))
        found.append(size.high.states.index(tuple(image)))
    return tuple(found)


def small_claims(count: int) -> list[SmallClaim]:
    rng = random.Random(7)  # which claims are compared
    found: list[SmallClaim] = []
    while len(found) < count:
        size = rng.choice([s for s in SIZES if len(s.low.states) <= 6 and not s.identity])
        low, high = (
            rng.choice(ordered_models(shape, len(law)))
            for shape, law in ((size.low, size.low_law), (size.high, size.high_law))
        )
        tau = random_map(rng, size)
        found.append(SmallClaim(size, low, high, tau))
    return found


def compared(claim: SmallClaim) -> None:
    low = Models(claim.size.low, claim.size.low_law, [claim.low])
    high = Models(claim.size.high, claim.size.high_law, [claim.high])
    applies, holds = decided(low, high, claim.size, claim.tau)[:, :, 0, 0]
    written = claim.as_claim()
    for position, notion in enumerate(NOTIONS):
        fast = bool(holds[position]) if applies[position] else None
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
        assert decided_by_check(claim, OnTheOutput()) is True
        assert verdict(claim, BY_KEY[key]) is False
