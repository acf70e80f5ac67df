"""Several answers to one question: the strongest evidence among them, or a bundle to reproduce a quarrel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tauomega.theory.errors import EngineDisagreementError
from tauomega.theory.kernel import format_expression, format_program
from tauomega.theory.verdict import (
    AlgebraicIdentity,
    Certified,
    Enumeration,
    Evidence,
    Trusted,
    TwoEngines,
)

from .engine import Answer, Problem

__all__ = ["agreed", "is_decided"]

_STRENGTH = (Certified, Enumeration, AlgebraicIdentity, TwoEngines, Trusted)
_SAME = dict.fromkeys(("bits", "bdd", "sat", "scan"), "the circuit") | dict.fromkeys(
    ("smt", "cvc5"), "the formula"
)
"""What several engines are given, of those that do not read the claim for themselves."""
PACKAGES = ("cvc5", "numpy", "oxidd", "python-sat", "z3-solver")


def is_decided(problem: Problem, answer: Answer) -> bool:
    """Whether the bounds settle the clause."""
    return answer.lo > problem.tolerance or answer.evidence is not None


def agreed(problem: Problem, answers: Sequence[tuple[str, Answer]]) -> Answer:
    """What several engines say together, by name, in the dispatch order.

    The first that fails the clause, with its counterexample; else the strongest evidence that any of
    them has. Where each has only its own word, two that agree are two independent engines.

    Raises:
        EngineDisagreementError: the bounds exclude each other; with a bundle.
    """
    lo = max(answers, key=lambda pair: pair[1].lo)
    hi = min(answers, key=lambda pair: pair[1].hi)
    if lo[1].lo > hi[1].hi:
        raise EngineDisagreementError(
            f"{problem.part.name}: {lo[0]} says the defect is at least {lo[1].lo}, "
            f"{hi[0]} says it is at most {hi[1].hi}; at least one of them is wrong",
            _bundle(problem, answers),
        )
    decided = [(name, a) for name, a in answers if is_decided(problem, a)]
    held = [(name, a, a.evidence) for name, a in decided if a.evidence is not None]
    if len(held) < len(decided) or not held:
        return next((a for _, a in decided if a.evidence is None), answers[0][1])
    _, best, evidence = min(held, key=lambda entry: _STRENGTH.index(type(entry[2])))
    words = [(name, e) for name, _, e in held if isinstance(e, Trusted)]
    if isinstance(evidence, Trusted) and len({e.engine for _, e in words}) > 1:
        best = replace(best, evidence=_two(words))
    return best


def _two(words: Sequence[tuple[str, Trusted]]) -> Evidence:
    """Two engines' word; preferably of two that read the claim in different ways."""
    pairs = [
        (first, second)
        for k, first in enumerate(words)
        for second in words[k + 1 :]
        if first[1].engine != second[1].engine
    ]
    (one, a), (other, b) = min(pairs, key=lambda p: _SAME.get(p[0][0]) == _SAME.get(p[1][0], ""))
    relies = tuple(dict.fromkeys((*a.relies_on, *b.relies_on)))
    if one in _SAME and _SAME[one] == _SAME.get(other):
        relies = (*relies, f"{_SAME[one]} that both engines were given")
    return TwoEngines((a.engine, b.engine), relies)


def _bundle(problem: Problem, answers: Sequence[tuple[str, Answer]]) -> str:
    """Who said what of which claim, as JSON: what is needed to ask again."""
    claim = problem.claim
    above = claim.high
    maps: dict[str, Any] = {"tau": claim.tau_text}
    if claim.tau_u is not None:
        maps["tau_u"] = {name: format_expression(e) for name, e in claim.tau_u.items()}
    if claim.omega is not None:
        maps["omega"] = [{"low": str(i), "high": str(j)} for i, j in claim.omega]
    said = [
        {
            "engine": name,
            "lo": str(answer.lo),
            "hi": str(answer.hi),
            "evidence": None if answer.evidence is None else repr(answer.evidence),
            "point": None if answer.point is None else repr(dict(answer.point)),
            "reason": answer.reason,
        }
        for name, answer in answers
    ]
    bundle = {
        "schema": "tauomega/disagreement/1",
        "clause": problem.part.name,
        "defect": repr(problem.part.defect),
        "tolerance": str(problem.tolerance),
        "omega": problem.omega.value,
        "tau_u": problem.tau_u.value,
        "low": format_program(claim.scm.program),
        "high": None if above is None else format_program(above.program),
        "abstraction": maps
        | {
            "sites": {name: list(site) for name, site in claim.sites.items()},
            "inert": sorted(claim.inert),
            "internal": sorted(claim.internal),
        },
        "answers": said,
        "versions": {name: _version(name) for name in PACKAGES},
    }
    return json.dumps(bundle, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
