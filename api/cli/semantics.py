"""One claim about a network under several semantics, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from tauomega.theory.counterexample import Square
from tauomega.theory.errors import InputError
from tauomega.theory.reports.verdict_text import STYLES
from tauomega.theory.reports.wording import evidence_words, values_words
from tauomega.theory.verdict import Fails, Holds, Unknown, Verdict

from .line import Line
from .report_json import Json, verdict_to_json

if TYPE_CHECKING:
    from tauomega.theory.abstraction import Abstraction

__all__ = [
    "comparison",
    "comparison_to_json",
    "names_of",
    "of_own_type",
    "require_table",
    "under",
    "with_refusals",
]

SCHEMA = "tauomega/semantics/1"


def names_of(text: str) -> tuple[str, ...]:
    """The semantics that `--semantics` names: one, or `all` from real to the machines that are here.

    Raises:
        InputError: there is none of that name.
    """
    from tauomega.bridge.precision.machine import devices
    from tauomega.bridge.precision.semantics import ALL, Ieee, parse_semantics

    if text != "all":
        return (str(parse_semantics(text)),)
    others = [Ieee("float32", device, 1) for device in devices() if device != "cpu"]
    return tuple(map(str, (*ALL, *others)))


def of_own_type(names: tuple[str, ...], claim: Abstraction) -> tuple[str, ...]:
    """The same semantics, a machine's in the type of the network's weights."""
    from tauomega.bridge.captured_model import CapturedModel
    from tauomega.bridge.network_model import NetworkModel
    from tauomega.bridge.precision.semantics import Ieee, parse_semantics

    if not isinstance(claim.low, CapturedModel | NetworkModel):
        return names
    dtype = str(claim.low.network.dtype).removeprefix("torch.")
    meanings = map(parse_semantics, names)
    return tuple(str(replace(m, dtype=dtype) if isinstance(m, Ieee) else m) for m in meanings)


def require_table(claim: Abstraction) -> None:
    """Refuse a network whose model is left open: searches and refinements are of finite models.

    Raises:
        InputError: a captured network under another semantics than a machine's.
    """
    from tauomega.bridge.captured_model import CapturedModel
    from tauomega.bridge.precision.semantics import Ieee, parse_semantics

    low = claim.low
    if isinstance(low, CapturedModel) and not isinstance(parse_semantics(low.stated), Ieee):
        machine = of_own_type((str(Ieee("float32", "cpu", 1)),), claim)[0]
        raise InputError(
            [
                f"this needs a finite model, and under {low.stated} the network has enclosures only; write semantics = "
                f'"{machine}" for the table of what runs here'
            ]
        )


def with_refusals(
    names: tuple[str, ...], verdicts: Mapping[str, Verdict], refusals: Mapping[str, InputError]
) -> dict[str, Verdict]:
    """The verdicts in order; where a semantics refuses what others decide, it is unknown, and why.

    Raises:
        InputError: every semantics refuses the claim: it is the claim that is wrong.
    """
    if not verdicts:
        raise next(iter(refusals.values()))
    question = next(iter(verdicts.values())).question
    found = dict(verdicts)
    for name, error in refusals.items():
        found[name] = Unknown(replace(question, semantics=name), (), str(error))
    return {name: found[name] for name in names if name in found}


def under(claim: Abstraction, semantics: str) -> Abstraction:
    """The claim about the same network under another semantics.

    Raises:
        InputError: the low-level model is no network.
    """
    from tauomega.bridge.captured_model import CapturedModel
    from tauomega.bridge.network_model import NetworkModel

    if isinstance(claim.low, CapturedModel):
        return replace(claim, low=replace(claim.low, stated=semantics))
    if not isinstance(claim.low, NetworkModel):
        raise InputError(["an SCM has exact semantics; --semantics is for networks"])
    return replace(claim, low=replace(claim.low, semantics=semantics))


def comparison(verdicts: Mapping[str, Verdict], *, title: str, width: int) -> Iterator[Line]:
    """A line for each semantics; then the input at which the answer flips."""
    yield Line(f"{title} under every semantics", "bold")
    column = max(map(len, verdicts))
    for semantics, verdict in verdicts.items():
        lead = f"  {semantics:<{column}}  {verdict.name.upper():<7}  "
        lines = wrap(_reason(verdict), max(30, width - len(lead))) or [""]
        yield Line(lead + lines[0], STYLES[verdict.name])
        yield from (Line(" " * len(lead) + line) for line in lines[1:])
    yield from _flips(verdicts, width)


def comparison_to_json(verdicts: Mapping[str, Verdict]) -> dict[str, Json]:
    """The verdicts by semantics, and the worst of them."""
    worst = min(verdicts.values())
    return {
        "schema": SCHEMA,
        "verdict": worst.name,
        "semantics": {name: verdict_to_json(verdict) for name, verdict in verdicts.items()},
    }


def _reason(verdict: Verdict) -> str:
    match verdict:
        case Holds(evidence=evidence):
            return evidence_words(evidence)
        case Fails(counterexample=Square() as square):
            return f"at {_place(square)}"
        case Fails():
            return "refuted"
        case Unknown(reason=reason):
            return reason


def _flips(verdicts: Mapping[str, Verdict], width: int) -> Iterator[Line]:
    """The first input at which one semantics refutes what another proves."""
    holds = [name for name, verdict in verdicts.items() if isinstance(verdict, Holds)]
    for name, verdict in verdicts.items():
        match verdict:
            case Fails(counterexample=Square() as square) if holds:
                below, above = (
                    values_words(tuple((n, v) for n, v in side if n in square.differs))
                    for side in (square.image, square.high.result)
                )
                text = (
                    f"The answer flips between {holds[0]} and {name} at {_place(square)}: there {below} "
                    f"below and {above} above."
                )
                yield Line("")
                yield from (Line(line) for line in wrap(text, width))
                return
            case _:
                continue


def _place(square: Square) -> str:
    sources = "; ".join(f"{name} from {values_words(values)}" for name, values in square.sources)
    base = f"base {values_words(square.low.context)}"
    return f"{base}; {sources}" if sources else base
