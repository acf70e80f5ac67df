"""The share of interchanges that do not commute, of all sites at once: interchange accuracy, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tauomega.theory.kernel.commuting import squares_of
from tauomega.theory.kernel.program import Kind

from .distances import number_of
from .document import refuse_unless
from .evidence import transcript_of
from .statements import Question, context_map, statement_of

__all__ = ["check_share"]


def check_share(question: Question, verdict: str, proof: Mapping[str, Any]) -> str:
    """Check what share of interchanges does not commute; in words.

    Raises:
        RefusedError: the share is another, or the transcript is of another enumeration.
    """
    squares = squares_of(statement_of(question, context_map(question)))
    models = question.claim.low, question.claim.high
    refuse_unless(not any(m.domains(Kind.PARAMETER) for m in models), "the models have parameters")
    count, transcript, wrong = transcript_of(squares, share=True)
    found = {"kind": "enumeration", "squares": str(count), "sha256": transcript}
    refuse_unless(proof == {"squares": found}, "the transcript is of another enumeration")
    share, bound = Fraction(wrong, count), number_of(question.bound or "0")
    told = {"holds": share <= bound, "fails": share > bound, "distance": share == bound}
    refuse_unless(told[verdict], f"a share of {share} does not commute")
    return f"complete enumeration of {count:,} squares, computed again: {wrong:,} do not commute"
