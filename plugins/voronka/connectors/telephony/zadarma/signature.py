"""Zadarma's signatures: of our requests, and of the notices it sends. Pure functions."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

SIGNED_FIELDS: dict[str, tuple[str, ...]] = {
    "NOTIFY_START": ("caller_id", "called_did", "call_start"),
    "NOTIFY_INTERNAL": ("caller_id", "called_did", "call_start"),
    "NOTIFY_IVR": ("caller_id", "called_did", "call_start"),
    "NOTIFY_END": ("caller_id", "called_did", "call_start"),
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": ("internal", "destination", "call_start"),
    "NOTIFY_OUT_END": ("internal", "destination", "call_start"),
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
"""Which fields of a notice are signed, in order."""


def _sign(text: str, secret: str) -> str:
    """Base64 of the hexadecimal digest, not of its bytes."""
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def query_of(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The parameters of a request with ``format=json``, in the order in which they are signed and sent."""
    return tuple(sorted({**parameters, "format": "json"}.items()))


def sign_request(path: str, query: tuple[tuple[str, str], ...], secret: str) -> str:
    """The second half of the header ``Authorization`` for ``path``, such as ``/v1/statistics/pbx/``."""
    text = urlencode(query)
    return _sign(path + text + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), secret)


def sign_notice(fields: Mapping[str, str], secret: str) -> str | None:
    """What the header ``Signature`` of a notice must be; None for an event that is not known."""
    names = SIGNED_FIELDS.get(fields.get("event", ""))
    return None if names is None else _sign("".join(fields.get(name, "") for name in names), secret)


def is_genuine(fields: Mapping[str, str], signature: str | None, secret: str) -> bool:
    """Whether a notice comes from Zadarma: its signature is the one that only the secret makes."""
    expected = sign_notice(fields, secret)
    return expected is not None and hmac.compare_digest(expected.encode(), (signature or "").encode())
