"""Sites by our names, or by another library's: `transformer-lens: blocks.1.hook_mlp_out[:, 3]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..graph.network import CapturedNetwork
from ..graph.site_text import parse_site
from ..graph.sites import Slice
from . import nnsight, pyvene, transformer_lens

__all__ = ["named_site"]

_LIBRARIES: Mapping[str, Callable[[str, CapturedNetwork], str]] = {
    "nnsight": nnsight.site_of,
    "pyvene": pyvene.site_of_key,
    "transformer-lens": transformer_lens.site_of,
}


def named_site(text: str, network: CapturedNetwork) -> Slice:
    """Read a site; the name of a library and a colon before it say whose name it is.

    Raises:
        InputError: as `graph.site_text.parse_site`, or a name without a counterpart.
    """
    library, colon, name = text.partition(": ")
    if colon and library.strip() in _LIBRARIES:
        return parse_site(_LIBRARIES[library.strip()](name.strip(), network), network)
    return parse_site(text, network)
