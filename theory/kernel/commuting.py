r"""The statement that squares commute, as data; what it means, by evaluation and as a circuit.

$$\forall u\, \forall (i, j) \in F: \quad \tau(M_L(u, i)) = M_H(\tau_U(u), j)$$
over the variables that are compared. The family $F$ pairs low-level with high-level interventions, and
is itself data: *which* one is a matter of mask and value bits, so that all of it is one question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .blasting import Blaster, NotBlastedError, Symbol
from .circuit import TRUE, CircuitTooLargeError
from .domain import Domain, Finite, Range, Value
from .evaluation import evaluate
from .expression import Expression
from .program import Kind, Program
from .solving import roots_of, solve, within

__all__ = [
    "Blocks",
    "Built",
    "Commuting",
    "Interchange",
    "Items",
    "Listed",
    "Point",
    "build",
    "differing",
    "roots_of",
    "solve",
]

Items = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Unions of whole blocks, set to anything, and any setting of inert variables.

    A block that is set sets its high-level variable to the τ of the values. `most` bounds the number
    of blocks that are set; `None` does not.
    """

    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    inert: tuple[str, ...] = ()
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """These pairs of a low-level and a high-level intervention."""

    pairs: tuple[tuple[Items, Items], ...]


@dataclass(frozen=True, slots=True)
class Interchange:
    """A non-empty set of sites, each set to its values in the run on a source of its own.

    The high-level variable of a site is set to its value in the high-level run on that source.
    """

    sites: tuple[tuple[str, tuple[str, ...]], ...]
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Commuting:
    """The statement; `compared` names the high-level variables, each with a τ."""

    low: Program
    high: Program
    tau: tuple[tuple[str, Expression], ...]
    tau_u: tuple[tuple[str, Expression], ...]
    family: Blocks | Listed | Interchange
    compared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One square: a context (with parameters), an intervention below and one above.

    `sources` are the contexts of the interchanged sites.
    """

    context: Items
    low: Items
    high: Items
    sources: tuple[tuple[str, Items], ...] = ()


# ---------------------------------------------------------------- by evaluation


def differing(statement: Commuting, point: Point) -> tuple[str, ...]:
    """The compared variables in which the two ways round a square differ.

    Raises:
        EvaluationError: a mechanism or map has no value there.
    """
    context = dict(point.context)
    below = solve(statement.low, context, dict(point.low))
    result = solve(statement.high, above(statement, context), dict(point.high))
    tau = dict(statement.tau)
    return tuple(n for n in statement.compared if evaluate(tau[n], below) != result[n])


def above(statement: Commuting, context: Mapping[str, Value]) -> dict[str, Value]:
    """τ_U of a context; parameters keep their values.

    Raises:
        EvaluationError: it has no value there, or leaves its domain.
    """
    domains = {v.name: v.domain for v in statement.high.variables}
    shared = {n: context[n] for n in roots_of(statement.high) if n in context}
    return shared | {n: within(n, evaluate(e, context), domains[n]) for n, e in statement.tau_u}


# ---------------------------------------------------------------- as a circuit


@dataclass(frozen=True, slots=True)
class Built:
    """A statement as a circuit: it is true iff not all `literals` can be true at once.

    Squares are ordered by the number of `choices` (targets, each with its literal) that are made,
    then by which, the first ones first, then by the numbers that the `fields` have (the lowest bit
    first). `read` turns an assignment into its square. Gates from `start` on compute the runs; `sides`
    are the values of the compared variables, the two ways round.
    """

    blaster: Blaster
    literals: tuple[int, ...]
    choices: tuple[tuple[str, int], ...]
    fields: tuple[tuple[int, ...], ...]
    read: Callable[[Callable[[int], bool]], Point]
    start: int
    sides: tuple[tuple[Symbol, Symbol], ...] = ()


@dataclass(frozen=True, slots=True)
class _Free:
    """A free variable: its name and domain, its bits (lowest first) and its symbol."""

    name: str
    domain: Finite | Range
    bits: tuple[int, ...]
    symbol: Symbol

    def value(self, holds: Callable[[int], bool]) -> Value:
        values, index = self.domain, sum(1 << k for k, f in enumerate(self.bits) if holds(f))
        index = min(index, values.size - 1)
        return values.low + index if isinstance(values, Range) else values.values[index]


Setting = Mapping[str, tuple[int, Symbol]]
"""Variable -> (whether it is set, to what)."""


def build(statement: Commuting) -> Built:
    """The circuit of a statement.

    Raises:
        NotBlastedError: a domain is infinite, or an expression has no circuit of allowed size.
    """
    blaster = Blaster()
    family = statement.family
    try:
        if isinstance(family, Blocks):
            return _blocks(statement, family, blaster)
        if isinstance(family, Listed):
            return _listed(statement, family, blaster)
        return _interchange(statement, family, blaster)
    except CircuitTooLargeError as error:
        raise NotBlastedError(str(error)) from None


def _free(blaster: Blaster, program: Program, names: Sequence[str], mark: str = "") -> list[_Free]:
    domains = {v.name: v.domain for v in program.variables}
    found = []
    for name in names:
        symbol, bits = blaster.variable(mark + name, domain := domains[name])
        assert isinstance(domain, Finite | Range)
        found.append(_Free(name, domain, tuple(bits), symbol))
    return found


def _contexts(statement: Commuting, blaster: Blaster, mark: str = "") -> list[_Free]:
    found = _free(blaster, statement.low, roots_of(statement.low), mark)
    kinds = {v.name: v.kind for v in statement.high.variables}
    own = {free.name for free in found}
    more = [n for n, kind in kinds.items() if kind is Kind.PARAMETER and n not in own]
    return found + _free(blaster, statement.high, more, mark)


def _run(
    blaster: Blaster, program: Program, context: Mapping[str, Symbol], setting: Setting
) -> dict[str, Symbol]:
    values = dict(context)
    variables = {v.name: v for v in program.variables}
    for name in program.order:
        variable, (mask, forced) = variables[name], setting.get(name, (-TRUE, None))
        if mask == TRUE and forced is not None:
            values[name] = forced
            continue
        if variable.mechanism is not None:
            blaster.guard = -mask
            natural = blaster.value(variable.mechanism, values)
            values[name] = blaster.within(natural, variable.domain)
            blaster.guard = TRUE
        if forced is not None:
            values[name] = blaster.mux(mask, forced, values[name])
    return values


def _above(
    statement: Commuting, blaster: Blaster, context: Mapping[str, Symbol]
) -> dict[str, Symbol]:
    domains = {v.name: v.domain for v in statement.high.variables}
    found = {n: context[n] for n in roots_of(statement.high) if n in context}
    for name, expression in statement.tau_u:
        found[name] = blaster.within(blaster.value(expression, context), domains[name])
    return found


def _ways(
    statement: Commuting,
    blaster: Blaster,
    context: Mapping[str, Symbol],
    low: Setting,
    high: Callable[[Mapping[str, Symbol]], Setting],
) -> tuple[int, tuple[tuple[Symbol, Symbol], ...]]:
    """Whether the two ways round differ, or an evaluation fails; and the values of both."""
    below = _run(blaster, statement.low, context, low)
    read = {name: blaster.value(e, below) for name, e in statement.tau}
    result = _run(blaster, statement.high, _above(statement, blaster, context), high(read))
    sides = tuple((read[name], result[name]) for name in statement.compared)
    differ = [-blaster.equal(*values) for values in sides]
    return blaster.circuit.any((*differ, *blaster.faults)), sides


def _at_most(blaster: Blaster, masks: Sequence[int], most: int | None) -> list[int]:
    words = blaster.words
    if most is None or most >= len(masks) or not masks:
        return []
    return [-words.less(words.constant(most), words.add([words.truth(f) for f in masks]))]


def _context_of(free: Sequence[_Free], holds: Callable[[int], bool]) -> Items:
    return tuple((f.name, f.value(holds)) for f in free)


def _blocks(statement: Commuting, family: Blocks, blaster: Blaster) -> Built:
    contexts = _contexts(statement, blaster)
    masks: dict[str, int] = {}
    values: dict[str, list[_Free]] = {}
    groups = [*family.blocks, *((name, (name,)) for name in family.inert)]
    chosen = [f"do {name}" for name, _ in family.blocks] + [f"do {n}" for n in family.inert]
    for (_, members), word in zip(groups, chosen, strict=True):
        masks[word] = blaster.circuit.var(word)
        values[word] = _free(blaster, statement.low, members, "set ")
    setting = {f.name: (masks[word], f.symbol) for word in chosen for f in values[word]}
    owners = {name: masks[f"do {name}"] for name, _ in family.blocks}
    start = len(blaster.circuit.gates)
    differ, sides = _ways(
        statement,
        blaster,
        {f.name: f.symbol for f in contexts},
        setting,
        lambda read: {name: (mask, read[name]) for name, mask in owners.items()},
    )
    limit = _at_most(blaster, list(owners.values()), family.most)
    tau = dict(statement.tau)
    mentioned = {v.name: _first(v.domain) for v in statement.low.variables}

    def read(holds: Callable[[int], bool]) -> Point:
        low: dict[str, Value] = {}
        for word in chosen:
            if holds(masks[word]):
                low |= {f.name: f.value(holds) for f in values[word]}
        state = mentioned | low  # a τ may mention variables that it does not depend on
        fixed = {name: evaluate(tau[name], state) for name, mask in owners.items() if holds(mask)}
        return Point(_context_of(contexts, holds), tuple(low.items()), tuple(fixed.items()))

    place = {v.name: k for k, v in enumerate(statement.low.variables)}
    targets = sorted(
        ((f, masks[word]) for word in chosen for f in values[word]), key=lambda t: place[t[0].name]
    )
    fields = (*(f.bits for f, _ in targets), *(f.bits for f in contexts))
    choices = tuple((f.name, mask) for f, mask in targets)
    return Built(blaster, (differ, *limit), choices, fields, read, start, sides)


def _first(domain: Domain) -> Value:
    return next(iter(domain)) if isinstance(domain, Finite | Range) else 0


def _listed(statement: Commuting, family: Listed, blaster: Blaster) -> Built:
    contexts = _contexts(statement, blaster)
    which = Range(0, len(family.pairs) - 1)
    symbol, index = blaster.variable("intervention", which)
    chosen = _Free("intervention", which, tuple(index), symbol)
    literals = blaster.cases(symbol).literals
    start = len(blaster.circuit.gates)
    sides: list[dict[str, tuple[int, Symbol]]] = [{}, {}]
    for side, settings in enumerate(sides):
        for k, pair in enumerate(family.pairs):
            for name, value in pair[side]:
                given, test = blaster.constant(value), literals[k]
                if name in settings:
                    mask, before = settings[name]
                    merged = blaster.mux(test, given, before)
                    settings[name] = (blaster.circuit.lor(mask, test), merged)
                else:
                    settings[name] = (test, given)
    differ, both = _ways(
        statement, blaster, {f.name: f.symbol for f in contexts}, sides[0], lambda read: sides[1]
    )

    def read(holds: Callable[[int], bool]) -> Point:
        k = chosen.value(holds)
        assert isinstance(k, int)
        return Point(_context_of(contexts, holds), *family.pairs[k])

    fields = (chosen.bits, *(f.bits for f in contexts))
    return Built(blaster, (differ,), (), fields, read, start, both)


def _interchange(statement: Commuting, family: Interchange, blaster: Blaster) -> Built:
    contexts = _contexts(statement, blaster)
    base = {f.name: f.symbol for f in contexts}
    masks: dict[str, int] = {}
    origins: dict[str, list[_Free]] = {}
    low: dict[str, tuple[int, Symbol]] = {}
    high: dict[str, tuple[int, Symbol]] = {}
    kinds = {v.name: v.kind for v in statement.low.variables}
    start = len(blaster.circuit.gates)
    for name, members in family.sites:
        masks[name] = blaster.circuit.var(f"swap {name}")
        roots = [n for n in roots_of(statement.low) if kinds[n] is not Kind.PARAMETER]
        origins[name] = _free(blaster, statement.low, roots, f"{name} from ")
        source = base | {f.name: f.symbol for f in origins[name]}
        below = _run(blaster, statement.low, source, {})
        low |= {v: (masks[name], below[v]) for v in members}
        above = _run(blaster, statement.high, _above(statement, blaster, source), {})
        high[name] = (masks[name], above[name])
    differ, sides = _ways(statement, blaster, base, low, lambda read: high)
    limit = _at_most(blaster, list(masks.values()), family.most)

    def read(holds: Callable[[int], bool]) -> Point:
        given = dict(_context_of(contexts, holds))
        swapped = [name for name, _ in family.sites if holds(masks[name])]
        sources = tuple((name, _context_of(origins[name], holds)) for name in swapped)
        return interchanged(statement, tuple(given.items()), sources)

    some = blaster.circuit.any(masks.values())
    fields = (*(f.bits for fs in origins.values() for f in fs), *(f.bits for f in contexts))
    return Built(blaster, (differ, some, *limit), tuple(masks.items()), fields, read, start, sides)


def interchanged(
    statement: Commuting, context: Items, sources: tuple[tuple[str, Items], ...]
) -> Point:
    """The square of an interchange: what its sites have on their sources."""
    family = statement.family
    if not isinstance(family, Interchange):
        raise NotBlastedError("the family is no interchange")
    sites = dict(family.sites)
    low: dict[str, Value] = {}
    high: dict[str, Value] = {}
    for name, items in sources:
        source = dict(context) | dict(items)
        below = solve(statement.low, source, {})
        low |= {v: below[v] for v in sites[name]}
        high[name] = solve(statement.high, above(statement, source), {})[name]
    return Point(context, tuple(low.items()), tuple(high.items()), sources)
