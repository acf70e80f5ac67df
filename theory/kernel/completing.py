"""From declarations to a model: references, order, cycles, domains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from .domain import BOOL, Domain, Finite, Range
from .errors import EvaluationError, Fault, InputError, Source, in_order, nearest
from .expression import Expression, Hole, free_names
from .imaging import check_expression, image, stays_within
from .law import ConditionalLaw, FiniteLaw, Law
from .ordering import cut_cycles, parents_first
from .program import Kind, Program, Variable

__all__ = ["Declaration", "complete"]

MAX_VARIABLES = 100_000

_Fault = Callable[[str, str], Fault]
"""Makes a fault of a message and the variable that it is about."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A variable before its model is complete; a domain that is absent is inferred."""

    name: str
    kind: Kind
    domain: Domain | None = None
    law: Law | None = None
    mechanism: Expression | None = None


def complete(
    declared: Sequence[Declaration],
    families: Sequence[tuple[str, tuple[str, ...]]] = (),
    *,
    text: str = "",
    source: Source | None = None,
    spans: Mapping[str, tuple[int, int]] | None = None,
    cyclic: bool = False,
) -> Program:
    """Check declarations together, infer the domains that are absent, and order parents first.

    Args:
        declared: the variables, in the order of declaration.
        families: the members of each indexed family.
        text: the text they were read from, for messages.
        source: where the text stands.
        spans: where each variable is declared in the text.
        cyclic: whether cycles are allowed; the domains of variables on them must be declared.

    Raises:
        InputError: names twice or unknown, a cycle (which is named), a mechanism that leaves its
            declared domain or has no value somewhere, a domain that cannot be inferred: all faults.
    """
    where = source or Source()
    places = spans or {}

    def fault(message: str, name: str) -> Fault:
        span = places.get(name)
        return Fault(message, text if span else "", span, where)

    faults = list(_well_formed(declared, fault))
    if faults:
        raise InputError(faults)
    order = _order(declared, fault, cyclic=cyclic)
    domains: dict[str, Domain] = {d.name: d.domain for d in declared if d.domain is not None}
    known = {d.name: d for d in declared}
    broken: set[str] = set()
    for name in order:
        law, mechanism = known[name].law, known[name].mechanism
        if mechanism is None:
            if isinstance(law, ConditionalLaw):
                faults += [fault(f"{name!r}: {message}", name) for message in _cases(law, domains)]
            continue
        read = known.keys() & free_names(mechanism)
        if read & broken:
            broken.add(name)  # its parent's fault is reported; this one's domain is not known
            continue
        unknown = sorted(read - domains.keys())
        if unknown:  # only a cycle leads back to a variable that is not done yet
            message = f"{unknown[0]!r} is on a cycle: declare its domain, {unknown[0]} : … = …"
            found = [fault(message, unknown[0])]
        else:
            found = check_expression(mechanism, domains, text, where)
            found = found or [fault(m, name) for m in _settle_domain(name, mechanism, domains)]
        if found:
            faults += found
            broken.add(name)
    if faults:
        raise InputError(in_order(faults))
    variables = tuple(
        Variable(d.name, d.kind, _normal(domains[d.name]), d.law, d.mechanism) for d in declared
    )
    return Program(variables, order, tuple(families), cyclic)


def _order(declared: Sequence[Declaration], fault: _Fault, *, cyclic: bool) -> tuple[str, ...]:
    """The inputs and endogenous variables, parents first; broken somewhere on each cycle, where these are allowed.

    Raises:
        InputError: there is a cycle, and none is allowed.
    """
    parents = _ordered(declared)
    order, cycle = parents_first(parents)
    if order is not None:
        return order
    if cyclic:
        return cut_cycles(parents)[1]
    message = (
        f"the mechanisms form a cycle: {' -> '.join(cycle)}; a model must be acyclic: break the cycle, "
        "unroll it in time, or write the line cyclic"
    )
    raise InputError([fault(message, cycle[0])])


