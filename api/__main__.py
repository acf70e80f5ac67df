"""`python -m tauomega`: the command."""

from __future__ import annotations

import sys

from tauomega.cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
