"""Order-preserving maps between lists of interventions, listed literally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tauomega.theory.errors import OutOfReachError
from tauomega.theory.intervention import Intervention

Order = Callable[[Intervention, Intervention], bool]

__all__ = ["monotone_maps"]

LIMIT = 2**20


def monotone_maps(
    low: Sequence[Intervention],
    above: Sequence[Intervention],
    orders: tuple[Order, Order],
    *,
    onto: bool,
    tick: Callable[[], None],
) -> Iterator[dict[Intervention, Intervention]]:
    """Every order-preserving map from `low` to `above`, onto it if asked.

    `orders` are the orders below and above. `tick` is called at every step; it may raise to stop.

    Raises:
        OutOfReachError: there are more than 2^20.
    """
    found = 0
    for chosen in _chains(low, above, orders, tick):
        if onto and len(set(chosen)) < len(above):
            continue
        found += 1
        if found > LIMIT:
            raise OutOfReachError("maps ω", found, LIMIT)
        yield dict(zip(low, chosen, strict=True))


def _chains(
    low: Sequence[Intervention],
    above: Sequence[Intervention],
    orders: tuple[Order, Order],
    tick: Callable[[], None],
) -> Iterator[list[Intervention]]:
    """The images of an order-preserving map, in the order of `low`; no recursion: it may be long."""
    chosen: list[Intervention] = []
    below, over = orders
    left = [iter(above)]
    if not low:
        yield chosen
        return
    while left:
        image = next(left[-1], None)
        if image is None:
            left.pop()
            if chosen:
                chosen.pop()
            continue
        tick()
        current = low[len(chosen)]
        if not all(
            (not below(earlier, current) or over(before, image))
            and (not below(current, earlier) or over(image, before))
            for earlier, before in zip(low, chosen, strict=False)
        ):
            continue
        chosen.append(image)
        if len(chosen) == len(low):
            yield list(chosen)
            chosen.pop()
        else:
            left.append(iter(above))
