"""What a certificate is asked to prove, as the checker reads it; or why there is none, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Any, final

from tauomega.solvers.problems import policies_of
from tauomega.solvers.question import question_of as question_in_words
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition
from tauomega.theory.verdict import Question as Words

from .checker.asking import question_of
from .checker.decoding import claim_of
from .checker.document import RefusedError
from .checker.statements import ACCURACY, READ_AS, Question
from .encoding import NotCertifiedError, claim_to_json, parameters_of, semantics_of

__all__ = ["Asked", "asked_of", "why_not"]

CERTIFIED = (*READ_AS, "interchange", ACCURACY, "interchange-over-boxes")
MEASURED = (*(name for name, (keys, *_) in READ_AS.items() if "metric" in keys), ACCURACY)
METRICS = ("discrete", "hamming", "l1", "euclidean", "sup")


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the checker's, with the claim as JSON, and the semantics it is about."""

    question: Question
    claim: Any
    semantics: str


def asked_of(
    claim: Abstraction, definition: Definition, words: Words, *, distance: str | None = None
) -> Asked:
    """The question that a certificate answers: exact, up to the tolerance, or how far.

    A tolerance of what measures no distance changes nothing, so the exact claim is certified.

    Args:
        claim: the claim.
        definition: the definition.
        words: the question as it was put, with its tolerance.
        distance: the distance as it is written, if that is certified.

    Raises:
        NotCertifiedError: there is no certificate of such a question: why.
    """
    semantics = semantics_of(claim, words.semantics)
    if semantics not in ("exact", "real"):
        raise NotCertifiedError(
            f"{semantics} semantics has no certificate: the checker evaluates exactly, and what a machine "
            "may round is not among what it checks"
        )
    name = definition.name
    if name not in CERTIFIED:
        why = _beyond(definition.defect(claim)) or "is none of the definitions that are checked"
        raise NotCertifiedError(
            f"{name} {why}; the checker knows squares that commute, perhaps up to a largest distance, and "
            f"the share of interchanges: {', '.join(sorted(CERTIFIED))}"
        )
    found = claim_to_json(claim, definition)
    fixed = READ_AS[name][2] if name in READ_AS else {}
    parameters = {**fixed, **parameters_of(claim, definition, words)}
    metric = parameters.get("metric", "discrete")
    if metric not in METRICS or parameters.get("statistic", "sup") != "sup":
        how = f"metric = {metric}" if metric not in METRICS else "a mean over contexts"
        raise NotCertifiedError(
            f"{name} with {how} has no certificate; one of {', '.join(METRICS)} has"
        )
    if distance is not None:
        if name not in MEASURED:
            raise NotCertifiedError(
                f"{name} measures no distance, its defect is 0 or 1; `check` certifies which"
            )
        parameters["distance"] = distance
    elif words.tolerance and name in MEASURED:
        parameters["at_most"] = str(words.tolerance)
    try:
        return Asked(question_of(claim_of(found), name, parameters), found, semantics)
    except RefusedError as error:
        raise NotCertifiedError(str(error)) from error


BEYOND = {
    "Law": "compares laws",
    "Joint": "compares laws",
    "Sampled": "takes a mean over drawn interventions",
    "Expected": "takes a mean over contexts",
    "Mean": "takes a mean",
    "Models": "asks for a high-level model",
    "OmegaMaps": "searches for ω",
}
"""What a defect is made of -> why it has no certificate."""


def _beyond(defect: object) -> str:
    """What in a defect has no certificate, in words; empty if nothing is known of it."""
    pending, found = [defect], set[str]()
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending += node
        elif is_dataclass(node) and not isinstance(node, type):
            found.add(type(node).__name__)
            pending += [getattr(node, field.name) for field in fields(node)]
    return next((words for name, words in BEYOND.items() if name in found), "")


def why_not(
    claim: Abstraction, definition: Definition, tolerance: Fraction, *, distance: bool = False
) -> str:
    """Why there can be no certificate, before anything is decided; empty if there may be one."""
    omega, tau_u = policies_of(claim, definition.defect(claim))
    words = question_in_words(claim, definition, omega, tau_u, tolerance)
    try:
        asked_of(claim, definition, words, distance="0" if distance else None)
    except NotCertifiedError as error:
        return str(error)
    return ""
