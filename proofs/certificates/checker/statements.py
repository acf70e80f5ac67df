"""What a definition asks of a claim: clauses, and the statement about squares that the kernel can say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tauomega.theory.kernel.commuting import Blocks, Commuting, Interchange, Items, Listed
from tauomega.theory.kernel.domain import Value
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import Expression, Reference
from tauomega.theory.kernel.program import INNER, ROOTS, Kind

from .decoding import Claim
from .document import refuse_unless
from .factors import Factor, are_apart_and_onto, factor_of, states_of

__all__ = [
    "OVER_BOXES",
    "READ_AS",
    "Question",
    "context_map",
    "question_of",
    "scored",
    "statement_of",
]

OVER_BOXES = "interchange-over-boxes"
_INTERCHANGES = (("all", "outputs"), ("all", "mapped"))
_KEYS = ("family", "omega", "tau_u", "high_family", "undefined")
_FIXED = {
    "given": "the given τ_U",
    "identity": "τ_U the identity",
    "inputs": "τ_U the identity on the inputs",
}
_SEARCHED = {"searched": "some τ_U", "searched-onto": "some τ_U onto the high-level contexts"}
_FAMILIES = {
    "block": "of all unions of whole blocks",
    "all": "of all hard interventions on mapped and inert variables",
    "taumax": "on which ω_τ is defined",
    "given": "that is listed",
}
_LEMMA_U = "Lemma U: uniform iff a compatible τ_U exists (proofs/lemma_u.py)"
_MECHANISMS = (
    "in acyclic models mechanism-level abstraction is constructive abstraction over block "
    "(proofs/mechanism_level_is_constructive.py)"
)
READ_AS: Mapping[str, tuple[str, Mapping[str, str], tuple[str, ...]]] = {
    "tau-abstraction": ("tau-abstraction", {}, ()),
    "constructive": ("constructive", {}, ()),
    "uniform": ("uniform", {}, (_LEMMA_U,)),
    "strong": ("tau-abstraction", {"high_family": "all"}, ()),
    "mechanism": (
        "constructive",
        {"family": "block", "omega": "derived", "high_family": "image", "undefined": "error"},
        (_MECHANISMS,),
    ),
}
"""Definition -> the one it is read as, with parameters that are fixed then, and the theorems that say so."""


@dataclass(frozen=True, slots=True)
class Question:
    """A definition asked of a claim: the clauses to be proved, in words, and the factors of τ.

    `searched` says that τ_U is to be found: then the evidence has to give it.
    """

    claim: Claim
    definition: str
    parameters: Mapping[str, str]
    factors: Mapping[str, Factor]
    clauses: tuple[str, ...]
    words: str
    searched: str
    relies_on: tuple[str, ...]


def question_of(claim: Claim, definition: str, parameters: Mapping[str, str]) -> Question:
    """The question, with everything that makes it meaningless refused.

    Raises:
        RefusedError: a definition or a parameter that this checker does not know, τ that leaves its
            domain.
    """
    if definition == "interchange":
        return _interchange(claim, parameters)
    if definition == OVER_BOXES:
        from .boxes import question_over_boxes

        return question_over_boxes(claim, parameters)
    read_as, fixed, theorems = READ_AS.get(definition, ("", {}, ()))
    known = read_as and set(parameters) == set(_KEYS) and fixed.items() <= parameters.items()
    refuse_unless(known, f"no definition with these parameters is checked: {definition!r}")
    family, omega, tau_u, high_family, undefined = (parameters[key] for key in _KEYS)
    listed = family == "given"
    defined = undefined == "error" or (undefined == "exclude" and not listed)
    fits = high_family in ("image", "all") and defined
    refuse_unless(fits, "only an ω that is defined on the whole family is checked")
    mapped = set(claim.tau) == set(claim.high.domains(*INNER))
    refuse_unless(mapped, "some high-level variable has no τ")
    factors = _factors(claim, claim.tau)
    given = claim.omega is not None
    fits = (omega == "given") == given and listed >= given
    refuse_unless(fits, "a given ω goes with a listed family")
    refuse_unless(omega in ("given", "derived"), "only a given or derived ω is checked")
    asked = {
        "ω order-preserving": read_as == "uniform" and given,
        "block map": read_as == "constructive",
        "τ onto": read_as != "uniform",
        "ω onto": high_family == "all",
        "τ_U onto": read_as != "uniform" and tau_u in _FIXED,
    }
    clauses = tuple(clause for clause, wanted in asked.items() if wanted)
    how = (_FIXED | _SEARCHED).get(tau_u)
    fits = how is not None and (tau_u == "given") == (claim.tau_u is not None)
    refuse_unless(fits, f"tau_u = {tau_u} is not checked")
    squares = (
        f"with {how}, in every context, for every intervention of the family "
        f"{_FAMILIES.get(family, f'{family} (unions of at most so many whole blocks)')}, τ of the "
        "low-level solution equals the high-level solution"
    )
    return Question(
        claim,
        definition,
        parameters,
        factors,
        (*clauses, "squares"),
        "; ".join([*clauses, squares]),
        tau_u if tau_u in _SEARCHED else "",
        theorems,
    )


def _factors(claim: Claim, names: Iterable[str]) -> dict[str, Factor]:
    upper, inner = claim.high.domains(*INNER), claim.low.domains(*INNER)
    return {n: factor_of(n, claim.tau[n], inner, upper[n]) for n in names}


def _interchange(claim: Claim, parameters: Mapping[str, str]) -> Question:
    known = set(parameters) == {"sources", "joint", "scored", "tau_u"}
    fits = known and (parameters["sources"], parameters["scored"]) in _INTERCHANGES
    refuse_unless(fits, "only interchanges from all sources, scored by τ, are checked")
    tau_u = parameters["tau_u"]
    fixed = tau_u in _FIXED and (tau_u == "given") == (claim.tau_u is not None)
    refuse_unless(fixed and claim.sites, "an interchange needs sites and a fixed τ_U")
    factors = _factors(claim, scored(claim, mapped=parameters["scored"] == "mapped"))
    words = (
        f"with {_FIXED[tau_u]}, for every base, every set of sites ({parameters['joint']} at once) and "
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


# ---------------------------------------------------------------- the statement


def context_map(question: Question) -> dict[str, Expression]:
    """The fixed τ_U: high-level root -> expression in low-level roots.

    Raises:
        RefusedError: a root of that name is missing below.
    """
    given = question.claim.tau_u or {}
    kinds = (Kind.INPUT,) if question.parameters.get("tau_u", "inputs") == "inputs" else ROOTS
    below, above = question.claim.low.domains(*kinds), question.claim.high.domains(*kinds)
    found: dict[str, Expression] = {}
    for name in question.claim.high.domains(*ROOTS):
        here = name in given or (name in below and name in above)
        refuse_unless(here, f"no low-level root {name!r}")
        found[name] = given.get(name, Reference(name))
    return found


def statement_of(question: Question, tau_u: Mapping[str, Expression] | None) -> Commuting:
    """The statement that the squares commute, with this τ_U; with `None` the high-level context is free."""
    claim = question.claim
    family: Blocks | Listed | Interchange
    if question.definition in ("interchange", OVER_BOXES):
        joint = question.parameters["joint"]
        sites = tuple(claim.sites.items())
        family = Interchange(sites, None if joint == "all" else _number(joint))
        compared = tuple(question.factors)
    else:
        family, compared = family_of(question), tuple(claim.tau)
    maps = None if tau_u is None else tuple(tau_u.items())
    return Commuting(claim.low, claim.high, tuple(claim.tau.items()), maps, family, compared)


def _number(text: str) -> int:
    refuse_unless(re.fullmatch("[1-9][0-9]{0,5}", text), f"no number: {text!r}")
    return int(text)


def family_of(question: Question) -> Blocks | Listed:
    """The family as data.

    Raises:
        RefusedError: ω is not known to be defined on all of it.
    """
    claim, family = question.claim, question.parameters["family"]
    factors = question.factors
    derived = are_apart_and_onto(factors) and all(f.support for f in factors.values())
    how = "ω_τ is checked for block maps whose factors are onto and not constant"
    refuse_unless(claim.omega is not None or derived, how)
    if family == "given":
        refuse_unless(claim.interventions, "the listed family is empty")
        return Listed(tuple((i, _image(question, i)) for i in claim.interventions or ()))
    blocks = tuple((name, factor.support) for name, factor in factors.items())
    if family == "block":
        return Blocks(blocks)
    if family.startswith("single:"):
        return Blocks(blocks, (), _number(family.removeprefix("single:")))
    whole = family in ("all", "taumax") and all(len(block) == 1 for _, block in blocks)
    refuse_unless(whole, f"the family {family} is not checked")
    read = {v for _, block in blocks for v in block}
    refuse_unless(not read & set(claim.inert), "an inert variable is read by τ")
    return Blocks(blocks, claim.inert)


def _image(question: Question, intervention: Items) -> Items:
    """ω at a listed intervention: as given, or what τ makes of it, block by block."""
    claim, fixed = question.claim, dict(intervention)
    if claim.omega is not None:
        found = [j for i, j in claim.omega if dict(i) == fixed]
        refuse_unless(found, "ω is not given at a listed intervention")
        return found[0]
    upper, inner = claim.high.domains(*INNER), claim.low.domains(*INNER)
    read = {v for factor in question.factors.values() for v in factor.support}
    how = "a listed intervention sets a variable that is neither mapped nor inert"
    refuse_unless(set(fixed) <= read | set(claim.inert), how)
    items: list[tuple[str, Value]] = []
    for name, factor in question.factors.items():
        if not any(v in fixed for v in factor.support):
            continue
        varied = tuple(v for v in factor.support if v not in fixed)
        read_at = {v: next(iter(d)) for v, d in inner.items()} | fixed  # type: ignore[arg-type]
        seen = {evaluate(claim.tau[name], read_at | s) for s in states_of(varied, inner)}
        fits = len(seen) in (1, getattr(upper[name], "size", 1))
        refuse_unless(fits, f"ω_τ is undefined at a listed intervention, for {name}")
        if len(seen) == 1:
            items.append((name, seen.pop()))
    return tuple(items)
