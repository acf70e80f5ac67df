"""What theorem scripts gave: as text, JSON, HTML and LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from textwrap import wrap

from tauomega.proofs.theorem import Kind, Outcome, Step

from .counterexample_json import Json
from .line import Line

__all__ = ["outcome_to_json", "outcomes_to_html", "outcomes_to_latex", "report_outcome"]


def report_outcome(outcome: Outcome, width: int, *, full: bool) -> Iterator[Line]:
    """An outcome as lines; with `full`, every counterexample and model in full."""
    word, style = ("as claimed", "green") if outcome.as_claimed else ("NOT AS CLAIMED", "bold red")
    yield Line(f"{outcome.name}: {word}  ({outcome.seconds:.2f} s)", style)
    yield from _wrapped(outcome.theorem.statement, width, "  ")
    yield from _wrapped(outcome.theorem.source, width, "  source     ")
    yield from _wrapped(outcome.theorem.shown, width, "  shown      ")
    yield from _wrapped(outcome.theorem.not_shown, width, "  not shown  ")
    for step in outcome.steps:
        mark = "  " if step.right else "! "
        yield from _wrapped(_told(step), width, f"  {mark}{step.kind.value:<12} ")
        if step.seen and (full or not step.right):
            yield from _wrapped(step.seen, width, " " * 17)
    yield Line("")


def _told(step: Step) -> str:
    cases = f", {step.cases:,} cases" if step.cases and step.kind is Kind.PROVED else ""
    return f"{step.what} ({step.scope.value}{cases})"


def _wrapped(text: str, width: int, first: str) -> Iterator[Line]:
    rest = " " * len(first)
    for line in wrap(text, width, initial_indent=first, subsequent_indent=rest):
        yield Line(line)


def outcome_to_json(outcome: Outcome) -> dict[str, Json]:
    """An outcome as a JSON object."""
    return {
        "name": outcome.name,
        "statement": outcome.theorem.statement,
        "source": outcome.theorem.source,
        "method": outcome.method,
        "shown": outcome.theorem.shown,
        "not_shown": outcome.theorem.not_shown,
        "as_claimed": outcome.as_claimed,
        "seconds": round(outcome.seconds, 6),
        "steps": [
            {
                "kind": step.kind.value,
                "what": step.what,
                "right": step.right,
                "scope": step.scope.value,
                "cases": str(step.cases),
                "seen": step.seen,
            }
            for step in outcome.steps
        ],
        "dropped": [
            {"hypothesis": step.what, "counterexample": step.seen if step.right else None}
            for step in outcome.steps
            if step.kind is Kind.DROPPED
        ],
    }


def outcomes_to_html(outcomes: Sequence[Outcome]) -> str:
    """All outcomes as one page that needs no other file."""
    wrong = sum(not outcome.as_claimed for outcome in outcomes)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            "<title>tauomega: theorems</title><style>body{font:15px/1.5 sans-serif;"
            "max-width:60em;margin:2em auto;padding:0 1em}code{font-size:85%;"
            "overflow-wrap:anywhere}.no{color:#b00020;font-weight:bold}h2{margin-bottom:0}"
            "p{margin:.3em 0}</style></head><body><h1>Theorems</h1>",
            f"<p>{len(outcomes)} scripts, {wrong} not as claimed.</p>",
            *(part for outcome in outcomes for part in _section(outcome)),
            "</body></html>",
        ]
    )


def _section(outcome: Outcome) -> Iterator[str]:
    theorem = outcome.theorem
    word = "as claimed" if outcome.as_claimed else '<span class="no">not as claimed</span>'
    yield f'<h2 id="{escape(outcome.name)}">{escape(outcome.name)}</h2>'
    yield f"<p><strong>{escape(theorem.statement)}</strong> {word}, {outcome.seconds:.2f} s.</p>"
    yield f"<p>{escape(theorem.source)}. Shown: {escape(theorem.shown)}. "
    yield f"Not shown: {escape(theorem.not_shown)}.</p><ul>"
    for step in outcome.steps:
        mark = "" if step.right else '<span class="no">came out otherwise: </span>'
        seen = f"<br><code>{escape(step.seen)}</code>" if step.seen else ""
        yield f"<li>{mark}<em>{step.kind.value}</em>: {escape(_told(step))}{seen}</li>"
    yield "</ul>"


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "^": r"\^{}", "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}", "τ": r"$\tau$",
    "ω": r"$\omega$", "⇒": r"$\Rightarrow$", "⇔": r"$\Leftrightarrow$", "∅": r"$\emptyset$",
    "≤": r"$\leq$", "≥": r"$\geq$", "⊑": r"$\sqsubseteq$", "⊆": r"$\subseteq$", "∘": r"$\circ$",
    "∀": r"$\forall$", "∃": r"$\exists$", "¬": r"$\neg$", "∧": r"$\wedge$", "∨": r"$\vee$",
    "⊕": r"$\oplus$", "↦": r"$\mapsto$", "←": r"$\leftarrow$", "→": r"$\to$", "≠": r"$\neq$",
    "α": r"$\alpha$", "≡": r"$\equiv$", "·": r"$\cdot$", "∈": r"$\in$", "⇏": r"$\not\Rightarrow$",
    "Γ": r"$\Gamma$", "Σ": r"$\Sigma$", "ℝ": r"$\mathbb{R}$", "ℤ": r"$\mathbb{Z}$",
    "√": r"$\surd$", "∝": r"$\propto$", "⊗": r"$\otimes$", "°": r"$^\circ$", "φ": r"$\varphi$",
    "²": r"$^2$", "₂": r"$_2$", "Π": r"$\Pi$", "⊋": r"$\supsetneq$", "×": r"$\times$",
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def outcomes_to_latex(outcomes: Iterable[Outcome]) -> str:
    """A table for a paper: statement, source, how shown, cases, hypotheses dropped, seconds, verdict."""
    rows = []
    for outcome in outcomes:
        count = sum(step.kind is Kind.DROPPED and step.right for step in outcome.steps)
        word = "as claimed" if outcome.as_claimed else r"\textbf{not as claimed}"
        cases = sum(step.cases for step in outcome.steps if step.kind is Kind.PROVED)
        numbers = (f"{cases:,}" if cases else "", str(count), f"{outcome.seconds:.1f}")
        cells = (outcome.theorem.statement, outcome.theorem.source, outcome.method, *numbers)
        rows.append(" & ".join([*map(_tex, cells), word]) + r" \\")
    head = r"statement & source & shown & cases & dropped & seconds & verdict \\"
    body = "\n".join(rows)
    return (
        "\\begin{tabular}{p{5cm}p{4cm}p{3cm}rrrl}\n\\hline\n"
        f"{head}\n\\hline\n{body}\n\\hline\n\\end{{tabular}}"
    )
