"""A sample of the large run over all definitions; planted bugs; a definition that nobody has heard of."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tauomega import SCM, Abstraction, check, distance, load
from tauomega.proofs.testing import claim_makers, drawn_claims, twins
from tauomega.proofs.testing.finite_pieces import piece
from tauomega.proofs.testing.implications import implications, of_definition
from tauomega.proofs.testing.readings import Plain, readings
from tauomega.solvers import query_terms
from tauomega.solvers.engine import Answer, Budget, Problem
from tauomega.solvers.portfolio import get_engine
from tauomega.theory.abstraction import Abstraction as Claim
from tauomega.theory.defect import Defect, Metric
from tauomega.theory.definition import Definition, Role
from tauomega.theory.definitions import definitions, find_definition
from tauomega.theory.definitions.alpha import Alpha, AlphaError
from tauomega.theory.definitions.approximate import Approximate
from tauomega.theory.definitions.circuit import Circuit
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.constructive_soft import ConstructiveSoft
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.phi_abstraction import PhiAbstraction
from tauomega.theory.definitions.rischel_weichwald import RischelWeichwald
from tauomega.theory.definitions.similar import Similar
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import Given, Reach
from tauomega.theory.implying import Related
from tauomega.theory.intervention import NOTHING
from tauomega.theory.policy import HighFamily, OmegaPolicy, TauUPolicy
from tauomega.theory.verdict import INFINITE, Enumeration


def test_every_definition_has_a_reading() -> None:
    assert [kind.name for kind in definitions() if kind.name not in readings()] == []


@pytest.mark.parametrize("kind", definitions(), ids=lambda kind: kind.name)
def test_engines_and_readings_agree(kind: type[Definition]) -> None:
    entries = [twins.entry(kind, 1, number) for number in range(6)]
    assert [e for e in entries if e["wrong"] or e["violated"]] == []
    assert {e["verdict"] for e in entries} == {"holds", "fails"}
    assert sum(e["engines"].get("reading", 0) for e in entries) >= 2


@pytest.mark.slow
def test_a_larger_sample_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    code = twins.main(["--claims", "3", "--seed", "20261125"])
    assert code == 0, capsys.readouterr().out


def test_an_interrupted_run_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "run.jsonl"
    arguments = ["--only", "observational", "--claims", "3", "--journal", str(journal)]
    assert twins.main(arguments) == 0
    whole = capsys.readouterr().out
    assert "observational: " in whole
    assert (
        "1 pairs of a definition and an engine that accepts it, 0 compared fewer than 3 times"
        in whole
    )
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text(lines[0] + lines[1][:20])
    asked: list[int] = []
    real = twins.entry
    monkeypatch.setattr(twins, "entry", lambda k, s, n, *a: asked.append(n) or real(k, s, n, *a))  # type: ignore[func-returns-value]
    assert twins.main(arguments) == 0
    assert capsys.readouterr().out == whole
    assert asked[:2] == [1, 2]
    assert 0 not in asked


def test_what_is_drawn_does_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed, on a machine on which an hour passes between two looks at the clock."""
    names = ("exact", "approximate", "distributed", "interchange-over-boxes")
    places = [(find_definition(name), number) for name in names for number in (0, 1)]
    entries = [twins.entry(kind, 8, number) for kind, number in places]
    hours = count(0, 3600)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(hours)))
    assert [twins.entry(kind, 8, number) for kind, number in places] == entries
    assert any(e["held"] for e in entries), "implications are looked for, too"


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        twins.main(["--only", "constructiv"])
    assert "no definition is called constructiv" in capsys.readouterr().err


# ---------------------------------------------------------------- a definition that is added


@dataclass(frozen=True, slots=True)
class Unheard:
    """Nothing but equal laws, under a new name, with a parameter."""

    name: ClassVar[str] = "unheard"
    statement: ClassVar[str] = "equal laws"
    source: ClassVar[str] = "this test"
    stronger: ClassVar[Related] = ()
    weaker: ClassVar[Related] = (("observational", "none"),)
    needs: ClassVar[frozenset[Role]] = frozenset({Role.HIGH, Role.TAU, Role.LAWS})
    holds_on: ClassVar[str] = "ce1_observational"
    fails_on: ClassVar[str] = "biased_coin"

    strict: bool = True

    def defect(self, claim: Claim) -> Defect:
        return Observational().defect(claim)

    def sentence(self, claim: Claim) -> str:
        return "equal laws"


