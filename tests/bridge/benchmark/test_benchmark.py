"""The benchmark: labels, needles, methods, points, and results on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tauomega import check
from tauomega.bridge.benchmark.answers import answers_of, method_hash
from tauomega.bridge.benchmark.records import Record, UnitKey, append, read_results
from tauomega.bridge.benchmark.scoring import Confusion, interval, points
from tauomega.bridge.benchmark.task import BenchmarkTask, Case, CaseKind
from tauomega.bridge.benchmark.tasks import find_task, tasks
from tauomega.bridge.benchmark.tasks.hierarchical_equality import NEEDLE_RECIPE, RECIPE, setting
from tauomega.bridge.benchmark.truth import truth_of
from tauomega.bridge.explanation import Explanation, Units
from tauomega.bridge.methods import find_method, methods
from tauomega.bridge.methods.das import DistributedAlignmentSearch
from tauomega.bridge.methods.method import Answer, Says
from tauomega.bridge.valid_set import ValidSet
from tauomega.theory.errors import InputError
from tauomega.theory.verdict import Fails, Holds

ALL = [(task, case) for task in tasks() for case in task.cases]


@pytest.mark.parametrize(("task", "case"), ALL, ids=lambda thing: thing.name)
def test_every_label_is_what_check_decides(task: BenchmarkTask, case: Case) -> None:
    where = task.setting(case.setting)
    assert where.exact is not None
    claim = case.explanation.claim(where.exact, where.high, where.tau)
    verdict = check(claim, task.definition)
    assert case.announced == verdict.name
    if isinstance(verdict, Fails):
        assert verdict.replayed


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)
def test_every_task_has_its_four_variants(task: BenchmarkTask) -> None:
    kinds = {case.kind for case in task.cases}
    assert {CaseKind.TRUE, CaseKind.WRONG_PLACE, CaseKind.WRONG_ALGORITHM, CaseKind.NEEDLE} <= kinds


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)
def test_a_needle_is_one_flipped_pair(task: BenchmarkTask) -> None:
    """Of the interchanges of the needled variable alone, exactly one disagrees."""
    case = next(case for case in task.cases if case.kind is CaseKind.NEEDLE)
    where = task.setting(case.setting)
    assert where.exact is not None
    first = Explanation(case.explanation.places[:1])
    verdict = check(first.claim(where.exact, where.high, where.tau), task.definition)
    count = where.exact.as_scm().context_count()
    assert count is not None
    assert 1 - Fraction(1, count**2) == dict(verdict.measures)["interchange accuracy"]


def test_the_training_recipes_do_it_again() -> None:
    task = find_task("hierarchical-equality")
    right = task.cases[0].explanation
    again = setting("again", RECIPE.train())
    assert again.exact is not None
    assert isinstance(
        check(right.claim(again.exact, again.high, again.tau), task.definition), Holds
    )
    other = replace(NEEDLE_RECIPE, flipped=("left", 3, 9), seed=1)
    needled = setting("needled", other.train())
    assert needled.exact is not None
    claim = Explanation(right.places[:1]).claim(needled.exact, needled.high, needled.tau)
    verdict = check(claim, task.definition)
    assert Fraction(255, 256) == dict(verdict.measures)["interchange accuracy"]


def test_the_hash_of_a_task_depends_on_what_an_answer_may_depend_on() -> None:
    task = find_task("xor-reference")
    assert task.hash == find_task("xor-reference").hash
    case = replace(task.cases[0], explanation=Explanation((("n", Units(0, (2,))),)))
    changed = BenchmarkTask(task.name, task.summary, task.settings, (case, *task.cases[1:]))
    assert task.hash != changed.hash
    with pytest.raises(InputError, match="two cases 'true'"):
        BenchmarkTask("t", "", task.settings, (task.cases[0], task.cases[0]))


def test_the_valid_set_is_what_check_says_of_each_explanation() -> None:
    task = find_task("xor-reference")
    where = task.settings[0]
    assert where.exact is not None
    valid = ValidSet(where.exact, where.high, where.tau, where.variables, where.map_class)
    places = list(where.map_class.places(where.exact.network))
    assert 14 == len(places)
    found: dict[int, set[Explanation]] = {0: {Explanation(())}, 1: set(), 2: set()}
    options = [
        Explanation(tuple((n, p) for n, p in (("n", a), ("o", b)) if p is not None))
        for a in (*places, None)
        for b in (*places, None)
    ]
    for explanation in options:
        if explanation.rank == 0:
            continue
        try:
            claim = explanation.claim(where.exact, where.high, where.tau)
        except InputError:  # the places overlap
            continue
        if isinstance(check(claim, task.definition), Holds):
            found[explanation.rank].add(explanation)
    assert found == {rank: set(valid.explanations(rank)) for rank in range(3)}
    assert (1, 4, 3) == valid.counts()


def test_labels_come_with_their_evidence() -> None:
    truth = truth_of(find_task("ripple-adder"))
    labels = {label["case"]: label for label in truth["labels"]}
    assert "complete enumeration of 270336 interchanges" == labels["true"]["evidence"]
    needle = labels["needle"]
    assert needle["replayed"]
    assert {"A0": 0, "B0": 0, "A1": 1, "B1": 1, "A2": 0, "B2": 1} == needle["counterexample"][
        "base"
    ]


@pytest.fixture(scope="module")
def adder() -> dict[str, Any]:
    task = find_task("ripple-adder")
    chosen = ("activation-patching", "exact-search", "always-yes", "random")
    return {name: answers_of(task, find_method(name), 0) for name in chosen}


def claims(result: dict[str, Any]) -> dict[str, Any]:
    return {c["claim"]: c for s in result["settings"] for c in s["claims"]}


def test_the_needle_deceives_a_sample_and_not_a_decision(adder: dict[str, Any]) -> None:
    needle = claims(adder["activation-patching"])["needle"]
    assert "holds" == needle["says"]
    assert needle["sampled"]["agreed"] == needle["sampled"]["count"] == 256
    assert "fails" == needle["decided"]["verdict"]
    assert "4095/4096" == needle["accuracy"]
    assert "fails" == claims(adder["exact-search"])["needle"]["says"]


def test_exact_search_is_right_about_everything(adder: dict[str, Any]) -> None:
    found = claims(adder["exact-search"])
    for name, claim in found.items():
        assert claim["says"] == claim["decided"]["verdict"], name
        assert claim["counterexample_replays"] in (True, None)
    assert any(name.startswith("proposed") for name in found)


def test_the_trivial_explanation_is_valid_and_no_winner(adder: dict[str, Any]) -> None:
    trivial = next(
        c for c in claims(adder["always-yes"]).values() if c["text"] == "input and output"
    )
    assert "holds" == trivial["decided"]["verdict"]
    assert 0 == trivial["valid_rank"]


@pytest.mark.parametrize("method", methods(), ids=lambda method: method.name)
def test_answers_are_a_pure_function(method: Any) -> None:
    task = find_task("xor-reference")
    first, second = answers_of(task, method, 3), answers_of(task, method, 3)
    assert json.dumps(first) == json.dumps(second)
    assert all(setting["status"] == "done" for setting in first["settings"])


@pytest.mark.slow
def test_das_finds_a_subspace_that_is_decided_exactly() -> None:
    found = answers_of(find_task("xor-reference"), DistributedAlignmentSearch(), 0)
    proposed = [c for c in found["settings"][0]["claims"] if c["claim"].startswith("proposed")]
    assert ["n", "o"] == [c["explanation"][0][0] for c in proposed]
    for claim in proposed:
        assert "1-dimensional subspace" in claim["text"]
        assert "holds" == claim["decided"]["verdict"]
        assert "1" == claim["accuracy"]


class Crash:
    name: ClassVar[str] = "crash"
    summary: ClassVar[str] = "raises"

    def propose(self, network: Any, high: Any, data: Any, budget: Any) -> tuple[Answer, ...]:
        raise ZeroDivisionError("by design")


class Greedy(Crash):
    def propose(self, network: Any, high: Any, data: Any, budget: Any) -> tuple[Answer, ...]:
        network.spend(budget.runs + 1)
        return ()


class Liar(Crash):
    def propose(self, network: Any, high: Any, data: Any, budget: Any) -> tuple[Answer, ...]:
        swap = data.pairs[0].swap
        return tuple(Answer(e, Says.FAILS, swap) for e in data.candidates)


@pytest.mark.parametrize(
    ("method", "status"),
    [
        (Crash(), "failed: ZeroDivisionError: by design"),
        (Greedy(), "out of budget: more than 2,000,000 runs"),
    ],
)
def test_a_method_that_fails_has_answered_unknown(method: Any, status: str) -> None:
    found = answers_of(find_task("xor-reference"), method, 0)
    assert {status} == {setting["status"] for setting in found["settings"]}
    assert {"unknown"} == {claim["says"] for claim in claims(found).values()}


def test_a_counterexample_that_refutes_nothing_does_not_replay() -> None:
    found = claims(answers_of(find_task("xor-reference"), Liar(), 0))
    assert found["true"]["counterexample_replays"] is False
    assert -50 == points("fails", "holds", replayed=False)


@pytest.mark.parametrize(
    ("says", "label", "replayed", "expected"),
    [
        ("holds", "holds", None, 10),
        ("fails", "fails", None, 10),
        ("holds", "fails", None, -150),
        ("fails", "holds", None, -50),
        ("fails", "holds", False, -50),
        ("fails", "holds", True, 0),
        ("unknown", "holds", None, 0),
        ("unknown", "fails", None, 0),
        ("holds", "unknown", None, 0),
    ],
)
def test_points(says: str, label: str, replayed: bool | None, expected: int) -> None:
    assert expected == points(says, label, replayed=replayed)


def test_the_confusion_table() -> None:
    table = Confusion.of([("holds", "holds"), ("fails", "holds"), ("fails", "holds")])
    assert 2 == table.count("fails", "holds")
    assert 0 == table.count("holds", "fails")
    assert 3 == sum(count for _, _, count in table.counts)


def test_intervals_are_those_of_clopper_and_pearson() -> None:
    assert (0.9856, 1.0) == interval(256, 256)  # 0.025 ** (1/256) = 0.985694
    assert (0.0, 0.3085) == interval(0, 10)  # 1 - 0.025 ** (1/10) = 0.308498
    low, high = interval(8, 10)
    assert (0.4439, 0.9748) == (low, high)


KEY = UnitKey("t", "m", 0, "a", "b")


def test_a_line_that_was_cut_off_is_reported_and_not_used(tmp_path: Path) -> None:
    path = tmp_path / "worker-001.jsonl"
    append(path, Record(KEY, {"x": 1}, {"seconds": 1.0}))
    append(path, Record(replace(KEY, seed=1), {"x": 2}, {"seconds": 2.0}))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        found, damaged = read_results(tmp_path)
        lines = whole[:length].count(b"\n")
        assert lines <= len(found) <= lines + 1
        assert len(damaged) <= 1
        if length:  # what is appended next is not lost with the rest of the line
            append(path, Record(replace(KEY, seed=2), {"x": 3}, {}))
            assert replace(KEY, seed=2) in read_results(tmp_path)[0]


def test_a_changed_result_fails_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "worker-001.jsonl"
    append(path, Record(KEY, {"says": "fails"}, {}))
    path.write_text(path.read_text(encoding="utf-8").replace("fails", "holds"), encoding="utf-8")
    found, damaged = read_results(tmp_path)
    assert {} == found
    assert ["worker-001.jsonl:1: the checksum does not fit; the unit will be done again"] == damaged


def test_two_results_of_one_unit_contradict_each_other(tmp_path: Path) -> None:
    append(tmp_path / "worker-001.jsonl", Record(KEY, {"x": 1}, {"seconds": 1}))
    append(tmp_path / "worker-002.jsonl", Record(KEY, {"x": 1}, {"seconds": 9}))
    assert 1 == len(read_results(tmp_path)[0])
    append(tmp_path / "worker-002.jsonl", Record(KEY, {"x": 2}, {}))
    with pytest.raises(InputError, match="a unit of work is a pure function"):
        read_results(tmp_path)


def test_the_hash_of_a_method_depends_on_its_settings() -> None:
    assert method_hash(DistributedAlignmentSearch()) != method_hash(
        DistributedAlignmentSearch(steps=1)
    )
