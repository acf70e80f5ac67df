# ruff: noqa: T201  # the seeds are printed
"""Certificates: made, accepted, refused when anything about them is wrong, and small enough to trust."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.loading import example_names, example_text, load
from tauomega.proofs.certificates import proving
from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.document import RefusedError, canonical
from tauomega.proofs.certificates.encoding import NotCertifiedError
from tauomega.proofs.certificates.verifying import verify
from tauomega.proofs.certificates.writing import certificate_of, composed
from tauomega.proofs.testing.damage import (
    certificates,
    damaged,
    is_another_proof,
    is_refused,
    resealed,
    task_text,
)
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.proofs.testing.scaling import scaled
from tauomega.proofs.testing.spoiling import SPOILS, is_refused_for, spoiled
from tauomega.proofs.testing.standing import is_refutation, stands
from tauomega.solvers.checking import check
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, Family, Single
from tauomega.theory.kernel import Apply, Operator
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.task import read_task
from tauomega.theory.verdict import Fails, Holds
from tauomega.theory.whole_file import write_file


def certified(text: str) -> bytes:
    task = read_task(text)
    verdict = check(task.claim, task.definition, at_most=task.at_most)
    return certificate_of(task.claim, task.definition, verdict, task=text)


def sealed(document: dict[str, Any]) -> bytes:
    return canonical(resealed(document))


def how(data: bytes) -> str:
    return check_certificate(data).shown[-1][1]


@pytest.fixture(scope="module")
def originals() -> list[bytes]:
    return certificates((("adder", 8), ("parity", 20), ("majority", 9)))


# ---------------------------------------------------------------- what is made is accepted


def test_examples_have_certificates_or_a_reason() -> None:
    made = Counter[str]()
    for name in example_names():
        try:
            task = load(name)
            verdict = check(task.claim, task.definition, at_most=task.at_most)
        except InputError:
            continue  # an example of an error
        try:
            data = certificate_of(task.claim, task.definition, verdict, task=example_text(name))
        except NotCertifiedError as error:
            assert str(error)
            made["none"] += 1
            continue
        found = verify(data)
        assert ("accepted", verdict.name) == (found.outcome, found.verdict), (name, found.reason)
        made[verdict.name] += 1
    assert made["holds"] >= 6
    assert made["fails"] >= 6


@pytest.mark.parametrize(
    ("family", "size", "kind"),
    [
        ("adder", 24, "clausal proof"),
        ("sum", 8, "construction"),
        ("ternary", 4, "complete enumeration"),
    ],
)
def test_circuits_are_certified_by(family: str, size: int, kind: str) -> None:
    for holds in (True, False):
        text = task_text(scaled(family, size, holds=holds)) if family != "sum" else ""
        member = scaled(family, size, holds=holds)
        verdict = check(member.claim, member.definition)
        data = certificate_of(member.claim, member.definition, verdict, task=text)
        accepted = check_certificate(data)
        assert ("holds" if holds else "fails") == accepted.verdict
        assert how(data).startswith(kind if holds else "a square that does not commute")


def test_where_clauses_are_hopeless_a_decision_diagram_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proving, "FIRST", 1.0)
    member = scaled("parity-permuted", 40)
    verdict = check(member.claim, member.definition)
    data = certificate_of(member.claim, member.definition, verdict)
    assert how(data).startswith("decision diagram")
    document = json.loads(data)
    order = document["proof"]["squares"]["order"]
    for other in (order[:-1], [*order, order[0]], [1, *order[1:]]):
        document["proof"]["squares"]["order"] = other
        with pytest.raises(RefusedError, match="no decision diagram"):
            check_certificate(sealed(document))


def test_a_certificate_says_what_the_literal_interpreter_says() -> None:
    """The other way round, it is refused: nothing false is ever accepted."""
    rng = random.Random(11)
    seen = Counter[str]()
    while seen.total() < 120:
        claim = random_claim(rng)
        if claim.high is None:
            continue
        family: Family = rng.choice((Block(), All(), Single(1)))
        definition: Definition = rng.choice(
            (Constructive(family), TauAbstraction(family), Uniform(family))
        )
        try:
            verdict = check(claim, definition, engines=("enumerate",))
            data = certificate_of(claim, definition, verdict)
        except (InputError, NotCertifiedError):
            seen["none"] += 1
            continue
        seen[verdict.name] += 1
        assert check_certificate(data).verdict == verdict.name
        document = json.loads(data)
        document["verdict"] = "fails" if isinstance(verdict, Holds) else "holds"
        with pytest.raises(RefusedError):
            check_certificate(sealed(document))
    assert seen["holds"] > 3
    assert seen["fails"] > 10


def test_evidence_for_a_false_claim_is_refused_whatever_its_kind() -> None:
    """The faulty twin under the proof of the true one."""
    for family, size in (("adder", 8), ("ternary", 4), ("majority", 13)):
        true, false = (task_text(scaled(family, size, holds=h)) for h in (True, False))
        document, other = json.loads(certified(true)), json.loads(certified(false))
        for part in ("task", "claim"):
            document[part] = other[part]
        with pytest.raises(RefusedError):
            check_certificate(sealed(document))


# ---------------------------------------------------------------- composition

LOW = "U[1..4] : bool\nX[i] = U[i]\nY = X[1] and X[2] and X[3] and X[4]"
MIDDLE = "V1, V2 : bool\nA = V1\nB = V2\nC = A and B"
HIGH = "W : bool\nD = W\nE = D"


def abstractions() -> tuple[Abstraction, Abstraction]:
    low, middle, high = map(SCM.from_text, (LOW, MIDDLE, HIGH))
    first = Abstraction.from_text(
        low,
        middle,
        {"A": "X[1] and X[2]", "B": "X[3] and X[4]", "C": "Y"},
        tau_u={"V1": "U[1] and U[2]", "V2": "U[3] and U[4]"},
    )
    second = Abstraction.from_text(
        middle, high, {"D": "A and B", "E": "C"}, tau_u={"W": "V1 and V2"}
    )
    return first, second


def test_two_certificates_compose() -> None:
    definition = TauAbstraction(Block(), tau_u=TauUPolicy.GIVEN)
    parts = []
    for claim in abstractions():
        verdict = check(claim, definition)
        assert isinstance(verdict, Holds)
        parts.append(certificate_of(claim, definition, verdict))
    whole = composed(*parts)
    accepted = check_certificate(whole)
    assert ("holds", "composition") == (accepted.verdict, accepted.shown[0][0])
    clauses = [f"part {k}: {c}" for k in (1, 2) for c in ("τ onto", "τ_U onto", "squares")]
    assert ["composition", *clauses] == [clause for clause, _ in accepted.shown]
    first, second = abstractions()
    assert isinstance(check(first >> second, definition), Holds)
    with pytest.raises(RefusedError, match="models in the middle"):
        check_certificate(composed(parts[0], parts[0]))
    other = Constructive(Block(), tau_u=TauUPolicy.GIVEN)
    second_claim = abstractions()[1]
    mixed = certificate_of(second_claim, other, check(second_claim, other))
    with pytest.raises(RefusedError, match="about another definition"):
        check_certificate(composed(parts[0], mixed))
    document = json.loads(whole)
    document["claim"]["tau"][1] = ["E", ["not", ["name", "Y"]]]
    with pytest.raises(RefusedError, match="τ is not the composition"):
        check_certificate(sealed(document))


@pytest.mark.parametrize("place", [0, 1])
def test_a_composition_with_a_part_that_fails_is_refused(place: int) -> None:
    """Both parts are certificates that are accepted; one of them proves that its claim does not hold."""
    definition = TauAbstraction(Block(), tau_u=TauUPolicy.GIVEN)
    claims = list(abstractions())
    whole = claims[place]
    assert whole.high is not None
    last = whole.high.endogenous[-1]
    claims[place] = replace(whole, tau={**whole.tau, last: Apply(Operator.NOT, (whole.tau[last],))})
    parts = [certificate_of(c, definition, check(c, definition)) for c in claims]
    assert "fails" == check_certificate(parts[place]).verdict
    assert "holds" == check_certificate(parts[1 - place]).verdict
    with pytest.raises(RefusedError, match="a part does not hold"):
        check_certificate(composed(*parts))


def test_a_composition_that_loses_part_of_a_block_is_refused() -> None:
    """A block of the composed τ that is smaller has interventions that neither part speaks of."""
    low = SCM.from_text("U : bool\nV : bool\nX = U\nZ = V")
    middle = SCM.from_text("P : 0..3\nA = P")
    high = SCM.from_text("Q : bool\nB = Q")
    definition = TauAbstraction(Block(), tau_u=TauUPolicy.GIVEN)
    claims = (
        Abstraction.from_text(low, middle, {"A": "2*X + Z"}, tau_u={"P": "2*U + V"}),
        Abstraction.from_text(middle, high, {"B": "A >= 2"}, tau_u={"Q": "P >= 2"}),
    )
    parts = [certificate_of(c, definition, check(c, definition)) for c in claims]
    with pytest.raises(RefusedError, match="the block of B is smaller"):
        check_certificate(composed(*parts))


# ---------------------------------------------------------------- damage


SEED = int(os.environ.get("TAUOMEGA_SEED", "5"))


def some_are_damaged(originals: list[bytes], count: int) -> None:
    """As they are, all are refused; with new hashes, all but those that are proofs again."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    for number in range(count):
        found, original = spoiled(originals, rng)
        assert is_refused_for(found.data, original), (SEED, number, found.kind)
    for number in range(count):
        found = damaged(originals, rng)
        fine = is_refused(found.data) or is_another_proof(found.data, originals)
        assert fine, (SEED, number, found.kind)


