"""What is true of a task: every label decided, and all valid explanations of each setting counted."""

from __future__ import annotations

from typing import Any

from ..valid_set import ValidSet
from .deciding import decide
from .task import BenchmarkTask, Setting, explanation_to_json

__all__ = ["truth_of"]

Json = Any


def truth_of(task: BenchmarkTask) -> Json:
    """Labels with their evidence; for each setting how many explanations are valid, by rank.

    A pure function of the task.
    """
    labels = []
    for case in task.cases:
        setting = task.setting(case.setting)
        labels.append(
            {
                "case": case.name,
                "kind": case.kind.value,
                "setting": case.setting,
                "explanation": explanation_to_json(case.explanation),
                "text": str(case.explanation),
                "announced": case.announced,
            }
            | decide(setting, case.explanation, task.definition)
        )
    return {
        "task": task.name,
        "summary": task.summary,
        "labels": labels,
        "settings": [_setting(setting) for setting in task.settings],
    }


def _setting(setting: Setting) -> Json:
    found: Json = {
        "setting": setting.name,
        "class": str(setting.map_class),
        "variables": list(setting.variables),
        "valid": None,
        "finest": None,
    }
    if setting.exact is not None:
        valid = ValidSet(
            setting.exact, setting.high, setting.tau, setting.variables, setting.map_class
        )
        counts = valid.counts()
        found["valid"] = list(counts)
        ranks = [rank for rank, count in enumerate(counts) if count]
        found["finest"] = max(ranks) if ranks else None
    return found
