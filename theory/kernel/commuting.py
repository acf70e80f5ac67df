r"""The statement that squares commute, as data; and as one model without interventions.

$$\forall u\, \forall (i, j) \in F: \quad \tau(M_L(u, i)) = M_H(\tau_U(u), j)$$
over the variables that are compared. The family $F$ pairs low-level with high-level interventions.
`squares_of` makes *which* one a matter of further roots: a variable that may be set has the mechanism
`table(switch) {1: the value set; else: its own mechanism}`, a source of an interchange is a run of its own.
So a square is a context of one model, in which both ways round are computed side by side, and whoever
can evaluate a model - number by number, as gates, as affine forms - can decide the statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .domain import BOOL, Domain, Range, Value
from .evaluation import roots_of
from .expression import Case, Constant, Expression, Reference, substitute
from .program import Kind, Program, Variable

__all__ = [
    "INDEX",
    "Blocks",
    "Commuting",
    "Interchange",
    "Items",
    "Listed",
    "Squares",
    "Switch",
    "squares_of",
]

Items = tuple[tuple[str, Value], ...]
INDEX = "listed intervention"
"""The root that says which of the listed pairs it is."""


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
    """The statement; `compared` names the high-level variables, each with a τ.

    With `tau_u` `None` the high-level context is free.
    """

    low: Program
    high: Program
    tau: tuple[tuple[str, Expression], ...]
    tau_u: tuple[tuple[str, Expression], ...] | None
    family: Blocks | Listed | Interchange
    compared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    """A root that is 1 if something is set, and the roots that say to what: else they have no effect."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Squares:
    """A statement as one model: in every context, both `sides` of each compared variable are equal.

    Contexts in which more than `most` of the `counted` first switches are on are left out, and, if
    there must be `some`, those with none. The names that are made here have spaces in them, those of
    the two models have none.
    """

    program: Program
    sides: tuple[tuple[str, Expression, Expression], ...]
    switches: tuple[Switch, ...]
    counted: int
    some: bool
    most: int

    @property
    def context(self) -> tuple[str, ...]:
        """The roots that choose no intervention."""
        owned = {INDEX, *(n for s in self.switches for n in (s.name, *s.fields))}
        return tuple(n for n in roots_of(self.program) if n not in owned)


# ---------------------------------------------------------------- as one model

Forced = dict[str, tuple[str, Mapping[Value, Expression]]]
"""Variable -> a root, and what the variable is set to where the root has certain values."""


class _Model:
    """The one model, while it is made."""

    def __init__(self, statement: Commuting) -> None:
        self.statement = statement
        self.variables: list[Variable] = []

    def add(self, name: str, domain: Domain, mechanism: Expression | None = None) -> Expression:
        kind = Kind.EXOGENOUS if mechanism is None else Kind.ENDOGENOUS
        self.variables.append(Variable(name, kind, domain, None, mechanism))
        return Reference(name)

    def run(
        self, prefix: str, program: Program, context: Mapping[str, Expression], forced: Forced
    ) -> dict[str, Expression]:
        """A run of one of the models: what stands for each of its variables."""
        found = dict(context)
        for name in program.order:
            mechanism, domain = program.by_name[name].mechanism, program.by_name[name].domain
            own = found[name] if mechanism is None else substitute(mechanism, found)
            if name in forced:
                root, values = forced[name]
                rows = tuple(((value,), to) for value, to in values.items())
                own = Case((Reference(root),), rows, own)
            found[name] = self.add(prefix + name, domain, own)
        return found

    def above(self, prefix: str, context: Mapping[str, Expression]) -> dict[str, Expression]:
        """The high-level context: τ_U, or roots that are free; what neither gives is shared by name."""
        maps = dict(self.statement.tau_u or ())
        found: dict[str, Expression] = {}
        for v in self.statement.high.variables:
            if v.name in maps:
                tree = substitute(maps[v.name], context)
                found[v.name] = self.add(prefix + v.name, v.domain, tree)
            elif self.statement.tau_u is None and v.kind in (Kind.INPUT, Kind.EXOGENOUS):
                found[v.name] = self.add(prefix + v.name, v.domain)
            elif v.mechanism is None:
                found[v.name] = context[v.name]
        return found


def squares_of(statement: Commuting) -> Squares:
    """The statement as one model."""
    low, high, family = statement.low, statement.high, statement.family
    model = _Model(statement)
    below = {v.name: v for v in low.variables}
    given = [v for v in low.variables if v.mechanism is None]
    own = {v.name for v in given}
    given += [v for v in high.variables if v.kind is Kind.PARAMETER and v.name not in own]
    base = {v.name: model.add(v.name, v.domain) for v in given}
    switches: list[Switch] = []
    lows, highs = Forced(), Forced()
    counted, most = 0, None
    if isinstance(family, Listed):
        model.add(INDEX, Range(0, len(family.pairs) - 1))
        for side, forced in enumerate((lows, highs)):
            rows: dict[str, dict[Value, Expression]] = {}
            for k, pair in enumerate(family.pairs):
                for name, value in pair[side]:
                    rows.setdefault(name, {})[k] = Constant(value)
            forced |= {name: (INDEX, values) for name, values in rows.items()}
    elif isinstance(family, Blocks):
        counted, most = len(family.blocks), family.most
        groups = [(f"do {name}", block) for name, block in family.blocks]
        for switch, members in groups + [(f"inert {name}", (name,)) for name in family.inert]:
            model.add(switch, BOOL)
            switches.append(Switch(switch, tuple(f"set {name}" for name in members)))
            for name in members:
                lows[name] = (switch, {1: model.add(f"set {name}", below[name].domain)})
    else:
        counted, most = len(family.sites), family.most
        for name, members in family.sites:
            switch, roots = f"swap {name}", [v for v in given if v.kind is not Kind.PARAMETER]
            model.add(switch, BOOL)
            source = {v.name: model.add(f"{name} from {v.name}", v.domain) for v in roots}
            switches.append(Switch(switch, tuple(f"{name} from {v.name}" for v in roots)))
            run = model.run(f"{name} from low ", low, base | source, {})
            lows |= {v: (switch, {1: run[v]}) for v in members}
            context = model.above(f"{name} from above ", base | source)
            highs[name] = (switch, {1: model.run(f"{name} from high ", high, context, {})[name]})
    found = model.run("low ", low, base, lows)
    read = {name: substitute(e, found) for name, e in statement.tau}
    if isinstance(family, Blocks):
        highs |= {name: (f"do {name}", {1: read[name]}) for name, _ in family.blocks}
    results = model.run("high ", high, model.above("above ", base), highs)
    order = tuple(v.name for v in model.variables if v.mechanism is not None)
    program = Program(tuple(model.variables), order)
    sides = tuple((name, read[name], results[name]) for name in statement.compared)
    some, most = isinstance(family, Interchange), counted if most is None else most
    return Squares(program, sides, tuple(switches), counted, some, most)
