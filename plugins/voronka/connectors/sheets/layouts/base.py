"""What a layout is: a pydantic model of a row whose fields say which headers they go by, and how the row is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from voronka.connectors.sheets.layouts.values import currency_of, optional, squeezed

LONGEST_KEY_VALUE = 120
"""Characters of a value that are part of a row's name: the key of a table has to hold several such values."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout.

    Attributes:
        headers: what it may be called, lower case; the first is written into Russian templates.
        english: what it is called in English templates, one more accepted header.
        about_ru, about_en: what goes in, for the template.
        example: a cell as one would write it.
    """

    headers: tuple[str, ...]
    english: str
    about_ru: str
    about_en: str
    example: str

    def answers_to(self, header: str) -> bool:
        """Whether a header, squeezed and lower case, means this column."""
        return header in self.headers or header == self.english


Currency = Annotated[
    str | None,
    optional(currency_of),
    Column(
        ("валюта",),
        "currency",
        "Код валюты; пусто — валюта агентства",
        "Currency; blank is the agency's",
        "RUB",
    ),
]
"""An amount's currency, where it is not the account's."""


class Row(BaseModel):
    """A row of a sheet. Fields without a default are columns that the sheet must have."""

    model_config = ConfigDict(frozen=True)

    key: ClassVar[tuple[str, ...]]
    """The fields that name a row; two rows of the same key are a mistake."""

    def source_id(self) -> str:
        """The row's name: the values of its key, in lower case but where it is a single one."""
        return key_text([getattr(self, name) for name in self.key])

    def payload(self) -> dict[str, Any]:
        """The values as JSON has them: decimals as text, days as ISO 8601."""
        return self.model_dump(mode="json")

    @classmethod
    def is_blank(cls, cells: Mapping[str, Any]) -> bool:
        """Whether the row says nothing."""
        return all(squeezed(cell) is None for cell in cells.values())


class PeriodRow(Row):
    """A row about a period, which a payload tells as ``period_type`` and ``period_start``."""

    period: tuple[str, date]

    def payload(self) -> dict[str, Any]:
        """With the period as its kind and first day."""
        kind, start = self.period
        values = super().payload()
        del values["period"]
        return {"period_type": kind, "period_start": start.isoformat(), **values}


def key_text(values: list[Any]) -> str:
    """The values of a key as one text; a long value is cut, with a digest of it in the place of its end."""
    if len(values) == 1:
        return _brief(str(values[0]))
    return "|".join(
        "" if v is None else ":".join(map(str, v)) if isinstance(v, tuple) else _brief(str(v).lower())
        for v in values
    )


def _brief(text: str) -> str:
    if len(text) <= LONGEST_KEY_VALUE:
        return text
    return f"{text[: LONGEST_KEY_VALUE - 33]}~{blake2b(text.encode(), digest_size=16).hexdigest()}"


@dataclass(frozen=True)
class Layout:
    """A sheet people fill.

    Attributes:
        name: the entity, as in ``raw.sheets_<name>``.
        title: the tab's usual name in Russian.
        about_ru, about_en: what the sheet is for.
        unpivots: whether a wide form, months as headers, is accepted and taken apart.
    """

    name: str
    title: str
    row: type[Row]
    about_ru: str
    about_en: str
    unpivots: bool = False

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns by field, in order."""
        return {
            name: next(extra for extra in field.metadata if isinstance(extra, Column))
            for name, field in self.row.model_fields.items()
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields whose columns must be there."""
        return tuple(name for name, field in self.row.model_fields.items() if field.is_required())

    @cached_property
    def _key_parsers(self) -> dict[str, TypeAdapter[Any]]:
        fields = self.row.model_fields
        return {name: TypeAdapter(_annotated(fields[name])) for name in self.row.key}

    def readable_key(self, cells: Mapping[str, Any]) -> str | None:
        """The name of a row whose other cells may be wrong; None when its key cannot be read."""
        values = []
        try:
            for name, parser in self._key_parsers.items():
                field = self.row.model_fields[name]
                blank = squeezed(cells.get(name)) is None and not field.is_required()
                values.append(field.default if blank else parser.validate_python(cells.get(name)))
        except ValidationError:
            return None
        return key_text(values)


def _annotated(field: Any) -> Any:
    return Annotated[(field.annotation, *field.metadata)]
