"""Hypothesis strategies for domains, models, interventions, families, maps, claims, networks.

All are well-formed by construction, or drawn again. They shrink towards few variables, few values,
few contexts and tables of zeros, so that `hypothesis.find` ends at a textbook example: the tests
assert it for CE1, CE6 and CE14. Variables below are X0, X1, …; above, Y0, Y1, …; each model has one
exogenous variable, which counts its contexts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product

from hypothesis import assume
from hypothesis import strategies as st

from tauomega.bridge.network import Activation, Layer, Network
from tauomega.theory.abstraction import Abstraction
from tauomega.theory.definition import Definition, high_model
from tauomega.theory.errors import InputError
from tauomega.theory.family import All, Block, Family, Reach, Single, TauMax
from tauomega.theory.intervention import Hard
from tauomega.theory.kernel import (
    BOOL,
    Case,
    Constant,
    Declaration,
    Expression,
    FiniteLaw,
    Kind,
    Range,
    Reference,
    Value,
    complete,
    substitute,
)
from tauomega.theory.scm import SCM
from tauomega.theory.tables import as_mechanism

from .quotients import Blocks, Domain, finite_domain, quotient_claim

__all__ = [
    "chains",
    "claims",
    "domains",
    "families",
    "hard_interventions",
    "interventions",
    "itself",
    "maps",
    "models",
    "networks",
    "quotients",
    "renamed_model",
]


def domains(*, most: int = 3) -> st.SearchStrategy[Domain]:
    """`bool`, or `0..k`, with at most so many values."""
    sizes = st.integers(2, most)
    return sizes.map(lambda size: BOOL if size == 2 else Range(0, size - 1))


@st.composite
def _functions(
    draw: st.DrawFn, parents: Sequence[tuple[str, Domain]], target: Domain
) -> Expression:
    """A function as a table; without parents a constant.

    The table is one drawn number, its rows the digits, so that it shrinks independently of what is
    drawn before and after it.
    """
    keys = list(product(*(domain for _, domain in parents)))
    values = list(target)
    code = draw(st.integers(0, len(values) ** len(keys) - 1))
    rows = []
    for key in reversed(keys):
        code, digit = divmod(code, len(values))
        rows.append((key, Constant(values[digit])))
    if not parents:
        return rows[0][1]
    return Case(tuple(Reference(name) for name, _ in parents), tuple(reversed(rows)))


@st.composite
def models(
    draw: st.DrawFn,
    *,
    prefix: str = "X",
    least: int = 1,
    variables: int = 3,
    contexts: int = 3,
    values: int = 3,
) -> SCM:
    """An acyclic model with laws.

    Args:
        draw: given by hypothesis.
        prefix: the variables are `prefix0`, `prefix1`, …; the exogenous one is `prefixu`.
        least: the fewest endogenous variables.
        variables: the most.
        contexts: the most contexts.
        values: the most values of a variable.
    """
    root = f"{prefix}u"
    weights = draw(st.lists(st.integers(1, 3), min_size=1, max_size=contexts))
    law = FiniteLaw(tuple(Fraction(w, sum(weights)) for w in weights))
    domain: Domain = BOOL if len(weights) == 2 else Range(0, len(weights) - 1)
    declared = [Declaration(root, Kind.EXOGENOUS, domain, law)]
    known: list[tuple[str, Domain]] = [(root, domain)]
    for index in range(draw(st.integers(least, variables))):
        name, own = f"{prefix}{index}", draw(domains(most=values))
        chosen = draw(st.lists(st.sampled_from(known), max_size=2, unique_by=lambda pair: pair[0]))
        mechanism = draw(_functions(chosen, own))
        declared.append(Declaration(name, Kind.ENDOGENOUS, own, None, mechanism))
        known.append((name, own))
    return SCM(complete(declared))


@st.composite
def interventions(draw: st.DrawFn, model: SCM) -> Hard:
    """A hard intervention on a finite model, the empty one included."""
    items = []
    for name in model.endogenous:
        values = list(finite_domain(model, name))
        chosen = draw(st.none() | st.sampled_from(values))
        if chosen is not None:
            items.append((name, chosen))
    return Hard(tuple(items))


def hard_interventions() -> st.SearchStrategy[Hard]:
    """A hard intervention on some model."""
    return models(least=1).flatmap(lambda model: interventions(model))


def families() -> st.SearchStrategy[Family]:
    """A family of interventions that needs no list."""
    return st.sampled_from((Block(), Single(1), Reach(1), Reach(None), TauMax(), All(), Single(2)))


@st.composite
def maps(draw: st.DrawFn, low: SCM, high: SCM) -> Mapping[str, Expression]:
    """Any τ: each high-level variable as a function of one or two low-level ones."""
    known = [(name, finite_domain(low, name)) for name in low.endogenous]
    tau = {}
    for name in high.endogenous:
        chosen = st.lists(
            st.sampled_from(known), min_size=1, max_size=2, unique_by=lambda pair: pair[0]
        )
        tau[name] = draw(_functions(draw(chosen), finite_domain(high, name)))
    return tau


@st.composite
def quotients(draw: st.DrawFn, *, model: SCM | None = None, variables: int = 3) -> Blocks:
    """A low-level model (or the given one) with a block map, each factor onto."""
    low = draw(models(least=1, variables=variables)) if model is None else model
    labels = [draw(st.integers(0, 2)) for _ in low.endogenous]
    used = sorted(set(labels))
    blocks, tau, above = [], [], []
    for label in used:
        block = tuple(n for n, own in zip(low.endogenous, labels, strict=True) if own == label)
        parents = [(name, finite_domain(low, name)) for name in block]
        domain = draw(domains(most=3))
        expression = draw(_functions(parents, domain))
        assert isinstance(expression, Case)
        assume({row[1] for row in expression.rows} == {Constant(v) for v in domain})
        blocks.append(block)
        tau.append(expression)
        above.append(domain)
    return Blocks(low, tuple(blocks), tuple(tau), tuple(above))


@st.composite
def _computed(draw: st.DrawFn, *, model: SCM | None = None) -> Abstraction:
    """A claim whose high-level model is computed from the low-level one: it holds over blocks."""
    try:
        claim = quotient_claim(draw(quotients(model=model)))
    except InputError:  # the computed model has a cycle
        claim = None
    assume(claim is not None)
    assert claim is not None
    return claim


@st.composite
def _identical(draw: st.DrawFn) -> Abstraction:
    """A model and itself; τ_U is left open."""
    return itself(draw(models()))


def itself(model: SCM) -> Abstraction:
    """The claim that a model abstracts itself, with τ the identity and τ_U left open."""
    return Abstraction(model, model, {name: Reference(name) for name in model.endogenous})


@st.composite
def _blind(draw: st.DrawFn) -> Abstraction:
    """Two models that have nothing to do with each other, and any τ."""
    low, high = draw(models()), draw(models(prefix="Y", variables=2))
    return Abstraction(low, high, draw(maps(low, high)))


@st.composite
def _broken(draw: st.DrawFn) -> Abstraction:
    """A computed claim with another high-level model on the same variables."""
    claim = draw(_computed())
    high = high_model(claim)
    known: list[tuple[str, Domain]] = [(r, finite_domain(high, r)) for r in high.roots]
    declared = [v for v in high.variables if v.kind is Kind.EXOGENOUS]
    made = [Declaration(v.name, v.kind, v.domain, v.law) for v in declared]
    for name in high.order:
        own = finite_domain(high, name)
        chosen = draw(st.lists(st.sampled_from(known), max_size=2, unique_by=lambda pair: pair[0]))
        mechanism = draw(_functions(chosen, own))
        made.append(Declaration(name, Kind.ENDOGENOUS, own, None, mechanism))
        known.append((name, own))
    return Abstraction(claim.low, SCM(complete(made)), claim.tau)


@st.composite
def _rewired(draw: st.DrawFn) -> Abstraction:
    """A model, and another one on the same variables that runs alike while nobody intervenes."""
    low = draw(models(variables=2))
    (root,) = low.roots
    runs = {context[root]: low.run(context) for context in low.contexts()}
    declared = [Declaration(root, Kind.EXOGENOUS, low.domain(root), low[root].law)]
    names = draw(st.permutations(low.endogenous))
    for position, name in enumerate(names):
        values = st.sampled_from(list(finite_domain(low, name)))
        parent = draw(st.sampled_from([None, *names[:position]]))
        table: dict[tuple[Value, ...], Value] = {}
        for u, seen in runs.items():
            for value in (None,) if parent is None else finite_domain(low, parent):
                clean = parent is None or seen[parent] == value
                key = (u,) if value is None else (u, value)
                table[key] = seen[name] if clean else draw(values)
        mechanism = as_mechanism(table, [root] if parent is None else [root, parent])
        declared.append(Declaration(name, Kind.ENDOGENOUS, low.domain(name), None, mechanism))
    high = SCM(complete(declared))
    return Abstraction(low, high, {name: Reference(name) for name in high.endogenous})


def claims(
    *, holding: Definition | None = None, failing: Definition | None = None
) -> st.SearchStrategy[Abstraction]:
    """Claims with a high-level model: any, or those that a definition accepts or rejects.

    Args:
        holding: only claims that hold under this definition.
        failing: only claims that fail under this one.
    """
    if holding is not None:
        drawn = st.one_of(_identical(), _computed(), _rewired(), _blind())
    elif failing is not None:
        drawn = st.one_of(_rewired(), _blind(), _broken(), _computed())
    else:
        drawn = st.one_of(_identical(), _rewired(), _blind(), _computed(), _broken())
    for definition, verdict in ((holding, "holds"), (failing, "fails")):
        if definition is not None:
            drawn = drawn.filter(_with_verdict(definition, verdict))
    return drawn


class _with_verdict:  # noqa: N801  # a predicate that prints as what it asks
    """Whether a claim has a verdict under a definition; a refused claim has none."""

    def __init__(self, definition: Definition, verdict: str) -> None:
        self.definition, self.verdict = definition, verdict

    def __call__(self, claim: Abstraction) -> bool:
        from tauomega.solvers.checking import check

        try:
            return check(claim, self.definition, timeout=5).name == self.verdict
        except InputError:
            return False

    def __repr__(self) -> str:
        return f"{self.definition.name} {self.verdict}"


@st.composite
def chains(draw: st.DrawFn) -> tuple[Abstraction, Abstraction]:
    """Two claims, the second about the first one's high-level model."""
    first = draw(st.one_of(_rewired(), _computed(), _identical(), _broken()))
    assert first.high is not None
    middle = first.high
    kind = draw(st.sampled_from(("reordered", "computed", "blind")))
    if kind == "reordered":  # the same model, its variables listed in any order
        declared = [
            Declaration(v.name, v.kind, v.domain, v.law, v.mechanism) for v in middle.variables
        ]
        above = SCM(complete(draw(st.permutations(declared))))
        return first, Abstraction(middle, above, itself(middle).tau)
    if kind == "computed":
        second = draw(_computed(model=middle))
        assert second.high is not None
        names = {name: f"Z{name[1:]}" for name in second.high.endogenous}
        return first, _with_names(second, names)
    high = draw(models(prefix="Z", variables=2))
    return first, Abstraction(middle, high, draw(maps(middle, high)))


