"""One method on one task: a unit of work, and a pure function of (task, method, seed)."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from tauomega.theory.errors import InputError

from ..counterfactuals import Counterfactual
from ..explanation import Explanation, Units
from ..interchange_runs import InterchangeRuns
from ..methods.method import Answer, Budget, Data, Method, Says
from ..subject import BudgetSpentError, Subject
from ..valid_set import ValidSet
from .deciding import decide, swap_to_json
from .scoring import interval
from .task import BenchmarkTask, Setting, explanation_to_json

__all__ = ["answers_of", "method_hash"]

Json = Any
SAMPLES = 256
PAIRS = 128
MOST_PROPOSED = 8


def method_hash(method: Method) -> str:
    """sha256 of the method's file, settings and name: what resuming compares."""
    source = Path(type(method).propose.__code__.co_filename).read_bytes()
    fields = repr(method) if dataclasses.is_dataclass(method) else type(method).__qualname__
    return hashlib.sha256(source + f"{method.name} {fields}".encode()).hexdigest()


def answers_of(task: BenchmarkTask, method: Method, seed: int) -> Json:
    """What a method claims on a task, each claim sampled, counted exactly, and decided.

    A method that raises, or asks for more runs than the budget, has answered `unknown` throughout;
    the reason is kept.
    """
    return {
        "task": task.name,
        "settings": [_setting(task, setting, method, seed) for setting in task.settings],
    }


def _setting(task: BenchmarkTask, setting: Setting, method: Method, seed: int) -> Json:
    budget = Budget(seed=seed)
    subject = setting.subject(limit=budget.runs)
    cases = task.of(setting)
    order = list(cases)
    _rng(task, setting, seed, "candidates").shuffle(order)
    data = _data(task, setting, seed, tuple(dict.fromkeys(c.explanation for c in order)))
    status = "done"
    answers: tuple[Answer, ...] = ()
    try:
        answers = tuple(method.propose(subject, setting.high, data, budget))
    except BudgetSpentError as error:
        status = f"out of budget: {error}"
    except Exception as error:  # a method's own failure is a result about the method
        status = f"failed: {type(error).__name__}: {error}"
    said = {answer.explanation: answer for answer in answers}
    known = {case.explanation for case in cases}
    proposed = [a for a in answers if a.explanation not in known and a.says is Says.HOLDS]
    judge = _Judge(task, setting, seed)
    claims = [
        judge.claim(case.name, said.get(case.explanation) or Answer(case.explanation, Says.UNKNOWN))
        for case in cases
    ]
    claims += [
        judge.claim(f"proposed {number}", answer)
        for number, answer in enumerate(proposed[:MOST_PROPOSED], start=1)
    ]
    return {
        "setting": setting.name,
        "status": status,
        "runs": subject.runs,
        "proposed": len(proposed),
        "claims": claims,
    }


def _rng(task: BenchmarkTask, setting: Setting, seed: int, word: str) -> Random:
    return Random(f"{task.hash} {setting.name} {seed} {word}")  # noqa: S311  # a sample, not a key


def _data(
    task: BenchmarkTask, setting: Setting, seed: int, candidates: tuple[Explanation, ...]
) -> Data:
    if setting.pairs is not None:  # a user's own: every second one is held out
        learn, test = setting.pairs[::2], setting.pairs[1::2]
        return Data(setting.variables, setting.map_class, learn, test, candidates)
    model = setting.counterfactuals
    drawn: list[tuple[Counterfactual, ...]] = []
    for word in ("learn", "held out"):
        rng = _rng(task, setting, seed, word)
        groups: list[tuple[str, ...]] = [(name,) for name in setting.variables]
        if len(setting.variables) > 1:
            groups.append(setting.variables)
        drawn.append(tuple(p for names in groups for p in model.draw(names, PAIRS, rng)))
    return Data(setting.variables, setting.map_class, drawn[0], drawn[1], candidates)


class _Judge:
    """Measures claims about one setting; what is common to them is computed once."""

    def __init__(self, task: BenchmarkTask, setting: Setting, seed: int) -> None:
        self.task, self.setting, self.seed = task, setting, seed
        self.subject: Subject = setting.subject()
        self.valid = (
            None
            if setting.exact is None
            else ValidSet(
                setting.exact, setting.high, setting.tau, setting.variables, setting.map_class
            )
        )

    def claim(self, name: str, answer: Answer) -> Json:
        explanation = answer.explanation
        fault = self._fault(explanation)
        verdict = decide(self.setting, explanation, self.task.definition)
        part = None if self.valid is None or fault else self.valid.valid_part(explanation)
        replayed = None if answer.counterexample is None else self._replays(answer)
        inputs = tuple(self.subject.inputs)
        return {
            "claim": name,
            "explanation": explanation_to_json(explanation),
            "text": str(explanation),
            "fault": fault,
            "says": answer.says.value,
            "own_score": None if answer.score is None else round(float(answer.score), 6),
            "counterexample": None
            if answer.counterexample is None
            else swap_to_json(answer.counterexample, inputs),
            "counterexample_replays": replayed,
            "sampled": None if fault else self._sampled(explanation),
            "accuracy": None if fault else self._accuracy(explanation),
            "decided": verdict,
            "in_class": self._in_class(explanation),
            "rank": explanation.rank,
            "valid_rank": None if part is None else part.rank,
            "valid_part": None if part is None else str(part),
        }

    def _fault(self, explanation: Explanation) -> str | None:
        if self.setting.exact is None:
            return None
        try:
            explanation.sites(self.setting.exact)
        except InputError as error:
            return "; ".join(fault.message for fault in error.faults)
        return None

    def _sampled(self, explanation: Explanation) -> Json:
        """Interchange accuracy on a sample, all sites at once, by float32 runs."""
        pairs = self._sample(explanation.variables)
        if not pairs:
            return None
        if explanation.places:
            agreed = sum(self.subject.agreement(explanation, pairs))
        else:
            runner = self.subject.runner
            outputs = runner.outputs(self.subject.tensor([p.swap.base for p in pairs]))
            images = self.subject.images(outputs)
            agreed = sum(i == p.expected for i, p in zip(images, pairs, strict=True))
        low, high = interval(agreed, len(pairs))
        return {"agreed": agreed, "count": len(pairs), "low": low, "high": high}

    def _sample(self, variables: Sequence[str]) -> tuple[Counterfactual, ...]:
        if self.setting.pairs is not None:
            wanted = set(variables)
            return tuple(p for p in self.setting.pairs if set(p.variables) == wanted)
        rng = _rng(self.task, self.setting, self.seed, f"sample {' '.join(variables)}")
        return self.setting.counterfactuals.draw(variables, SAMPLES, rng)

    def _accuracy(self, explanation: Explanation) -> str | None:
        """The exact interchange accuracy, all sites at once."""
        if self.setting.exact is None:
            return None
        model, sites = explanation.sites(self.setting.exact)
        return str(InterchangeRuns(model, self.setting.high, self.setting.tau).accuracy(sites))

    def _in_class(self, explanation: Explanation) -> bool | None:
        exact = self.setting.exact
        if exact is None:
            return None
        return all(
            isinstance(place, Units) and self.setting.map_class.contains(place, exact.network)
            for _, place in explanation.places
        )

    def _replays(self, answer: Answer) -> bool | None:
        """Whether the interchange that a method gives refutes the explanation, exactly."""
        if self.valid is None or answer.counterexample is None:
            return None
        return self.valid.refutes(answer.explanation, answer.counterexample)
