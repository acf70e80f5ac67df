"""Every error that tauomega raises on purpose, one class a situation."""

from __future__ import annotations

from .kernel.errors import AbstractionError, EvaluationError, Fault, InputError, Source

__all__ = [
    "AbstractionError",
    "EngineDisagreementError",
    "EvaluationError",
    "Fault",
    "InputError",
    "MissingDependencyError",
    "NotSolvableError",
    "OutOfReachError",
    "Source",
    "UndecidedError",
    "UndecidedTruthError",
]


class MissingDependencyError(AbstractionError, ImportError):
    """An optional library is needed; the message names the extra to install."""


class OutOfReachError(AbstractionError, RuntimeError):
    """A literal computation would exceed its limit. Engines turn this into `Unknown`."""

    def __init__(self, what: str, size: int, limit: int) -> None:
        self.what, self.size, self.limit = what, size, limit
        shown = f"{size:,}" if size < 10**15 else f"about 2^{size.bit_length() - 1}"
        super().__init__(f"{what}: {shown} is more than the limit of {limit:,}")


class NotSolvableError(EvaluationError):
    """A cyclic model has no solution, or several, where one is needed."""

    def __init__(self, where: str, count: int) -> None:
        self.count = count
        found = "no solution" if count == 0 else f"{count} solutions"
        super().__init__(
            f"the cyclic model has {found} at {where}; a definition that runs it needs exactly one: "
            "restrict the family, or compare sets of solutions (exact-transformation)"
        )


class UndecidedError(AbstractionError, RuntimeError):
    """A preliminary question was not decided in time. `check` turns this into `Unknown`."""


class UndecidedTruthError(AbstractionError, TypeError):
    """A verdict was used as a Boolean. It has three values: compare it, or match on its class."""


class EngineDisagreementError(AbstractionError, RuntimeError):
    """Two engines gave bounds that exclude each other: at least one is wrong, so no verdict is given."""

    def __init__(self, message: str, bundle: str = "") -> None:
        self.bundle = bundle
        super().__init__(message)