def _with_names(claim: Abstraction, names: Mapping[str, str]) -> Abstraction:
    above = renamed_model(high_model(claim), names)
    return Abstraction(claim.low, above, {names.get(n, n): e for n, e in claim.tau.items()})


def renamed_model(model: SCM, names: Mapping[str, str]) -> SCM:
    """The model with some variables under other names."""
    new = {old: Reference(name) for old, name in names.items()}
    return SCM(
        complete(
            [
                Declaration(
                    names.get(v.name, v.name),
                    v.kind,
                    v.domain,
                    v.law,
                    None if v.mechanism is None else substitute(v.mechanism, new),
                )
                for v in model.variables
            ]
        )
    )


@st.composite
def networks(draw: st.DrawFn, *, inputs: int = 2, width: int = 3, hidden: int = 2) -> Network:
    """A small ReLU network with small integer weights and one output."""
    import numpy as np

    widths = [inputs, *draw(st.lists(st.integers(1, width), min_size=1, max_size=hidden)), 1]
    weights = st.integers(-2, 2)
    layers = []
    for position, (before, after) in enumerate(pairwise(widths)):
        drawn = draw(st.lists(weights, min_size=before * after, max_size=before * after))
        bias = draw(st.lists(weights, min_size=after, max_size=after))
        last = position == len(widths) - 2
        layers.append(
            Layer(
                np.array(drawn, dtype=np.float32).reshape(after, before),
                np.array(bias, dtype=np.float32),
                Activation("identity" if last else "relu"),
            )
        )
    return Network(tuple(layers))


st.register_type_strategy(Network, lambda _: networks())