def test_damaged_certificates_are_refused(originals: list[bytes]) -> None:
    assert not any(is_refused(data) for data in originals)
    some_are_damaged(originals, 200)


@pytest.mark.parametrize("kind", SPOILS)
def test_each_damage_as_it_is_is_refused(originals: list[bytes], kind: str) -> None:
    rng = random.Random(SEED)
    for data in originals:
        other = next(o for o in originals if o != data)
        found = SPOILS[kind](data, other, rng)
        assert found == data or is_refused_for(found, data), (SEED, found[:200])


@pytest.mark.parametrize("more", [b" ", b"\n", b"\0", b"{}"])
def test_a_certificate_ends_where_it_ends(originals: list[bytes], more: bytes) -> None:
    with pytest.raises(RefusedError):
        check_certificate(originals[0] + more)


def test_a_key_that_is_given_twice_is_refused(originals: list[bytes]) -> None:
    data = originals[0]
    assert data.startswith(b'{"claim":{"high":')
    for twice in (
        data.replace(b'{"claim":{', b'{"claim":{"high":null,', 1),
        data.replace(b'{"claim":', b'{"claim":null,"claim":', 1),
        data[:-2] + b',"verdict":"holds"}\n',
    ):
        json.loads(twice)
        with pytest.raises(RefusedError, match="canonical"):
            check_certificate(twice)


