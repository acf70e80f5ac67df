"""The lines of a model, as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .domain import BOOL, Domain, Finite, Interval, Range, Reals, Value, exact
from .errors import Fault, InputError, Source
from .expression import Span
from .law import ConditionalLaw, FiniteLaw, Law, NormalLaw, UniformLaw
from .parsing import Parser
from .program import Kind
from .raw import Raw

__all__ = [
    "Conditional",
    "Cyclic",
    "Defined",
    "Equation",
    "Listed",
    "Statement",
    "Target",
    "read_domain",
    "read_law",
    "statements",
]


@dataclass(frozen=True, slots=True)
class Target:
    """`X`, `X[2]`, `X[1..3]` or `X[i]`."""

    name: str
    low: int | None
    high: int | None
    index: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Listed:
    """`input A, B : bool`, `U : 0..2 ~ uniform`, `param p : real`."""

    kind: Kind
    targets: tuple[Target, ...]
    domain: Domain
    law: Law | None
    span: Span


@dataclass(frozen=True, slots=True)
class Equation:
    """`X : 0..3 = …`."""

    target: Target
    domain: Domain | None
    body: Raw
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """`T | S : bool ~ {0: 1/5; 1: 4/5}`."""

    target: Target
    domain: Domain
    law: ConditionalLaw
    span: Span


@dataclass(frozen=True, slots=True)
class Defined:
    """`let name = …`, `def name(a, b) = …`."""

    name: str
    parameters: tuple[str, ...]
    body: Raw
    span: Span


@dataclass(frozen=True, slots=True)
class Cyclic:
    """`cyclic`."""

    span: Span


Statement = Listed | Equation | Conditional | Defined | Cyclic


def statements(text: str, source: Source) -> tuple[list[Statement], list[Fault]]:
    """All lines that could be read, and the faults of the others."""
    try:
        parser = Parser(text, source)
    except InputError as error:
        return [], list(error.faults)
    found: list[Statement] = []
    faults: list[Fault] = []
    while parser.token.kind != "end":
        if parser.token.kind == "newline":
            parser.next()
            continue
        parser.depth = 0
        try:
            found.append(_statement(parser))
            if parser.token.kind not in ("newline", "end"):
                parser.fail("the line should end here")
        except InputError as error:
            faults.extend(error.faults)
            while parser.token.kind not in ("newline", "end"):
                parser.next()
    return found, faults


def _statement(parser: Parser) -> Statement:
    start = parser.token
    if parser.accept("cyclic"):
        return Cyclic(start.span)
    if parser.accept("let"):
        name = parser.name("a name")
        parser.expect("=", "the name")
        return Defined(name.text, (), parser.expression(), name.span)
    if parser.accept("def"):
        name = parser.name("a name")
        parser.expect("(", "the name")
        parameters = [parser.name("a parameter").text]
        while parser.accept(","):
            parameters.append(parser.name("a parameter").text)
        parser.expect(")", "the parameters")
        parser.expect("=", "the parameters")
        if len(set(parameters)) < len(parameters):
            parser.fail("a parameter is listed twice", name.span)
        return Defined(name.text, tuple(parameters), parser.expression(), name.span)
    kind = Kind.EXOGENOUS
    if parser.accept("input"):
        kind = Kind.INPUT
    elif parser.accept("param"):
        kind = Kind.PARAMETER
    targets = [_target(parser)]
    while parser.accept(","):
        targets.append(_target(parser))
    span = targets[0].span
    if kind is Kind.EXOGENOUS and parser.accept("|"):
        return _conditional(parser, targets)
    domain: Domain | None = None
    if parser.accept(":"):
        domain = read_domain(parser)
    if kind is Kind.EXOGENOUS and parser.accept("="):
        if len(targets) > 1:
            parser.fail("an equation has one target; write one line each", targets[1].span)
        return Equation(targets[0], domain, parser.expression(), span)
    if domain is None:
        word = "' =' and an equation, or " if kind is Kind.EXOGENOUS else ""
        parser.fail(f"{word}':' and a domain are missing after {targets[-1].name!r}".lstrip("' "))
    law: Law | None = None
    if parser.peek("~"):
        if kind is Kind.PARAMETER:
            parser.fail('a parameter has no law: it is read "for all values"')
        parser.next()
        law = read_law(parser, domain)
    return Listed(kind, tuple(targets), domain, law, span)


def _conditional(parser: Parser, targets: Sequence[Target]) -> Conditional:
    target = targets[0]
    if len(targets) > 1:
        parser.fail("a conditional law has one target; write one line each", targets[1].span)
    parents: list[str] = []
    if not parser.peek(":"):
        parents.append(_one(parser))
        while parser.accept(","):
            parents.append(_one(parser))
    if len(set(parents)) < len(parents):
        parser.fail("a parent is listed twice", target.span)
    parser.expect(":", "the parents, a domain")
    domain = read_domain(parser)
    parser.expect("~", "the domain, a law")
    if not isinstance(domain, Finite | Range):
        parser.fail("a conditional law is on a finite domain", target.span)
    if not parser.peek("{"):
        law = read_law(parser, domain)
        if parents:
            parser.fail("one law for each case of the parents: { 0: 1/5; 1: 4/5 }", target.span)
        assert isinstance(law, FiniteLaw), "the domain is finite"
        return Conditional(target, domain, ConditionalLaw((), (), law), target.span)
    parser.expect("{", "'~'")
    rows, default = _cases(parser, domain, len(parents))
    law = ConditionalLaw(tuple(parents), tuple(rows.items()), default)
    return Conditional(target, domain, law, target.span)


def _cases(
    parser: Parser, domain: Domain, parents: int
) -> tuple[dict[tuple[Value, ...], FiniteLaw], FiniteLaw | None]:
    """`0, 1: 1/2; else: 1/3 }`: the law of each case of so many parents, and that of the others."""
    rows: dict[tuple[Value, ...], FiniteLaw] = {}
    default: FiniteLaw | None = None
    while not parser.accept("}"):
        start = parser.token
        if default is not None:
            parser.fail("'else' is the last case", start.span)
        key: tuple[Value, ...] | None = None
        if not parser.accept("else"):
            values = [_value(parser)]
            while parser.accept(","):
                values.append(_value(parser))
            key = tuple(values)
        parser.expect(":", "the case")
        law = read_law(parser, domain)
        assert isinstance(law, FiniteLaw), "the domain is finite"
        if key is None:
            default = law
        elif len(key) != parents:
            parser.fail(f"{len(key)} values for {parents} parents", start.span)
        elif key in rows:
            parser.fail("this case stands above already", start.span)
        else:
            rows[key] = law
        if not parser.accept(";") and not parser.peek("}"):
            parser.fail("';' or '}' is missing after a case")
    return rows, default


def _one(parser: Parser) -> str:
    """A single variable by its full name."""
    target = _target(parser)
    if target.index is not None or target.low != target.high:
        parser.fail("a parent is one variable", target.span)
    return target.name if target.low is None else f"{target.name}[{target.low}]"


def _target(parser: Parser) -> Target:
    token = parser.name("a variable")
    if not parser.accept("["):
        return Target(token.text, None, None, None, token.span)
    if parser.token.kind == "name":
        index = parser.name("an index")
        parser.expect("]", "the index")
        return Target(token.text, None, None, index.text, token.span)
    low = parser.integer("an index")
    high = low
    if parser.accept(".."):
        high = parser.integer("the end of the range")
    parser.expect("]", "the index")
    span = (token.start, parser.tokens[parser.position - 1].end)
    if low > high:
        parser.fail(f"the range {low}..{high} is empty", span)
    return Target(token.text, low, high, None, span)


def read_domain(parser: Parser) -> Domain:
    """`bool`, `0..3`, `{a, b}`, `real`, `[0, 1]`."""
    start = parser.token
    if parser.accept("bool"):
        return BOOL
    if parser.accept("real"):
        return Reals()
    if parser.accept("{"):
        values = [_value(parser)]
        while parser.accept(","):
            values.append(_value(parser))
        parser.expect("}", "the values")
        if len(set(values)) < len(values):
            parser.fail("a value is listed twice", start.span)
        return BOOL if values == [0, 1] else Finite(tuple(values))
    if parser.accept("["):
        low = parser.number()
        parser.expect(",", "the lower end")
        high = parser.number()
        parser.expect("]", "the upper end")
        if low > high:
            parser.fail(f"the interval [{low}, {high}] is empty", start.span)
        return Interval(exact(low), exact(high))
    low_end = parser.integer("a domain: bool, real, 0..3, {a, b} or [0, 1]; its lower end")
    parser.expect("..", "the lower end")
    high_end = parser.integer("the upper end")
    if low_end > high_end:
        parser.fail(f"the range {low_end}..{high_end} is empty", start.span)
    return BOOL if (low_end, high_end) == (0, 1) else Range(low_end, high_end)


def _value(parser: Parser) -> Value:
    if parser.token.kind == "name":
        return parser.name("a value").text
    return exact(parser.number())


def read_law(parser: Parser, domain: Domain) -> Law:
    """`1/3`, `(1/2, 1/4, 1/4)`, `uniform`, `normal(0, 1)`."""
    start = parser.token
    if parser.accept("uniform"):
        if isinstance(domain, Interval):
            return UniformLaw()
        if not isinstance(domain, Finite | Range):
            parser.fail("the reals have no uniform law; write normal(mean, variance)", start.span)
        if domain.size > 2**20:
            parser.fail(f"a law on {domain.size} values; the limit is {2**20}", start.span)
        return FiniteLaw((Fraction(1, domain.size),) * domain.size)
    if parser.accept("normal"):
        parser.expect("(", "'normal'")
        mean = parser.number()
        parser.expect(",", "the mean")
        variance = parser.number()
        parser.expect(")", "the variance")
        if not isinstance(domain, Reals) or variance <= 0:
            parser.fail("a normal law is on the reals and has a positive variance", start.span)
        return NormalLaw(mean, variance)
    if parser.accept("("):
        weights = [parser.number()]
        while parser.accept(","):
            weights.append(parser.number())
        parser.expect(")", "the probabilities")
    else:
        p = parser.number()
        if domain != BOOL:
            parser.fail(
                "one probability is the law of a bool; list one for each value: (…, …)", start.span
            )
        weights = [1 - p, p]
    if not isinstance(domain, Finite | Range):
        parser.fail("a list of probabilities is the law of a finite domain", start.span)
    span = (start.start, parser.tokens[parser.position - 1].end)
    if len(weights) != domain.size:
        parser.fail(f"{len(weights)} probabilities for {domain.size} values", span)
    if any(w < 0 for w in weights) or sum(weights) != 1:
        total = sum(weights)
        parser.fail(f"probabilities are non-negative and sum to 1; these sum to {total}", span)
    return FiniteLaw(tuple(weights))
