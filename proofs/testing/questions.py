"""Random questions: a claim and a definition, small enough for the literal interpreter.

`random_question` draws any definition; `circuit_question` what the circuit engines are for: a fixed
τ_U, every family of interventions, listed ones with their ω, interchanges, inert variables, labels,
ranges that do not start at 0, parameters, and mechanisms that compute.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from tauomega.solvers.deciding_facts import decide_facts
from tauomega.solvers.engine import Budget, Problem
from tauomega.solvers.omega import omega_tau
from tauomega.solvers.problems import problem_of
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.defect import Relation, Violated, clauses
from tauomega.theory.definition import Definition, high_model
from tauomega.theory.definitions.constructive import Constructive
from tauomega.theory.definitions.exact import Exact
from tauomega.theory.definitions.interchange import InterchangeConsistency
from tauomega.theory.definitions.invariance import Invariance
from tauomega.theory.definitions.observational import Observational
from tauomega.theory.definitions.strong import Strong
from tauomega.theory.definitions.tau_abstraction import TauAbstraction
from tauomega.theory.definitions.uniform import Uniform
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, Family, Given, Reach, Single, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import (
    BOOL,
    Apply,
    Constant,
    Declaration,
    Expression,
    Finite,
    Kind,
    Operator,
    Range,
    Reference,
    complete,
)
from tauomega.theory.policy import Depth, HighFamily, OmegaPolicy, Scored, TauUPolicy, Undefined
from tauomega.theory.scm import SCM

from .quotients import finite_domain
from .random_claims import random_claim
from .random_expressions import Space, random_function

__all__ = ["Question", "circuit_question", "problems", "problems_of", "random_question"]

Question = tuple[Abstraction, Definition]
FAMILIES: tuple[Family, ...] = (
    All(),
    Block(),
    TauMax(),
    Reach(1),
    Reach(None),
    Single(1),
    Single(2),
)
SETTABLE: tuple[Family, ...] = (Block(), Single(1), Single(2), All(), TauMax())


def random_question(rng: random.Random) -> Question:
    """A random claim and a random definition with random parameters."""
    claim = random_claim(rng)
    family = rng.choice(FAMILIES)
    undefined = Undefined.EXCLUDE
    high = rng.choice((HighFamily.IMAGE, HighFamily.IMAGE, HighFamily.ALL))
    searched = OmegaPolicy.SEARCHED if rng.random() < 0.15 else OmegaPolicy.DERIVED
    identity = claim.high is not None and set(claim.high.roots) == set(claim.scm.roots)
    tau_u = TauUPolicy.IDENTITY if identity and rng.random() < 0.5 else None
    made: tuple[Definition, ...] = (
        Observational(),
        Invariance(),
        Exact(family, searched, high, undefined),
        Uniform(family, searched, tau_u, high, undefined),
        TauAbstraction(family, searched, tau_u, high, undefined),
        Strong(family, None, tau_u, undefined),
        Constructive(family, None, tau_u, HighFamily.IMAGE, undefined),
        Constructive(family, None, tau_u, HighFamily.IMAGE, undefined),
    )
    return claim, rng.choice(made)


def problems_of(question: Question) -> Iterator[Problem]:
    """The clauses of a question, as engines get them.

    Raises:
        InputError: the claim lacks what the definition needs.
    """
    claim, definition = question
    defect = definition.defect(claim)
    facts = decide_facts(claim, Budget(5))
    for part in clauses(defect):
        match part.defect:
            case Violated(relation=Relation.BLOCK_MAP):
                if not facts.is_block_map:
                    return
            case _:
                yield problem_of(claim, part, facts, Fraction(0))


def problems(seed: int, count: int) -> Iterator[Problem]:
    """The clauses of random questions, until `count` questions were drawn."""
    rng = random.Random(seed)  # noqa: S311  # reproducible, no secret
    drawn = 0
    while drawn < count:
        try:
            found = list(problems_of(random_question(rng)))
        except InputError:
            continue
        drawn += 1
        yield from found


# ---------------------------------------------------------------- what circuits are for


def circuit_question(rng: random.Random) -> Question:
    """A question with a fixed τ_U, or about interchanges."""
    while True:
        try:
            claim = rng.choice((_computed, _computed, computing_claim))(rng)
            if rng.random() < 0.25:
                return _interchange(rng, claim)
            return _squares(rng, claim)
        except InputError:
            continue


def _computed(rng: random.Random) -> Abstraction:
    """A small claim of tables whose roots have the same names on both sides."""
    while True:
        claim = random_claim(rng)
        if claim.high is not None and set(claim.high.roots) == set(claim.scm.roots):
            return claim


def computing_claim(rng: random.Random) -> Abstraction:
    """A model that computes with numbers and labels, and itself, perhaps changed at one state."""
    roots: list[tuple[str, Finite | Range]] = []
    for index in range(rng.randint(1, 2)):
        roots.append((f"U{index}", _domain(rng)))
    declared = [Declaration(name, Kind.EXOGENOUS, domain) for name, domain in roots]
    known: Space = list(roots)
    if rng.random() < 0.15:
        declared.append(Declaration("p", Kind.PARAMETER, Range(0, 2)))
        known = [*known, ("p", Range(0, 2))]
    for index in range(rng.randint(1, 3)):
        name, domain = f"X{index}", _domain(rng)
        parents = rng.sample(list(known), k=min(len(known), rng.randint(1, 3)))
        mechanism = random_function(rng, parents, domain)
        declared.append(Declaration(name, Kind.ENDOGENOUS, domain, None, mechanism))
        known = [*known, (name, domain)]
    low = SCM(complete(declared))
    high = low if rng.random() < 0.4 else SCM(complete(_changed(rng, declared)))
    return Abstraction(low, high, {name: Reference(name) for name in low.endogenous})


def _domain(rng: random.Random) -> Finite | Range:
    return rng.choice(
        (BOOL, BOOL, Range(0, 2), Range(-1, 1), Range(3, 6), Finite(("red", "green", "blue")))
    )


def _changed(rng: random.Random, declared: Sequence[Declaration]) -> list[Declaration]:
    """One mechanism with another value at one state of its parents, which no run may reach."""
    made = [d for d in declared if d.mechanism is not None]
    victim = rng.choice(made)
    assert victim.mechanism is not None
    place = list(declared).index(victim)
    tests = []
    for earlier in declared[:place]:
        if earlier.kind is not Kind.PARAMETER and rng.random() < 0.8:
            assert isinstance(earlier.domain, Finite | Range)
            value = Constant(rng.choice(list(earlier.domain)))
            tests.append(Apply(Operator.EQ, (Reference(earlier.name), value)))
    assert isinstance(victim.domain, Finite | Range)
    other = Constant(rng.choice(list(victim.domain)))
    mechanism: Expression = other
    if tests:
        test = tests[0] if len(tests) == 1 else Apply(Operator.AND, tuple(tests))
        mechanism = Apply(Operator.IF, (test, other, victim.mechanism))
    changed = replace(victim, mechanism=mechanism)
    return [changed if d is victim else d for d in declared]


def _with_map_of_contexts(rng: random.Random, claim: Abstraction) -> Abstraction:
    """The same with τ_U given: mostly the identity, sometimes with one root read otherwise."""
    high = high_model(claim)
    maps: dict[str, Expression] = {name: Reference(name) for name in high.roots}
    if rng.random() < 0.3:
        victim = rng.choice(high.roots)
        space = [(name, finite_domain(claim.scm, name)) for name in claim.scm.roots]
        maps[victim] = random_function(rng, space, finite_domain(high, victim), depth=2)
    return replace_claim(claim, tau_u=maps)


def replace_claim(claim: Abstraction, **changes: object) -> Abstraction:
    """A claim with some of its parts changed."""
    given = {
        "low": claim.low,
        "high": claim.high,
        "tau": claim.tau,
        "omega": claim.omega,
        "tau_u": claim.tau_u,
        "sites": claim.sites,
        "inert": claim.inert,
        "internal": claim.internal,
    }
    return Abstraction(**(given | changes))  # type: ignore[arg-type]  # the fields of a claim


def _squares(rng: random.Random, claim: Abstraction) -> Question:
    given = rng.random() < 0.4
    if given:
        claim = _with_map_of_contexts(rng, claim)
    unread = [n for n in claim.scm.endogenous if n not in _read_by(claim)]
    if unread and rng.random() < 0.5:
        claim = replace_claim(claim, inert=frozenset(rng.sample(unread, k=1)))
    tau_u = TauUPolicy.GIVEN if given else TauUPolicy.IDENTITY
    family: Family = rng.choice(SETTABLE)
    omega = OmegaPolicy.DERIVED
    if rng.random() < 0.25:
        claim, family = _listed(rng, claim)
        omega = OmegaPolicy.GIVEN if claim.omega is not None else omega
    undefined = Undefined.EXCLUDE if rng.random() < 0.8 else Undefined.ERROR
    if isinstance(family, Given) or rng.random() < 0.5:
        return claim, TauAbstraction(family, omega, tau_u, HighFamily.IMAGE, undefined)
    return claim, Constructive(family, None, tau_u, HighFamily.IMAGE, undefined)


def _read_by(claim: Abstraction) -> set[str]:
    supports = decide_facts(claim, Budget(5)).supports
    return {name for block in supports.values() for name in block}


def _listed(rng: random.Random, claim: Abstraction) -> tuple[Abstraction, Family]:
    """Some interventions, with their ω_τ, or with an ω that is given and perhaps another one."""
    facts = decide_facts(claim, Budget(5))
    settable = [n for n in claim.scm.endogenous if n in facts.mapped | set(facts.inert)]
    listed: dict[Hard, Hard | None] = {}
    for _ in range(rng.randint(1, 6)):
        chosen = [name for name in settable if rng.random() < 0.5]
        items = [(name, rng.choice(list(finite_domain(claim.scm, name)))) for name in chosen]
        hard = Hard(tuple(items))
        listed[hard] = omega_tau(claim, facts, hard)
    if rng.random() < 0.5:
        return claim, Given(tuple(listed))
    high = high_model(claim)
    pairs = []
    for low, image in listed.items():
        if image is None or rng.random() < 0.1:
            above = [name for name in high.endogenous if rng.random() < 0.4]
            values = [(name, rng.choice(list(finite_domain(high, name)))) for name in above]
            image = Hard(tuple(values))
        pairs.append((low, image))
    return replace_claim(claim, omega=tuple(pairs)), Given(None)


def _interchange(rng: random.Random, claim: Abstraction) -> Question:
    """Some high-level variables with their blocks as sites, the others scored."""
    facts = decide_facts(claim, Budget(5))
    names = [name for name, block in facts.supports.items() if block]
    if len(names) < 2 or not facts.is_block_map or (claim.scm.context_count() or 99) > 9:
        raise InputError(["no two blocks, or too many contexts"])
    chosen = rng.sample(names, k=rng.randint(1, min(2, len(names) - 1)))
    claim = replace_claim(claim, sites={name: facts.supports[name] for name in chosen})
    given = rng.random() < 0.3
    if given:
        claim = _with_map_of_contexts(rng, claim)
    tau_u = TauUPolicy.GIVEN if given else TauUPolicy.IDENTITY
    depth = Depth(rng.choice((1, 2, None)))
    scored = rng.choice((Scored.OUTPUTS, Scored.MAPPED))
    return claim, InterchangeConsistency(joint=depth, scored=scored, tau_u=tau_u)
