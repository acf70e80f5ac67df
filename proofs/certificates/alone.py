"""The checker in an interpreter of its own, which of tauomega loads only what it needs.

`python -m tauomega.proofs.certificates.alone <FILE` prints as JSON what the checker says, and the modules that were
loaded for it. So those are all that was trusted, besides Python itself.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from .checker.checking import check_certificate
from .checker.document import NotACertificateError, RefusedError

__all__ = ["answer_to"]


def answer_to(data: bytes) -> dict[str, Any]:
    """What the checker says of a certificate, and the files of the modules of tauomega that are loaded."""
    found: dict[str, Any] = {}
    try:
        found = asdict(check_certificate(data))
        outcome, reason = "accepted", ""
    except NotACertificateError as error:
        outcome, reason = "no certificate", str(error)
    except RefusedError as error:
        outcome, reason = "refused", str(error)
    ours = {
        name: str(module.__file__)
        for name, module in sys.modules.items()
        if name.partition(".")[0] == "tauomega" and getattr(module, "__file__", None)
    }
    return found | {"outcome": outcome, "reason": reason, "loaded": ours}


if __name__ == "__main__":
    json.dump(answer_to(sys.stdin.buffer.read()), sys.stdout)
