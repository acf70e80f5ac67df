"""The share of interchanges that do not commute, of all sites at once: interchange accuracy, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tauomega.theory.kernel.commuting import squares_of
from tauomega.theory.kernel.program import Kind

from .decoding import Claim
from .distances import number_of
from .document import refuse_unless
from .evidence import transcript_of
from .statements import ACCURACY, BOUNDS, Question, context_map, question_of, statement_of

__all__ = ["check_share", "question_of_share"]


def question_of_share(claim: Claim, parameters: Mapping[str, str]) -> Question:
    """The question what share of the interchanges of some sites, all at once, does not commute.

    Raises:
        RefusedError: it has other parameters, or no such sites.
    """
    own = {"swapped", *BOUNDS}
    plain = {key: text for key, text in parameters.items() if key not in own} | {"joint": "all"}
    found = question_of(claim, "interchange", plain)
    swapped = parameters.get("swapped", "").split(" ")
    fits = set(swapped) <= set(claim.sites) and len(set(swapped)) == len(swapped)
    refuse_unless(fits and len(own & set(parameters)) <= 2, "no sites to swap, or two bounds")
    share = parameters.get("distance") or f"at most {parameters.get('at_most', '0')}"
    return replace(
        found,
        claim=replace(claim, sites={name: claim.sites[name] for name in swapped}),
        definition=ACCURACY,
        parameters=parameters,
        words=f"of the interchanges of {', '.join(swapped)} at once, all but a share of {share}: {found.words}",
    )


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
