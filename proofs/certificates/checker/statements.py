"""What a definition asks of a claim: clauses, and the statement about squares that the kernel can say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from tauomega.theory.kernel.commuting import (
    Blocks,
    Commuting,
    Interchange,
    Items,
    Listed,
    Squares,
    squares_of,
)
from tauomega.theory.kernel.domain import Value
from tauomega.theory.kernel.evaluation import evaluate
from tauomega.theory.kernel.expression import Expression, Reference, free_names
from tauomega.theory.kernel.program import INNER, ROOTS, Kind

from .decoding import Claim
from .document import refuse_unless
from .factors import Factor, are_disjoint, factor_of, states_of

__all__ = [
    "ACCURACY",
    "BOUNDS",
    "FIXED",
    "OVER_BOXES",
    "READ_AS",
    "Question",
    "context_map",
    "factors_of",
    "first_missed",
    "question_about_squares",
    "squares_asked",
    "statement_of",
]

ACCURACY, OVER_BOXES = "interchange-accuracy", "interchange-over-boxes"
_KEYS = ("family", "omega", "tau_u", "high_family", "undefined")
BOUNDS = ("at_most", "distance")
"""Parameters that say how large a distance may be, or how large it is."""
FIXED = {
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
_ONTO = ("τ onto", "ω onto", "τ_U onto")
Read = tuple[tuple[str, ...], tuple[str, ...], Mapping[str, str], tuple[str, ...]]
READ_AS: Mapping[str, Read] = {
    "tau-abstraction": (_KEYS, _ONTO, {}, ()),
    "constructive": (_KEYS, ("block map", *_ONTO), {}, ()),
    "uniform": (_KEYS, ("ω order-preserving", "ω onto"), {}, (_LEMMA_U,)),
    "strong": (_KEYS, _ONTO, {"high_family": "all"}, ()),
    "mechanism": (
        _KEYS,
        ("block map", *_ONTO),
        {"family": "block", "omega": "derived", "high_family": "image", "undefined": "error"},
        (_MECHANISMS,),
    ),
    "similar": (("family", "metric", "statistic", "tau_u"), (), {"statistic": "sup"}, ()),
    "approximate": (("family", "metric", "omega", "tau_u", "undefined"), ("τ onto",), {}, ()),
}
"""Definition -> its parameters, what it asks beside squares, parameters that are fixed, theorems that it is read by."""


@dataclass(frozen=True, slots=True)
class Question:
    """A definition asked of a claim: the clauses to be proved, in words, and the factors of τ.

    `searched` says that τ_U is to be found: then the evidence has to give it. Of an approximate claim `bound`
    is how large the distance may be, or how large it is.
    """

    claim: Claim
    definition: str
    parameters: Mapping[str, str]
    factors: Mapping[str, Factor]
    clauses: tuple[str, ...]
    words: str
    searched: str
    relies_on: tuple[str, ...]

    @property
    def bound(self) -> str | None:
        """The number that a distance is compared with, if there is one."""
        return next((self.parameters[key] for key in BOUNDS if key in self.parameters), None)


def question_about_squares(
    claim: Claim, definition: str, parameters: Mapping[str, str]
) -> Question:
    """The question of a definition whose squares range over a family of interventions.

    Raises:
        RefusedError: as `asking.question_of`.
    """
    keys, clauses, fixed, theorems = READ_AS.get(definition, ((), (), {}, ()))
    bounds = parameters.keys() & BOUNDS if "metric" in keys else set()
    known = keys and set(parameters) == {*keys, *bounds} and len(bounds) <= 1
    known = known and fixed.items() <= parameters.items()
    refuse_unless(known, f"no definition with these parameters is checked: {definition!r}")
    given = claim.omega is not None
    read = {"omega": "given" if given else "derived", "high_family": "image", "undefined": "error"}
    family, omega, tau_u, high_family, undefined = ({**read, **parameters}[k] for k in _KEYS)
    listed = family == "given"
    defined = undefined == "error" or (undefined == "exclude" and not listed)
    fits = high_family in ("image", "all") and defined
    refuse_unless(fits, "only an ω that is defined on the whole family is checked")
    mapped = set(claim.tau) == set(claim.high.domains(*INNER))
    refuse_unless(mapped, "some high-level variable has no τ")
    factors = factors_of(claim, claim.tau)
    fits = (omega == "given") == given and listed >= given
    refuse_unless(fits, "a given ω goes with a listed family")
    refuse_unless(omega in ("given", "derived"), "only a given or derived ω is checked")
    how = (FIXED | _SEARCHED).get(tau_u)
    fits = how is not None and (tau_u == "given") == (claim.tau_u is not None)
    refuse_unless(fits, f"tau_u = {tau_u} is not checked")
    dropped = {
        "ω order-preserving": not given,
        "ω onto": high_family != "all",
        "τ_U onto": tau_u in _SEARCHED,
    }
    clauses = tuple(clause for clause in clauses if not dropped.get(clause))
    squares = (
        f"with {how}, in every context, for every intervention of the family "
        f"{_FAMILIES.get(family, f'{family} (unions of at most so many whole blocks)')}, τ of the "
        f"low-level solution {_compared(parameters)}"
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


def _compared(parameters: Mapping[str, str]) -> str:
    """How the two ways round a square are compared, in words."""
    bound = next((parameters[key] for key in BOUNDS if key in parameters), "0")
    if bound == "0":
        return "equals the high-level solution"
    less = f", and not always below {bound}" if "distance" in parameters else ""
    return f"is at most at {parameters['metric']} distance {bound} from the high-level one{less}"


def factors_of(claim: Claim, names: Iterable[str]) -> dict[str, Factor]:
    """The factors of τ for some high-level variables."""
    upper, inner = claim.high.domains(*INNER), claim.low.domains(*INNER)
    return {n: factor_of(n, claim.tau[n], inner, upper[n]) for n in names}


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
    if "interchange" in question.definition:
        joint = question.parameters.get("joint", "all")
        sites = tuple(claim.sites.items())
        family = Interchange(sites, None if joint == "all" else _number(joint))
        compared = tuple(question.factors)
    else:
        family, compared = family_of(question), tuple(claim.tau)
    maps = None if tau_u is None else tuple(tau_u.items())
    return Commuting(claim.low, claim.high, tuple(claim.tau.items()), maps, family, compared)


def squares_asked(
    question: Question, tau_u: Mapping[str, Expression] | None, *, refuting: bool = False
) -> Squares:
    """The squares that all commute iff the question's are, with this τ_U, within its bound.

    One that does not commute, of those made for `refuting`, shows that the bound is not kept; of a distance,
    that nothing less is.
    """
    squares = squares_of(statement_of(question, tau_u))
    if question.bound is None:
        return squares
    from .distances import bounded

    below = refuting and "distance" in question.parameters
    return bounded(squares, question.parameters["metric"], question.bound, below=below)


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
    derived = all(f.support and f.onto for f in factors.values())
    derived = derived and (family == "given" or are_disjoint(factors))
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
    read = {v for factor in question.factors.values() for v in factor.support}
    how = "a listed intervention sets a variable that is neither mapped nor inert"
    refuse_unless(set(fixed) <= read | set(claim.inert), how)
    upper, items = claim.high.domains(*INNER), Items()
    for group in _groups(question):
        if len(group) == 1 and not set(fixed) & set(question.factors[group[0]].support):
            continue  # it is onto, as was checked
        seen = values_taken(claim, group, fixed)
        columns = {n: set(column) for n, column in zip(group, zip(*seen, strict=True), strict=True)}
        free = [getattr(upper[n], "size", 0) for n, column in columns.items() if len(column) > 1]
        fits = len(seen) == prod(free)
        refuse_unless(fits, f"ω_τ is undefined at a listed intervention, for {', '.join(group)}")
        items += tuple((n, column.pop()) for n, column in columns.items() if len(column) == 1)
    return items


def _groups(question: Question) -> list[tuple[str, ...]]:
    """The high-level variables one by one, or all together where their τ share variables."""
    apart = are_disjoint(question.factors)
    return [(name,) for name in question.factors] if apart else [tuple(question.factors)]


def first_missed(claim: Claim, names: tuple[str, ...]) -> dict[str, Value] | None:
    """The first combination of values of high-level variables that τ never takes, if there is one.

    Raises:
        RefusedError: there are more than 2^16 states to list.
    """
    taken = values_taken(claim, names)
    all_values = states_of(names, claim.high.domains(*INNER))
    return next((s for s in all_values if tuple(s.values()) not in taken), None)


def values_taken(
    claim: Claim, names: Sequence[str], fixed: Mapping[str, Value] | None = None
) -> set[tuple[Value, ...]]:
    """The combinations of values that the τ of high-level variables take, where some variables are fixed.

    Raises:
        RefusedError: there are more than 2^16 states to list.
    """
    given, inner = dict(fixed or {}), claim.low.domains(*INNER)
    read = {v for name in names for v in free_names(claim.tau[name])}
    states = states_of(tuple(v for v in inner if v in read and v not in given), inner)
    return {tuple(evaluate(claim.tau[n], state | given) for n in names) for state in states}
