"""Models, expressions, interventions and values from text."""

from __future__ import annotations

from dataclasses import replace

from .completing import MAX_VARIABLES, Declaration, complete
from .domain import Domain, Finite
from .errors import Fault, InputError, Source, in_order
from .expression import Expression
from .imaging import check_expression
from .law import Law
from .mentioned import bare_names, indexed_by
from .parsing import Parser
from .program import Kind, Program
from .raw import Raw
from .resolving import Definition, Resolver
from .scope import Scope
from .statements import (
    Conditional,
    Cyclic,
    Defined,
    Equation,
    Listed,
    Target,
    read_domain,
    read_law,
    statements,
)
from .vectors import Vectors, mentions_matrix

__all__ = ["parse_domain", "parse_expression", "parse_law", "parse_program"]


def parse_program(text: str, source: Source | None = None) -> Program:
    """Read a model in the line grammar.

    Raises:
        InputError: all faults that were found, by position.
    """
    where = source or Source()
    lines, faults = statements(text, where)
    reader = _Reader(text, where, faults)
    for line in sorted(lines, key=lambda line: not isinstance(line, Defined)):
        reader.declare(line)
    for line in lines:
        if isinstance(line, Equation) and not reader.is_vector(line):
            reader.equation(line)
    reader.vectors(
        [line for line in lines if isinstance(line, Equation) and reader.is_vector(line)]
    )
    if reader.faults:
        raise InputError(in_order(reader.faults))
    declared = reader.declarations()
    if not declared:
        raise InputError(
            [Fault("the model has no variables; write, for example, X : bool", source=where)]
        )
    families = sorted(
        reader.families.items(), key=lambda family: reader.spans.get(family[1][0], (0, 0))[0]
    )
    return complete(
        declared, families, text=text, source=where, spans=reader.spans, cyclic=reader.cyclic
    )


def parse_expression(
    text: str, scope: Scope, source: Source | None = None, *, partial: bool = False
) -> Expression:
    """Read an expression in the names of a scope; a `partial` one may have tables without some rows.

    Raises:
        InputError: it is no expression, a name is not in scope, operands have the wrong values, …
    """
    where = source or Source()
    parser = Parser(text, where, network=scope.network)
    raw = parser.expression()
    if parser.token.kind != "end":
        parser.fail("the expression should end here")
    families = {} if scope.network else scope.families
    resolver = Resolver(text, where, frozenset(scope.domains), families, scope.labels)
    found = resolver.resolve(raw)
    faults = check_expression(found, scope.domains, text, where, partial=partial)
    if faults:
        raise InputError(faults)
    return found


def parse_domain(text: str) -> Domain:
    """Read a domain: `bool`, `0..3`, `{a, b}`, `real`, `[0, 1]`.

    Raises:
        InputError: the text is no domain.
    """
    parser = Parser(text, Source("domain"))
    found = read_domain(parser)
    if parser.token.kind != "end":
        parser.fail("the domain should end here")
    return found


def parse_law(text: str, domain: Domain) -> Law:
    """Read a law on a domain: `1/3`, `(1/2, 1/2)`, `uniform`, `normal(0, 1)`.

    Raises:
        InputError: the text is no law on the domain.
    """
    parser = Parser(text, Source("law"))
    found = read_law(parser, domain)
    if parser.token.kind != "end":
        parser.fail("the law should end here")
    return found