@pytest.mark.slow
def test_a_thousand_damaged_certificates_are_refused() -> None:
    some_are_damaged(certificates(), 1000)


def test_whether_a_proof_stands_is_seen_without_the_checker(originals: list[bytes]) -> None:
    """Every counterexample and clausal proof stands; at another value, or without a step, it does not."""
    seen = Counter[str]()
    for document in map(json.loads, originals):
        proof = document["proof"]
        squares = proof.get("squares") or {}
        if document["verdict"] == "holds" and squares.get("kind") != "clausal proof":
            continue
        assert stands(document)
        kind = (
            "clausal proof" if document["verdict"] == "holds" else proof["counterexample"]["kind"]
        )
        seen[kind] += 1
        match kind:
            case "clausal proof":
                squares["steps"] = squares["steps"][:-1]
            case "square":
                image, result = (proof["counterexample"][side] for side in ("image", "result"))
                proof["counterexample"]["image"] = result
                assert image != result
            case "no context":
                proof["counterexample"]["separators"] = []
            case _:
                continue
        assert not stands(document), kind
    assert set(seen) >= {"clausal proof", "square", "no context"}


def test_refutations_are_told_by_unit_propagation() -> None:
    clauses = [[1, 2], [1, -2], [-1, 2], [-1, -2]]
    assert is_refutation(clauses, [[1], []])
    assert not is_refutation(clauses, [[]])
    assert not is_refutation(clauses, [[1]])
    assert not is_refutation(clauses[:3], [[1], []])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is not JSON"),
        (b"[]", "it is no certificate"),
        (b"{}", "it is no certificate"),
        (b'{"schema":1.5}', "1.5 is a floating-point number"),
        (b'{"schema":NaN}', "NaN is a floating-point number"),
        (b"[" * 100_000, "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
    ],
)
def test_what_is_no_certificate_is_bad_input(data: bytes, reason: str) -> None:
    found = verify(data)
    assert "no certificate" == found.outcome
    assert found.reason.startswith(reason)


