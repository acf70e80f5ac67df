"""What a definition asks of a claim, whichever it is: only the modules of its kind are loaded."""

from __future__ import annotations

from collections.abc import Mapping

from .decoding import Claim
from .statements import ACCURACY, OVER_BOXES, Question, question_about_squares

__all__ = ["question_of"]


def question_of(claim: Claim, definition: str, parameters: Mapping[str, str]) -> Question:
    """The question, with everything that makes it meaningless refused.

    Raises:
        RefusedError: a definition or a parameter that this checker does not know, τ that leaves its
            domain.
    """
    if definition in ("interchange", ACCURACY):
        from .interchanges import question_of_interchange

        return question_of_interchange(claim, definition, parameters)
    if definition == OVER_BOXES:
        from .boxes import question_over_boxes

        return question_over_boxes(claim, parameters)
    return question_about_squares(claim, definition, parameters)
