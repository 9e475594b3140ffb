"""Writes CRM records straight into ``raw``, for shapes and times that no simulation makes on purpose."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

LOAD = UUID(int=1)
DAY_ZERO = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""09:00 in Moscow, a Monday."""


def stamp(moment: datetime) -> int:
    """Unix seconds."""
    return int(moment.timestamp())


@dataclass
class RawAccount:
    """One account's records, collected and then written.

    Attributes:
        stages: of each pipeline, (status id, name, type) in order; won and lost are added.
    """

    account_id: str
    stages: dict[int, list[tuple[int, str, int]]]
    time_zone: str = "Europe/Moscow"
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    events: int = 0

    def add(
        self,
        entity: str,
        payload: dict[str, Any],
        *,
        at: datetime = DAY_ZERO,
        source_id: str | None = None,
        deleted_at: datetime | None = None,
        kind: str | None = None,
    ) -> None:
        """A record of ``raw.amocrm_<entity>``; ``<entity>_history`` adds an earlier version."""
        deletion = (deleted_at, kind or ("bin" if deleted_at else None))
        self.rows.append((entity, source_id or str(payload["id"]), at, payload, *deletion))

    def lead(self, lead_id: int, status: int, *, pipeline: int = 1, **options: Any) -> None:
        """A lead as listed; ``at`` its last change, ``payload`` what differs."""
        payload = {
            "id": lead_id, "name": f"lead {lead_id}", "price": 1000, "pipeline_id": pipeline, "status_id": status,
            "responsible_user_id": 7, "created_at": stamp(DAY_ZERO), "updated_at": stamp(options.get("at", DAY_ZERO)),
            "closed_at": None, "custom_fields_values": None, "_embedded": {"tags": [], "companies": []},
            **options.pop("payload", {}),
        }  # fmt: skip
        self.add("leads", payload, **options)

    def event(
        self,
        lead_id: int,
        type_: str,
        at: datetime,
        before: Any = None,
        after: Any = None,
        *,
        event_id: str = "",
    ) -> None:
        """An event of a lead; ``before`` and ``after`` are the value elements."""
        self.events += 1
        payload = {
            "id": event_id or f"{self.events:026d}", "type": type_, "entity_id": lead_id, "entity_type": "lead",
            "created_by": 7, "created_at": stamp(at),
            "value_before": [before] if before else [], "value_after": [after] if after else [],
        }  # fmt: skip
        self.add("events", payload, at=at)

    def move(
        self, lead_id: int, at: datetime, before: tuple[int, int], after: tuple[int, int], event_id: str = ""
    ) -> None:
        """A stage change; stages are (pipeline, status)."""
        elements = [{"lead_status": {"pipeline_id": p, "id": s}} for p, s in (before, after)]
        self.event(lead_id, "lead_status_changed", at, *elements, event_id=event_id)

    def path(self, lead_id: int, statuses: list[int], **options: Any) -> None:
        """A lead that went through ``statuses`` of pipeline 1, one a day from :data:`DAY_ZERO`."""
        for number, (before, after) in enumerate(itertools.pairwise(statuses), start=1):
            self.move(lead_id, DAY_ZERO + timedelta(days=number), (1, before), (1, after))
        last = DAY_ZERO + timedelta(days=len(statuses) - 1)
        closed = {"closed_at": stamp(last)} if statuses[-1] in (142, 143) else {}
        self.lead(lead_id, statuses[-1], at=last, payload={**closed, **options})

    def write(self, connection: psycopg.Connection[Any]) -> None:
        """Put everything into ``raw`` and the account into ``ops``."""
        connection.execute(
            "insert into ops.accounts values (%s, %s, %s, 'RUB', 'RU', '09:00', '18:00', '{1,2,3,4,5}', 3, 0.5)",
            (self.account_id, self.account_id, self.time_zone),
        )
        for pipeline, stages in self.stages.items():
            listed = [*stages, (142, "won", 0), (143, "lost", 0)]
            statuses = [
                {"id": i, "name": n, "sort": 10 * (k + 1), "type": t, "pipeline_id": pipeline}
                for k, (i, n, t) in enumerate(listed)
            ]
            self.add(
                "pipelines",
                {
                    "id": pipeline,
                    "name": f"pipeline {pipeline}",
                    "sort": pipeline,
                    "_embedded": {"statuses": statuses},
                },
            )
        for entity, source_id, at, payload, deleted_at, kind in self.rows:
            if entity == "events":
                connection.execute("select ops.ensure_raw_partition('amocrm_events', %s)", (at.date(),))
            extra = (
                (", now(), %s" if entity.endswith("_history") else ""),
                ((LOAD,) if entity.endswith("_history") else ()),
            )
            connection.execute(
                f"insert into raw.amocrm_{entity} values (%s, %s, %s, %s, md5(%s), now(), %s, %s, %s{extra[0]})",
                (
                    self.account_id,
                    source_id,
                    at,
                    *2 * (json.dumps(payload),),
                    LOAD,
                    deleted_at,
                    kind,
                    *extra[1],
                ),
            )
