"""Tax numbers of made-up companies."""

from __future__ import annotations

_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)


def inn_of(company_id: int) -> str:
    """The company's INN: ten digits with a valid check digit, always the same for the same company."""
    body = f"77{company_id % 10_000_000:07d}"
    check = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11 % 10
    return f"{body}{check}"
