"""A claim as affine forms: both models, τ and τ_U."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from tauomega.theory.defect import TAU_U, mentions
from tauomega.theory.definition import context_map
from tauomega.theory.kernel import Domain, Interval, Value, exact
from tauomega.theory.policy import OmegaPolicy

from .engine import Problem
from .linear_forms import CONSTANT, Form, LinearModel, NotLinearError, Ring, fraction, root

__all__ = ["LinearClaim"]


@final
@dataclass(frozen=True, slots=True)
class LinearClaim:
    """Forms of a claim.

    `tau` is in low-level variables; `tau_u` maps the names of high-level roots to forms in low-level
    roots, and is empty where the clause asks for none.
    """

    problem: Problem
    ring: Ring
    low: LinearModel
    high: LinearModel
    tau: Mapping[str, Form]
    tau_u: Mapping[str, Form]

    @classmethod
    def from_problem(cls, problem: Problem) -> LinearClaim:
        """Read all forms.

        Raises:
            NotLinearError: something is not affine; it is named.
        """
        claim = problem.claim
        assert claim.high is not None
        parameters = dict.fromkeys((*claim.scm.parameters, *claim.high.parameters))
        ring = Ring(tuple(parameters))
        low = LinearModel.from_model(claim.scm, ring)
        high = LinearModel.from_model(claim.high, ring)
        variables = {name: name for name in claim.scm.endogenous}
        tau = {n: _form(ring, "τ", n, e, variables) for n, e in claim.tau.items()}
        tau_u: dict[str, Form] = {}
        if mentions(problem.part.defect, TAU_U):
            roots = {name: root(name) for name in claim.scm.roots}
            for name, expression in context_map(claim, problem.tau_u).items():
                tau_u[root(name)] = _form(ring, "τ_U", name, expression, roots)
        return cls(problem, ring, low, high, tau, tau_u)

    def require_onto_blocks(self) -> None:
        """Check that every τ takes every real value, so that ω_τ of whole blocks is what it is.

        Raises:
            NotLinearError: some τ is constant.
        """
        if self.problem.omega is OmegaPolicy.DERIVED:
            for name, form in self.tau.items():
                if form.keys() <= {CONSTANT}:
                    raise NotLinearError(f"τ of {name!r} is constant, so ω_τ is undefined")

    def above(self, name: str, held: Sequence[str]) -> Form:
        """A high-level variable in what is held above and the high-level roots."""
        return self.high.carried({name: self.ring.constant(1)}, held)

    def nonzero_point(self, form: Form) -> tuple[dict[str, Value], dict[str, Fraction]]:
        """Parameters, and a value for each name, at which a form that is not zero is not zero.

        Names that are not mentioned take 0, or the lower end of their interval.
        """
        name, coefficient = min(form.items(), key=lambda item: item[0])
        parameters = self._parameters(coefficient)
        values = {n: self._least(n) for n in form if n != CONSTANT}
        if self._value(form, parameters, values) == 0:
            values[name] = self._other(name)
        assert self._value(form, parameters, values) != 0
        return parameters, values

    def _value(
        self, form: Form, parameters: Mapping[str, Value], values: Mapping[str, Fraction]
    ) -> Fraction:
        total = Fraction(0)
        for name, coefficient in form.items():
            factor = Fraction(1) if name == CONSTANT else values[name]
            total += self.number(coefficient, parameters) * factor
        return total

    def number(self, coefficient: Any, parameters: Mapping[str, Value]) -> Fraction:
        """A coefficient at values of the parameters."""
        if not self.ring.parameters:
            return fraction(coefficient)
        point = [parameters[name] for name in self.ring.parameters]
        import flint

        exactly = [flint.fmpq(p.numerator, p.denominator) for p in point if not isinstance(p, str)]
        return fraction(coefficient(*exactly))

    def _parameters(self, coefficient: Any) -> dict[str, Value]:
        """Values of the parameters at which a polynomial is not zero, one after the other."""
        found: dict[str, Value] = {}
        left = coefficient
        for place, name in enumerate(self.ring.parameters):
            domain = self._domain_of_parameter(name)
            degree = left.degrees()[place]
            for step in range(degree + 1):
                value: Fraction = Fraction(step)
                if isinstance(domain, Interval):
                    width = Fraction(domain.high) - Fraction(domain.low)
                    value = Fraction(domain.low) + width * step / max(1, degree)
                import flint

                tried = left.subs({f"p{place}": flint.fmpq(value.numerator, value.denominator)})
                if tried != 0:
                    found[name], left = exact(value), tried
                    break
        return found

    def _domain_of_parameter(self, name: str) -> Domain:
        model = self.low.model if name in self.low.model.parameters else self.high.model
        return model.domain(name)

    def _least(self, name: str) -> Fraction:
        domain = self._domain(name)
        return Fraction(domain.low) if isinstance(domain, Interval) else Fraction(0)

    def _other(self, name: str) -> Fraction:
        domain = self._domain(name)
        return Fraction(domain.high) if isinstance(domain, Interval) else Fraction(1)

    def _domain(self, name: str) -> Domain:
        return self.low.model.domain(name.removeprefix("u:"))


def _form(ring: Ring, word: str, name: str, expression: Any, names: Mapping[str, str]) -> Form:
    try:
        return ring.form(expression, names)
    except NotLinearError as error:
        raise NotLinearError(f"{word} of {name!r} is not linear ({error})") from None
