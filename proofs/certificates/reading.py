"""The other half of belief: that a certificate's claim is what its task's text says, read again by the parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tauomega.solvers.problems import policies_of
from tauomega.solvers.question import question_of
from tauomega.theory.task import NetworkReader, read_task

from .checker.document import RefusedError
from .encoding import claim_to_json, parameters_of, semantics_of

__all__ = ["read_again"]


def read_again(
    document: Any, *, directory: Path | None = None, network: NetworkReader | None = None
) -> tuple[str, ...]:
    """What differs between a certificate's question and its task's, in words; nothing as a rule.

    Raises:
        RefusedError: the claim is not that of the text.
        InputError: the text is no task, or what it refers to cannot be read.
    """
    task = read_task(
        document["task"], name="the certificate's task", directory=directory, network=network
    )
    claim, definition = task.claim, task.definition
    found = claim_to_json(claim, definition)
    for part in found.keys() - {"interventions"}:
        if found[part] != document["claim"][part]:
            raise RefusedError(f"the task's text says something else of {part}")
    omega, tau_u = policies_of(claim, definition.defect(claim))
    asked = question_of(claim, definition, omega, tau_u, task.at_most)
    if semantics_of(claim, asked.semantics) != document["semantics"]:
        raise RefusedError(f"the task's text has {asked.semantics} semantics")
    differences = []
    if definition.name != document["definition"]:
        differences.append(f"the text asks for {definition.name}")
        return tuple(differences)
    if found["interventions"] != document["claim"]["interventions"]:
        differences.append("the text lists other interventions")
    for name, value in parameters_of(claim, definition, asked).items():
        if document["parameters"].get(name) != value:
            differences.append(f"the text has {name} = {value}")
    if document["verdict"] != "distance":
        allowed = document["parameters"].get("at_most", "0")
        if allowed != str(task.at_most):
            differences.append(f"the text asks for a defect up to {task.at_most}")
    return tuple(differences)