def test_a_certificate_that_would_take_for_ever_is_refused() -> None:
    """A product of thousands of long numbers, and real variables that are squared again and again."""
    document = json.loads(certified(example_text("ce9")))
    low = document["claim"]["low"]
    last = low["variables"][-1]
    last["mechanism"] = ["*", *[["value", "9" * 900]] * 5000]
    assert "an expression with more than 100,000 digits" == verify(sealed(document)).reason
    before = next(v["name"] for v in low["variables"] if v["mechanism"] is None)
    for k in range(60):
        square = ["*", ["+", ["name", before], ["value", "2"]], ["name", before]]
        fresh = {"name": f"S{k}", "kind": "endogenous", "domain": "real", "mechanism": square}
        low["variables"].append(fresh)
        low["order"].append(before := f"S{k}")
    last["mechanism"] = ["value", "1"]
    found = verify(sealed(document), seconds=2)
    assert "not checked" == found.outcome
    assert found.reason.startswith("2 s are over")


# ---------------------------------------------------------------- the commands


def test_check_writes_what_verify_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.json"
    assert ExitCode.FAILS == main(["check", "ce9", "--certificate", str(file)])
    assert "accepted by the checker" in capsys.readouterr().err
    assert ExitCode.HOLDS == main(["verify", str(file)])
    out = capsys.readouterr().out
    assert f"{file}: ACCEPTED" in out
    assert "says exactly this claim" in out
    assert ExitCode.HOLDS == main(["verify", str(file), "--task", "ce9", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert "accepted" == found["outcome"]
    total = sum(lines for _, lines in found["trusted"])
    assert f"trusted     {total:,} lines of Python in {len(found['trusted'])} modules: " in out
    assert ExitCode.DISAGREEMENT == main(["verify", str(file), "--task", "ce8"])
    assert "another task" in capsys.readouterr().out
    assert ExitCode.UNKNOWN == main(["verify", str(file), "--timeout", "1ms"])
    assert f"{file}: NOT CHECKED" in capsys.readouterr().out
    file.write_bytes(file.read_bytes()[:-3])
    assert ExitCode.BAD_INPUT == main(["verify", str(file)])
    assert "NO CERTIFICATE" in capsys.readouterr().out
    assert ExitCode.BAD_INPUT == main(["verify", str(tmp_path / "none.json")])


def test_claims_about_networks_are_evaluated_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.json"
    for name, code in (("xor_nand_or", ExitCode.HOLDS), ("xor_half_test", ExitCode.FAILS)):
        assert code == main(["check", name, "--certificate", str(file)])
        assert ExitCode.HOLDS == main(["verify", str(file), "--task", name])
        out = capsys.readouterr().out
        assert "says exactly this claim" in out
        assert "counterexample" in out if code else "enumeration of 96 squares" in out
    assert ExitCode.HOLDS == main(["verify", str(file)])
    assert "not read again" in capsys.readouterr().out  # the weights lie elsewhere


def test_a_task_that_differs_from_its_certificate_is_told(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    assert ExitCode.HOLDS == main(
        ["check", "ce6_block", "--family", "single:1", "--certificate", str(file)]
    )
    found = verify(file.read_bytes())
    assert "accepted" == found.outcome
    assert "the text has family = block" in found.read
    document = json.loads(file.read_bytes())
    document["task"] = document["task"].replace("X[1]", "X[2]", 1)
    found = verify(sealed(document))
    assert ("refused", "the task's text says something else of tau") == (
        found.outcome,
        found.reason,
    )


def test_where_there_is_no_certificate_check_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.json"
    assert ExitCode.FAILS == main(["check", "ce10", "--certificate", str(file)])
    said = capsys.readouterr().err
    assert "no certificate: alpha compares laws; the checker knows squares that commute" in said
    assert not file.exists()
    wrong = str(tmp_path / "no" / "c.json")
    assert ExitCode.BAD_INPUT == main(["check", "ce9", "--certificate", wrong])


def test_a_file_is_replaced_in_full(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    write_file(file, b"one")
    write_file(file, b"two")
    assert b"two" == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


def test_the_verdict_of_sat_is_backed_by_a_checked_proof() -> None:
    member = scaled("adder", 12)
    verdict = check(member.claim, member.definition, engines=("sat", "factors"))
    assert not isinstance(verdict, Fails)
    clause = next(c for c in verdict.clauses if c.name == "blocks")
    assert "clausal proof" == getattr(clause.evidence, "kind", "")
