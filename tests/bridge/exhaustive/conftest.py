"""Kernels of a GPU are interpreted in these tests; that is settled when Triton is first imported."""

from __future__ import annotations

import os

os.environ["TRITON_INTERPRET"] = "1"
