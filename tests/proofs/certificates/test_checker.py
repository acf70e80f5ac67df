"""The checker refuses, with a reason, everything about a certificate that is not as it must be."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tauomega.proofs.certificates.checker import (
    checking,
    decoding,
    evidence,
    factors,
    gates,
    matching,
    squares,
)
from tauomega.proofs.certificates.checker import document as document_module
from tauomega.proofs.certificates.checker.asking import question_of
from tauomega.proofs.certificates.checker.checking import _read_off, check_certificate, stated
from tauomega.proofs.certificates.checker.decoding import claim_of
from tauomega.proofs.certificates.checker.document import (
    NotACertificateError,
    RefusedError,
    canonical,
    digest,
)
from tauomega.proofs.certificates.checker.evidence import transcript_of
from tauomega.proofs.certificates.checker.factors import Factor, factor_of, states_of
from tauomega.proofs.certificates.checker.refuting import check_counterexample
from tauomega.proofs.certificates.checker.squares import settings_of, sides_at, work_of
from tauomega.proofs.certificates.checker.statements import (
    Question,
    context_map,
    family_of,
    statement_of,
)
from tauomega.proofs.certificates.contexts import listed_map
from tauomega.proofs.certificates.encoding import claim_to_json
from tauomega.proofs.certificates.proving import enumerable
from tauomega.proofs.certificates.reading import read_again
from tauomega.proofs.certificates.writing import certificate_of
from tauomega.proofs.testing.damage import example_text, resealed, task_text
from tauomega.proofs.testing.scaling import scaled
from tauomega.solvers.checking import check
from tauomega.solvers.circuits import variables_of
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.family import Given
from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Case,
    Constant,
    Domain,
    Finite,
    Hole,
    Operator,
    Range,
    Reals,
    Reference,
    blasting,
    circuit,
    parse_expression,
    words,
)
from tauomega.theory.kernel.circuit import FALSE
from tauomega.theory.kernel.commuting import INDEX, Blocks, Listed, Squares, squares_of
from tauomega.theory.kernel.commuting_circuit import build
from tauomega.theory.kernel.diagram import diagram_of
from tauomega.theory.kernel.scope import Scope
from tauomega.theory.policy import Depth, TauUPolicy
from tauomega.theory.scm import SCM
from tauomega.theory.task import read_task

Document = dict[str, Any]


def document(text: str) -> Document:
    task = read_task(text)
    verdict = check(task.claim, task.definition)
    found: Document = json.loads(certificate_of(task.claim, task.definition, verdict, task=text))
    return found


@pytest.fixture(scope="module")
def originals() -> dict[str, Document]:
    names = (
        "ce2_uniform",
        "ce3",
        "ce3_tau_abstraction",
        "ce5_constructive",
        "ce6_block",
        "ce8",
        "ce8_single",
    )
    found = {name: document(example_text(name)) for name in names}
    found["adder"] = document(task_text(scaled("adder", 10)))
    found["faulty"] = document(task_text(scaled("adder", 3, holds=False)))
    return found


def at(found: Any, *path: Any) -> Any:
    for key in path:
        found = found[key]
    return found


CASES: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("ce8", ("verdict",), "unknown", "the verdict is holds or fails, or distance"),
    ("ce8", ("semantics",), "ieee", "no exact semantics"),
    ("ce8", ("definition",), "strong", "no definition with these parameters"),
    ("ce8", ("statement",), "it holds", "the statement is not that of the claim"),
    ("ce8", ("relies_on",), ["faith"], "it relies on something else"),
    ("ce8", ("parameters", "joint"), 1, "parameters are strings"),
    ("ce8", ("parameters",), [], "parameters are strings"),
    ("ce8", ("parameters", "scored"), "induced", "only interchanges from all sources"),
    ("ce8", ("parameters", "sources"), "forward", "only interchanges from all sources"),
    ("ce8", ("parameters", "more"), "", "only interchanges from all sources"),
    ("ce8", ("parameters", "tau_u"), "searched", "an interchange needs sites and a fixed τ_U"),
    ("ce8", ("parameters", "tau_u"), "given", "an interchange needs sites and a fixed τ_U"),
    ("ce8", ("claim", "sites"), [], "an interchange needs sites and a fixed τ_U"),
    ("ce8", ("parameters", "joint"), "0", "no number: '0'"),
    ("ce8", ("parameters", "joint"), "1000000", "no number: '1000000'"),
    ("ce8", ("task",), 7, "no task or no proof"),
    ("ce8", ("proof",), [], "no task or no proof"),
    ("ce8", ("proof",), {}, "no counterexample"),
    ("ce8", ("proof", "counterexample"), [], "no counterexample"),
    ("ce8", ("proof", "counterexample", "kind"), "triangle", "no kind of counterexample"),
    ("ce8", ("proof", "counterexample", "more"), 1, "no kind of counterexample"),
    ("ce8", ("proof", "counterexample", "at"), [], "what is given makes no square"),
    ("ce8", ("proof", "counterexample", "at"), 3, "a list is missing"),
    ("ce8", ("proof", "counterexample", "at", -1, 1), "2", "is outside its domain"),
    ("ce8", ("proof", "counterexample", "at", -1, 0), "nobody", "no variable 'nobody'"),
    ("ce8", ("proof", "counterexample", "image"), [], "the two solutions are others"),
    ("ce8", ("proof", "counterexample", "result"), [], "the two solutions are others"),
    ("ce8_single", ("proof",), {"squares": []}, "no proof"),
    ("ce8_single", ("proof",), {"squares": {}, "tau_u": []}, "no proof"),
    ("ce8_single", ("proof", "squares", "kind"), "hope", "no kind of evidence: 'hope'"),
    ("ce8_single", ("proof", "squares", "kind"), "construction", "evidence has the keys kind"),
    ("ce8_single", ("proof", "squares"), {"kind": "construction"}, "not the same gates"),
    ("ce8_single", ("proof", "squares", "squares"), "31", "the transcript is of another enumeration"),
    ("ce8_single", ("proof", "squares", "sha256"), "0" * 64, "the transcript is of another enumeration"),
    ("ce8_single", ("proof", "squares", "more"), "", "evidence has the keys"),
    ("ce6_block", ("definition",), "strong", "no definition with these parameters"),
    ("ce6_block", ("parameters", "family"), "reach", "the family reach is not checked"),
    ("ce6_block", ("parameters", "family"), "all", "the family all is not checked"),
    ("ce6_block", ("parameters", "family"), "single:x", "no number: 'x'"),
    ("ce6_block", ("parameters", "omega"), "searched", "only a given or derived ω"),
    ("ce6_block", ("parameters", "omega"), "given", "a given ω goes with a listed family"),
    ("ce6_block", ("parameters", "high_family"), "declared", "only an ω that is defined"),
    ("ce6_block", ("parameters", "undefined"), "perhaps", "only an ω that is defined"),
    ("ce6_block", ("parameters", "tau_u"), "given", "tau_u = given is not checked"),
    ("ce6_block", ("parameters", "tau_u"), "guessed", "tau_u = guessed is not checked"),
    ("ce6_block", ("claim", "tau"), [], "some high-level variable has no τ"),
    ("ce6_block", ("claim", "interventions"), [], "STATED"),
    ("ce6_block", ("proof", "tau_u"), [0, 0, 1, 1], "square 3 does not commute"),
    ("ce6_block", ("proof", "tau_u"), [0, 0, 0], "a list is missing"),
    ("ce6_block", ("proof", "tau_u"), [0, 0, 0, 2], "no place of a high-level context"),
    ("ce6_block", ("proof", "tau_u"), [0, 0, 0, -1], "no place of a high-level context"),
    ("ce6_block", ("proof", "tau_u"), [False, 0, 0, 1], "no place of a high-level context"),
    ("ce6_block", ("proof", "tau_u"), {}, "a list is missing"),
    ("ce6_block", ("proof", "counterexample"), {}, "no counterexample"),
    ("ce6_block", ("proof", "counterexample"), [], "no counterexample"),
    ("ce3", ("claim", "omega"), None, "a given ω goes with a listed family"),
    ("ce3", ("claim", "interventions"), None, "the listed family is empty"),
    ("ce3", ("parameters", "undefined"), "exclude", "only an ω that is defined"),
    ("ce3_tau_abstraction", ("proof", "counterexample", "value"), [["Y1", "0"]], "not the first value"),
    ("ce3_tau_abstraction", ("proof", "counterexample", "value"), [], "not the first value"),
    ("ce3_tau_abstraction", ("proof", "counterexample", "more"), [], "no kind of counterexample"),
    ("ce5_constructive", ("proof", "counterexample", "variable"), "X2", "not read by these τ"),
    ("ce5_constructive", ("proof", "counterexample", "readers"), ["Y1"], "not read by these τ"),
    ("ce5_constructive", ("proof", "counterexample", "more"), [], "no kind of counterexample"),
    ("ce2_uniform", ("proof", "counterexample", "more"), [], "no kind of counterexample"),
    ("ce2_uniform", ("proof", "counterexample", "context"), [], "what is given makes no square"),
    ("ce2_uniform", ("proof", "counterexample", "separators"), [], "there is no separator"),
    ("ce2_uniform", ("proof", "counterexample", "separators"), [[]], "what is given makes no square"),
    ("ce2_uniform", ("proof", "counterexample", "separators"), [7], "a list is missing"),
    ("adder", ("proof", "squares", "clauses"), "0" * 64, "a proof of other clauses"),
    ("adder", ("proof", "squares", "steps"), [], "the last step is not the empty clause"),
    ("adder", ("proof", "squares", "steps"), [7], "no list of steps"),
    ("adder", ("proof", "squares", "steps"), [[[], [True]]], "no list of steps"),
    ("adder", ("proof", "squares", "steps"), [[[0], [1]]], "no list of steps"),
    ("adder", ("proof", "squares", "steps"), [[[2**31], [1]]], "no list of steps"),
    ("adder", ("proof", "squares", "steps"), [[["a"], [1]]], "no list of steps"),
    ("adder", ("proof", "squares"), {"kind": "decision diagram", "order": [], "nodes": "1"}, "no decision diagram"),
    ("adder", ("proof", "squares"), {"kind": "decision diagram", "order": 1, "nodes": "1"}, "no order"),
    ("adder", ("parameters", "tau_u"), "searched", "STATED"),
    ("faulty", ("proof", "counterexample", "at"), [["do C[1]", "1"]], "no variable 'do C\\[1\\]'"),
    ("faulty", ("proof", "counterexample", "at"), [["do S[1]", "1"]], "what is given makes no square"),
    ("faulty", ("proof", "counterexample", "at"), [["set S[1]", "2"]], "S\\[1\\] = 2 is outside its domain"),
    ("faulty", ("proof", "counterexample", "at"), [["T", "0"]], "no variable 'T'"),
    ("faulty", ("proof", "counterexample", "at"), [["do S[1]", "0"], ["do S[1]", "0"]], "given twice"),
    ("faulty", ("proof", "counterexample", "at"), [["do S[1]"]], "a list is missing"),
    ("faulty", ("claim", "tau_u"), [], "tau_u = identity is not checked"),
    # models
    ("ce8", ("claim", "low"), {}, "an object with the keys variables, order"),
    ("ce8", ("claim", "more"), 1, "an object with the keys low, high"),
    ("ce8", ("claim", "low", "order"), [], "the order is incomplete"),
    ("ce8", ("claim", "low", "order", 0), 3, "a string is missing"),
    ("ce8", ("claim", "low", "variables", 0, "kind"), "noun", "no kind of variable"),
    ("ce8", ("claim", "low", "variables", 0, "name"), "set X", "no name of a variable"),
    ("ce8", ("claim", "low", "variables", 0, "name"), "", "no name of a variable"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), "complex", "no domain that is decided"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["range", "1", "0"], "no range"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["range", "0", "1"], "no range"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["range", "0", "1/2"], "no range"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["range", "0", "x"], "no range"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set", "2", "2"], "no set of values"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set", "0", "1"], "no set of values"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set"], "no domain that is decided"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set", "2/4"], "not in lowest terms"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set", "+1"], "no value: '\\+1'"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set", "1/0"], "no value: '1/0'"),
    ("ce8", ("claim", "low", "variables", 0, "domain"), ["set", "1" * 1001], "a number is too long"),
    ("ce8", ("claim", "low", "variables", 0, "mechanism"), ["value", "1"], "mechanism"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), None, "mechanism"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["name", "nobody"], "reads nobody too early"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["@", ["value", "1"]], "no expression"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), 3, "no expression"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["not"], "'not' with 0 operands"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["and"], "'and' with 0 operands"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["if", ["value", "1"]], "'if' with 1 operands"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["==", ["value", "1"]], "'==' with 1 operands"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["==", *[["value", "1"]] * 3], "'==' with 3 operands"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["-", *[["value", "1"]] * 2], "'-' with 2 operands"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["table", [], [[[], ["value", "1"]]], None], "a table is empty"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["table", [["value", "1"]], [], None], "a table is empty"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["table", [["value", "1"]], [[["1", "2"], ["value", "1"]]], None], "a list is missing"),
    ("ce8", ("claim", "low", "variables", -1, "mechanism"), ["*", *[["value", "9" * 1000]] * 101], "more than 100,000 digits"),
    ("ce8", ("claim", "tau", 0, 1), ["name", "nobody"], "reads nobody"),
    ("ce8", ("claim", "tau", 0, 0), "nobody", "no high-level variable"),
    ("ce8", ("claim", "sites", 0, 1), ["nobody"], "no low-level variable"),
    ("ce8", ("claim", "inert"), ["nobody"], "no low-level variable"),
    ("ce8", ("claim", "interventions"), [[["nobody", "1"]]], "no variable 'nobody'"),
    ("ce8", ("claim", "tau_u"), [["nobody", ["name", "nobody"]]], "reads nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "value", "message"), CASES)
def test_each_fault_is_refused_with_its_reason(
    originals: dict[str, Document], name: str, path: tuple[Any, ...], value: Any, message: str
) -> None:
    found = copy.deepcopy(originals[name])
    check_certificate(canonical(found))
    at(found, *path[:-1])[path[-1]] = value
    expected = (
        "the statement is not that of the claim|ω_τ is checked|no proof|other"
        if message == "STATED"
        else message
    )
    if message == "STATED" and path[-1] == "interventions":
        check_certificate(canonical(resealed(found)))  # a list that the family does not use
        return
    found["statement"] = _restated(found, found["statement"])
    sealed = found if path == ("task",) else resealed(found)
    with pytest.raises(RefusedError, match=expected):
        check_certificate(canonical(sealed))


def _restated(found: Document, before: str) -> str:
    """The statement that goes with the changed claim, so that what is refused is not only its words."""
    if before == "it holds":
        return before
    try:
        question = question_of(claim_of(found["claim"]), found["definition"], found["parameters"])
        return stated(question, found["verdict"], found["semantics"])
    except (RefusedError, AttributeError, KeyError, TypeError):
        return before


def test_hashes_keys_and_form_are_checked(originals: dict[str, Document]) -> None:
    found = originals["ce8"]
    for part in ("task", "claim", "proof"):
        hashes = found["hashes"] | {part: digest(0)}
        with pytest.raises(RefusedError, match="a hash is not that of what stands here"):
            check_certificate(canonical(found | {"hashes": hashes}))
    for changed in (found | {"more": 1}, {k: v for k, v in found.items() if k != "task"}):
        with pytest.raises(RefusedError, match="a certificate has the keys"):
            check_certificate(canonical(changed))
    with pytest.raises(RefusedError, match="not in canonical form"):
        check_certificate(json.dumps(found).encode())
    with pytest.raises(RefusedError, match="not in canonical form"):
        check_certificate(canonical(found) + b"\n")
    with pytest.raises(NotACertificateError, match="its schema is not"):
        check_certificate(canonical(found | {"schema": "tauomega/certificate/2"}))
    assert b'{"a":"\xc2\xbd","b":[1]}\n' == canonical({"b": [1], "a": "½"})
    assert "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356" == digest({})


def test_a_certificate_may_not_be_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    module = document_module
    monkeypatch.setattr(module, "LARGEST", 30)
    data = canonical({"schema": "tauomega/certificate/1"})
    with pytest.raises(NotACertificateError, match=f"{len(data)} bytes"):
        check_certificate(data)
    monkeypatch.setattr(module, "LARGEST", len(data))
    with pytest.raises(RefusedError, match="a certificate has the keys"):
        check_certificate(data)


def test_nesting_has_a_limit(originals: dict[str, Document]) -> None:
    found = copy.deepcopy(originals["ce8"])
    last = found["claim"]["low"]["variables"][-1]
    for depth, refused in ((300, False), (301, True)):
        tree: Any = ["value", "1"]
        for _ in range(depth):
            tree = ["not", tree]
        last["mechanism"] = tree
        if refused:
            with pytest.raises(RefusedError, match="nested deeper than 300"):
                claim_of(found["claim"])
        else:
            claim_of(found["claim"])
    table: Any = ["value", "1"]
    for depth in range(1, 302):
        table = ["table", [["value", "1"]], [[["1"], ["value", "1"]]], table]
        last["mechanism"] = table
        if depth == 300:
            claim_of(found["claim"])
    with pytest.raises(RefusedError, match="nested deeper than 300"):
        claim_of(found["claim"])
    part = originals["ce8_single"]
    three = resealed(part | {"proof": {"composition": [part] * 3}})
    with pytest.raises(RefusedError, match="a composition has two parts"):
        check_certificate(canonical(three))
    for depth in range(1, 6):
        part = resealed(originals["ce8_single"] | {"proof": {"composition": [part, part]}})
        reason = "nested deeper than 4" if depth == 5 else "only τ-abstractions"
        with pytest.raises(RefusedError, match=reason):
            check_certificate(canonical(part))


# ---------------------------------------------------------------- factors, families, questions


def tree(text: str, *names: str) -> Any:
    return parse_expression(text, Scope({n: Range(0, 2) for n in names or "xyz"}, {}))


def test_factors_are_read_by_form_or_by_listing() -> None:
    domains = {"x": Range(0, 2), "y": Range(0, 2), "z": Range(0, 2), "o": Range(1, 1)}
    cases: list[tuple[str, Any, tuple[tuple[str, ...], bool, int]]] = [
        ("x", Range(0, 2), (("x",), True, 0)),
        ("x + 3*y", Range(0, 8), (("x", "y"), True, 0)),
        ("x + 3*y", Range(0, 9), (("x", "y"), False, 0)),
        ("x + y - y", Range(0, 2), (("x",), True, 0)),
        ("x*y", Range(0, 4), (("x", "y"), False, 9)),
        ("x*y", Finite((0, 1, 2, 4)), (("x", "y"), True, 9)),
        ("x*0 + max(y, 0)", Range(0, 2), (("y",), True, 9)),
        ("x == y", BOOL, (("x", "y"), True, 9)),
        ("x*x >= 0", BOOL, ((), False, 3)),
        ("2", Range(0, 2), ((), False, 0)),
    ]  # fmt: skip
    for text, target, expected in cases:
        found = factor_of("T", tree(text), domains, target)
        assert expected == (found.support, found.onto, found.listed), text
    assert not factor_of("T", tree("x"), domains, Reals()).onto  # three values of infinitely many
    mixed: dict[str, Domain] = {"x": Reals(), "y": Range(0, 2)}
    with pytest.raises(RefusedError, match="more than 65,536 states of x, y"):
        factor_of("T", tree("x + y"), mixed, Reals())
    one = factor_of("T", tree("x + o", "x", "o"), domains, Range(1, 3))
    assert (("x",), True) == (one.support, one.onto)
    real = {"x": Reals(), "y": Reals()}
    found = factor_of("T", tree("2*x - y + 1"), real, Reals())
    assert (("x", "y"), True, 0) == (found.support, found.onto, found.listed)
    assert not factor_of("T", Constant(3), real, Reals()).onto
    for text, target in (("x + 3*y", Range(0, 7)), ("x + 3*y", Range(1, 8)), ("x*y", Range(0, 3))):
        with pytest.raises(RefusedError, match="τ of T leaves its domain"):
            factor_of("T", tree(text), domains, target)
    big = {"x": Range(0, 2**16 - 1), "y": Range(0, 1)}
    assert 2**16 == len(states_of(("x",), big))
    with pytest.raises(RefusedError, match="more than 65,536 states of x, y"):
        states_of(("x", "y"), big)
    with pytest.raises(RefusedError, match="more than 65,536 states of x"):
        states_of(("x",), {"x": Reals()})


LOW = "U[1..3] : bool\nX[i] = U[i]\nK = 0*X[1]\nW = X[1] and X[2] and X[3]"
HIGH = "A0 : bool\nB0 : bool\nA = A0\nB = B0\nW = A and B"


def claim(**more: Any) -> Abstraction:
    tau = {"A": "X[1] and X[2]", "B": "X[3]", "W": "W"}
    maps = {"A0": "U[1] and U[2]", "B0": "U[3]"}
    low, high = SCM.from_text(LOW), SCM.from_text(HIGH)
    return Abstraction.from_text(low, high, tau, **({"tau_u": maps} | more))


def asked(
    family: str,
    found: Abstraction,
    listed: list[str] | None = None,
    definition: str = "tau-abstraction",
    **more: str,
) -> Any:
    interventions = None if listed is None else tuple(found.scm.intervention(t) for t in listed)
    own = TauAbstraction(Given(interventions)) if listed is not None else TauAbstraction()
    omega = "derived" if found.omega is None else "given"
    tau_u = "given" if found.tau_u is not None else "searched"
    parameters = {
        "family": family,
        "omega": omega,
        "tau_u": tau_u,
        "high_family": "image",
        "undefined": "error",
    }
    return question_of(claim_of(claim_to_json(found, own)), definition, parameters | more)


def one_model(question: Question) -> Squares:
    """The statement of a question, with its fixed τ_U if it has one."""
    return squares_of(statement_of(question, None if question.searched else context_map(question)))


def settings(question: Question) -> list[dict[str, Any]]:
    """Each intervention of the family as the roots that choose it, the ones that count."""
    squares = one_model(question)
    found = []
    for state in settings_of(squares):
        on = {n: state[n] for s in squares.switches if state[s.name] for n in s.fields}
        found.append(on | {n: state[n] for n in state if n == INDEX})
    return found


def test_families_are_what_they_are_called() -> None:
    found = claim(inert=["K"])
    blocks = (("A", ("X[1]", "X[2]")), ("B", ("X[3]",)), ("W", ("W",)))
    assert Blocks(blocks) == family_of(asked("block", found))
    assert Blocks(blocks, (), 2) == family_of(asked("single:2", found))
    every = settings(asked("block", found))
    assert (1 + 4) * (1 + 2) * (1 + 2) == len(every) == len({tuple(s.items()) for s in every})
    assert {"set X[1]": 1, "set X[2]": 1, "set W": 0} in every
    assert 1 + 4 + 2 + 2 == len(settings(asked("single:1", found)))
    with pytest.raises(RefusedError, match="the family all is not checked"):
        family_of(asked("all", found))
    single = Abstraction.from_text(
        SCM.from_text(LOW), SCM.from_text("A : bool\nB = A"), {"B": "X[3]"}, inert=["K"]
    )
    for family in ("all", "taumax"):
        question = asked(family, single)
        assert Blocks((("B", ("X[3]",)),), ("K",)) == family_of(question)
        every = settings(question)
        assert 3 * 3 == len(every)
        assert {"set X[3]": 1, "set K": 0} in every


def test_listed_interventions_have_the_images_that_tau_gives() -> None:
    listed = ["", "X[1] = 0", "X[1] = 1, X[2] = 1", "X[3] = 1, K = 0", "X[2] = 0, X[3] = 0"]
    question = asked("given", claim(inert=["K"]), listed)
    family = family_of(question)
    assert isinstance(family, Listed)
    expected = [(), (("A", 0),), (("A", 1),), (("B", 1),), (("A", 0), ("B", 0))]
    assert expected == [j for _, j in family.pairs]
    assert [{INDEX: k} for k in range(5)] == settings(question)
    partly = family_of(asked("given", claim(), ["X[1] = 1"]))
    assert isinstance(partly, Listed)
    assert [()] == [j for _, j in partly.pairs]  # τ can still be both
    with pytest.raises(RefusedError, match="neither mapped nor inert"):
        family_of(asked("given", claim(), ["K = 0"]))
    with pytest.raises(RefusedError, match="the listed family is empty"):
        family_of(asked("given", claim(), []))
    wide = Abstraction.from_text(
        SCM.from_text("U : 0..2\nV : bool\nX = U\nZ = V"), SCM.from_text("A : 0..3\nB = A"), {"B": "X + Z"}
    )  # fmt: skip
    with pytest.raises(RefusedError, match="ω_τ is undefined at a listed intervention, for B"):
        family_of(asked("given", wide, ["X = 1"]))
    omega = [("X[1] = 1", "A = 1"), ("", "")]
    given = asked("given", claim(omega=omega), ["", "X[1] = 1"])
    assert Listed((((), ()), ((("X[1]", 1),), (("A", 1),)))) == family_of(given)
    with pytest.raises(RefusedError, match="ω is not given at a listed intervention"):
        family_of(asked("given", claim(omega=omega), ["X[2] = 1"]))


def test_clauses_are_those_of_the_definition() -> None:
    assert ("τ onto", "τ_U onto", "squares") == asked("block", claim()).clauses
    assert ("block map", "τ onto", "τ_U onto", "squares") == asked(
        "block", claim(), definition="constructive"
    ).clauses
    assert ("squares",) == asked("block", claim(), definition="uniform").clauses
    assert ("τ onto", "squares") == asked("block", claim(tau_u=None)).clauses
    assert "searched" == asked("block", claim(tau_u=None)).searched
    assert "" == asked("block", claim()).searched
    given = asked("given", claim(omega=[("", "")]), [""], definition="uniform")
    assert ("ω order-preserving", "squares") == given.clauses
    assert 1 == len(given.relies_on)
    assert () == asked("block", claim()).relies_on


def test_omega_of_tau_needs_factors_that_are_onto_and_apart() -> None:
    low = SCM.from_text("U : bool\nX = U\nY = U")
    high = SCM.from_text("V : bool\nA = V\nB = V")
    wide = SCM.from_text("V : bool\nA = V\nB : 0..2 = V")
    single = SCM.from_text("V : bool\nA = V\nB : 1..1 = 1")
    for above, tau in (
        (high, {"A": "X", "B": "X"}),
        (high, {"A": "X", "B": "0*Y"}),
        (wide, {"A": "X", "B": "Y"}),
        (single, {"A": "X", "B": "1"}),
    ):
        found = Abstraction.from_text(low, above, tau)
        with pytest.raises(RefusedError, match="ω_τ is checked for block maps"):
            family_of(asked("block", found))


def test_enumerations_count_every_square_once() -> None:
    question = asked("block", claim())
    count, transcript, differing = transcript_of(one_model(question))
    assert 0 == differing
    assert 8 * 45 == count
    assert 64 == len(transcript)
    assert enumerable(one_model(question))
    assert enumerable(one_model(question), cheap=True)
    for family, size, few in (("adder", 40, False), ("adder", 2, True)):
        member = scaled(family, size)
        found = question_of(
            claim_of(claim_to_json(member.claim, member.definition)),
            "tau-abstraction",
            {
                "family": "block",
                "omega": "derived",
                "tau_u": "identity",
                "high_family": "image",
                "undefined": "error",
            },
        )
        assert few == enumerable(one_model(found))
    wrong = Abstraction.from_text(
        SCM.from_text(LOW), SCM.from_text(HIGH.replace("A and B", "A or B")),
        {"A": "X[1] and X[2]", "B": "X[3]", "W": "W"}, tau_u={"A0": "U[1] and U[2]", "B0": "U[3]"},
    )  # fmt: skip
    question = asked("block", wrong)
    with pytest.raises(RefusedError, match=r"square \d+ does not commute"):
        transcript_of(one_model(question))


@pytest.mark.parametrize("joint", [1, 2, None])
def test_interchanges_are_certified_at_every_depth(joint: int | None) -> None:
    low = SCM.from_text("input a, b : bool\nn = not (a and b)\no = a or b\nout = n and o")
    high = SCM.from_text("input a, b : bool\nn = not (a and b)\no = a or b\nout = n and o")
    found = Abstraction.from_text(low, high, {"out": "out"}, sites={"n": ["n"], "o": ["o"]})
    definition = InterchangeConsistency(joint=Depth(joint))
    data = certificate_of(found, definition, check(found, definition))
    shown = check_certificate(data).shown
    count = 4 * 4 * 2 + (0 if joint == 1 else 4 * 4 * 4)
    assert (("interchange", f"complete enumeration of {count:,} squares, computed again"),) == shown


def test_maps_of_contexts_are_checked() -> None:
    for maps, message in (
        ({"A0": "U[1]", "B0": "U[1]"}, "τ_U is not a block map"),
        ({"A0": "0*U[1]", "B0": "U[3]"}, "τ_U is not a block map"),
        ({"A0": "U[1] + U[2]", "B0": "U[3]"}, "τ of A0 leaves its domain"),
    ):
        found = claim_to_json(claim(tau_u=maps), TauAbstraction())
        question = question_of(
            claim_of(found),
            "tau-abstraction",
            {
                "family": "block",
                "omega": "derived",
                "tau_u": "given",
                "high_family": "image",
                "undefined": "error",
            },
        )
        with pytest.raises(RefusedError, match=message):
            _read_off(question, "τ_U onto")


def test_uniform_with_a_given_order() -> None:
    found = claim(omega=[("", ""), ("X[3] = 1", "B = 1")], tau_u=None)
    definition = Uniform(Given(), tau_u=TauUPolicy.SEARCHED)
    data = certificate_of(found, definition, check(found, definition))
    accepted = check_certificate(data)
    assert ("ω order-preserving", "4 pairs compared") == accepted.shown[0]
    assert "Lemma U" in accepted.relies_on[0]
    falling = claim(omega=[("", "B = 1"), ("X[3] = 1", "")], tau_u=None)
    with pytest.raises(RefusedError, match="ω does not preserve order"):
        _read_off(asked("given", falling, [""], "uniform"), "ω order-preserving")


def test_strong_abstractions_reach_every_high_level_intervention() -> None:
    definition = Strong(tau_u=TauUPolicy.IDENTITY)
    low, high = SCM.from_text("U : bool\nX = U\nZ = X"), SCM.from_text("U : bool\nA = U\nB = A")
    found = Abstraction.from_text(low, high, {"A": "X", "B": "Z"})
    accepted = check_certificate(certificate_of(found, definition, check(found, definition)))
    assert ["τ onto", "ω onto", "τ_U onto", "squares"] == [clause for clause, _ in accepted.shown]
    assert "a block is set to anything, and its τ takes every value" == accepted.shown[1][1]
    assert "strong (family=block, high_family=all, " in accepted.statement
    base = json.loads(certificate_of(found, definition, check(found, definition)))
    for key, value, message in (
        ("high_family", "image", "no definition with these parameters is checked: 'strong'"),
        ("family", "single:1", "ω is not known to reach every high-level intervention"),
    ):
        changed = copy.deepcopy(base)
        changed["parameters"][key] = value
        changed["statement"] = _restated(changed, "")
        with pytest.raises(RefusedError, match=message):
            check_certificate(canonical(resealed(changed)))
    question = question_of(claim_of(base["claim"]), "strong", base["parameters"])
    narrow = Factor(("X",), onto=False, listed=0)
    for family, parts, reached in (
        ("all", question.factors, True),
        ("taumax", question.factors, True),
        ("given", question.factors, False),
        ("block", {**question.factors, "A": narrow}, False),
    ):
        other = replace(question, parameters=base["parameters"] | {"family": family}, factors=parts)
        if reached:
            assert _read_off(other, "ω onto")
        else:
            with pytest.raises(RefusedError, match="ω is not known to reach"):
                _read_off(other, "ω onto")


def test_mechanism_level_abstraction_is_checked_as_constructive() -> None:
    text = example_text("ce13_mechanism")
    task = read_task(text)
    data = certificate_of(
        task.claim, task.definition, check(task.claim, task.definition), task=text
    )
    accepted = check_certificate(data)
    assert ["block map", "τ onto", "squares"] == [clause for clause, _ in accepted.shown]
    assert "mechanism-level abstraction is constructive" in accepted.relies_on[0]
    changed = json.loads(data)
    changed["parameters"]["family"] = "single:1"
    with pytest.raises(RefusedError, match="no definition with these parameters"):
        check_certificate(canonical(resealed(changed)))


def test_whose_image_is_asked_for_is_part_of_the_question(originals: dict[str, Document]) -> None:
    found = copy.deepcopy(originals["ce6_block"])
    found["parameters"]["high_family"] = "all"
    with pytest.raises(RefusedError, match="the statement is not that of the claim"):
        check_certificate(canonical(resealed(found)))
    found["statement"] = _restated(found, "")
    assert "ω onto" in dict(check_certificate(canonical(resealed(found))).shown)


def test_a_map_that_is_not_onto_is_not_read_as_onto() -> None:
    question = asked("block", claim())
    assert _read_off(question, "τ onto")
    name, factor = next(iter(question.factors.items()))
    narrow = replace(question, factors={**question.factors, name: replace(factor, onto=False)})
    with pytest.raises(RefusedError, match="τ does not take every value"):
        _read_off(narrow, "τ onto")


def test_what_is_read_by_a_map_is_not_inert() -> None:
    low, high = SCM.from_text("U : bool\nX = U\nZ = X"), SCM.from_text("U : bool\nA = U")
    found = Abstraction.from_text(low, high, {"A": "X"}, inert=["Z"])
    question = asked("all", found)
    assert family_of(question)
    other = replace(question, claim=replace(question.claim, inert=("X",)))
    with pytest.raises(RefusedError, match="an inert variable is read by τ"):
        family_of(other)


def test_a_transcript_is_what_the_compared_variables_are() -> None:
    copied = SCM.from_text("U : bool\nX = U")
    question = asked("block", Abstraction.from_text(copied, copied, {"X": "X"}), tau_u="identity")
    model = one_model(question)
    values = [sides_at(model, s | {"U": u})[0][1] for s in settings_of(model) for u in (0, 1)]
    written = sha256("".join(f"{value}\n" for value in values).encode()).hexdigest()
    assert (len(values), written, 0) == transcript_of(model)


def test_the_semantics_is_part_of_the_statement(originals: dict[str, Document]) -> None:
    found = copy.deepcopy(originals["ce8"])
    found["semantics"] = "real"
    with pytest.raises(RefusedError, match="the statement is not that of the claim"):
        check_certificate(canonical(resealed(found)))
    with pytest.raises(RefusedError, match="has exact semantics"):
        read_again(found)


def test_text_that_has_no_bytes_is_no_certificate() -> None:
    with pytest.raises(NotACertificateError, match="surrogates not allowed"):
        check_certificate(b'{"schema":"tauomega/certificate/1","task":"\\ud800"}\n')


def with_diagram(found: Document) -> Document:
    """The same certificate with a decision diagram as its evidence."""
    question = question_of(claim_of(found["claim"]), found["definition"], found["parameters"])
    built = build(one_model(question))
    order = variables_of(built.blaster.circuit, built.literals)
    root, nodes = diagram_of(built.blaster.circuit, built.literals, order, 2**20)
    assert root == FALSE
    evidence = {"kind": "decision diagram", "order": order, "nodes": str(nodes)}
    return found | {"proof": {"squares": evidence}}


def test_decision_diagrams_are_built_again(originals: dict[str, Document]) -> None:
    found = with_diagram(originals["adder"])
    shown = check_certificate(canonical(resealed(found))).shown[-1][1]
    nodes = int(at(found, "proof", "squares", "nodes"))
    assert f"decision diagram of {nodes:,} nodes, built again" == shown
    order = at(found, "proof", "squares", "order")
    for key, value, message in (
        ("nodes", str(nodes + 1), "the diagram has another size"),
        ("order", order[:-1], "no decision diagram: the order does not name"),
        ("order", [*order, order[0]], "no decision diagram: the order names a variable twice"),
        ("order", [*order[:-1], 0], "no order"),
        ("order", [*order[:-1], True], "no order"),
        ("order", [*order[:-1], -order[-1]], "no decision diagram: the order does not name"),
    ):
        changed = copy.deepcopy(found)
        changed["proof"]["squares"][key] = value
        with pytest.raises(RefusedError, match=message):
            check_certificate(canonical(resealed(changed)))
    faulty = copy.deepcopy(originals["faulty"])
    question = question_of(claim_of(faulty["claim"]), faulty["definition"], faulty["parameters"])
    faulty |= {"verdict": "holds", "statement": stated(question, "holds", "exact")}
    literals = build(one_model(question))
    order = variables_of(literals.blaster.circuit, literals.literals)
    faulty["proof"] = {"squares": {"kind": "decision diagram", "order": order, "nodes": "1"}}
    with pytest.raises(RefusedError, match="the diagram is not false"):
        check_certificate(canonical(resealed(faulty)))


def test_a_range_may_have_one_value() -> None:
    low = SCM.from_text("U : bool\nK : 5..5\nX = U + 0*K")
    found = Abstraction.from_text(low, SCM.from_text("V : bool\nA = V"), {"A": "X"})
    assert Range(5, 5) == claim_of(claim_to_json(found, TauAbstraction())).low.variables[1].domain


def test_separators_that_do_nothing_are_refused(originals: dict[str, Document]) -> None:
    found = copy.deepcopy(originals["ce2_uniform"])
    separators = found["proof"]["counterexample"]["separators"]
    separators.append(separators[0])
    with pytest.raises(RefusedError, match="a separator is not needed"):
        check_certificate(canonical(resealed(found)))
    del separators[1:]
    with pytest.raises(RefusedError, match="some high-level context matches"):
        check_certificate(canonical(resealed(found)))


def test_a_square_may_set_as_many_blocks_as_the_family_allows() -> None:
    text = "U[1..2] : bool\nX[i] = U[i]\nW = X[1] {} X[2]"
    low, high = (SCM.from_text(text.format(word)) for word in ("xor", "or"))
    names = ("X[1]", "X[2]", "W")
    found = Abstraction.from_text(low, high, {n: n for n in names})
    definition = TauAbstraction(tau_u=TauUPolicy.IDENTITY)
    base: Document = json.loads(certificate_of(found, definition, check(found, definition)))
    for family, blocks, accepted in (
        ("single:1", 1, True),
        ("single:1", 2, False),
        ("single:2", 2, True),
    ):
        changed = copy.deepcopy(base)
        changed["parameters"]["family"] = family
        question = question_of(claim_of(base["claim"]), "tau-abstraction", changed["parameters"])
        changed["statement"] = stated(question, "fails", "exact")
        targets = ("X[1]", "X[2]")[:blocks]
        setting = [[n, "1"] for name in targets for n in (f"do {name}", f"set {name}")]
        changed["proof"]["counterexample"] |= {
            "at": [["U[1]", "0"], ["U[2]", "1"], *setting],
            "image": [["X[1]", "1"], ["X[2]", "1"], ["W", "0"]],
            "result": [["X[1]", "1"], ["X[2]", "1"], ["W", "1"]],
        }
        data = canonical(resealed(changed))
        if accepted:
            assert "it differs in W" in check_certificate(data).shown[0][1]
        else:
            with pytest.raises(RefusedError, match="the intervention is not of the family"):
                check_certificate(data)


def test_an_inert_variable_may_have_the_name_of_a_high_level_one() -> None:
    """Each has a switch of its own: setting the low-level B says nothing about the high-level B."""
    low = SCM.from_text("U : bool\nV : bool\nX = U\nB = V\nZ = X")
    high = SCM.from_text("U : bool\nB = U\nC = B")
    found = Abstraction.from_text(low, high, {"B": "X", "C": "Z"}, inert=["B"])
    squares_ = one_model(asked("all", found, tau_u="identity"))
    assert ["do B", "do C", "inert B"] == [switch.name for switch in squares_.switches]
    assert 2 * 2 * 3**3 == transcript_of(squares_)[0]


def test_a_map_of_contexts_reads_contexts_only() -> None:
    found = claim_to_json(claim(), TauAbstraction())
    found["tau_u"][0][1] = ["name", "X[1]"]
    with pytest.raises(RefusedError, match=r"A0 reads X\[1\]"):
        claim_of(found)


def test_an_input_is_not_read_before_its_place_in_the_order() -> None:
    """An intervention on it would have no effect on what is computed before."""
    found = claim_to_json(
        Abstraction.from_text(*(SCM.from_text("input I : bool\nX = I"),) * 2, {"X": "X", "I": "I"}),
        TauAbstraction(),
    )
    claim_of(found)
    found["low"]["order"].reverse()
    with pytest.raises(RefusedError, match="'X' reads I too early"):
        claim_of(found)


def test_affine_forms_are_no_proof_where_a_context_may_leave_its_domain() -> None:
    low = SCM.from_text("U : real\nX = U")
    high = SCM.from_text("V : 0..1\nA : real = V")
    found = Abstraction.from_text(low, high, {"A": "X"}, tau_u={"V": "U"})
    model = one_model(asked("block", found, definition="uniform"))
    with pytest.raises(RefusedError, match="a domain is not the reals"):
        evidence.check_squares(model, {"kind": "linear identity"})


def test_an_intervention_is_carried_out() -> None:
    """What holds as long as nothing is set, and no further."""
    low = SCM.from_text("U : bool\nX = U\nY = U")
    high = SCM.from_text("U : bool\nA = U\nB = A")
    question = asked(
        "block", Abstraction.from_text(low, high, {"A": "X", "B": "Y"}), tau_u="identity"
    )
    with pytest.raises(RefusedError, match=r"square \d+ does not commute"):
        transcript_of(one_model(question))


def test_the_work_of_an_enumeration_is_counted_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    low = SCM.from_text("U : bool\nX = not U")
    question = asked("block", Abstraction.from_text(low, low, {"X": "X"}), tau_u="identity")
    # low X and high X: a table, its switch, a value, not U; above U: U; both sides; 3 settings, 2 contexts
    assert 3 * 2 * (1 + 2 * 5 + 1 + 2) == work_of(one_model(question), "U")
    monkeypatch.setattr(evidence, "WORK", 3 * 2 * 14)
    assert 6 == transcript_of(one_model(question))[0]
    monkeypatch.setattr(evidence, "WORK", 3 * 2 * 14 - 1)
    with pytest.raises(RefusedError, match="more than 83 nodes"):
        transcript_of(one_model(question))


def test_a_map_of_contexts_that_is_searched_may_be_given_as_expressions(
    originals: dict[str, Document],
) -> None:
    base = originals["adder"]
    roots = [v["name"] for v in base["claim"]["high"]["variables"] if v["kind"] == "exogenous"]
    for tau_u, how in (("searched", "given"), ("searched-onto", "by the form of τ_U")):
        found = copy.deepcopy(base)
        found["parameters"]["tau_u"] = tau_u
        found["proof"]["tau_u"] = [[name, ["name", name]] for name in roots]
        found["statement"] = _restated(found, "")
        shown = dict(check_certificate(canonical(resealed(found))).shown)
        assert f"the certificate gives it; {how}" == shown["τ_U"]
        found["proof"]["tau_u"][0][1] = ["value", "0"]
        with pytest.raises(RefusedError):
            check_certificate(canonical(resealed(found)))


def test_statements_say_what_they_say(originals: dict[str, Document]) -> None:
    question = asked("block", claim())
    assert "), exact semantics, holds: τ onto; τ_U onto; with the given τ_U" in stated(
        question, "holds", "exact"
    )
    assert "), exact semantics, does not hold: τ onto" in stated(question, "fails", "exact")


def test_a_context_map_that_is_searched_has_its_own_refusals() -> None:
    low = SCM.from_text("U : bool\nX = U")
    none = SCM.from_text("V : 0..0\nA : bool = V")
    question = asked("block", Abstraction.from_text(low, none, {"A": "X"}))
    with pytest.raises(RefusedError, match="a low-level context has no counterpart"):
        listed_map(question)
    accepted = matching.check_no_context(question, [["U", "1"]], [[]])
    assert accepted.startswith("a low-level context that none of the 1 high-level contexts matches")
    with pytest.raises(RefusedError, match="one square does not refute every τ_U"):
        check_counterexample(
            question, {"kind": "square", "at": [["U", "1"]], "image": [["A", "1"]], "result": []}
        )
    more = SCM.from_text("V : bool\nW : bool\nA = V")
    onto = asked("block", Abstraction.from_text(low, more, {"A": "X"}), tau_u="searched-onto")
    with pytest.raises(RefusedError, match="τ_U is not onto"):
        matching.check_table(onto, [0, 2])
    with_parameter = SCM.from_text("param P : bool\nV : bool\nA = V")
    open_ = asked("block", Abstraction.from_text(low, with_parameter, {"A": "X"}))
    with pytest.raises(RefusedError, match="the models have parameters"):
        listed_map(open_)
    with pytest.raises(RefusedError, match="no low-level root 'V'"):
        context_map(asked("block", Abstraction.from_text(low, more, {"A": "X"}), tau_u="identity"))


def test_a_variable_that_one_map_reads_is_not_shared() -> None:
    question = asked("block", claim(), definition="constructive")
    found = {"kind": "shared", "variable": "X[1]", "readers": ["A"]}
    with pytest.raises(RefusedError, match="it is not read by these τ"):
        check_counterexample(question, found)


def test_a_site_that_is_scored_has_a_map() -> None:
    low = SCM.from_text("input a : bool\nn = a\nout = n")
    found = Abstraction.from_text(low, low, {"out": "out"}, sites={"n": ["n"]})
    given = claim_of(claim_to_json(found, InterchangeConsistency()))
    parameters = {"sources": "all", "joint": "all", "scored": "mapped", "tau_u": "inputs"}
    with pytest.raises(RefusedError, match="a site has no τ"):
        question_of(given, "interchange", parameters)


def test_what_was_shown_is_told(originals: dict[str, Document]) -> None:
    shown = {name: dict(check_certificate(canonical(originals[name])).shown) for name in originals}
    assert "4 states listed" == shown["ce6_block"]["τ onto"] == shown["ce6_block"]["block map"]
    assert "by the form of τ" == shown["adder"]["τ onto"]
    assert "by the form of τ_U" == shown["adder"]["τ_U onto"]
    found = claim(tau_u={"A0": "U[1] and U[2]", "B0": "U[3]"})
    assert "4 states listed" == _read_off(asked("block", found), "τ_U onto")


def test_limits_are_those_that_are_documented() -> None:
    assert 64_000_000 == document_module.LARGEST
    assert (300, 1000, 100_000, 100_000) == (
        decoding.DEEPEST, decoding.DIGITS, decoding.ALL_DIGITS, decoding.VARIABLES,
    )  # fmt: skip
    assert (2**16, 2**14) == (factors.STATES, squares.SUBSETS)
    assert (30_000_000, 2**20, 4) == (squares.WORK, gates.NODES, checking.NESTED)
    assert (4_000_000, 2**14, 4096) == (circuit.LARGEST, words.WIDEST, blasting.MANY)


def test_sets_of_blocks_one_by_one_have_a_limit() -> None:
    def blocks(count: int, family: str = "block") -> list[Any]:
        names = [f"X[{k}]" for k in range(1, count + 1)]
        low = f"U[1..{count}] : bool\nX[i] = U[i]"
        found = Abstraction.from_text(*(SCM.from_text(low),) * 2, {n: n for n in names})
        question = asked(family, found, tau_u="identity")
        return squares.switched_on(one_model(question))

    assert 2**14 == len(blocks(14))
    with pytest.raises(RefusedError, match="more than 16,384 sets of blocks"):
        blocks(15)
    assert 1 + 15 + 15 * 14 // 2 == len(blocks(15, "single:2"))


def test_trees_are_equal_whatever_their_places() -> None:
    for first, second in (
        (Constant(1, (0, 1)), Constant(1)),
        (Reference("x", (0, 1)), Reference("x")),
        (Apply(Operator.NOT, (Constant(1),), (0, 1)), Apply(Operator.NOT, (Constant(1),))),
        (Case((), (), None, (0, 1)), Case((), ())),
        (Hole((), (0, 1)), Hole(())),
    ):
        assert first == second
        assert repr(first) == repr(second)
        assert hash(first) == hash(second)


LINEAR = "U[1..2] : real\nX = 2*U[1] + 1\nY = 3*X - U[2]\nZ = Y/2 + X + {}"
ABOVE = "V[1..2] : real\nA = V[1]\nB = 6*A + V[2]\nC = B/4 + A"


@pytest.mark.parametrize(("more", "holds"), [("0", True), ("U[2]", False), ("1/9", False)])
def test_linear_models_are_certified_for_all_real_values(more: str, holds: bool) -> None:
    """X = 2A, Y = B, Z = 2C: below and above are one model in other coordinates."""
    low, high = SCM.from_text(LINEAR.format(more)), SCM.from_text(ABOVE)
    maps = {"V[1]": "U[1] + 1/2", "V[2]": "0 - U[2]"}
    found = Abstraction.from_text(low, high, {"A": "X/2", "B": "Y", "C": "Z/2"}, tau_u=maps)
    definition = TauAbstraction(tau_u=TauUPolicy.GIVEN)
    question = asked("block", found)
    statement = statement_of(question, context_map(question))
    shown = {"kind": "linear identity"}
    if not holds:
        with pytest.raises(RefusedError, match="the two forms of C differ"):
            evidence.check_squares(squares_of(statement), shown)
        return
    data = certificate_of(found, definition, check(found, definition))
    assert (
        "linear identity: 24 equal affine forms, for all real values"
        == check_certificate(data).shown[-1][1]
    )
    assert evidence.check_squares(squares_of(statement), shown).startswith("linear identity: 24")
    for text, message in (
        ("Z = Y*Y", "an expression is not affine"),
        ("Z : 0..1 = 1", "not the reals"),
    ):
        other = replace(statement, low=SCM.from_text(LINEAR.partition("Z")[0] + text).program)
        with pytest.raises(RefusedError, match=message):
            evidence.check_squares(squares_of(other), shown)


def test_a_listed_map_of_contexts_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    low = SCM.from_text("U : bool\nX = U")
    high = SCM.from_text("V : bool\nW[1..6] : bool\nA = V")
    question = asked("block", Abstraction.from_text(low, high, {"A": "X"}))
    model = one_model(question)
    nodes = work_of(model) // 3  # of the three interventions
    assert [0, 64] == listed_map(question)
    assert [2, 128] == [len(contexts) for contexts in matching.free_squares(question)[1:]]
    monkeypatch.setattr(evidence, "WORK", 2 * 3 * nodes)
    assert "enumeration of 6 squares" in matching.check_table(question, [0, 64])
    monkeypatch.setattr(evidence, "WORK", 2 * 3 * nodes - 1)
    with pytest.raises(RefusedError, match=rf"more than {2 * 3 * nodes - 1:,} nodes"):
        matching.check_table(question, [0, 64])
    above = tuple(n for n in model.context if n.startswith("above "))
    assert 128 * 3 * nodes == work_of(model, *above)