def test_a_definition_that_is_added_is_covered_without_an_edit() -> None:
    entries = [twins.entry(Unheard, 1, number) for number in range(6)]
    assert Counter(e["verdict"] for e in entries) == {"holds": 3, "fails": 3}
    assert all(e["wrong"] == e["violated"] == [] for e in entries)
    assert sum(e["engines"].get("table", 0) for e in entries) >= 4
    held: Counter[str] = Counter()
    for e in entries:
        held.update(e["held"])
    assert held["unheard => observational (definitions/unheard)"] == 3


def test_a_definition_that_no_claim_fits_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_claims, "DRAWS", 20)
    refused = type("Refused", (Unheard,), {"__slots__": (), "defect": _refuse})
    found = twins.entry(refused, 1, 0)
    assert found["verdict"] == "none"
    assert (
        twins.report([found], 1).splitlines()[2]
        == "unheard: 0 hold, 0 fail; nothing compared; 0 wrong"
    )


def _refuse(_: object, claim: Claim) -> Defect:
    raise InputError([f"{claim}: no"])


# ---------------------------------------------------------------- planted bugs are caught


@dataclass(frozen=True)
class Lying:
    """An engine that says that what fails holds."""

    name: str = "table"

    def accepts(self, problem: Problem) -> str | None:
        return get_engine(self.name).accepts(problem)

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        found = get_engine(self.name).bounds(problem, budget)
        return Answer(Fraction(0), Fraction(0), 1, 1, Enumeration(1)) if found.lo > 0 else found


