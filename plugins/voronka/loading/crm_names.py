"""What the CRM's raw records call things: custom fields, stages, tags, loss reasons."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

FIELDS = """
    select
        split_part(source_id, ':', 1), payload ->> 'id', payload ->> 'name', payload ->> 'code',
        deleted_at is null
    from raw.amocrm_custom_fields
    where account_id = %(account)s and split_part(source_id, ':', 1) in ('leads', 'companies')
"""
EARLIER = """
    select payload ->> 'id', payload ->> 'name' from raw.amocrm_custom_fields_history where account_id = %(account)s
"""
NAMES = {
    "stage": """
        select status ->> 'name', status ->> 'id'
        from raw.amocrm_pipelines, jsonb_array_elements(payload #> '{_embedded,statuses}') as status
        where account_id = %(account)s and deleted_at is null
    """,
    "tag": """
        select payload ->> 'name', payload ->> 'id' from raw.amocrm_tags
        where account_id = %(account)s and source_id like 'leads:%%' and deleted_at is null
    """,
    "loss_reason": """
        select payload ->> 'name', payload ->> 'id' from raw.amocrm_loss_reasons
        where account_id = %(account)s and deleted_at is null
    """,
}


@dataclass(frozen=True, slots=True)
class CrmField:
    """A custom field of ``leads`` or ``companies``.

    Attributes:
        is_listed: whether the CRM still defines it.
        earlier_names: what it was called before.
    """

    entity_type: str
    field_id: str
    name: str
    code: str | None
    is_listed: bool
    earlier_names: frozenset[str]

    def is_called(self, text: str) -> bool:
        """Whether id, name or code is this text, whatever its case."""
        return folded(text) in {folded(name) for name in (self.field_id, self.name, self.code) if name}


def folded(text: str) -> str:
    """As names are compared."""
    return text.strip().lower()


def custom_fields(connection: psycopg.Connection[TupleRow], account_id: str) -> list[CrmField]:
    """The fields of leads and companies as last loaded, by name; those that are gone too."""
    earlier: dict[str, set[str]] = {}
    for field_id, name in connection.execute(EARLIER, {"account": account_id}):
        earlier.setdefault(field_id, set()).add(folded(name or ""))
    found = [
        CrmField(entity, field_id, name or "", code, listed, frozenset(earlier.get(field_id, ())))
        for entity, field_id, name, code, listed in connection.execute(FIELDS, {"account": account_id})
    ]
    return sorted(found, key=lambda field: (field.entity_type, field.name, field.field_id))


def known_names(connection: psycopg.Connection[TupleRow], account_id: str, kind: str) -> dict[str, str]:
    """Names that the CRM lists of a kind (``stage``, ``tag``, ``loss_reason``), by themselves and by id, folded."""
    names: dict[str, str] = {}
    for name, source_id in connection.execute(NAMES[kind], {"account": account_id}):
        names |= {folded(name or ""): name, source_id: name}
    return names
