"""Reading JSON bodies."""

from __future__ import annotations

from typing import Any

import orjson


def load_object(body: bytes) -> dict[str, Any] | None:
    """The body as a JSON object; None when it is anything else."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return data if isinstance(data, dict) else None
