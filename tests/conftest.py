"""One hypothesis profile for every run: the same examples each time, and no deadline.

Kernels of a GPU are interpreted; that is settled when Triton is first imported.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ["TRITON_INTERPRET"] = "1"
settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")
