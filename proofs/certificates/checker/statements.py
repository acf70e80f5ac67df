"""What a definition asks of a claim: clauses, and the statement about squares that the kernel can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from tauomega.theory.kernel.commuting import Blocks, Commuting, Interchange, Items, Listed
from tauomega.theory.kernel.domain import Domain, Value
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import Expression, Reference
from tauomega.theory.kernel.program import Kind

from .decoding import Claim
from .document import RefusedError
from .factors import Factor, factor_of, states_of

__all__ = [
    "OVER_BOXES",
    "Question",
    "are_disjoint",
    "context_map",
    "family_of",
    "question_of",
    "settings_of",
    "statement_of",
]

OVER_BOXES = "interchange-over-boxes"
PAIRS = 2**14
"""Interventions that are listed one by one."""
_SQUARES = ("tau-abstraction", "constructive", "uniform")
_FIXED = {
    "given": "the given τ_U",
    "identity": "τ_U the identity",
    "inputs": "τ_U the identity on the inputs",
}
_SEARCHED = {"searched": "some τ_U", "searched-onto": "some τ_U onto the high-level contexts"}


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
    tau_u = parameters.get("tau_u", "")
    if definition == "interchange":
        return _interchange(claim, parameters, tau_u)
    if definition == OVER_BOXES:
        return _over_boxes(claim, parameters)
    keys = {"family", "omega", "tau_u", "high_family", "undefined"}
    if definition not in _SQUARES or set(parameters) != keys:
        raise RefusedError(f"no definition with these parameters is checked: {definition!r}")
    listed = parameters["family"] == "given"
    if parameters["high_family"] != "image" or parameters["undefined"] not in (
        ("error",) if listed else ("error", "exclude")
    ):
        raise RefusedError("only the image of ω, defined on the whole family, is checked")
    upper, inner = _domains(claim)
    if set(claim.tau) != set(upper):
        raise RefusedError("some high-level variable has no τ")
    factors = {n: factor_of(n, claim.tau[n], inner, upper[n]) for n in claim.tau}
    if (parameters["omega"] == "given") != (claim.omega is not None) or (
        claim.omega is not None and not listed
    ):
        raise RefusedError("a given ω goes with a listed family")
    if parameters["omega"] not in ("given", "derived"):
        raise RefusedError("only a given or derived ω is checked")
    clauses, words = [], []
    if definition == "uniform" and claim.omega is not None:
        clauses.append("ω order-preserving")
        words.append("ω preserves order")
    if definition == "constructive":
        clauses.append("block map")
        words.append("each τ reads a block of its own")
    if definition != "uniform":
        clauses.append("τ onto")
        words.append("τ is onto")
        if tau_u in _FIXED:
            clauses.append("τ_U onto")
            words.append("τ_U is onto")
    how = _FIXED.get(tau_u) or _SEARCHED.get(tau_u)
    if how is None or (tau_u == "given") != (claim.tau_u is not None):
        raise RefusedError(f"tau_u = {tau_u} is not checked")
    clauses.append("squares")
    words.append(
        f"with {how}, in every context, for every intervention of the family "
        f"{_family_words(parameters['family'])}, τ of the low-level solution equals the high-level "
        "solution"
    )
    relies = []
    if definition == "uniform":
        relies.append("Lemma U: uniform iff a compatible τ_U exists (proofs/lemma_u.py)")
    searched = tau_u if tau_u in _SEARCHED else ""
    return Question(
        claim,
        definition,
        parameters,
        factors,
        tuple(clauses),
        "; ".join(words),
        searched,
        tuple(relies),
    )


def _domains(claim: Claim) -> tuple[dict[str, Domain], dict[str, Domain]]:
    """The domains of the high-level and of the low-level endogenous variables."""
    kinds = (Kind.INPUT, Kind.ENDOGENOUS)
    upper, inner = (
        {v.name: v.domain for v in model.variables if v.kind in kinds}
        for model in (claim.high, claim.low)
    )
    return upper, inner


def are_disjoint(factors: Mapping[str, Factor]) -> bool:
    """Whether no variable is read by two factors."""
    read = [v for factor in factors.values() for v in factor.support]
    return len(set(read)) == len(read)


def _family_words(family: str) -> str:
    return {
        "block": "of all unions of whole blocks",
        "all": "of all hard interventions on mapped and inert variables",
        "taumax": "on which ω_τ is defined",
        "given": "that is listed",
    }.get(family, f"{family} (unions of at most so many whole blocks)")


def _interchange(claim: Claim, parameters: Mapping[str, str], tau_u: str) -> Question:
    if set(parameters) != {"sources", "joint", "scored", "tau_u"} or (
        parameters["sources"] != "all" or parameters["scored"] not in ("outputs", "mapped")
    ):
        raise RefusedError("only interchanges from all sources, scored by τ, are checked")
    if tau_u not in _FIXED or not claim.sites or (tau_u == "given") != (claim.tau_u is not None):
        raise RefusedError("an interchange needs sites and a fixed τ_U")
    upper, inner = _domains(claim)
    factors = {n: factor_of(n, claim.tau[n], inner, upper[n]) for n in _scored(claim, parameters)}
    words = (
        f"with {_FIXED[tau_u]}, for every base, every set of sites ({parameters['joint']} at once) and "
        "every source of each, setting the sites to their values on the sources gives the scored "
        f"variables {', '.join(factors)} the values that setting the high-level variables gives"
    )
    return Question(claim, "interchange", parameters, factors, ("interchange",), words, "", ())


def _over_boxes(claim: Claim, parameters: Mapping[str, str]) -> Question:
    if set(parameters) != {"radius", "joint"} or not claim.sites:
        raise RefusedError("interchange over boxes has a radius, a number of sites, and sites")
    factors = {n: Factor((), False, 0) for n in _scored(claim, {"scored": "outputs"})}  # only named
    words = (
        f"for every base, every set of sites ({parameters['joint']} at once) and every source of each, at "
        f"all inputs within {parameters['radius']} of the codes of their contexts, setting the sites to "
        f"their values on the sources gives {', '.join(factors)} the values that setting the high-level "
        "variables gives"
    )
    return Question(claim, OVER_BOXES, parameters, factors, ("boxes",), words, "", ())


def _scored(claim: Claim, parameters: Mapping[str, str]) -> list[str]:
    inputs = {v.name for v in claim.high.variables if v.kind is Kind.INPUT}
    mapped = [n for n in claim.tau if n not in inputs or n in claim.sites]
    if parameters["scored"] == "mapped":
        if not set(claim.sites) <= set(mapped):
            raise RefusedError("a site has no τ")
        return mapped
    scored = [n for n in mapped if n not in claim.sites]
    if not scored:
        raise RefusedError("nothing is scored")
    return scored


# ---------------------------------------------------------------- the statement


def context_map(question: Question) -> dict[str, Expression]:
    """The fixed τ_U: high-level root -> expression in low-level roots.

    Raises:
        RefusedError: a root of that name is missing below.
    """
    given = question.claim.tau_u or {}
    inputs = question.parameters.get("tau_u", "inputs") == "inputs"
    kinds = (Kind.INPUT,) if inputs else (Kind.INPUT, Kind.EXOGENOUS)
    below = {v.name for v in question.claim.low.variables if v.kind in kinds}
    found: dict[str, Expression] = {}
    for root in question.claim.high.variables:
        if root.kind in (Kind.INPUT, Kind.EXOGENOUS):
            here = root.name in below and (root.kind is Kind.INPUT or not inputs)
            if root.name not in given and not here:
                raise RefusedError(f"no low-level root {root.name!r}")
            found[root.name] = given.get(root.name, Reference(root.name))
    return found


def statement_of(question: Question, tau_u: Mapping[str, Expression] | None = None) -> Commuting:
    """The statement that the squares commute, with the fixed τ_U or this one."""
    claim = question.claim
    maps = context_map(question) if tau_u is None else tau_u
    tau = tuple(claim.tau.items())
    if question.definition == "interchange":
        joint = question.parameters["joint"]
        most = None if joint == "all" else _number(joint)
        family: Blocks | Listed | Interchange = Interchange(tuple(claim.sites.items()), most)
        compared = tuple(question.factors)
    else:
        family, compared = family_of(question), tuple(claim.tau)
    return Commuting(claim.low, claim.high, tau, tuple(maps.items()), family, compared)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or text.startswith("0"):
        raise RefusedError(f"no number: {text!r}")
    return int(text)


def family_of(question: Question) -> Blocks | Listed:
    """The family as data.

    Raises:
        RefusedError: ω is not known to be defined on all of it.
    """
    claim, family = question.claim, question.parameters["family"]
    factors = question.factors
    if claim.omega is None and not (
        are_disjoint(factors) and all(f.onto and f.support for f in factors.values())
    ):
        raise RefusedError("ω_τ is checked for block maps whose factors are onto and not constant")
    blocks = tuple((name, factor.support) for name, factor in factors.items())
    if family == "given":
        if not claim.interventions:
            raise RefusedError("the listed family is empty")
        return Listed(tuple((i, _image(question, i)) for i in claim.interventions))
    if family == "block":
        return Blocks(blocks)
    if family.startswith("single:"):
        return Blocks(blocks, (), _number(family.removeprefix("single:")))
    if family in ("all", "taumax") and all(len(block) == 1 for _, block in blocks):
        if set(claim.inert) & {v for _, block in blocks for v in block}:
            raise RefusedError("an inert variable is read by τ")
        return Blocks(blocks, claim.inert)
    raise RefusedError(f"the family {family} is not checked")


def _image(question: Question, intervention: Items) -> Items:
    """ω at a listed intervention: as given, or what τ makes of it, block by block."""
    if question.claim.omega is not None:
        for i, j in question.claim.omega:
            if set(i) == set(intervention):
                return j
        raise RefusedError("ω is not given at a listed intervention")
    fixed = dict(intervention)
    upper, inner = _domains(question.claim)
    read = {v for factor in question.factors.values() for v in factor.support}
    if not set(fixed) <= read | set(question.claim.inert):
        raise RefusedError("a listed intervention sets a variable that is neither mapped nor inert")
    items: list[tuple[str, Value]] = []
    for name, factor in question.factors.items():
        here = {v: fixed[v] for v in factor.support if v in fixed}
        if not here:
            continue
        rest = states_of(tuple(v for v in factor.support if v not in fixed), inner)
        others = {v: next(iter(d)) for v, d in inner.items()}  # type: ignore[arg-type]
        seen = {evaluate(question.claim.tau[name], others | here | state) for state in rest}
        if len(seen) == 1:
            items.append((name, seen.pop()))
        elif len(seen) < getattr(upper[name], "size", 0):
            raise RefusedError(f"ω_τ is undefined at a listed intervention, for {name}")
    return tuple(items)


def settings_of(family: Blocks | Listed, question: Question) -> list[tuple[Items, Items]]:
    """Every pair of a low-level and a high-level intervention of a family.

    Raises:
        RefusedError: there are more than 2^14.
    """
    if isinstance(family, Listed):
        return list(family.pairs)
    _, inner = _domains(question.claim)
    tau = question.claim.tau
    choices: list[list[tuple[Items, Items]]] = []
    total = 1
    for name, block in (*family.blocks, *(("", (v,)) for v in family.inert)):
        states = states_of(block, inner)
        total *= 1 + len(states)
        if total > PAIRS:
            raise RefusedError(f"more than {PAIRS:,} interventions, one by one")
        others = {v: next(iter(d)) for v, d in inner.items()} if name else {}  # type: ignore[arg-type]
        options: list[tuple[Items, Items]] = [((), ())]
        for state in states:
            image = ((name, evaluate(tau[name], others | state)),) if name else ()
            options.append((tuple(state.items()), image))
        choices.append(options)
    found = []
    for chosen in product(*choices):
        high = tuple(item for _, image in chosen for item in image)
        if family.most is None or sum(bool(image) for _, image in chosen) <= family.most:
            found.append((tuple(item for low, _ in chosen for item in low), high))
    return found