@pytest.mark.parametrize(
    ("engine", "name", "maker"),
    [
        ("table", "constructive", "quotients"),
        ("linear", "t-abstraction", "linear"),
        ("relu", "interchange-over-boxes", "boxed_network"),
        ("grid", "interchange", "networks"),
    ],
)
def test_an_engine_that_lies_is_caught(
    engine: str, name: str, maker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the literal interpreter alone, on a finite piece where there are infinitely many values."""
    monkeypatch.setattr(drawn_claims, "FEW", 16)
    monkeypatch.setattr(claim_makers, "SEMANTICS", ("exact-grid",))
    kind = find_definition(name)
    for number in range(1, 40, 2):
        item = drawn_claims.directed(kind, 1, number, engine, {maker: 1})
        if item is None or item.verdict != "fails":
            continue
        wrong = twins.compared(item, [Lying(engine)])["wrong"]
        if any(f"{engine}: holds" in w and "enumerate: fails" in w for w in wrong):
            return
    pytest.fail(f"{engine} lies, and the literal interpreter does not say so")


@pytest.mark.parametrize(("example", "value"), [("ce18", 1), ("linear_blocks", 0)])
def test_a_piece_of_an_affine_claim_says_as_much_as_the_claim(example: str, value: int) -> None:
    claim, kind = load(example).claim, find_definition("t-abstraction")
    (problem,) = [p for p in drawn_claims.problems(claim, kind()) if p.part.name == "blocks"]
    assert get_engine("enumerate").accepts(problem) == "a root has infinitely many values"
    small = piece(problem)
    assert small is not None
    assert small.whole
    literal = get_engine("enumerate").bounds(small.problem, Budget(60))
    assert (literal.lo, literal.hi) == (value, value)


def test_each_pair_of_a_definition_and_an_engine_is_drawn_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Engines that a few claims in a hundred are for have as many as the others."""
    asked = ["uniform", "interchange", "t-abstraction"]  # in the order of the definitions
    assert twins.main(["--only", *asked, "--claims", "2", "--seed", "1", "--jobs", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (head,) = [k for k, line in enumerate(lines) if line.startswith("compared with the literal")]
    columns, *rows = (line.split() for line in lines[head + 1 : head + 5])
    assert [row[0] for row in rows] == asked
    cells = {
        (row[0], engine): cell
        for row in rows
        for engine, cell in zip(columns, row[1:], strict=True)
        if engine not in ("reading", "value")
    }
    assert {e for (d, e), c in cells.items() if d == "uniform" and c != "·"} >= {
        "omega-search",
        "table",
        "linear",
        "bits",
        "bdd",
        "sat",
        "scan",
        "smt",
    }
    assert cells["interchange", "linear"] == cells["t-abstraction", "table"] == "·"
    assert all(int(c) >= 2 for c in cells.values() if c != "·")


PLANTED: list[tuple[Definition, str, Any]] = [
    (Alpha(AlphaError.IIL), "spread", lambda self, query, law: self.gather(query, law)),
    (
        Alpha(AlphaError.ISIL),
        "mixed",
        lambda self, setting, *, uniform=False: self.law(True, NOTHING),
    ),
    (RischelWeichwald(), "mixed", lambda self, setting, *, uniform=False: self.law(True, NOTHING)),
    (PhiAbstraction(), "image", lambda self, setting: NOTHING),
]


@pytest.mark.parametrize(("definition", "word", "wrong"), PLANTED)
def test_a_definition_that_is_read_wrongly_is_caught(
    definition: Definition, word: str, wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word of the literal interpreter means something else: the reading says otherwise."""
    kind = type(definition)
    items = [item for n in range(12) if (item := twins.drawn(kind, 1, n)) is not None]
    monkeypatch.setattr(query_terms.Blocks, word, wrong)
    found = []
    for item in items:
        try:
            verdict = check(item.claim, definition).name
        except (InputError, KeyError):
            found.append("died")
            continue
        found += twins.compared(replace(item, definition=definition, verdict=verdict))["wrong"]
    assert found


def test_an_implication_that_is_false_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """CE1: what is observational need not be so under interventions."""
    monkeypatch.setattr(Observational, "weaker", (("counterfactual", "none"),))
    arrows = [str(a) for a in of_definition(Observational())]
    assert arrows == ["observational => counterfactual (definitions/observational)"]
    item = twins.Drawn(load("ce1").claim, Observational(), "holds", "ce1")
    assert twins.implied(item)["violated"] == [f"violated: {arrows[0]}"]


def test_the_proved_implications_are_all_there() -> None:
    rows = {a.source for a in implications() if a.source.startswith("A.2")}
    assert rows == {f"A.2 #{n}" for n in (2, 3, 7, 15, 18, 22)}
    assert len(implications()) > 50


# ---------------------------------------------------------------- what the run found


def test_alpha_comes_down_uniformly_whatever_the_kernels_are() -> None:
    low = SCM.from_text("U : bool ~ 1/2\nX1 = U\nX2 = U\nZ = X1")
    high = SCM.from_text("U : bool ~ 1/2\nY = U\nZ = Y")
    claim = Abstraction.from_text(low, high, {"Y": "X1 or X2", "Z": "Z"})
    kernel = {0: (1, 0, 0, 0), 1: (0, 0, 0, 1)}
    own: Any = {"Y": {v: tuple(map(Fraction, row)) for v, row in kernel.items()}}
    definition = Alpha(AlphaError.ISIL, ((("Y",), ("Z",)),), Metric.TV)
    both = [check(c, definition).name for c in (claim, replace(claim, kernels=own))]
    assert both == ["fails", "fails"]
    assert readings()["alpha"](Plain(claim), definition) == Fraction(1, 3)


@pytest.mark.parametrize("kind", [Similar, Circuit])
def test_a_search_for_contexts_is_refused_where_none_is_made(kind: Any) -> None:
    low = SCM.from_text("U : bool\nX = U")
    claim = Abstraction.from_text(low, low, {"X": "X"})
    with pytest.raises(InputError, match='fixed τ_U; write tau_u = "identity"'):
        check(claim, kind(tau_u=TauUPolicy.SEARCHED))


def test_metrics_of_laws_and_of_states_are_not_mixed_up() -> None:
    claim = Abstraction.identity(SCM.from_text("U : bool ~ 1/2\nX = U"))
    with pytest.raises(InputError, match="circuit compares states, and wasserstein does not"):
        check(claim, Circuit(metric=Metric.W1))
    with pytest.raises(InputError, match="alpha compares laws, and hamming does not"):
        check(claim, Alpha(metric=Metric.HAMMING, pairs=((("X",), ("X",)),)))


def test_a_declared_family_must_be_declared() -> None:
    claim = Abstraction.identity(SCM.from_text("U : bool ~ 1/2\nX = U"))
    with pytest.raises(InputError, match="the claim declares no I_H"):
        check(claim, Exact(high_family=HighFamily.DECLARED))


def test_invariance_derives_omega() -> None:
    claim = Abstraction.identity(SCM.from_text("U : bool\nX = U"))
    with pytest.raises(InputError, match="invariance is about ω_τ"):
        check(replace(claim, omega=((NOTHING, NOTHING),)), Invariance())


def test_values_that_runs_reach_depend_on_parameters() -> None:
    low = SCM.from_text("param p : bool\nU : bool\nX = U and p")
    with pytest.raises(InputError, match="depend on the parameter 'p'"):
        check(Abstraction.identity(low), Constructive(Reach()))


def test_a_box_does_not_set_its_own_variable() -> None:
    """S mentions itself and is always 0; X is always 1: the box of S must not be do(S = s)."""
    low = SCM.from_text("cyclic\nU : bool ~ 1/2\nX : bool = 1\nY : bool = X")
    high = SCM.from_text("cyclic\nU : bool ~ 1/2\nS : bool = S and 0")
    claim = Abstraction.from_text(low, high, {"S": "X"})
    assert check(claim, PhiAbstraction()).name == "fails"
    assert check(claim, Observational()).name == "fails"


def test_a_cyclic_graph_above_is_no_phi_abstraction() -> None:
    text = "cyclic\nU, V : bool ~ 1/2\nX : bool = U and Y\nY : bool = V and X"
    claim = Abstraction.from_text(SCM.from_text(text), SCM.from_text(text), {"X": "X", "Y": "Y"})
    found = check(claim, PhiAbstraction())
    assert found.name == "fails"


def test_the_explicit_omega_is_for_one_value_of_parameters() -> None:
    model = SCM.from_text("param p : bool\nU : bool\nX = U and p")
    claim = Abstraction.from_text(model, model, {"X": "X"}, tau_u={"U": "U"})
    with pytest.raises(InputError, match="for one value of the parameters 'p'"):
        check(claim, ConstructiveSoft(Given((NOTHING, model.intervention("X = 1")))))


def test_all_that_is_asked_for_is_asked_of_a_declared_family_too() -> None:
    claim = load("ce4").claim
    declared = replace(claim, high_interventions=(NOTHING,))
    definition = Uniform(Given((NOTHING,)), OmegaPolicy.DERIVED, high_family=HighFamily.ALL)
    found = check(declared, definition)
    assert found.name == check(claim, definition).name == "fails"
    assert dict(found.question.parameters)["high_family"] == "all"


def test_a_value_at_one_parameter_is_no_upper_bound() -> None:
    """At p = 0 the distance is 1, at p = 2 it is 3; the search stops at the first that is too much."""
    low = SCM.from_text("param p : 0..2\nU : bool\nX : 0..3 = 0")
    high = SCM.from_text("param p : 0..2\nU : bool\nX : 0..3 = p + 1")
    claim = Abstraction.from_text(low, high, {"X": "X"})
    found = check(claim, Similar(metric=Metric.L1))
    assert found.name == "fails"
    assert (found.bounds.lo, found.bounds.hi) == (1, INFINITE)
    assert distance(claim, Similar(metric=Metric.L1)).value == 3


def test_the_interpreter_is_no_reading() -> None:
    """A reading that fails a requirement says so by ∞, as distances do."""
    low = SCM.from_text("U : bool ~ 1/2\nX = U")
    claim = Abstraction.from_text(low, SCM.from_text("U : bool ~ 1/2\nY = 0"), {"Y": "X and 0"})
    assert (
        readings()["counterfactual"](Plain(claim), find_definition("counterfactual")()) == INFINITE
    )


def test_a_distance_is_the_least_over_omega_where_it_is_searched() -> None:
    """Under ω(∅) = (X ← 0) all squares commute; under ω_τ the models differ."""
    low = SCM.from_text("U : bool\nX : bool = 0")
    claim = Abstraction.from_text(low, SCM.from_text("U : bool\nX = U"), {"X": "X"})
    for policy, value, words in (
        (OmegaPolicy.SEARCHED, 0, "some order-preserving ω"),
        (OmegaPolicy.DERIVED, 1, "ω = ω_τ"),
    ):
        definition = Approximate(Reach(1), metric=Metric.DISCRETE, omega=policy)
        assert readings()["approximate"](Plain(claim), definition) == value
        assert distance(claim, definition).value == value
        assert words in check(claim, definition).question.sentence
