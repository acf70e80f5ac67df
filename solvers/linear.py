r"""The engine for linear models: exact, inverse-free, for all values of the parameters.

A square over real variables is an identity of affine forms in the values that are set and in the context:
$\tau_b$ of the low-level solution, carried back through the mechanisms, against $y_b$ carried back
through the high-level ones and composed with τ and τ_U. Over `block`, one identity for each high-level
variable is enough: the others held (proofs/mechanism_level_is_constructive.py).
Laws of linear-Gaussian models are compared by their means and covariances.

Source of the linear notion: Massidda, Magliacane & Bacciu (2024), arXiv:2406.00394.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from tauomega.theory.defect import (
    HIGH,
    LOW,
    TAU,
    Defect,
    Dist,
    Interventions,
    Law,
    Metric,
    Push,
    Sup,
)
from tauomega.theory.errors import OutOfReachError
from tauomega.theory.family import Block, Given, Single
from tauomega.theory.kernel import Interval, Reals
from tauomega.theory.policy import OmegaPolicy
from tauomega.theory.scm import SCM

from .engine import Answer, Budget, Problem
from .linear_claim import LinearClaim
from .linear_forms import NotLinearError
from .linear_laws import laws_answer
from .linear_onto import onto_answer
from .linear_squares import squares_answer
from .shapes import is_tau_onto, is_tau_u_onto, law_family, square_family

__all__ = ["LINEAR", "Linear"]

AT_REST = Dist(Metric.DISCRETE, Push(TAU, Law(LOW)), Law(HIGH))
"""Equality of the laws without intervention."""


@final
@dataclass(frozen=True, slots=True)
class Linear:
    """Exact linear algebra over the rationals, with parameters as polynomials."""

    @property
    def name(self) -> str:
        """`linear`."""
        return "linear"

    def accepts(self, problem: Problem) -> str | None:
        """Squares, laws and ontoness of claims whose variables are real and whose maps are affine."""
        shape = _shape(problem.part.defect)
        if shape is None:
            return "only squares with a fixed τ_U, laws, and whether τ or τ_U is onto, are decided"
        if problem.semantics not in ("exact", "real"):
            return f"evaluates exactly; {problem.semantics} is another semantics"
        claim = problem.claim
        if claim.high is None:
            return "there is no high-level model"
        for model in (claim.scm, claim.high):
            refusal = _refusal(model)
            if refusal is not None:
                return refusal
        if problem.omega is OmegaPolicy.SEARCHED:
            return "ω is searched"
        if shape in ("squares", "laws") and not isinstance(_family(problem), Given | None):
            if problem.omega is not OmegaPolicy.DERIVED:
                return "ω is given for a family that is not listed"
            if not problem.facts.is_block_map:
                return "ω_τ of a map that is no block map is not decided"
        return None

    def bounds(self, problem: Problem, budget: Budget) -> Answer:
        """0 with the identities, or a point at which one of them fails."""
        shape = _shape(problem.part.defect)
        try:
            linear = LinearClaim.from_problem(problem)
            match shape:
                case "τ onto" | "τ_U onto":
                    return onto_answer(linear, shape)
                case "laws":
                    return laws_answer(linear, _family(problem), budget)
                case _:
                    return squares_answer(linear, _family(problem), budget)
        except NotLinearError as error:
            return Answer(reason=str(error))
        except OutOfReachError as error:
            return Answer(reason=str(error))


def _shape(defect: Defect) -> str | None:
    """Which of the questions a clause asks."""
    if is_tau_onto(defect):
        return "τ onto"
    if is_tau_u_onto(defect):
        return "τ_U onto"
    if defect == AT_REST:
        return "laws"
    for word, space in (("squares", square_family(defect)), ("laws", law_family(defect))):
        if space is not None and isinstance(space.family, Block | Single | Given):
            return word
    return None


def _family(problem: Problem) -> Block | Single | Given | None:
    match problem.part.defect:
        case Sup(space=Interventions(family=family)):
            assert isinstance(family, Block | Single | Given)
            return family
        case _:
            return None


def _refusal(model: SCM) -> str | None:
    """Why a model's variables are not those of a linear model."""
    for variable in model.variables:
        wide = isinstance(variable.domain, Interval) and variable.domain.low < variable.domain.high
        if variable.name in model.endogenous and variable.name not in model.inputs:
            if not isinstance(variable.domain, Reals):
                return f"{variable.name!r} is not real"
        elif not (isinstance(variable.domain, Reals) or wide):
            return f"{variable.name!r} is not real"
    return None


LINEAR = Linear()
