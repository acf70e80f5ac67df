"""Interventions from text: values, rules, edges and laws for variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from .change import SELF, Change, Edge, Interventional, Soft, Stochastic
from .domain import Domain, Finite, Range, Value, exact
from .errors import EvaluationError, Fault, InputError, Source, nearest
from .expression import Span, free_names
from .imaging import check_expression, stays_within
from .law import FiniteLaw
from .parsing import Parser
from .resolving import Resolver
from .scope import Scope
from .statements import read_law

__all__ = ["parse_intervention", "parse_value"]

Settings = tuple[tuple[str, Value], ...]


def parse_intervention(
    text: str,
    scope: Scope,
    source: Source | None = None,
    *,
    readable: Mapping[str, Domain] | None = None,
) -> tuple[Settings, tuple[Change, ...]]:
    """Read `X1 = 1, X[2..3] = 0, Y := self + 1, Z -> W = 0, V ~ 1/3`; `""` is the empty intervention.

    Args:
        text: the text.
        scope: the variables that may be targets.
        source: where the text stands.
        readable: the variables that a rule may read and edges may start from; by default those of
            the scope.

    Returns:
        The values that variables are set to, and the other changes, in the order of the text.

    Raises:
        InputError: an unknown target, a value outside its domain, a target that is changed twice, a
            rule that leaves the domain of its target: all faults.
    """
    parser = Parser(text, source or Source(), network=scope.network)
    reader = _Items(parser, scope, scope.domains if readable is None else readable)
    if parser.token.kind == "end":
        return (), ()
    while True:
        try:
            reader.item()
        except InputError as error:
            reader.faults.extend(error.faults)
            while parser.token.kind != "end" and not parser.peek(","):
                parser.next()
        if parser.token.kind == "end":
            break
        if not parser.accept(","):
            token = parser.token
            reader.faults.append(
                Fault("',' is missing between items", text, token.span, parser.source)
            )
            break
    if reader.faults:
        raise InputError(reader.faults)
    return tuple(reader.values.items()), tuple(reader.changes.values())


@final
@dataclass(slots=True)
class _Items:
    """The items of one text, as far as they are read."""

    parser: Parser
    scope: Scope
    readable: Mapping[str, Domain]
    values: dict[str, Value] = field(default_factory=dict)
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def item(self) -> None:
        """One item; the parser stands behind it."""
        parser = self.parser
        names, span = self._names()
        if parser.accept("->"):
            self._edge(names, span)
        elif parser.accept(":="):
            self._rule(names, span)
        elif parser.accept("~"):
            self._law(names, span)
        else:
            parser.expect("=", "the target")
            value = self._value()
            for target in names:
                domain = self._target(target, span)
                if domain is not None and value not in domain:
                    self._fault(f"{target} = {value} is outside the domain {domain}", span)
                self.values[target] = value

    def _names(self) -> tuple[list[str], Span]:
        parser = self.parser
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
        return names, (start.start, parser.tokens[parser.position - 1].end)

    def _value(self) -> Value:
        parser = self.parser
        if parser.token.kind == "name":
            return parser.name("a value").text
        return exact(parser.number())

    def _rule(self, names: list[str], span: Span) -> None:
        parser = self.parser
        parser.own = True
        raw = parser.expression()
        parser.own = False
        text, source = parser.text, parser.source
        for target in names:
            domain = self._target(target, span)
            if domain is None:
                continue
            domains = {**self.readable, SELF: domain}
            labels = Scope(domains).labels
            resolver = Resolver(text, source, frozenset(domains), self.scope.families, labels)
            rule = resolver.resolve(raw)
            own = SELF in free_names(rule)
            found = check_expression(rule, domains, text, source)
            self.faults += found
            if not found:
                try:
                    away = stays_within(rule, domains, domain)
                except EvaluationError as error:
                    away = str(error)
                if away is not None:
                    self._fault(f"the rule of {target!r} leaves its domain: {away}", span)
            self.changes["", target] = Interventional(target, rule) if own else Soft(target, rule)

    def _law(self, names: list[str], span: Span) -> None:
        parser = self.parser
        domain = self.scope.domains.get(names[0])
        if not isinstance(domain, Finite | Range):
            if domain is None:
                self._target(names[0], span)
                parser.fail("its law cannot be read")
            parser.fail(f"a law is on a finite domain, not {domain}", span)
        law = read_law(parser, domain)
        assert isinstance(law, FiniteLaw), "the domain is finite"
        for target in names:
            other = self._target(target, span)
            if other is not None and other != domain:
                self._fault(f"the domain of {target!r} is {other}, not {domain}", span)
            self.changes["", target] = Stochastic(target, law)

    def _edge(self, names: list[str], span: Span) -> None:
        parser = self.parser
        children, end = self._names()
        parser.expect("=", "the edge")
        value = self._value()
        whole = (span[0], end[1])
        for parent in names:
            for child in children:
                if parent not in self.readable:
                    hint = nearest(parent, self.readable)
                    self._fault(f"unknown variable {parent!r}{hint}", span)
                elif value not in self.readable[parent]:
                    shown = f"{parent} -> {child} = {value}"
                    self._fault(f"{shown} is outside the domain {self.readable[parent]}", whole)
                self._target(child, end, parent)
                self.changes[parent, child] = Edge(parent, child, value)

    def _target(self, target: str, span: Span, parent: str = "") -> Domain | None:
        """The domain of a target that nothing has touched yet, else `None` with the fault noted."""
        domain = self.scope.domains.get(target)
        edges = any(child == target for start, child in self.changes if start)
        if domain is None:
            self._fault(f"unknown variable {target!r}{nearest(target, self.scope.domains)}", span)
        elif target in self.values or ("", target) in self.changes or (edges and not parent):
            word = "set" if target in self.values and not parent else "changed"
            self._fault(f"{target!r} is {word} twice", span)
        elif (parent, target) in self.changes:
            self._fault(f"the edge {parent} -> {target} is changed twice", span)
        return domain

    def _fault(self, message: str, span: Span) -> None:
        self.faults.append(Fault(message, self.parser.text, span, self.parser.source))


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
