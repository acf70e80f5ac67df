"""Equal site values found once: the distinct sources of a site, and how often each occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["distinct_rows", "tile_of"]


def distinct_rows(held: Tensor, code: Tensor) -> tuple[Tensor, Tensor]:
    """The first input of each distinct (bits, code), in order, and how many inputs have it.

    Args:
        held: what a site holds in each input's run, shape (inputs, …).
        code: the number of its high-level value there, shape (inputs,).
    """
    bits = held.reshape(len(held), -1).contiguous().cpu().view(torch.uint8).numpy()
    codes = code.cpu().view(torch.uint8).numpy().reshape(len(bits), -1)
    keys = np.concatenate([bits, codes], axis=1)
    width, data = keys.shape[1], keys.tobytes()
    place: dict[bytes, int] = {}
    own = [place.setdefault(data[i * width : (i + 1) * width], i) for i in range(len(keys))]
    counts = np.bincount(np.array(own))
    firsts = np.fromiter(place.values(), np.int64, len(place))
    moved = (torch.from_numpy(x).to(held.device) for x in (firsts, counts[firsts]))
    return next(moved), next(moved)


def tile_of(places: Tensor, rows: int) -> Tensor:
    """A tile of exactly so many rows, filled up with the first."""
    missing = rows - len(places)
    return torch.cat([places, places[:1].expand(missing)]) if missing else places
