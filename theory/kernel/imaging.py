"""The values that an expression takes, and what must be so of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from .domain import BOOL, Domain, Finite, Range, Reals, Value
from .errors import EvaluationError, Fault, InputError, Source
from .expression import (
    Apply,
    Case,
    Constant,
    Expression,
    Hole,
    Operator,
    Reference,
    free_names,
    walk,
)
from .tabled import evaluator

__all__ = ["as_domain", "check_expression", "image", "is_number", "stays_within"]

LIMIT = 2**16
_TRUTH = (
    Operator.EQ,
    Operator.NE,
    Operator.LT,
    Operator.LE,
    Operator.GT,
    Operator.GE,
    Operator.NOT,
    Operator.AND,
    Operator.OR,
    Operator.XOR,
)
_CONNECTIVES = (Operator.NOT, Operator.AND, Operator.OR, Operator.XOR, Operator.COUNT)


def is_number(value: Value) -> bool:
    """Whether the value is a number, not a label."""
    return not isinstance(value, str)


def image(expression: Expression, domains: Mapping[str, Domain]) -> Domain:
    """The inferred domain of an expression.

    Comparisons and connectives are `bool` at any size; a bare name has its domain; other
    arithmetic with a real or interval parent is `real`; else it is the exact image over the
    product of the parents' domains, computed up to 2^16 points.

    Raises:
        InputError: there are more points than that; the domain must be declared.
        EvaluationError: some point has no value.
    """
    if isinstance(expression, Apply) and expression.operator in _TRUTH:
        return BOOL
    if isinstance(expression, Reference):
        return domains[expression.name]
    names = sorted(free_names(expression))
    finite = [d for d in (domains[name] for name in names) if isinstance(d, Finite | Range)]
    if len(finite) < len(names):
        return BOOL if _is_truth(expression, domains) else Reals()
    size = prod(domain.size for domain in finite)
    if size > LIMIT:
        if _is_truth(expression, domains):
            return BOOL
        raise InputError(
            [f"the domain cannot be inferred from {size} points; declare it: name : domain = …"]
        )
    value_at, values = evaluator(expression), dict[Value, None]()
    for point in product(*finite):
        values.setdefault(value_at(dict(zip(names, point, strict=True))))
    return as_domain(values, [v for d in finite if any(map(_is_label, _few(d))) for v in d])


def _few(domain: Finite | Range) -> tuple[Value, ...]:
    return domain.values if isinstance(domain, Finite) else ()


def _is_label(value: Value) -> bool:
    return not is_number(value)


def as_domain(values: Mapping[Value, None], labels: list[Value]) -> Domain:
    """Values as a domain in normal form: `bool`, a range, numbers in order, labels as declared."""
    if all(value in (0, 1) for value in values) and all(map(is_number, values)):
        return BOOL
    numbers = sorted(value for value in values if not isinstance(value, str))
    words = [value for value in values if isinstance(value, str)]
    if not words and all(isinstance(value, int) for value in numbers):
        low, high = int(numbers[0]), int(numbers[-1])
        if high - low + 1 == len(numbers):
            return Range(low, high)
    place = {label: position for position, label in enumerate(dict.fromkeys(labels))}
    words.sort(key=lambda word: place.get(word, len(place)))
    return Finite((*numbers, *words))


def _is_truth(expression: Expression, domains: Mapping[str, Domain]) -> bool:
    """Whether the values are in {0, 1} by the form of the expression alone."""
    match expression:
        case Constant(value=value):
            return value in (0, 1)
        case Reference(name=name):
            return domains[name] == BOOL
        case Apply(operator=Operator.IF, arguments=(_, yes, no)):
            return _is_truth(yes, domains) and _is_truth(no, domains)
        case Apply(operator=Operator.MIN | Operator.MAX | Operator.MUL, arguments=arguments):
            return all(_is_truth(a, domains) for a in arguments)
        case Apply(operator=operator):
            return operator in _TRUTH
        case Case(rows=rows, default=default):
            entries = [entry for _, entry in rows] + ([] if default is None else [default])
            return all(_is_truth(entry, domains) for entry in entries)
        case _:
            return False


def check_expression(
    expression: Expression,
    domains: Mapping[str, Domain],
    text: str,
    source: Source,
    *,
    partial: bool = False,
) -> list[Fault]:
    """What is wrong with the parts of an expression, over all values of its names.

    Operands of connectives, conditions and arguments of `all`, `any`, `count` have values in
    {0, 1}; labels are copied, compared by == and !=, and stand in branches and tables; no divisor is
    zero; every case of a table is there, unless the expression may be `partial`.
    """
    faults = [
        Fault(message, text, place.span if text else None, source)
        for node in walk(expression)
        for message, place in _misused(node, domains, whole=expression)
    ]
    if not faults and not isinstance(expression, Hole):
        faults += _totality(expression, domains, text, source, tables=not partial)
    return faults


def _misused(
    node: Expression, domains: Mapping[str, Domain], *, whole: Expression
) -> Iterator[tuple[str, Expression]]:
    """What is wrong with the operands of one node of an expression, and where."""
    match node:
        case Hole() if node is not whole:
            yield "a hole '?' stands alone on the right side", node
        case Apply(operator=Operator.EQ | Operator.NE):
            pass
        case Apply(operator=operator, arguments=arguments) if (
            operator in _CONNECTIVES or operator is Operator.IF
        ):
            for operand in arguments[:1] if operator is Operator.IF else arguments:
                others = _other_values(operand, domains)
                if others:
                    word = operator.value
                    yield (
                        f"an operand of {word!r} has values in {{0, 1}}; this has {others}",
                        operand,
                    )
        case Apply(operator=operator, arguments=arguments):
            word = operator.value
            for operand in arguments:
                if _may_be_label(operand, domains):
                    yield f"{word!r} is applied to labels; compare them with ==", operand
        case _:
            pass


def _other_values(operand: Expression, domains: Mapping[str, Domain]) -> str:
    """The values of an operand, in words, if it has others than 0 and 1; else nothing."""
    if _is_truth(operand, domains):
        return ""
    try:
        found = image(operand, domains)
    except (InputError, EvaluationError):
        return "other values"
    return "" if found == BOOL else str(found)


def _may_be_label(expression: Expression, domains: Mapping[str, Domain]) -> bool:
    match expression:
        case Constant(value=value):
            return isinstance(value, str)
        case Reference(name=name):
            domain = domains[name]
            return isinstance(domain, Finite) and any(map(_is_label, domain.values))
        case Apply(operator=Operator.IF, arguments=(_, yes, no)):
            return _may_be_label(yes, domains) or _may_be_label(no, domains)
        case Case(rows=rows, default=default):
            entries = [entry for _, entry in rows] + ([] if default is None else [default])
            return any(_may_be_label(entry, domains) for entry in entries)
        case _:
            return False


def _totality(
    expression: Expression,
    domains: Mapping[str, Domain],
    text: str,
    source: Source,
    *,
    tables: bool,
) -> list[Fault]:
    """Partial parts - divisions, tables without `else` - tried at every point, up to 2^16."""
    faults = []
    for node in walk(expression):
        match node:
            case Apply(operator=Operator.DIV | Operator.MOD, arguments=(_, divisor)):
                if isinstance(divisor, Constant) and divisor.value != 0:
                    continue
                partial: Expression = Apply(Operator.DIV, (Constant(1), divisor))
            case Case(arguments=arguments, rows=rows, default=None) if tables:
                partial = Case(arguments, tuple((key, Constant(0)) for key, _ in rows))
            case _:
                continue
        names = sorted(free_names(partial))
        finite = [d for d in (domains[n] for n in names) if isinstance(d, Finite | Range)]
        if len(finite) < len(names):
            continue  # a zero is found, and named, when it is met
        if prod(d.size for d in finite) > LIMIT:
            continue
        value_at = evaluator(partial)
        for point in product(*finite):
            try:
                value_at(dict(zip(names, point, strict=True)))
            except EvaluationError as error:
                faults.append(Fault(str(error), text, node.span if text else None, source))
                break
    return faults


def stays_within(
    expression: Expression, domains: Mapping[str, Domain], target: Domain
) -> str | None:
    """A state at which the value leaves the target, in words; `None` if none was found.

    All points are tried up to 2^16; beyond that, and for real parents, evaluation checks.
    """
    if isinstance(target, Reals) or (target == BOOL and _is_truth(expression, domains)):
        return None
    if isinstance(expression, Reference) and domains[expression.name] == target:
        return None
    names = sorted(free_names(expression))
    finite = [d for d in (domains[n] for n in names) if isinstance(d, Finite | Range)]
    if len(finite) < len(names) or prod(d.size for d in finite) > LIMIT:
        return None
    value_at = evaluator(expression)
    for point in product(*finite):
        state = dict(zip(names, point, strict=True))
        value = value_at(state)
        if value not in target:
            shown = ", ".join(f"{name} = {v}" for name, v in state.items()) or "every state"
            return f"the value is {value}, outside {target}, at {shown}"
    return None
