"""Keeps credentials out of messages and logs."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"
_LEAST_LENGTH = 4
_NAMED = re.compile(
    r"""(["']?(?:access_token|refresh_token|client_secret|api_?key|password)["']?\s*[:=]\s*["']?)"""
    r"""([^"'\s,&}]+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(Bearer\s+)[^\s\"',]+", re.IGNORECASE)


class Mask:
    """Replaces known secrets, and whatever looks like one by its name, with ``***``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide this value from now on."""
        if len(secret) >= _LEAST_LENGTH:
            self._secrets.add(secret)

    def __call__(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return _BEARER.sub(rf"\g<1>{HIDDEN}", _NAMED.sub(rf"\g<1>{HIDDEN}", text))
