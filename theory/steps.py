r"""The three steps that every constructive abstraction is made of: marginalise, merge variables, merge values.

Each takes a model and returns the abstraction onto the smaller one; `>>` composes them. A step that cannot be
taken says which mechanism is in the way.

Source: Geiger et al. (2025), Defs. 36-38 and Prop. 40, arXiv:2301.04709.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from .abstraction import Abstraction
from .errors import InputError, OutOfReachError
from .kernel import (
    BOOL,
    Apply,
    Case,
    Constant,
    Declaration,
    Domain,
    Expression,
    Finite,
    FiniteLaw,
    Kind,
    Operator,
    Range,
    Reference,
    Value,
    Variable,
    complete,
    evaluate,
    free_names,
    image,
    parse_expression,
    substitute,
)
from .kernel.resolving import measure
from .scm import SCM
from .tables import as_mechanism

__all__ = ["NotMergeableError", "marginalise", "merge_values", "merge_variables", "settings"]

MOST_STATES, MOST_NODES, MOST_HEIGHT = 2**16, 100_000, 200


class NotMergeableError(InputError):
    """Two values that are to be merged are told apart by some mechanism.

    Attributes:
        variable: whose mechanism tells them apart.
        states: two states of its parents with equal merged values.
        values: what becomes of them, which differs.
    """

    def __init__(
        self,
        variable: str,
        states: tuple[dict[str, Value], dict[str, Value]],
        values: tuple[Value, Value],
    ) -> None:
        self.variable, self.states, self.values = variable, states, values
        shown = [", ".join(f"{n} = {v}" for n, v in state.items()) for state in states]
        super().__init__(
            [
                f"the values cannot be merged: {variable!r} becomes {values[0]} at {shown[0]} and {values[1]} at "
                f"{shown[1]}, which look alike; merge values of {variable!r} too, or fewer of its parents"
            ]
        )


def marginalise(model: SCM, names: Sequence[str]) -> Abstraction:
    r"""Forget variables: what they do is written into the mechanisms of their children.

    An input that is forgotten leaves its noise behind.

    Raises:
        InputError: a name is no endogenous variable, all would be forgotten, or the model is cyclic or
            has conditional laws.
        OutOfReachError: a mechanism would have more than 100,000 parts.

    Example:
        >>> model = SCM.from_text("U : bool\nX = U\nY = not X\nZ = Y")
        >>> print(marginalise(model, ["Y"]).high)
        U : bool
        X : bool = U
        Z : bool = not X
    """
    gone = dict.fromkeys(names)
    faults = [f"{n!r} is no endogenous variable" for n in gone if n not in model.endogenous]
    if set(gone) >= set(model.endogenous):
        faults.append("at least one variable is kept")
    _require_mechanisms(model, faults)
    written: dict[str, Expression] = {}
    declared: dict[str, Declaration] = {}
    for name in model.order:
        rule = model[name].mechanism
        if rule is None:
            continue
        new = substitute(rule, written)
        height, size = measure(new)
        if size > MOST_NODES or height > MOST_HEIGHT:
            raise OutOfReachError(f"parts of the mechanism of {name!r}", size, MOST_NODES)
        if name in gone:
            written[name] = new
        else:
            variable = model[name]
            declared[name] = Declaration(name, variable.kind, variable.domain, None, new)
    for v in model.variables:
        if v.name in gone and v.kind is Kind.INPUT:
            declared[v.name] = Declaration(v.name, Kind.EXOGENOUS, v.domain, v.law)
        elif v.name not in gone:
            declared.setdefault(v.name, _as_it_is(v))
    high = _model(model, declared)
    return _onto(model, high, {n: Reference(n) for n in high.endogenous})


def merge_variables(model: SCM, blocks: Mapping[str, Sequence[str]]) -> Abstraction:
    r"""Put each block of variables into one, whose values number the settings of the block.

    The settings are numbered lexicographically from 0; variables in no block stay. Inputs in a block leave
    their noise behind.

    Raises:
        InputError: blocks overlap or name no variable, a new name is taken, a domain is infinite, or a path
            leaves a block and comes back, so that the merged model has a cycle.
        OutOfReachError: a block has too many settings, or its mechanism too many parts.

    Example:
        >>> model = SCM.from_text("U, V : bool\nX = U\nY = V\nZ = X and Y")
        >>> merged = merge_variables(model, {"S": ["X", "Y"]})
        >>> merged.high.run({"U": 1, "V": 0})
        {'S': 2, 'Z': 0}
    """
    _require_mechanisms(model, list(_block_faults(model, blocks)))
    owner = {name: block for block, members in blocks.items() for name in members}
    codes = {block: settings(model, members) for block, members in blocks.items()}
    inside: dict[str, dict[str, Expression]] = {block: {} for block in blocks}
    renamed = {n: f"{n}_" if n in blocks else n for n in model.inputs if n in owner}
    declared: dict[str, Declaration] = {}
    decoded = {
        name: _decoded(model, name, block, blocks[block], codes[block])
        for name, block in owner.items()
    }
    for name in model.order:
        rule = model[name].mechanism
        own = owner.get(name)
        if own is None:
            if rule is not None:
                domain = model.domain(name)
                new = substitute(rule, decoded)
                declared[name] = Declaration(name, Kind.ENDOGENOUS, domain, None, new)
            continue
        if rule is None:
            inside[own][name] = Reference(renamed[name])
            continue
        inside[own][name] = substitute(rule, {**decoded, **inside[own]})
    for block, members in blocks.items():
        rule = _coded(model, members, inside[block])
        height, nodes = measure(rule)
        if nodes > MOST_NODES or height > MOST_HEIGHT:
            raise OutOfReachError(f"parts of the mechanism of {block!r}", nodes, MOST_NODES)
        size = len(codes[block])
        domain = BOOL if size == 2 else Range(0, size - 1)
        declared[block] = Declaration(block, Kind.ENDOGENOUS, domain, None, rule)
    for v in model.variables:
        if v.name in owner and v.kind is Kind.INPUT:
            new_name = renamed[v.name]
            declared[new_name] = Declaration(new_name, Kind.EXOGENOUS, v.domain, v.law)
        elif v.name not in owner:
            declared.setdefault(v.name, _as_it_is(v))
    high = _model(model, declared, blocks)
    plain = {name: Reference(name) for name in model.endogenous}
    tau: dict[str, Expression] = {
        block: _coded(model, members, plain) for block, members in blocks.items()
    }
    tau |= {n: Reference(n) for n in model.endogenous if n not in owner}
    return _onto(model, high, tau, {new: old for old, new in renamed.items()})


def _block_faults(model: SCM, blocks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for block, members in blocks.items():
        if block in model and block not in members:
            yield f"the name {block!r} is taken"
        for name in members:
            if name not in model.endogenous:
                yield f"{name!r} is no endogenous variable"
            elif name in owner:
                yield f"{name!r} is in the blocks {owner[name]!r} and {block!r}"
            elif not isinstance(model.domain(name), Finite | Range):
                yield f"the domain of {name!r} is not finite"
            owner[name] = block
        if not members:
            yield f"the block {block!r} is empty"


def merge_values(model: SCM, maps: Mapping[str, Expression | str]) -> Abstraction:
    r"""Send the values of variables to new ones; values that look alike must do alike.

    Args:
        model: a finite model.
        maps: variable -> an expression in that variable alone.

    Raises:
        NotMergeableError: some mechanism tells two merged values apart (the abstract invariance condition
            fails).
        InputError: a name is no variable, an expression reads others, a domain is infinite.

    Example:
        >>> model = SCM.from_text("U : 0..2\nX = U\nY = X >= 1")
        >>> merge_values(model, {"X": "X >= 1"}).high.domain("X") == BOOL
        True
    """
    faults = [f"{n!r} is no endogenous variable" for n in maps if n not in model.endogenous]
    _require_mechanisms(model, faults)
    read = {n: _map_of(model, n, e) for n, e in maps.items()}
    domains = {n: image(e, {n: model.domain(n)}) for n, e in read.items()}
    declared: dict[str, Declaration] = {}
    for name in model.order:
        variable = model[name]
        rule = variable.mechanism
        domain = domains.get(name, variable.domain)
        if rule is None:
            law = _pushed(model, name, read[name], domain) if name in read else variable.law
            declared[name] = Declaration(name, Kind.INPUT, domain, law)
        elif name in read or free_names(rule) & set(read):
            merged = _merged(model, name, rule, read)
            declared[name] = Declaration(name, Kind.ENDOGENOUS, domain, None, merged)
    for v in model.variables:
        declared.setdefault(v.name, _as_it_is(v))
    high = _model(model, declared)
    tau = {n: read.get(n, Reference(n)) for n in model.endogenous}
    merged_roots = {n: read[n] for n in model.inputs if n in read}
    identity: dict[str, Expression] = {n: Reference(n) for n in model.roots}
    return Abstraction(model, high, tau, tau_u=identity | merged_roots)


# ---------------------------------------------------------------- pieces


def _require_mechanisms(model: SCM, faults: list[str]) -> None:
    if model.cyclic:
        faults.append("the model is cyclic; the steps are of acyclic models")
    if model.conditional:
        listed = ", ".join(map(repr, model.conditional))
        faults.append(f"{listed} have conditional laws; the steps are of mechanisms")
    if faults:
        raise InputError(faults)


def _as_it_is(v: Variable) -> Declaration:
    return Declaration(v.name, v.kind, v.domain, v.law, v.mechanism)


def _model(
    model: SCM,
    declared: Mapping[str, Declaration],
    blocks: Mapping[str, Sequence[str]] | None = None,
) -> SCM:
    """The declarations in the order of the old model, new names where their first member was."""
    place = {v.name: k for k, v in enumerate(model.variables)}
    last = len(place)
    place |= {b: min(place[m] for m in members) for b, members in (blocks or {}).items()}
    ordered = sorted(declared.values(), key=lambda d: place.get(d.name, last))
    families = [
        (family, kept)
        for family, members in model.program.families
        if (kept := tuple(m for m in members if m in declared))
    ]
    return SCM(complete(ordered, families))


def _onto(
    low: SCM, high: SCM, tau: Mapping[str, Expression], roots: Mapping[str, str] | None = None
) -> Abstraction:
    """The claim that keeps the contexts, up to the names of roots (new -> old)."""
    old = roots or {}
    return Abstraction(low, high, tau, tau_u={n: Reference(old.get(n, n)) for n in high.roots})


def _finite(model: SCM, name: str) -> Finite | Range:
    domain = model.domain(name)
    assert isinstance(domain, Finite | Range)
    return domain


def settings(model: SCM, members: Sequence[str]) -> list[tuple[Value, ...]]:
    """The settings of a block in order; a merged variable's value is the place of its setting here.

    Raises:
        OutOfReachError: there are too many.
    """
    domains = [_finite(model, name) for name in members]
    size = prod(d.size for d in domains)
    if size > MOST_STATES:
        raise OutOfReachError("settings of a block", size, MOST_STATES)
    return list(product(*domains))


def _coded(model: SCM, members: Sequence[str], values: Mapping[str, Expression]) -> Expression:
    """The number of a setting, from expressions for its values."""
    terms: list[Expression] = []
    radix = 1
    for name in reversed(members):
        domain, value = _finite(model, name), values[name]
        index: Expression = value
        if isinstance(domain, Range) and domain.low:
            index = Apply(Operator.ADD, (value, Constant(-domain.low)))
        elif isinstance(domain, Finite) and domain != BOOL:
            rows = tuple(((v,), Constant(k)) for k, v in enumerate(domain))
            index = Case((value,), rows)
        terms.insert(0, index if radix == 1 else Apply(Operator.MUL, (Constant(radix), index)))
        radix *= domain.size
    return terms[0] if len(terms) == 1 else Apply(Operator.ADD, tuple(terms))


def _decoded(
    model: SCM, name: str, block: str, members: Sequence[str], codes: Sequence[tuple[Value, ...]]
) -> Expression:
    """The value of a member, from the number of the setting."""
    if len(members) == 1 and isinstance(_finite(model, name), Range | Finite):
        domain = _finite(model, name)
        if domain == BOOL or (isinstance(domain, Range) and domain.low == 0):
            return Reference(block)
    place = list(members).index(name)
    rows = tuple(((k,), Constant(values[place])) for k, values in enumerate(codes))
    return Case((Reference(block),), rows)


def _map_of(model: SCM, name: str, given: Expression | str) -> Expression:
    scope = model.scope
    found = parse_expression(given, scope) if isinstance(given, str) else given
    if not free_names(found) <= {name}:
        raise InputError(
            [f"the map of the values of {name!r} reads {', '.join(sorted(free_names(found)))}"]
        )
    if not isinstance(model.domain(name), Finite | Range):
        raise InputError([f"the domain of {name!r} is not finite"])
    return found


def _pushed(model: SCM, name: str, read: Expression, domain: Domain) -> FiniteLaw | None:
    law = model[name].law
    if not isinstance(law, FiniteLaw):
        return None
    assert isinstance(domain, Finite | Range)
    weights = [Fraction(0)] * domain.size
    for value, p in zip(_finite(model, name), law.probabilities, strict=True):
        weights[domain.index(evaluate(read, {name: value}))] += p
    return FiniteLaw(tuple(weights))


def _merged(model: SCM, name: str, rule: Expression, read: Mapping[str, Expression]) -> Expression:
    """The mechanism between merged values, as a table over its parents."""
    parents = sorted(free_names(rule))
    options = []
    for parent in parents:
        domain = model.domain(parent)
        if not isinstance(domain, Finite | Range):
            raise InputError([f"the domain of {parent!r}, a parent of {name!r}, is not finite"])
        options.append(domain)
    size = prod(d.size for d in options)
    if size > MOST_STATES:
        raise OutOfReachError(f"states of the parents of {name!r}", size, MOST_STATES)
    table: dict[tuple[Value, ...], Value] = {}
    first: dict[tuple[Value, ...], dict[str, Value]] = {}
    for point in product(*options):
        state = dict(zip(parents, point, strict=True))
        value = evaluate(rule, state)
        if name in read:
            value = evaluate(read[name], {name: value})
        key = tuple(evaluate(read[p], {p: v}) if p in read else v for p, v in state.items())
        if table.setdefault(key, value) != value:
            raise NotMergeableError(name, (first[key], state), (table[key], value))
        first.setdefault(key, state)
    return as_mechanism(table, parents)
