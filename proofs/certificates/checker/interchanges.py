"""Interchanges of sites as questions: that all commute, or what share of them does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tauomega.theory.kernel.program import Kind

from .decoding import Claim
from .document import refuse_unless
from .statements import ACCURACY, BOUNDS, FIXED, Question, factors_of

__all__ = ["question_of_interchange", "scored"]

_ALL = (("all", "outputs"), ("all", "mapped"))
"""Sources and scored variables that are checked."""


def question_of_interchange(
    claim: Claim, definition: str, parameters: Mapping[str, str]
) -> Question:
    """The question about interchanges.

    Raises:
        RefusedError: it has other parameters, or no sites.
    """
    return (_share if definition == ACCURACY else _interchange)(claim, parameters)


def _share(claim: Claim, parameters: Mapping[str, str]) -> Question:
    """The question what share of the interchanges of some sites, all at once, does not commute."""
    own = {"swapped", *BOUNDS}
    plain = {key: text for key, text in parameters.items() if key not in own} | {"joint": "all"}
    found = _interchange(claim, plain)
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


def _interchange(claim: Claim, parameters: Mapping[str, str]) -> Question:
    known = set(parameters) == {"sources", "joint", "scored", "tau_u"}
    fits = known and (parameters["sources"], parameters["scored"]) in _ALL
    refuse_unless(fits, "only interchanges from all sources, scored by τ, are checked")
    tau_u = parameters["tau_u"]
    fixed = tau_u in FIXED and (tau_u == "given") == (claim.tau_u is not None)
    refuse_unless(fixed and claim.sites, "an interchange needs sites and a fixed τ_U")
    factors = factors_of(claim, scored(claim, mapped=parameters["scored"] == "mapped"))
    words = (
        f"with {FIXED[tau_u]}, for every base, every set of sites ({parameters['joint']} at once) and "
        "every source of each, setting the sites to their values on the sources gives the scored "
        f"variables {', '.join(factors)} the values that setting the high-level variables gives"
    )
    return Question(claim, "interchange", parameters, factors, ("interchange",), words, "", ())


def scored(claim: Claim, *, mapped: bool) -> list[str]:
    """The high-level variables that an interchange compares: those mapped, or the outputs among them."""
    inputs = claim.high.domains(Kind.INPUT)
    found = [n for n in claim.tau if n not in inputs or n in claim.sites]
    if mapped:
        refuse_unless(set(claim.sites) <= set(found), "a site has no τ")
        return found
    found = [n for n in found if n not in claim.sites]
    refuse_unless(found, "nothing is scored")
    return found
