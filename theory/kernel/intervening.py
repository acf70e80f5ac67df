"""Interventions from text: hard ones; every other form is refused by name."""

from __future__ import annotations

from .domain import Value, exact
from .errors import Fault, InputError, Source, nearest
from .parsing import Parser
from .scope import Scope

__all__ = ["parse_intervention", "parse_value"]


def parse_intervention(
    text: str, scope: Scope, source: Source | None = None
) -> tuple[tuple[str, Value], ...]:
    """Read `X1 = 1, X[2..3] = 0`, in the order of the text; `""` is the empty intervention.

    Raises:
        InputError: an unknown target, a value outside its domain, a target set twice, a form that
            is not decided yet: all faults.
    """
    parser = Parser(text, source or Source(), network=scope.network)
    found: dict[str, Value] = {}
    faults: list[Fault] = []
    if parser.token.kind == "end":
        return ()
    while True:
        try:
            _item(parser, scope, found, faults)
        except InputError as error:
            faults.extend(error.faults)
            while parser.token.kind != "end" and not parser.peek(","):
                parser.next()
        if parser.token.kind == "end":
            break
        if not parser.accept(","):
            token = parser.token
            faults.append(Fault("',' is missing between items", text, token.span, parser.source))
            break
    if faults:
        raise InputError(faults)
    return tuple(found.items())


def _item(parser: Parser, scope: Scope, found: dict[str, Value], faults: list[Fault]) -> None:
    start = parser.token
    name = parser.name("a variable").text
    names = [name]
    if parser.accept("["):
        low = parser.integer("an index")
        high = low
        if parser.accept(".."):
            high = parser.integer("the end of the range")
        parser.expect("]", "the index")
        if high - low > 100_000:
            parser.fail("the range is too long", start.span)
        names = [f"{name}[{k}]" for k in range(low, high + 1)]
    span = (start.start, parser.tokens[parser.position - 1].end)

    def fault(message: str) -> None:
        faults.append(Fault(message, parser.text, span, parser.source))

    for sign, form in (
        (":=", "a soft intervention (X := …)"),
        ("~", "a stochastic intervention (X ~ …)"),
        ("->", "an edge intervention (X -> Y = …)"),
    ):
        if parser.peek(sign):
            parser.fail(f"{form} is not decided yet; write a hard one, {name} = value")
    parser.expect("=", "the target")
    at = parser.token
    value: Value
    value = parser.name("a value").text if at.kind == "name" else exact(parser.number())
    for target in names:
        if target not in scope.domains:
            fault(f"unknown variable {target!r}{nearest(target, scope.domains)}")
        elif value not in scope.domains[target]:
            fault(f"{target} = {value} is outside the domain {scope.domains[target]}")
        elif target in found:
            fault(f"{target!r} is set twice")
        found[target] = value


def parse_value(text: str) -> Value:
    """Read a number or a label.

    Raises:
        InputError: the text is neither.
    """
    parser = Parser(text, Source("value"))
    value: Value
    value = parser.name("a value").text if parser.token.kind == "name" else exact(parser.number())
    if parser.token.kind != "end":
        parser.fail("the value should end here")
    return value
