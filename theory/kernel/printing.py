"""Expressions and models as text that reads back to the same."""

from __future__ import annotations

from fractions import Fraction

from .domain import BOOL, Interval, Reals, Value
from .expression import Apply, Case, Constant, Expression, Hole, Operator, Reference
from .law import ConditionalLaw, FiniteLaw, NormalLaw, UniformLaw
from .program import Kind, Program, Variable

__all__ = ["format_expression", "format_program"]

_LEVEL = {
    Operator.IF: 1,
    Operator.OR: 2,
    Operator.XOR: 3,
    Operator.AND: 4,
    Operator.NOT: 5,
    Operator.EQ: 6,
    Operator.NE: 6,
    Operator.LT: 6,
    Operator.LE: 6,
    Operator.GT: 6,
    Operator.GE: 6,
    Operator.ADD: 7,
    Operator.MUL: 8,
    Operator.DIV: 8,
    Operator.MOD: 8,
    Operator.NEG: 9,
}
_CALLED = {
    Operator.MIN: "min",
    Operator.MAX: "max",
    Operator.ABS: "abs",
    Operator.RELU: "relu",
    Operator.FLOOR: "floor",
    Operator.COUNT: "count",
}
_FOLDED = {Operator.ADD: "sum", Operator.AND: "all", Operator.OR: "any"}


def format_expression(expression: Expression) -> str:
    """The expression as text; parsing it gives an equal tree."""
    return _text(expression)[0]


def _text(expression: Expression) -> tuple[str, int]:
    """The text and how tightly its outermost operator binds (10: an atom)."""
    match expression:
        case Constant(value=value):
            return _constant(value)
        case Reference(name=name):
            return name, 10
        case Hole(arguments=arguments):
            return f"?({', '.join([_text(a)[0] for a in arguments])})", 10
        case Case(arguments=arguments, rows=rows, default=default):
            shown = [
                f"{', '.join([_constant(v)[0] for v in key])}: {_text(entry)[0]}"
                for key, entry in rows
            ]
            if default is not None:
                shown.append(f"else: {_text(default)[0]}")
            names = ", ".join([_text(a)[0] for a in arguments])
            return f"table({names}) {{{'; '.join(shown)}}}", 10
        case Apply(operator=operator, arguments=arguments):
            return _apply(operator, arguments)


def _constant(value: Value) -> tuple[str, int]:
    if isinstance(value, str):
        return value, 10
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}", 8
    return str(value), 10 if value >= 0 else 9


def _apply(operator: Operator, arguments: tuple[Expression, ...]) -> tuple[str, int]:
    if operator in _CALLED:
        return f"{_CALLED[operator]}({', '.join([_text(a)[0] for a in arguments])})", 10
    if operator in _FOLDED and len(arguments) == 1:
        return f"{_FOLDED[operator]}({_text(arguments[0])[0]})", 10
    level = _LEVEL[operator]
    if operator is Operator.IF:
        condition, yes, no = (_text(a)[0] for a in arguments)
        return f"if {condition} then {yes} else {no}", level
    if operator is Operator.NOT:
        return f"not {_operand(arguments[0], level)}", level
    if operator is Operator.NEG:
        text, power = _text(arguments[0])
        if isinstance(arguments[0], Constant) or power < level:
            text = f"({text})"
        return f"-{text}", level
    if operator is Operator.ADD:
        shown = _operand(arguments[0], level + 1)
        for argument in arguments[1:]:
            if isinstance(argument, Apply) and argument.operator is Operator.NEG:
                shown += f" - {_operand(argument.arguments[0], level + 1)}"
            else:
                shown += f" + {_operand(argument, level + 1)}"
        return shown, level
    sign = f" {operator.value} "
    if operator in (Operator.DIV, Operator.MOD):
        left, right = arguments
        # a product on the left needs no parentheses, but a bare fraction would be read otherwise
        return (
            f"{_operand(left, level + (not isinstance(left, Apply)))}{sign}{_operand(right, level + 1)}",
            level,
        )
    return sign.join([_operand(a, level + 1) for a in arguments]), level


def _operand(expression: Expression, least: int) -> str:
    text, power = _text(expression)
    return text if power >= least else f"({text})"


def format_program(program: Program) -> str:
    """The model as text, one line a variable."""
    lines = [_line(variable) for variable in program.variables]
    return "\n".join(["cyclic", *lines] if program.cyclic else lines)


def _line(variable: Variable) -> str:
    domain = _domain(variable)
    match variable.kind:
        case Kind.ENDOGENOUS if isinstance(variable.law, ConditionalLaw):
            parents = ", ".join(variable.law.parents)
            given = f" {parents} " if parents else " "
            return f"{variable.name} |{given}: {domain}{_law(variable)}"
        case Kind.ENDOGENOUS:
            assert variable.mechanism is not None
            return f"{variable.name} : {domain} = {format_expression(variable.mechanism)}"
        case Kind.EXOGENOUS:
            return f"{variable.name} : {domain}{_law(variable)}"
        case kind:
            return f"{kind.value} {variable.name} : {domain}{_law(variable)}"


def _domain(variable: Variable) -> str:
    match variable.domain:
        case Reals():
            return "real"
        case Interval(low=low, high=high):
            return f"[{low}, {high}]"
        case domain:
            return "bool" if domain == BOOL else str(domain)


def _law(variable: Variable) -> str:
    match variable.law:
        case None:
            return ""
        case FiniteLaw(probabilities=probabilities):
            return f" ~ ({', '.join(map(str, probabilities))})"
        case ConditionalLaw(parents=(), default=FiniteLaw(probabilities=probabilities)):
            return f" ~ ({', '.join(map(str, probabilities))})"
        case ConditionalLaw(rows=rows, default=default):
            cases = [f"{', '.join(map(str, key))}: {_weights(law)}" for key, law in rows]
            cases += [] if default is None else [f"else: {_weights(default)}"]
            return f" ~ {{{'; '.join(cases)}}}"
        case UniformLaw():
            return " ~ uniform"
        case NormalLaw(mean=mean, variance=spread):
            return f" ~ normal({mean}, {spread})"


def _weights(law: FiniteLaw) -> str:
    return f"({', '.join(map(str, law.probabilities))})"
