"""Certificates as bytes: JSON in one canonical form, of limited size, without floating-point numbers."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NoReturn

__all__ = [
    "SCHEMA",
    "NotACertificateError",
    "RefusedError",
    "canonical",
    "digest",
    "read_document",
    "refuse_unless",
]

SCHEMA = "tauomega/certificate/1"
LARGEST = 64_000_000
"""Bytes that a certificate may have."""


class RefusedError(Exception):
    """A certificate that does not prove its claim: why."""


def refuse_unless(condition: object, message: str) -> None:
    """Refuse the certificate, unless."""
    if not condition:
        raise RefusedError(message)


class NotACertificateError(RefusedError):
    """Bytes that are no certificate at all: not JSON, or another schema."""


def canonical(value: object) -> bytes:
    """The one way in which a JSON value is written here."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def digest(value: object) -> str:
    """The sha256 of a JSON value in canonical form."""
    return sha256(canonical(value)).hexdigest()


def _no_float(text: str) -> NoReturn:
    raise NotACertificateError(f"{text[:40]} is a floating-point number; exact ones are strings")


def read_document(data: bytes) -> dict[str, Any]:
    """The certificate in these bytes.

    Raises:
        NotACertificateError: too long, not JSON, or of another schema.
        RefusedError: not in canonical form.
    """
    if len(data) > LARGEST:
        raise NotACertificateError(f"{len(data):,} bytes; a certificate has at most {LARGEST:,}")
    try:
        found = json.loads(data, parse_float=_no_float, parse_constant=_no_float)
        written = canonical(found)
    except (ValueError, RecursionError) as error:
        raise NotACertificateError(f"it is not JSON: {str(error)[:200]}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise NotACertificateError(f"it is no certificate: its schema is not {SCHEMA!r}")
    if written != data:
        raise RefusedError("it is not in canonical form")
    return found
