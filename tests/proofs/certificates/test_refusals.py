"""What only one line of the checker refuses, one test a line; and what it counts and says."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from typing import Any

import pytest

from tauomega.proofs.certificates.checker import decoding, evidence, matching
from tauomega.proofs.certificates.checker.asking import question_of
from tauomega.proofs.certificates.checker.checking import _read_off, check_certificate, stated
from tauomega.proofs.certificates.checker.decoding import claim_of
from tauomega.proofs.certificates.checker.document import RefusedError, canonical, digest
from tauomega.proofs.certificates.checker.factors import Factor, factor_of
from tauomega.proofs.certificates.checker.interchanges import scored
from tauomega.proofs.certificates.checker.refuting import check_counterexample
from tauomega.proofs.certificates.checker.squares import work_of
from tauomega.proofs.certificates.checker.statements import context_map, family_of
from tauomega.proofs.certificates.encoding import claim_to_json
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.proofs.testing.damage import resealed
from tauomega.solvers.checking import check
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Case,
    Constant,
    Domain,
    Expression,
    Operator,
    Range,
    Reals,
    Reference,
)
from tauomega.theory.kernel.commuting import Listed
from tauomega.theory.kernel.commuting_circuit import build
from tauomega.theory.kernel.reaching import weights_of
from tauomega.theory.policy import TauUPolicy
from tauomega.theory.scm import SCM

from .test_checker import asked, claim, one_model

ONE = SCM.from_text("U : bool\nX = U")


def copied(high: str, tau: str = "X", **more: Any) -> Abstraction:
    return Abstraction.from_text(ONE, SCM.from_text(high), {"A": tau}, **more)


# ---------------------------------------------------------------- maps of contexts


def test_contexts_are_not_matched_across_parameters() -> None:
    low = SCM.from_text("param t : bool\nU : bool\nX = U xor t")
    found = Abstraction.from_text(low, SCM.from_text("V : bool\nA = V"), {"A": "X"})
    with pytest.raises(RefusedError, match="the models have parameters"):
        matching.free_squares(asked("block", found))


def test_a_context_without_a_counterpart_has_no_table() -> None:
    question = asked("block", copied("V : bool\nA = V and not V"))
    with pytest.raises(RefusedError, match="square 2 does not commute"):
        matching.check_table(question, [0, 0])


def test_a_listed_map_is_onto_if_it_should_be() -> None:
    found = copied("V : bool\nW : bool\nA = V")  # two low-level contexts, four high-level ones
    with pytest.raises(RefusedError, match="τ_U is not onto"):
        matching.check_table(asked("block", found, tau_u="searched-onto"), [0, 2])
    assert "τ_U, listed" in matching.check_table(asked("block", found), [0, 2])


def test_a_given_expression_is_onto_if_it_should_be() -> None:
    found = copied("V : bool\nW : bool\nA = V")
    maps = [["V", ["name", "U"]], ["W", ["value", "0"]]]
    definition = TauAbstraction(tau_u=TauUPolicy.SEARCHED)
    base = json.loads(certificate_of(found, definition, check(found, definition)))
    squares = {"kind": "construction"}
    for policy, accepted in (("searched", True), ("searched-onto", False)):
        changed = copy.deepcopy(base)
        changed["parameters"]["tau_u"] = policy
        question = question_of(claim_of(base["claim"]), base["definition"], changed["parameters"])
        changed |= {
            "statement": stated(question, "holds", "exact"),
            "proof": {"squares": squares, "tau_u": maps},
        }
        data = canonical(resealed(changed))
        if accepted:
            assert dict(check_certificate(data).shown)["τ_U"] == "the certificate gives it; given"
        else:
            with pytest.raises(
                RefusedError, match="τ_U is not a block map with factors that are onto"
            ):
                check_certificate(data)


def test_a_square_does_not_refute_a_map_that_is_to_be_found() -> None:
    high = SCM.from_text("U : bool\nA = not U")
    found = Abstraction.from_text(ONE, high, {"A": "X"})
    square = {"kind": "square", "at": [["U", "0"]], "image": [["A", "0"]], "result": [["A", "1"]]}
    fixed = asked("block", found, tau_u="identity")
    assert "does not commute" in check_counterexample(fixed, square)
    with pytest.raises(RefusedError, match="one square does not refute every τ_U"):
        check_counterexample(asked("block", found), square)


def test_one_high_level_context_may_be_all_there_are() -> None:
    question = asked("block", copied("V : 1..1\nA : bool = V"))
    said = matching.check_no_context(question, [["U", "0"]], [[]])
    assert "none of the 1 high-level contexts matches under 1 interventions" in said


# ---------------------------------------------------------------- questions


def test_definitions_and_their_parameters_go_together() -> None:
    read = claim_of(claim_to_json(claim(), TauAbstraction()))
    parameters = dict(asked("block", claim()).parameters)
    for name, given in (
        ("strong", parameters),
        ("tau-abstraction", {k: v for k, v in parameters.items() if k != "undefined"}),
        ("tau-abstraction", parameters | {"more": ""}),
    ):
        with pytest.raises(
            RefusedError, match=f"no definition with these parameters is checked: '{name}'"
        ):
            question_of(read, name, given)


def test_sites_that_are_compared_have_a_tau() -> None:
    low = SCM.from_text("input a : bool\nn = not a\nout = not n")
    found = Abstraction.from_text(low, low, {"out": "out"}, sites={"n": ["n"]})
    read = claim_of(claim_to_json(found, InterchangeConsistency()))
    assert ["out"] == scored(read, mapped=False)
    with pytest.raises(RefusedError, match="a site has no τ"):
        scored(read, mapped=True)


def test_the_statement_says_the_verdict() -> None:
    question = asked("block", claim())
    assert "undefined=error), exact semantics, holds: τ onto; " in stated(
        question, "holds", "exact"
    )
    assert "undefined=error), exact semantics, does not hold: τ onto; " in stated(
        question, "fails", "exact"
    )


def test_few_values_are_not_all_real_numbers() -> None:
    one_more = Apply(Operator.ADD, (Reference("x"), Constant(1)))
    assert Factor(("x",), False, 3) == factor_of("A", one_more, {"x": Range(0, 2)}, Reals())
    assert Factor(("x",), True, 0) == factor_of("A", one_more, {"x": Reals()}, Reals())
    with pytest.raises(RefusedError, match="more than 65,536 states of x"):
        factor_of("A", one_more, {"x": Reals()}, Range(0, 2))


def test_a_comparison_of_reals_is_not_listed() -> None:
    positive = Apply(Operator.GT, (Reference("x"), Constant(0)))
    assert Factor((), False, 0) == factor_of("A", positive, {"x": Reals()}, BOOL)


def test_a_table_of_a_variable_is_no_weighted_sum() -> None:
    def table(argument: Expression) -> Case:
        return Case((argument,), (((0,), Constant(5)),), Constant(7))

    assert weights_of(table(Reference("x"))) is None
    assert (Fraction(5), {}) == weights_of(table(Constant(0)))
    assert (Fraction(7), {}) == weights_of(table(Constant(1)))


def test_only_a_comparison_of_reals_is_left_unlisted() -> None:
    """It reads a real number: what else it reads does not matter."""
    more = Apply(Operator.GT, (Reference("x"), Reference("n")))
    domains: dict[str, Domain] = {"x": Reals(), "n": Range(0, 2)}
    assert Factor((), False, 0) == factor_of("A", more, domains, BOOL)


def test_two_tau_of_one_variable_make_no_block_map() -> None:
    high = SCM.from_text("V : bool\nA = V\nB = V")
    found = Abstraction.from_text(ONE, high, {"A": "X", "B": "X"})
    with pytest.raises(RefusedError, match="two τ read one variable"):
        _read_off(asked("block", found, definition="constructive"), "block map")


def test_a_value_that_tau_misses_refutes_what_asks_for_it() -> None:
    found = {"kind": "missed value", "value": [["A", "1"]]}
    missed = copied("V : bool\nA = V", "0*X")
    assert "a value that τ misses" in check_counterexample(asked("block", missed), found)
    with pytest.raises(RefusedError, match="the definition does not ask for τ to be onto"):
        check_counterexample(asked("block", missed, definition="uniform"), found)


def test_a_listed_intervention_may_set_all_that_is_mapped() -> None:
    question = asked("given", copied("V : bool\nA = V"), ["", "X = 1"])
    assert Listed((((), ()), ((("X", 1),), (("A", 1),)))) == family_of(question)


def test_all_scored_variables_may_be_sites() -> None:
    low = SCM.from_text("input a : bool\nn = not a")
    found = Abstraction.from_text(low, low, {"n": "n"}, sites={"n": ["n"]})
    assert ["n"] == scored(claim_of(claim_to_json(found, InterchangeConsistency())), mapped=True)


def test_a_variable_with_one_reader_is_not_shared() -> None:
    question = asked("block", claim(), definition="constructive")
    with pytest.raises(RefusedError, match="it is not read by these τ"):
        check_counterexample(question, {"kind": "shared", "variable": "X[3]", "readers": ["B"]})


def test_a_map_of_contexts_that_is_the_identity_needs_the_roots_below() -> None:
    question = asked("block", copied("V : bool\nA = V"), tau_u="identity")
    with pytest.raises(RefusedError, match="no low-level root 'V'"):
        context_map(question)


def test_omega_may_give_one_image_to_an_intervention_and_to_a_part_of_it() -> None:
    same = claim(
        omega=[("", ""), ("X[1] = 1", "A = 1"), ("X[1] = 1, X[2] = 1", "A = 1")], tau_u=None
    )
    question = asked("given", same, ["", "X[1] = 1", "X[1] = 1, X[2] = 1"], "uniform")
    assert "9 pairs compared" == _read_off(question, "ω order-preserving")


def test_omega_gives_one_image_to_an_intervention() -> None:
    document = claim_to_json(
        claim(omega=[("", ""), ("X[1] = 1", "A = 1")], tau_u=None), TauAbstraction()
    )
    document["omega"].append([[["X[1]", "1"]], [["A", "0"]]])
    parameters = dict(asked("given", claim(omega=[("", "")]), [""], "uniform").parameters)
    question = question_of(claim_of(document), "uniform", parameters | {"tau_u": "searched"})
    with pytest.raises(RefusedError, match="ω does not preserve order"):
        _read_off(question, "ω order-preserving")


def test_a_parameter_may_stand_in_one_model_only() -> None:
    low = SCM.from_text("param t : bool\nU : bool\nX = U and t")
    found = Abstraction.from_text(low, SCM.from_text("V : bool\nA = V"), {"A": "X"})
    document = claim_to_json(found, TauAbstraction())
    claim_of(document)
    both = copy.deepcopy(document)
    both["high"]["variables"].append(
        {
            **next(v for v in both["low"]["variables"] if v["name"] == "t"),
            "domain": ["range", "0", "2"],
        }
    )
    with pytest.raises(RefusedError, match="the parameter 't' has two domains"):
        claim_of(both)


def test_a_composition_has_two_parts_about_its_definition() -> None:
    found = Abstraction.from_text(ONE, ONE, {"X": "X"})
    same = TauUPolicy.IDENTITY
    parts = [
        json.loads(certificate_of(found, definition, check(found, definition)))
        for definition in (TauAbstraction(tau_u=same), Constructive(tau_u=same))
    ]
    whole = parts[0] | {"proof": {"composition": [parts[0], parts[0]]}}
    assert check_certificate(canonical(resealed(whole))).shown[0][0] == "composition"
    for composition, message in (
        ([parts[0], parts[0], parts[0]], "a composition has two parts"),
        ("ab", "a composition has two parts"),
        (2, "a composition has two parts"),
        ([parts[0], parts[1]], "the two parts are about another definition"),
        ([parts[1], parts[0]], "the two parts are about another definition"),
    ):
        wrong = canonical(resealed(whole | {"proof": {"composition": composition}}))
        with pytest.raises(RefusedError, match=message):
            check_certificate(wrong)


@pytest.mark.parametrize(
    "step", [[[1], [2, "a"]], [[1, "a"], [2]], [[1], [True, 2]], [1, 2], [[1]]]
)
def test_a_step_of_a_proof_is_two_lists_of_numbers(step: Any) -> None:
    model = one_model(asked("block", claim()))
    clauses = build(model).blaster.circuit.clauses(build(model).literals)
    given = {
        "kind": "clausal proof",
        "clauses": digest([list(c) for c in clauses]),
        "steps": [step],
    }
    with pytest.raises(RefusedError, match="no list of steps"):
        evidence.check_squares(model, given)


# ---------------------------------------------------------------- work and nesting


def test_work_is_counted_in_nodes() -> None:
    """U, do A?: A, τ: nothing but references; three interventions in the squares of one block."""
    model = one_model(asked("block", copied("V : bool\nA = V"), tau_u="searched"))
    mechanisms = [v.mechanism for v in model.program.variables if v.mechanism is not None]
    sides = [side for _, *both in model.sides for side in both]
    nodes = 1 + sum(size(tree) for tree in (*mechanisms, *sides))
    assert work_of(model) == 3 * nodes
    assert work_of(model, *model.context) == 3 * 4 * nodes


def size(tree: Any) -> int:
    """The nodes of an expression, by its parts."""
    parts = list(getattr(tree, "arguments", ()))
    parts += [entry for _, entry in getattr(tree, "rows", ())]
    parts += [d for d in [getattr(tree, "default", None)] if d is not None]
    return 1 + sum(map(size, parts))


def test_real_roots_are_not_enumerated() -> None:
    low = SCM.from_text("U : real\nX = U")
    found = Abstraction.from_text(
        low, SCM.from_text("V : real\nA = V"), {"A": "X"}, tau_u={"V": "U"}
    )
    model = one_model(asked("block", found, definition="uniform"))
    with pytest.raises(RefusedError, match="a root has infinitely many values"):
        work_of(model, *model.context)


@pytest.mark.parametrize("sign", ["+", "*", "and", "or", "xor", "min", "max", "count"])
def test_an_operator_may_have_one_operand(sign: str) -> None:
    found = claim_to_json(claim(), TauAbstraction())
    found["low"]["variables"][-1]["mechanism"] = [sign, ["name", "X[1]"]]
    assert claim_of(found).low.variables[-1].mechanism == Apply(
        Operator(sign), (Reference("X[1]"),)
    )


def test_numbers_of_an_expression_are_as_long_together_as_is_documented() -> None:
    found = claim_to_json(claim(), TauAbstraction())
    for digits, refused in ((1000, False), (1001, True)):
        numbers = [["value", "9" * 1000]] * 99 + [["value", "9" * (digits - 1)], ["value", "9"]]
        found["low"]["variables"][-1]["mechanism"] = ["+", *numbers]
        if refused:
            with pytest.raises(RefusedError, match="more than 100,000 digits"):
                claim_of(found)
        else:
            claim_of(found)


def test_variables_are_declared_once_and_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    found = claim_to_json(claim(), TauAbstraction())
    count = len(found["low"]["variables"])
    monkeypatch.setattr(decoding, "VARIABLES", count)
    claim_of(found)
    twice = copy.deepcopy(found)
    twice["low"]["variables"][0] = twice["low"]["variables"][1]
    with pytest.raises(RefusedError, match="a variable is declared twice"):
        claim_of(twice)
    monkeypatch.setattr(decoding, "VARIABLES", count - 1)
    with pytest.raises(RefusedError, match="too many variables"):
        claim_of(found)


def test_an_enumeration_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    model = one_model(asked("block", claim()))
    work = work_of(model, *model.context)
    monkeypatch.setattr(evidence, "WORK", work)
    evidence.transcript_of(model)
    monkeypatch.setattr(evidence, "WORK", work - 1)
    with pytest.raises(RefusedError, match=f"more than {work - 1:,} nodes to evaluate"):
        evidence.transcript_of(model)


@pytest.mark.parametrize("place", ["arguments", "default"])
def test_tables_are_nested_no_deeper_than_other_expressions(place: str) -> None:
    found = claim_to_json(claim(), TauAbstraction())
    for depth, refused in ((300, False), (301, True)):
        tree: Any = ["value", "1"]
        for _ in range(depth):
            leaf = ["value", "1"]
            parts = [tree, leaf] if place == "arguments" else [leaf, tree]
            tree = ["table", [parts[0]], [[["1"], leaf]], parts[1]]
        found["low"]["variables"][-1]["mechanism"] = tree
        if refused:
            with pytest.raises(RefusedError, match="nested deeper than 300"):
                claim_of(found)
        else:
            claim_of(found)