def _settle_domain(name: str, mechanism: Expression, domains: dict[str, Domain]) -> Iterator[str]:
    """Infer a domain that is not declared, and say what is wrong with the mechanism on its parents' domains."""
    try:
        if isinstance(mechanism, Hole):
            if name not in domains:
                yield f"the hole of {name!r} needs a domain: {name} : bool = ?(…)"
        elif name in domains:
            away = stays_within(mechanism, domains, domains[name])
            if away is not None:
                yield f"{name!r} leaves its domain: {away}"
        else:
            domains[name] = image(mechanism, domains)
    except EvaluationError as error:
        yield f"{name!r}: {error}"
    except InputError as error:
        yield from (f"{name!r}: {fault.message}" for fault in error.faults)


def _normal(domain: Domain) -> Domain:
    if isinstance(domain, Range) and (domain.low, domain.high) == (0, 1):
        return BOOL
    return domain


def _well_formed(declared: Sequence[Declaration], fault: _Fault) -> Iterator[Fault]:
    if len(declared) > MAX_VARIABLES:
        yield Fault(f"{len(declared)} variables; the limit is {MAX_VARIABLES}")
        return
    names = [d.name for d in declared]
    known = set(names)
    if len(known) < len(names):
        seen: set[str] = set()
        for name in names:
            if name in seen:
                yield fault(f"{name!r} is declared twice", name)
            seen.add(name)
    for d in declared:
        has_rule = d.mechanism is not None or isinstance(d.law, ConditionalLaw)
        if d.mechanism is not None and d.law is not None and d.kind is Kind.ENDOGENOUS:
            yield fault(f"{d.name!r} has a mechanism and a law; keep one", d.name)
        elif has_rule != (d.kind is Kind.ENDOGENOUS):
            word = "needs" if d.kind is Kind.ENDOGENOUS else "has no"
            yield fault(f"the {d.kind.value} variable {d.name!r} {word} a mechanism", d.name)
        if d.mechanism is None and d.domain is None:
            yield fault(f"{d.name!r} needs a domain", d.name)
        conditional = isinstance(d.law, ConditionalLaw)
        if d.law is not None and not conditional and d.kind in (Kind.ENDOGENOUS, Kind.PARAMETER):
            yield fault(f"{d.name!r} has a law, but is no root", d.name)
        if isinstance(d.law, FiniteLaw) and not (
            isinstance(d.domain, Finite | Range) and d.domain.size == len(d.law.probabilities)
        ):
            yield fault(f"the law of {d.name!r} does not fit its domain {d.domain}", d.name)
        for used in sorted(set(_parents(d)) - known):
            yield fault(f"{d.name!r} reads {used!r}, no variable{nearest(used, known)}", d.name)
        if isinstance(d.domain, Finite):
            for value in d.domain.values:
                if isinstance(value, str) and value in known:
                    yield fault(
                        f"{value!r} is a label of {d.name!r} and a variable; rename one", d.name
                    )


def _parents(declared: Declaration) -> frozenset[str]:
    if declared.mechanism is not None:
        return free_names(declared.mechanism)
    law = declared.law
    return frozenset(law.parents) if isinstance(law, ConditionalLaw) else frozenset()


MAX_CASES = 2**20


def _cases(law: ConditionalLaw, domains: Mapping[str, Domain]) -> Iterator[str]:
    """What is wrong with the cases of a conditional law: every one once, and no others."""
    sizes = 1
    for name in law.parents:
        domain = domains.get(name)
        if not isinstance(domain, Finite | Range):
            yield f"the parent {name!r} of a conditional law needs a finite domain, not {domain}"
            return
        sizes *= domain.size
    if sizes > MAX_CASES:
        yield f"{sizes} cases of its parents; the limit is {MAX_CASES}"
        return
    for row, _ in law.rows:
        for name, value in zip(law.parents, row, strict=True):
            if value not in domains[name]:
                yield f"the case {', '.join(map(str, row))}: {value} is not in {domains[name]} of {name!r}"
    if law.default is None and len(law.rows) < sizes:
        known = {row for row, _ in law.rows}
        options = (
            d for d in (domains[name] for name in law.parents) if isinstance(d, Finite | Range)
        )
        missing = next(key for key in product(*(list(d) for d in options)) if key not in known)
        shown = ", ".join(map(str, missing))
        yield f"no law for the case {shown}; write every case once, or else: … at the end"


def _ordered(declared: Sequence[Declaration]) -> dict[str, frozenset[str]]:
    """The endogenous variables with what they read."""
    kinds = (Kind.ENDOGENOUS, Kind.INPUT)
    return {d.name: _parents(d) for d in declared if d.kind in kinds}
