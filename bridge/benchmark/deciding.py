"""Verdicts of `check` about explanations, as results store them."""

from __future__ import annotations

from typing import Any

from tauomega.solvers.checking import check
from tauomega.solvers.ranging import Swap
from tauomega.theory.counterexample import Square
from tauomega.theory.definition import Definition
from tauomega.theory.errors import InputError
from tauomega.theory.verdict import Enumeration, Fails, Holds, Trusted, Verdict

from ..explanation import Explanation
from .task import Setting

__all__ = ["decide", "swap_to_json"]

Json = Any
TIMEOUT = 60.0


def decide(setting: Setting, explanation: Explanation, definition: Definition) -> Json:
    """Whether an explanation holds: verdict, evidence or counterexample, semantics.

    The explanation that realises no variable claims that input and output agree; it is decided as
    the interchange that exchanges nothing.
    """
    if setting.exact is None:
        return _unknown(
            "the network was not captured: any module can be sampled, none proved about"
        )
    if not explanation.places:
        from ..interchange_runs import InterchangeRuns

        wrong = int(
            InterchangeRuns(setting.exact, setting.high, setting.tau).clean_mismatch().sum()
        )
        count = len(setting.subject().points)
        return {
            "verdict": "fails" if wrong else "holds",
            "semantics": setting.exact.semantics,
            "evidence": f"complete enumeration of {count} inputs, {wrong} of them wrong",
            "counterexample": None,
            "replayed": None,
        }
    try:
        claim = explanation.claim(setting.exact, setting.high, setting.tau)
        verdict = check(claim, definition, timeout=TIMEOUT)
    except InputError as error:
        return _unknown("; ".join(fault.message for fault in error.faults))
    return _to_json(verdict)


def _to_json(verdict: Verdict) -> Json:
    found: Json = {
        "verdict": verdict.name,
        "semantics": verdict.question.semantics,
        "sentence": verdict.question.sentence,
        "evidence": None,
        "counterexample": None,
        "replayed": None,
    }
    match verdict:
        case Holds(evidence=Enumeration(count=count, what=what)):
            found["evidence"] = f"complete enumeration of {count} {what}"
        case Holds(evidence=Trusted(engine=engine)):
            found["evidence"] = f"{engine}'s word"
        case Holds(evidence=evidence):
            found["evidence"] = type(evidence).__name__
        case Fails(counterexample=Square() as square, replayed=replayed):
            found["replayed"] = replayed
            found["counterexample"] = {
                "base": _values(square.low.context),
                "sources": {name: _values(source) for name, source in square.sources},
                "differs": list(square.differs),
            }
        case Fails(counterexample=counterexample, replayed=replayed):
            found["replayed"] = replayed
            found["counterexample"] = repr(counterexample)
        case _:
            found["evidence"] = getattr(verdict, "reason", None)
    return found


def _unknown(reason: str) -> Json:
    return {
        "verdict": "unknown",
        "semantics": None,
        "evidence": reason,
        "counterexample": None,
        "replayed": None,
    }


def swap_to_json(swap: Swap, inputs: tuple[str, ...]) -> Json:
    """An interchange as names and values."""
    return {
        "base": _values(tuple(zip(inputs, swap.base, strict=True))),
        "sources": {n: _values(tuple(zip(inputs, s, strict=True))) for n, s in swap.sources},
    }


def _values(values: tuple[tuple[str, Any], ...]) -> Json:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in values}