class _Reader:
    """The declarations of one text, gathered over its lines."""

    def __init__(self, text: str, source: Source, faults: list[Fault]) -> None:
        self.text, self.source, self.faults = text, source, faults
        self.listed: dict[str, Listed] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.families: dict[str, tuple[str, ...]] = {}
        self.definitions: dict[str, Definition] = {}
        self.equations: dict[str, tuple[Equation, Raw, dict[str, int]]] = {}
        self.conditional: dict[str, Conditional] = {}
        self.order: dict[str, None] = {}
        self.mechanisms: dict[str, Expression] = {}
        self.domains: dict[str, Domain | None] = {}
        self.cyclic = False

    def fault(self, message: str, span: tuple[int, int]) -> None:
        """Remember a fault."""
        self.faults.append(Fault(message, self.text, span, self.source))

    # ------------------------------------------------------------ names first

    def declare(self, line: object) -> None:
        """The names of a line."""
        match line:
            case Cyclic():
                self.cyclic = True
            case Defined(name=name, parameters=parameters, body=body, span=span):
                if name in self.definitions:
                    self.fault(f"{name!r} is defined twice", span)
                self.definitions[name] = Definition(parameters, body)
                self.spans.setdefault(name, span)
            case Listed(targets=targets):
                for target in targets:
                    for name in self._members(target):
                        if name in self.listed:
                            self.fault(f"{name!r} is declared twice", target.span)
                        self._name(name, target)
                        self.listed[name] = line
            case Conditional(target=target, span=span):
                for name in self._members(target):
                    if name in self.conditional:
                        self.fault(f"{name!r} has two conditional laws", span)
                    self._name(name, target)
                    self.conditional[name] = line
            case Equation() if self.is_vector(line):
                pass  # its names are known when all other families are
            case Equation(target=target) if target.index is None:
                if target.low is not None and target.low != target.high:
                    self.fault(
                        "an equation has one target; write X[i] = … for a family", target.span
                    )
                for name in self._members(target):
                    self._name(name, target)
            case _:
                pass

    def _name(self, name: str, target: Target) -> None:
        self.order.setdefault(name)
        self.spans.setdefault(name, target.span)
        if len(self.order) > MAX_VARIABLES:
            raise InputError([Fault(f"more than {MAX_VARIABLES} variables", source=self.source)])

    def _members(self, target: Target) -> list[str]:
        if target.index is not None:
            self.fault(
                f"the index {target.index!r} stands in equations; write {target.name}[1..3]",
                target.span,
            )
            return []
        if target.low is None or target.high is None:
            return [target.name]
        if target.high - target.low >= MAX_VARIABLES:
            raise InputError([Fault(f"more than {MAX_VARIABLES} variables", source=self.source)])
        names = [f"{target.name}[{k}]" for k in range(target.low, target.high + 1)]
        known = dict.fromkeys(self.families.get(target.name, ()))
        self.families[target.name] = tuple(known | dict.fromkeys(names))
        return names

    # ------------------------------------------------------------ then equations

    def equation(self, line: Equation) -> None:
        """The equations that a line stands for, once all names are known."""
        target = line.target
        if target.index is None:
            for name in self._members(target):
                self._equation(name, line, {})
            return
        index = target.index
        if index in self.order:
            self.fault(f"{index!r} is a variable; choose another index", target.span)
            return
        positions = self._positions(target.name, line.body, index, target.span)
        for position in positions:
            name = f"{target.name}[{position}]"
            self._equation(name, line, {index: position})

    def is_vector(self, line: Equation) -> bool:
        """Whether an equation is for a whole family: a matrix occurs in it."""
        bare = line.target.index is None and line.target.low is None
        return bare and mentions_matrix(line.body, self.definitions)

    def vectors(self, lines: list[Equation]) -> None:
        """The equations for whole families, those first whose right sides are known."""
        left = lines
        while left:
            waiting = []
            for line in left:
                others = {other.target.name for other in left if other is not line}
                if others & set(bare_names(line.body)) - set(self.families):
                    waiting.append(line)
                else:
                    self._vector(line)
            if len(waiting) == len(left):
                self.fault(
                    "these equations for whole families wait for one another; declare the families",
                    left[0].span,
                )
                return
            left = waiting

    def _vector(self, line: Equation) -> None:
        vectors = Vectors(self.text, self.source, self.families, self.definitions)
        name = line.target.name
        try:
            found = vectors.components(line.body)
        except InputError as error:
            self.faults.extend(error.faults)
            return
        if not isinstance(found, list):
            self._name(name, line.target)
            self._equation(name, replace(line, body=found), {})
            return
        known = self.families.get(name)
        members = known or tuple(f"{name}[{k}]" for k in range(1, len(found) + 1))
        if len(members) != len(found):
            self.fault(
                f"{name!r} has {len(members)} members, the right side {len(found)}", line.span
            )
            return
        self.families[name] = members
        for member, body in zip(members, found, strict=True):
            self._name(member, line.target)
            self._equation(member, replace(line, body=body), {})

    def _positions(
        self, family: str, body: Raw, index: str, span: tuple[int, int]
    ) -> tuple[int, ...]:
        own = self.families.get(family)
        if own:
            return tuple(int(name[len(family) + 1 : -1]) for name in own)
        ranges = {}
        for used in indexed_by(body, index):
            members = self.families.get(used)
            if members is None:
                continue
            ranges[used] = tuple(int(name[len(used) + 1 : -1]) for name in members)
        if not ranges:
            self.fault(
                f"nothing says over what {index!r} runs: declare {family}[1..3], or index a family by {index}",
                span,
            )
            return ()
        if len(set(ranges.values())) > 1:
            shown = "; ".join(f"{n}[{r[0]}..{r[-1]}]" for n, r in sorted(ranges.items()))
            self.fault(f"the families indexed by {index!r} have unequal indices: {shown}", span)
            return ()
        positions = next(iter(ranges.values()))
        names = tuple(f"{family}[{k}]" for k in positions)
        self.families[family] = names
        for name in names:
            self.order.setdefault(name)
            self.spans.setdefault(name, span)
        return positions

    def _equation(self, name: str, line: Equation, indices: dict[str, int]) -> None:
        listed = self.listed.get(name)
        if name in self.equations:
            self.fault(f"{name!r} has two equations", line.span)
            return
        if listed is not None and listed.law is not None:
            self.fault(f"{name!r} has a law and an equation; keep one", line.span)
        if listed is not None and listed.kind is not Kind.EXOGENOUS:
            self.fault(f"the {listed.kind.value} {name!r} has an equation; keep one", line.span)
        if listed is not None and line.domain is not None and line.domain != listed.domain:
            self.fault(f"{name!r} is declared with two domains", line.span)
        self.equations[name] = (line, line.body, indices)
        self.domains[name] = line.domain or (listed.domain if listed is not None else None)

    # ------------------------------------------------------------ and all together

    def declarations(self) -> list[Declaration]:
        """Every variable, in the order of declaration.

        Raises:
            InputError: names that do not resolve; all of them.
        """
        labels = self._labels()
        for name in sorted(labels & set(self.order)):
            self.fault(f"{name!r} is a label and a variable; rename one", self.spans[name])
        for name in sorted(set(self.definitions) & set(self.order)):
            self.fault(f"{name!r} is an abbreviation and a variable; rename one", self.spans[name])
        names = frozenset(self.order)
        resolver = Resolver(self.text, self.source, names, self.families, labels, self.definitions)
        found: list[Declaration] = []
        for name in sorted(self.order, key=lambda name: self.spans[name][0]):
            if name in self.conditional:
                line = self.conditional[name]
                if name in self.equations or name in self.listed:
                    self.fault(
                        f"{name!r} has a conditional law and another line; keep one", line.span
                    )
                found.append(Declaration(name, Kind.ENDOGENOUS, line.domain, line.law))
            elif name in self.equations:
                _, body, indices = self.equations[name]
                try:
                    mechanism = resolver.resolve(body, indices)
                except InputError as error:
                    self.faults.extend(error.faults)
                    continue
                found.append(
                    Declaration(name, Kind.ENDOGENOUS, self.domains[name], None, mechanism)
                )
            else:
                listed = self.listed.get(name)
                if listed is None:  # an indexed equation that failed
                    continue
                found.append(Declaration(name, listed.kind, listed.domain, listed.law))
        if self.faults:
            unique = dict.fromkeys(self.faults)
            raise InputError(in_order(unique))
        return found

    def _labels(self) -> frozenset[str]:
        domains = [line.domain for line in self.listed.values()]
        domains += [d for d in self.domains.values() if d is not None]
        domains += [line.domain for line in self.conditional.values()]
        return frozenset(
            value
            for domain in dict.fromkeys(d for d in domains if isinstance(d, Finite))
            for value in domain.values
            if isinstance(value, str)
        )
