"""Mango's signature, of what we send and of what the exchange sends us: a plain hash, no HMAC."""

from __future__ import annotations

import hashlib
import hmac


def sign(key: str, text: str, salt: str) -> str:
    """Hex SHA-256 over key, the exact JSON text and salt."""
    return hashlib.sha256(f"{key}{text}{salt}".encode()).hexdigest()


def is_signed(key: str, text: str, salt: str, signature: str) -> bool:
    """Whether the signature is ours, compared in constant time."""
    return hmac.compare_digest(sign(key, text, salt).encode(), signature.encode())
