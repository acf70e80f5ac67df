"""Certificates of approximate claims and of exact distances: made, accepted, and refused where anything is wrong."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tauomega.cli.__main__ import main
from tauomega.cli.exit_code import ExitCode
from tauomega.loading import example_text
from tauomega.proofs.certificates import contexts
from tauomega.proofs.certificates.asked import why_not
from tauomega.proofs.certificates.checker import matching
from tauomega.proofs.certificates.checker.asking import question_of
from tauomega.proofs.certificates.checker.checking import check_certificate
from tauomega.proofs.certificates.checker.decoding import claim_of
from tauomega.proofs.certificates.checker.distances import METRICS, bounded, distance_of
from tauomega.proofs.certificates.checker.document import RefusedError, canonical
from tauomega.proofs.certificates.checker.evidence import check_squares, transcript_of
from tauomega.proofs.certificates.checker.factors import states_of
from tauomega.proofs.certificates.checker.shares import check_share
from tauomega.proofs.certificates.checker.squares import settings_of, sides_at, work_of
from tauomega.proofs.certificates.checker.statements import context_map, statement_of
from tauomega.proofs.certificates.encoding import NotCertifiedError, claim_to_json
from tauomega.proofs.certificates.exporting import clauses_and_proof
from tauomega.proofs.certificates.verifying import verify
from tauomega.proofs.certificates.writing import certificate_of, certificate_of_distance
from tauomega.proofs.testing.damage import resealed
from tauomega.proofs.testing.random_claims import random_claim
from tauomega.proofs.testing.scaling import scaled
from tauomega.proofs.testing.standing import is_refutation, stands
from tauomega.solvers.checking import check
from tauomega.solvers.distance import distance
from tauomega.solvers.metrics import state_distance
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.interchange_accuracy import InterchangeAccuracy
from tauomega.theory.definitions.similar import Similar, Statistic
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.errors import InputError
from tauomega.theory.kernel.commuting import squares_of
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.program import Kind
from tauomega.theory.metric import Metric
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.quantity import INFINITE, Ball, lower, upper
from tauomega.theory.scm import SCM
from tauomega.theory.task import read_task
from tauomega.theory.verdict import Fails, Holds

from .test_checker import one_model

LOW = "U, V : 0..3\nX = U\nY = V\nZ = X + Y"
HIGH = "U, V : 0..3\nX = U\nY = V\nZ : 0..6 = {}"
STATES = (Metric.DISCRETE, Metric.HAMMING, Metric.L1, Metric.EUCLIDEAN, Metric.SUP)


def sums(form: str, **more: Any) -> Abstraction:
    """A sum below, and what is to stand for it above."""
    names = {n: n for n in "XYZ"}
    return Abstraction.from_text(
        SCM.from_text(LOW), SCM.from_text(HIGH.format(form)), names, **more
    )


def sealed(document: dict[str, Any]) -> bytes:
    return canonical(resealed(document))


def measured(claim: Abstraction, definition: Definition, task: str = "") -> dict[str, Any]:
    found = distance(claim, definition)
    made: dict[str, Any] = json.loads(certificate_of_distance(claim, definition, found, task=task))
    return made


def decided(claim: Abstraction, definition: Definition, bound: Fraction) -> dict[str, Any]:
    verdict = check(claim, definition, at_most=bound)
    made: dict[str, Any] = json.loads(certificate_of(claim, definition, verdict))
    return made


# ---------------------------------------------------------------- both sides of a bound


@pytest.mark.parametrize("metric", STATES)
def test_a_distance_is_certified_from_both_sides(metric: Metric) -> None:
    claim, definition = sums("max(X, Y)"), Similar(metric=metric)
    value = distance(claim, definition).value
    assert value == {Metric.DISCRETE: 1, Metric.HAMMING: 1}.get(metric, 3)
    document = measured(claim, definition)
    accepted = check_certificate(canonical(document))
    assert "distance" == accepted.verdict
    assert f"has distance {value}: " in accepted.statement
    assert ["squares", "counterexample"] == [clause for clause, _ in accepted.shown]
    assert isinstance(value, Fraction)
    bounds = [(value, "holds"), (value - Fraction(1, 7), "fails")]
    for bound, verdict in bounds if metric is not Metric.DISCRETE else bounds[1:]:
        found = check_certificate(canonical(decided(claim, definition, bound)))
        assert verdict == found.verdict
        assert f"at most at {metric.value} distance {bound} from" in found.statement


@pytest.mark.parametrize("other", ["2", "4", "7/2", "0", "√3", "-1", "1/0", "x"])
def test_another_number_is_refused_as_the_distance(other: str) -> None:
    document = measured(sums("max(X, Y)"), Similar(metric=Metric.L1))
    stated = document["statement"].replace("distance=3", f"distance={other}")
    document["statement"] = stated.replace("distance 3", f"distance {other}").replace(
        "below 3", f"below {other}"
    )
    document["parameters"]["distance"] = other
    with pytest.raises(RefusedError):
        check_certificate(sealed(document))


@pytest.mark.parametrize("kind", ["holds", "fails"])
def test_a_bound_on_the_other_side_is_refused(kind: str) -> None:
    claim, definition = sums("max(X, Y)"), Similar(metric=Metric.L1)
    near, far = Fraction(3), Fraction(2)
    document = decided(claim, definition, near if kind == "holds" else far)
    text = str(far if kind == "holds" else near)
    before = document["parameters"]["at_most"]
    document["parameters"]["at_most"] = text
    document["statement"] = (
        document["statement"]
        .replace(f"at_most={before}", f"at_most={text}")
        .replace(f"distance {before}", f"distance {text}")
    )
    with pytest.raises(RefusedError, match="does not commute" if kind == "holds" else "commutes"):
        check_certificate(sealed(document))


def test_a_distance_needs_both_its_parts() -> None:
    document = measured(sums("max(X, Y)"), Similar(metric=Metric.L1))
    for part, reason in (("squares", "no proof"), ("counterexample", "no counterexample")):
        less = document | {"proof": {k: v for k, v in document["proof"].items() if k != part}}
        with pytest.raises(RefusedError, match=reason):
            check_certificate(sealed(less))
    for verdict in ("holds", "fails"):
        with pytest.raises(RefusedError, match="the verdict is"):
            check_certificate(sealed(document | {"verdict": verdict}))
    plain = decided(sums("max(X, Y)"), Similar(metric=Metric.L1), Fraction(3))
    with pytest.raises(RefusedError, match="the verdict is"):
        check_certificate(sealed(plain | {"verdict": "distance"}))
    plain["parameters"]["distance"] = "3"
    with pytest.raises(RefusedError, match="no definition with these parameters"):
        check_certificate(sealed(plain | {"verdict": "distance"}))


def test_no_distance_is_certified_by_equal_sides_alone() -> None:
    document = measured(sums("Y + X"), Similar(metric=Metric.L1))
    assert "0" == document["parameters"]["distance"]
    accepted = check_certificate(canonical(document))
    assert ["squares"] == [clause for clause, _ in accepted.shown]
    assert "τ of the low-level solution equals the high-level solution" in accepted.statement


@pytest.mark.parametrize(
    ("size", "metric"), [(24, Metric.HAMMING), (24, Metric.SUP), (10, Metric.L1)]
)
def test_a_distance_of_circuits_is_a_clausal_proof(size: int, metric: Metric) -> None:
    """The faulty adder: as many sums are wrong at once as the circuit says, and no more."""
    claim = scaled("adder", size, holds=False).claim
    document = measured(claim, Similar(metric=metric))
    accepted = check_certificate(canonical(document))
    shown = dict(accepted.shown)
    assert shown["squares"].startswith(("clausal proof", "decision diagram", "construction"))
    assert "evaluated again" in shown["counterexample"]
    if document["proof"]["squares"]["kind"] == "clausal proof":
        clauses, steps = clauses_and_proof(document)
        numbers = [
            [[int(word) for word in line.split()[:-1]] for line in lines.splitlines()]
            for lines in (clauses.partition("\n")[2], steps)
        ]
        assert is_refutation(*numbers)
    nearer = Fraction(document["parameters"]["distance"]) - Fraction(1, 2)
    assert (
        "fails"
        == check_certificate(canonical(decided(claim, Similar(metric=metric), nearer))).verdict
    )


# ---------------------------------------------------------------- twins


def test_the_distance_as_an_expression_is_that_of_states() -> None:
    claim = sums("max(X, Y)")
    for metric in STATES:
        found = question_of(
            claim_of(claim_to_json(claim, Similar())), "similar",
            {"family": "block", "metric": metric.value, "statistic": "sup", "tau_u": "identity"},
        )  # fmt: skip
        squares = one_model(found)
        measuring = replace(
            squares, sides=(("d", distance_of(squares, metric.value), squares.sides[0][1]),)
        )
        rng = random.Random(3)
        for setting in rng.sample(list(settings_of(squares)), 12):
            point = setting | {"U": rng.randrange(4), "V": rng.randrange(4)}
            sides = sides_at(squares, point)
            expected = state_distance(
                metric, {n: a for n, a, _ in sides}, {n: b for n, _, b in sides}
            )
            value = Fraction(sides_at(measuring, point)[0][1])
            if metric is Metric.EUCLIDEAN:
                assert lower(expected) ** 2 <= value <= upper(expected) ** 2
            else:
                assert expected == value


def test_certificates_say_what_the_literal_interpreter_says() -> None:
    """Random claims: the bound that is the distance is accepted from both sides, no other is."""
    rng = random.Random(23)
    seen = Counter[str]()
    for _ in range(150):
        claim = random_claim(rng)
        if claim.high is None or claim.omega is not None:
            continue
        metric = rng.choice(STATES)
        definition: Definition = Approximate(
            metric=metric, tau_u=rng.choice((None, TauUPolicy.SEARCHED))
        )
        try:
            found = distance(claim, definition)
            document = json.loads(certificate_of_distance(claim, definition, found))
        except (InputError, NotCertifiedError):
            seen["none"] += 1
            continue
        accepted = check_certificate(canonical(document))
        seen[accepted.shown[-1][0]] += 1
        written = document["parameters"]["distance"]
        value = found.value
        assert written == (value.form if isinstance(value, Ball) else str(value))
        if "too few" in str(document["proof"]):
            seen["too few"] += 1
        bound = Fraction(lower(found.bounds.lo)) / 2
        verdict = check(claim, definition, at_most=bound)
        assert isinstance(verdict, Fails if bound else Fails | Holds)
        again = check_certificate(certificate_of(claim, definition, verdict))
        assert verdict.name == again.verdict
    assert seen["squares"] + seen["counterexample"] > 5, seen


# ---------------------------------------------------------------- a τ_U that is to be found


NEAR = "U : 0..2\nX = U"


def test_a_map_onto_is_refuted_by_too_few_contexts() -> None:
    """Two high-level contexts are near to one low-level context only."""
    low, high = (
        SCM.from_text("U : 0..2\nX : 0..9 = 3*U"),
        SCM.from_text("V : {0, 8, 9}\nA : 0..9 = V"),
    )
    claim = Abstraction.from_text(low, high, {"A": "X"})
    definition = Approximate(metric=Metric.L1)
    document = measured(claim, definition)
    assert "5" == document["parameters"]["distance"]
    shown = dict(check_certificate(canonical(document)).shown)
    assert (
        "1 of 3 low-level contexts for 2 high-level ones, evaluated again"
        == shown["counterexample"]
    )
    for above, reason in (
        ([], "enough"), ([0], "enough"), ([1, 1], "enough"), ([1, 2, 3], "no place"), ([0, 1, 2], "enough"), ([2, 1], ""), (None, "a list"),
    ):  # fmt: skip
        document["proof"]["counterexample"]["above"] = above
        if reason:
            with pytest.raises(RefusedError, match=reason):
                check_certificate(sealed(document))
        else:
            check_certificate(sealed(document))
    searched = Approximate(metric=Metric.L1, tau_u=TauUPolicy.SEARCHED)
    assert "3" == measured(claim, searched)["parameters"]["distance"]
    document = decided(claim, definition, Fraction(4))
    assert "fails" == check_certificate(canonical(document)).verdict
    document["parameters"]["tau_u"] = "searched"
    document["statement"] = (
        document["statement"]
        .replace("searched-onto", "searched")
        .replace("some τ_U onto the high-level contexts", "some τ_U")
    )
    with pytest.raises(RefusedError, match="τ_U need not be onto"):
        check_certificate(sealed(document))


def test_an_exact_map_onto_is_refuted_by_too_few_contexts() -> None:
    low, high = SCM.from_text("U : bool\nX = U"), SCM.from_text("V : bool\nW : bool\nA = V")
    claim = Abstraction.from_text(low, high, {"A": "X"})
    verdict = check(claim, TauAbstraction())
    assert isinstance(verdict, Fails)
    accepted = check_certificate(certificate_of(claim, TauAbstraction(), verdict))
    assert (
        "1 of 2 low-level contexts for 2 high-level ones, evaluated again" == accepted.shown[0][1]
    )


def test_matchings_are_maximal() -> None:
    """Kuhn's augmenting paths, against Hall's condition over all subsets."""
    rng = random.Random(7)
    for _ in range(200):
        above, below = rng.randrange(1, 6), rng.randrange(1, 7)
        near = [sorted(w for w in range(above) if rng.random() < 0.4) for _ in range(below)]
        partner: dict[int, int] = {}
        stuck = contexts._unmatched(near, above, partner)

        def few(chosen: set[int], near: list[list[int]] = near) -> bool:
            return sum(bool(chosen & set(places)) for places in near) < len(chosen)

        subsets = ({w for w in range(above) if mask >> w & 1} for mask in range(1, 1 << above))
        assert (stuck is not None) == any(map(few, subsets))
        if stuck is None:
            assert set(partner) == set(range(above))
            assert len(set(partner.values())) == above
            assert all(w in near[u] for w, u in partner.items())
        else:
            assert few(stuck)


def test_a_listed_map_is_any_that_is_near_enough() -> None:
    """CE19 within 3/2, its twin by running the models, and a map that is not near enough."""
    task = read_task(example_text("ce19_within"))
    verdict = check(task.claim, task.definition, at_most=task.at_most)
    data = certificate_of(task.claim, task.definition, verdict, task=example_text("ce19_within"))
    assert stands(json.loads(data))
    found = verify(data)
    assert ("accepted", "holds") == (found.outcome, found.verdict)
    assert ("the task's text was read again and says exactly this claim",) == found.read
    document = json.loads(data)
    document["parameters"]["at_most"] = "7/5"  # √2 > 7/5
    document["statement"] = document["statement"].replace("3/2", "7/5")
    with pytest.raises(RefusedError, match="square 5 does not commute"):
        check_certificate(sealed(document))
    assert not stands(document)


def test_a_tau_whose_parts_share_variables_is_onto_together() -> None:
    task = read_task(example_text("ce19"))
    document = measured(task.claim, task.definition)
    assert "√2" == document["parameters"]["distance"]
    assert "8 states listed" == dict(check_certificate(canonical(document)).shown)["τ onto"]
    document["claim"]["tau"][1][1] = document["claim"]["tau"][0][1]  # each onto, not together
    with pytest.raises(RefusedError, match="τ does not take every value"):
        check_certificate(sealed(document))
    listed = decided(task.claim, task.definition, Fraction(3, 2))
    listed["claim"]["interventions"].append([["A", "0"], ["B", "1"], ["C", "1"]])
    check_certificate(sealed(listed))
    listed["claim"]["tau"][1][1] = ["and", ["name", "B"], ["name", "C"]]
    with pytest.raises(RefusedError, match=r"τ does not take every value|ω_τ is undefined"):
        check_certificate(sealed(listed))


# ---------------------------------------------------------------- shares


def accuracy_of(name: str) -> tuple[Abstraction, InterchangeAccuracy]:
    return read_task(example_text(name)).claim, InterchangeAccuracy(tau_u=TauUPolicy.IDENTITY)


def test_interchange_accuracy_is_an_exact_share() -> None:
    """CE8: 1 for each site alone, 48/64 for both at once."""
    claim, definition = accuracy_of("ce8")
    document = measured(claim, definition)
    assert "1/4" == document["parameters"]["distance"]
    shown = check_certificate(canonical(document)).shown
    assert (
        ("accuracy", "complete enumeration of 64 squares, computed again: 16 do not commute"),
    ) == shown
    alone = replace(definition, swapped=("A",))
    assert "0" == measured(claim, alone)["parameters"]["distance"]
    assert (
        "holds" == check_certificate(canonical(decided(claim, definition, Fraction(1, 4)))).verdict
    )
    fails = decided(claim, definition, Fraction(1, 5))
    assert "fails" == check_certificate(canonical(fails)).verdict
    exact = decided(claim, definition, Fraction(0))
    assert "fails" == check_certificate(canonical(exact)).verdict
    for field, other, reason in (
        ("squares", "65", "another enumeration"), ("sha256", "0" * 64, "another enumeration"), ("kind", "x", "another enumeration"),
    ):  # fmt: skip
        changed = json.loads(canonical(document))
        changed["proof"]["squares"][field] = other
        with pytest.raises(RefusedError, match=reason):
            check_certificate(sealed(changed))
    with pytest.raises(RefusedError, match="a share of 1/4 does not commute"):
        check_certificate(
            sealed(
                fails
                | {
                    "verdict": "holds",
                    "statement": fails["statement"].replace("does not hold", "holds"),
                }
            )
        )
    for swapped in ("", "A A", "A C"):
        changed = json.loads(canonical(document))
        changed["parameters"]["swapped"] = swapped
        with pytest.raises(RefusedError, match="no sites to swap"):
            check_certificate(sealed(changed))


def test_a_share_is_of_all_interchanges_and_its_words_are_its_own() -> None:
    claim, definition = accuracy_of("ce8")
    document = measured(claim, definition)
    assert (
        "of the interchanges of A, B at once, all but a share of 1/4: with "
        in document["statement"]
    )
    bounded_ = decided(claim, definition, Fraction(1, 5))
    assert "B at once, all but a share of at most 1/5: with " in bounded_["statement"]
    both = json.loads(canonical(document))
    both["parameters"]["at_most"] = "1/4"
    with pytest.raises(RefusedError, match="no sites to swap, or two bounds"):
        check_certificate(sealed(both))
    exactly = decided(claim, definition, Fraction(1, 4))
    exactly |= {
        "verdict": "fails",
        "statement": exactly["statement"].replace("holds", "does not hold"),
    }
    with pytest.raises(RefusedError, match="a share of 1/4 does not commute"):
        check_certificate(sealed(exactly))
    found = question_of(claim_of(document["claim"]), "interchange-accuracy", document["parameters"])
    squares = squares_of(statement_of(found, context_map(found)))
    lines = []
    for setting in settings_of(squares):
        if setting["swap A"] and setting["swap B"]:
            for base in states_of(squares.context, squares.program.domains(Kind.EXOGENOUS)):
                below, above = zip(*(s[1:] for s in sides_at(squares, setting | base)), strict=True)
                lines.append([*below, *(above if below != above else ())])
    text = "".join("\t".join(map(str, line)) + "\n" for line in lines)
    assert sha256(text.encode()).hexdigest() == document["proof"]["squares"]["sha256"]


def test_a_share_is_not_taken_over_parameters() -> None:
    low = SCM.from_text("param t : bool\ninput a : bool\nn = not a\nout = not n")
    high = SCM.from_text("input a : bool\nn = not a\nout = not n")
    for models in ((low, high), (low, low)):
        claim = Abstraction.from_text(*models, {"out": "out"}, sites={"n": ["n"]})
        parameters = {"swapped": "n", "sources": "all", "scored": "outputs", "tau_u": "inputs"}
        found = claim_of(claim_to_json(claim, InterchangeAccuracy()))
        asked_ = question_of(found, "interchange-accuracy", parameters)
        with pytest.raises(RefusedError, match="the models have parameters"):
            check_share(asked_, "holds", {})


def test_counting_contexts_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = SCM.from_text("U : bool\nX = U"), SCM.from_text("V : bool\nW : bool\nA = V")
    claim = Abstraction.from_text(low, high, {"A": "X"})
    document = json.loads(certificate_of(claim, TauAbstraction(), check(claim, TauAbstraction())))
    rare = document["proof"]["counterexample"]["above"]
    found = question_of(claim_of(document["claim"]), "tau-abstraction", document["parameters"])
    work = work_of(one_model(found)) * 2 * len(rare)
    monkeypatch.setattr(matching, "WORK", work)
    assert "1 of 2 low-level contexts" in matching.check_too_few(found, rare)
    monkeypatch.setattr(matching, "WORK", work - 1)
    with pytest.raises(RefusedError, match=f"more than {work - 1:,} nodes to evaluate"):
        matching.check_too_few(found, rare)


def test_a_counterexample_stands_alone() -> None:
    document = decided(sums("max(X, Y)"), Similar(metric=Metric.L1), Fraction(2))
    document["proof"]["squares"] = {"kind": "construction"}
    with pytest.raises(RefusedError, match="more than a counterexample"):
        check_certificate(sealed(document))


# ---------------------------------------------------------------- refused by name


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (Similar(metric=Metric.SQUARED), "similar with metric = squared has no certificate"),
        (
            Similar(statistic=Statistic.EXPECTED),
            "similar with a mean over contexts has no certificate",
        ),
        (TauAbstraction(), "tau-abstraction measures no distance, its defect is 0 or 1"),
    ],
)
def test_what_has_no_certificate_is_told_before_anything_is_decided(
    definition: Definition, reason: str
) -> None:
    claim = sums("max(X, Y)", tau_u={"U": "U", "V": "V"})
    assert why_not(claim, definition, Fraction(0), distance=True).startswith(reason)
    assert "" == why_not(claim, Similar(metric=Metric.L1), Fraction(1, 2))


def test_an_infinite_distance_has_no_certificate() -> None:
    low, high = SCM.from_text("U : bool\nX = U"), SCM.from_text("U : 0..2\nA = U")
    claim = Abstraction.from_text(low, high, {"A": "X"})
    found = distance(claim, Approximate(metric=Metric.L1))
    assert INFINITE == found.value
    with pytest.raises(NotCertifiedError, match="it is infinite: `check` certifies"):
        certificate_of_distance(claim, Approximate(metric=Metric.L1), found)


def test_a_tolerance_of_what_measures_nothing_changes_nothing() -> None:
    claim = sums("Y + X")
    definition = TauAbstraction(tau_u=TauUPolicy.IDENTITY)
    verdict = check(claim, definition, at_most=Fraction(1, 2))
    document = json.loads(certificate_of(claim, definition, verdict))
    assert not document["parameters"].keys() & {"at_most", "distance"}
    for key in ("at_most", "distance"):
        changed = document | {"parameters": document["parameters"] | {key: "1/2"}}
        changed |= {"verdict": "distance"} if key == "distance" else {}
        with pytest.raises(RefusedError, match="no definition with these parameters"):
            check_certificate(sealed(changed))


def test_bounds_are_numbers_and_metrics_have_names() -> None:
    claim = claim_of(claim_to_json(sums("max(X, Y)"), Similar()))
    parameters = {"family": "block", "metric": "l1", "statistic": "sup", "tau_u": "identity"}
    squares = one_model(question_of(claim, "similar", parameters))
    for bound in ("-1", "a", "√2", "1/2/3", ""):
        with pytest.raises(RefusedError, match=r"no bound of a distance|no value"):
            bounded(squares, "l1", bound, below=False)
    with pytest.raises(RefusedError, match="no metric of states: taxicab"):
        bounded(squares, "taxicab", "1", below=False)
    for metric in METRICS:
        for bound in ("3", "√9", "√(9)") if metric == "euclidean" else ("3",):
            (side,) = bounded(squares, metric, bound, below=False).sides
            (less,) = bounded(squares, metric, bound, below=True).sides
            values = {"low X": 0, "low Y": 0, "low Z": 0, "high X": 0, "high Y": 0, "high Z": 3}
            far = metric not in ("discrete", "hamming")
            assert (1, 0 if far else 1) == (evaluate(side[1], values), evaluate(less[1], values))
    assert transcript_of(bounded(squares, "l1", "3", below=False))[0] > 0
    with pytest.raises(RefusedError, match=r"square \d+ does not commute"):
        transcript_of(bounded(squares, "l1", "2", below=False))
    with pytest.raises(RefusedError, match=r"an expression is not affine|not the reals"):
        check_squares(bounded(squares, "l1", "3", below=False), {"kind": "linear identity"})


# ---------------------------------------------------------------- the commands


def test_the_commands_write_what_verify_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.json"
    assert ExitCode.HOLDS == main(["distance", "xor_almost", "--certificate", str(file), "--json"])
    told = json.loads(capsys.readouterr().out)["certificate"]
    assert (str(file), "") == (told["file"], told["reason"])
    assert ["squares", "counterexample"] == [clause for clause, _ in told["shown"]]
    assert ExitCode.HOLDS == main(["verify", str(file), "--task", "xor_almost"])
    out = capsys.readouterr().out
    assert "has distance 1" in " ".join(out.split())
    assert "says exactly this claim" in out
    check_it = ["check", "ce19", "--certificate", str(file), "--json", "--at-most"]
    for bound, code in (("3/2", ExitCode.HOLDS), ("7/5", ExitCode.FAILS)):
        assert code == main([*check_it, bound])
        assert str(file) == json.loads(capsys.readouterr().out)["certificate"]["file"]
        assert ExitCode.HOLDS == main(["verify", str(file)])
        out = " ".join(capsys.readouterr().out.split())
        assert f"distance {bound} from the high-level one" in out
        assert "the text asks for a defect up to 0" in out
    file.unlink()
    nowhere = str(tmp_path / "no" / "c.json")
    for command in (["check", "ce6"], ["distance", "ce19"]):
        assert ExitCode.BAD_INPUT == main([*command, "--certificate", nowhere])
        assert f"{nowhere} cannot be written: there is no folder" in capsys.readouterr().err
    assert ExitCode.HOLDS == main(["distance", "adder", "--certificate", str(file), "--json"])
    told = json.loads(capsys.readouterr().out)["certificate"]
    assert told["file"] is None
    assert told["reason"].startswith("cae takes a mean over drawn interventions; the checker knows")
    assert not file.exists()
    assert ExitCode.FAILS == main(["check", "ce6", "--json"])
    assert "certificate" not in json.loads(capsys.readouterr().out)
