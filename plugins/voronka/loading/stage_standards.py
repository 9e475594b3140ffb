"""Refuses settings that name a pipeline, stage or custom field the CRM does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from voronka.config import Account, Settings
from voronka.domain.errors import ConfigurationError

STAGES = """
    select p.payload ->> 'name', p.payload ->> 'id', s ->> 'name', s ->> 'id'
    from raw.amocrm_pipelines as p, jsonb_path_query(p.payload, '$._embedded.statuses[*]') as s
    where p.account_id = %s and p.deleted_at is null
    order by (p.payload ->> 'sort')::int, (s ->> 'sort')::int
"""
FIELDS = """
    select payload ->> 'name', payload ->> 'id', payload ->> 'code' from raw.amocrm_custom_fields
    where account_id = %s and deleted_at is null and source_id like 'leads:%%' order by 1
"""
ACCEPTED = """
    select pipeline, stage, field from ops.account_stage_standards where account_id = %s
    union select '', stage, '' from ops.account_milestones where account_id = %s
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What an account's CRM has: stages as (pipeline, its id, stage, its id), fields as (name, id, code)."""

    stages: list[TupleRow]
    fields: list[TupleRow]

    def mistakes(self, pipeline: str, stage: str, field: str) -> Iterator[str]:
        """What of a demand the CRM does not have, with what it has in its place. An empty pipeline is any."""
        inside = [row for row in self.stages if not pipeline or _word(pipeline) in _words(row[:2])]
        if not inside:
            yield f"there is no pipeline {pipeline!r}; there are: {_list(row[0] for row in self.stages)}"
        elif not any(_word(stage) in _words(row[2:]) for row in inside):
            where = f" in {pipeline!r}" if pipeline else ""
            yield f"there is no stage {stage!r}{where}; there are: {_list(row[2] for row in inside)}"
        if field and not any(_word(field) in _words(row) for row in self.fields):
            yield f"leads have no field {field!r}; there are: {_list(row[0] for row in self.fields)}"


def check_stages(connection: psycopg.Connection[TupleRow], settings: Settings) -> None:
    """Compare the stages and fields that each account's ``stage_standards`` and milestones name with its CRM.

    What was accepted before is not refused when the CRM renames a stage later: it stops to match, which a warning of
    the build tells. An account whose pipelines were not loaded yet is not checked.

    Raises:
        ConfigurationError: a name is unknown; tells every mistake of every account, and the names there are.
    """
    mistakes = [mistake for account in settings.accounts for mistake in _mistakes(connection, account)]
    if mistakes:
        raise ConfigurationError(
            "accounts.yml names what the CRM does not have: " + "; ".join(mistakes) + ".",
            remedy="Correct the names in stage_standards and people.milestones; ids are taken as well, and outlive a renaming.",
        )


def _mistakes(connection: psycopg.Connection[TupleRow], account: Account) -> Iterator[str]:
    demands = dict.fromkeys(_demands(account))
    if not demands:
        return
    accepted = set(connection.execute(ACCEPTED, (account.id, account.id)).fetchall())
    known = _Known(
        connection.execute(STAGES, (account.id,)).fetchall(),
        connection.execute(FIELDS, (account.id,)).fetchall(),
    )
    if known.stages:
        told = (
            mistake for demand in demands if demand not in accepted for mistake in known.mistakes(*demand)
        )
        yield from (f"{account.id}: {mistake}" for mistake in dict.fromkeys(told))


def _demands(account: Account) -> Iterator[tuple[str, str, str]]:
    for standard in account.stage_standards:
        for field in standard.required_fields or ("",):
            yield standard.pipeline, standard.stage, field
    for stage in account.people.milestones.model_dump(exclude_none=True).values():
        yield "", stage, ""


def _word(text: str) -> str:
    return text.strip().lower()


def _words(names: Iterable[str | None]) -> set[str]:
    return {_word(name) for name in names if name}


def _list(names: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name)) or "none"
