"""The root of all errors, and the one that evaluation raises."""

from __future__ import annotations

__all__ = ["AbstractionError", "EvaluationError"]


class AbstractionError(Exception):
    """The root of every error that tauomega raises on purpose."""


class EvaluationError(AbstractionError, ArithmeticError):
    """An expression has no value at a state: it divides by zero, or leaves its domain."""
