"""cvc5 on what was put to z3 (the extra `cvc5`): a second solver's opinion of the same question.

The question goes over as SMT-LIB text in which every name is one of ours (v0, v1, …). A model comes back
as values for those names, and z3 is asked whether they satisfy its own copy of the question.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import z3

__all__ = ["cvc5_version", "second_answer"]


def cvc5_version() -> str | None:
    """`cvc5 1.4.2`, or whatever is installed; `None` if it is not."""
    try:
        return f"cvc5 {version('cvc5')}"
    except PackageNotFoundError:
        return None


def second_answer(solver: Any, seconds: float) -> str:
    """In the child: `unsat`, `sat` (the solver then has that model), or another answer of cvc5's.

    cvc5 gives up by itself after the seconds, too: nobody kills it where it runs in the caller's process.
    """
    cvc5 = import_module("cvc5")
    terms = cvc5.TermManager()
    second = cvc5.Solver(terms)
    second.setOption("produce-models", "true")
    second.setOption("seed", "0")
    second.setOption("tlimit-per", str(max(1, int(1000 * seconds))))
    parser = cvc5.InputParser(second)
    parser.setStringInput(
        cvc5.InputLanguage.SMT_LIB_2_6, f"(set-logic ALL)\n{solver.to_smt2()}", ""
    )
    symbols = parser.getSymbolManager()
    answer = "no answer"
    while not (command := parser.nextCommand()).isNull():
        said = str(command.invoke(second, symbols)).strip()
        answer = said or answer
    if answer != "sat":
        return answer
    known = {str(c): c for c in _constants(solver)}
    for term in symbols.getDeclaredTerms():
        if str(term) in known:
            solver.add(known[str(term)] == _value(second.getValue(term)))
    checked = str(solver.check())
    return "sat" if checked == "sat" else f"sat, but z3 says {checked} of its model"


def _constants(solver: Any) -> list[Any]:
    """The constants of all assertions; no recursion: terms may be deep."""
    found: dict[int, Any] = {}
    seen: set[int] = set()
    pending = list(solver.assertions())
    while pending:
        term = pending.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found[term.get_id()] = term
        pending += term.children()
    return list(found.values())


def _value(term: Any) -> Any:
    """A value of cvc5's as one of z3's."""
    if term.isBooleanValue():
        return z3.BoolVal(term.getBooleanValue())
    if term.isIntegerValue():
        return z3.IntVal(int(term.getIntegerValue()))
    return z3.RealVal(str(term.getRealValue()))
