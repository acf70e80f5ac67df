"""Order-preserving maps between lists of interventions, listed literally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import Hard

__all__ = ["monotone_maps"]

LIMIT = 2**20


def monotone_maps(
    low: Sequence[Hard], above: Sequence[Hard], *, onto: bool, tick: Callable[[], None]
) -> Iterator[dict[Hard, Hard]]:
    """Every order-preserving map from `low` to `above`, onto it if asked.

    `tick` is called at every step; it may raise to stop.

    Raises:
        OutOfReachError: there are more than 2^20.
    """
    yielded = 0
    chosen: list[Hard] = []

    def extend() -> Iterator[dict[Hard, Hard]]:
        nonlocal yielded
        if len(chosen) == len(low):
            if not onto or len(set(chosen)) == len(above):
                yielded += 1
                if yielded > LIMIT:
                    raise OutOfReachError("maps ω", yielded, LIMIT)
                yield dict(zip(low, chosen, strict=True))
            return
        current = low[len(chosen)]
        for image in above:
            tick()
            if all(
                (not earlier <= current or before <= image)
                and (not current <= earlier or image <= before)
                for earlier, before in zip(low, chosen, strict=False)
            ):
                chosen.append(image)
                yield from extend()
                chosen.pop()

    return extend()
