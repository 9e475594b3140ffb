"""The Data API's ``filter`` and ``sort``: checked against the report's own fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Test = Callable[[dict[str, Any]], bool]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: left is not None and bool(left < right),
    "<=": lambda left, right: left is not None and bool(left <= right),
    ">": lambda left, right: left is not None and bool(left > right),
    ">=": lambda left, right: left is not None and bool(left >= right),
    "in": lambda left, right: left in right,
    "not_in": lambda left, right: left not in right,
    "like": lambda left, right: str(right).strip("%").lower() in str(left or "").lower(),
    "ilike": lambda left, right: str(right).strip("%").lower() in str(left or "").lower(),
}


class BadParameterError(Exception):
    """A parameter the API would not take; carries its mnemonic and details."""

    def __init__(self, mnemonic: str, message: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.mnemonic = mnemonic
        self.params = params or {}


def check_fields(names: Iterable[str], known: Iterable[str], where: str) -> None:
    unknown = [name for name in names if name not in set(known)]
    if unknown:
        raise BadParameterError(
            "invalid_parameter_value", f"Unknown field {unknown[0]!r} in {where}", {"field": unknown[0]}
        )


def compile_filter(condition: Any, known: Iterable[str]) -> Test:
    """Build a test of a record from a condition or a tree of conditions."""
    if not isinstance(condition, dict):
        raise BadParameterError("invalid_parameter_value", "filter must be an object")
    if "filters" in condition:
        tests = [compile_filter(part, known) for part in condition["filters"]]
        join = any if str(condition.get("condition", "and")).lower() == "or" else all
        return lambda record: join(test(record) for test in tests)
    name, operator = condition.get("field"), condition.get("operator")
    check_fields([str(name)], known, "filter")
    compare = COMPARISONS.get(str(operator))
    if compare is None:
        raise BadParameterError("invalid_parameter_value", f"Unknown operator {operator!r} in filter")
    value = condition.get("value")
    return lambda record: compare(record[str(name)], value)


def sort_records(records: list[dict[str, Any]], sort: Any, sortable: Iterable[str]) -> list[dict[str, Any]]:
    """Sorted by every given field, the first one strongest; equal ones keep their order."""
    keys = sort if isinstance(sort, list) else [sort]
    check_fields([str(key.get("field")) for key in keys], sortable, "sort")
    ordered = list(records)
    for key in reversed(keys):
        name = str(key["field"])
        ordered.sort(
            key=lambda record: (record[name] is not None, record[name]),
            reverse=str(key.get("order", "asc")).lower() == "desc",
        )
    return ordered
