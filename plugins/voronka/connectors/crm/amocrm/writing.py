"""Changes amoCRM: responsible user, stage, field values, tags; new tasks, notes and calls.

A request that changes something is sent once: when its answer is lost, nobody knows whether it was carried out. So
:meth:`Writer.find` reads back what an action would have left behind. Whoever keeps the journal asks it first, and
sends again only what has left nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from voronka.connectors.crm.amocrm.client import AmoCrmClient, Query
from voronka.connectors.crm.amocrm.judge import ItemsRefused
from voronka.connectors.crm.amocrm.listings import PARENTS, Listing
from voronka.connectors.http import Where

Kind = Literal["responsible", "stage", "fields", "tags", "task", "note", "call"]
Status = Literal["done", "failed", "uncertain"]

MOST_PER_REQUEST = 50
"""amoCRM takes 250 and advises 50."""
CLOCKS_APART = timedelta(minutes=2)
"""How far amoCRM's clock may be from ours when what was made "since then" is looked for."""


@dataclass(frozen=True, slots=True)
class Action:
    """One change of one record.

    Attributes:
        key: names it for good: the same key is never carried out twice.
        entity, source_id: the record: leads, contacts, companies or customers; empty for a call, whose record amoCRM
            finds by the telephone number.
        values: by kind: responsible ``user_id``; stage ``pipeline_id, status_id`` (leads); fields ``{field_id:
            [value, …]}`` as amoCRM writes values; tags ``add``; task ``text, complete_till`` (aware) and perhaps
            ``task_type_id, responsible_user_id``; note ``text``; call ``direction, duration, source, phone`` and what
            else amoCRM documents.
        reason: why, for people.
    """

    key: str
    kind: Kind
    reason: str
    entity: str = ""
    source_id: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action; ``made_id`` names the task, note or call that it made."""

    status: Status
    made_id: str | None = None
    error: str | None = None


def body_of(action: Action) -> dict[str, Any]:
    """The action as amoCRM takes it in a batch."""
    values = dict(action.values)
    if action.kind == "task":
        till: datetime = values.pop("complete_till")
        about = {"entity_type": action.entity, "entity_id": int(action.source_id)}
        return {**about, **values, "complete_till": int(till.timestamp())}
    if action.kind == "note":
        return {"entity_id": int(action.source_id), "note_type": "common", "params": {"text": values["text"]}}
    if action.kind == "call":
        return {**values, "uniq": values.get("uniq") or sha256(action.key.encode()).hexdigest()[:32]}
    return {"id": int(action.source_id), **_change(action.kind, values)}


def _change(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "responsible":
        return {"responsible_user_id": values["user_id"]}
    if kind == "stage":
        return {"pipeline_id": values["pipeline_id"], "status_id": values["status_id"]}
    if kind == "tags":
        return {"tags_to_add": [{"name": name} for name in values["add"]]}
    fields = [{"field_id": int(i), "values": [{"value": v} for v in given]} for i, given in values.items()]
    return {"custom_fields_values": fields}


def _path(action: Action) -> tuple[str, str, str]:
    """(method, path, key under ``_embedded``) of the request that carries it out."""
    if action.kind == "task":
        return "POST", "/tasks", "tasks"
    if action.kind == "call":
        return "POST", "/calls", "calls"
    if action.kind == "note":
        return "POST", f"/{action.entity}/notes", "notes"
    return "PATCH", f"/{action.entity}", action.entity


def batches(actions: Sequence[Action]) -> Iterator[list[Action]]:
    """Actions of one address together, at most 50, none of them about a record that another of them changes."""
    waiting = list(actions)
    while waiting:
        first = _path(waiting[0])
        batch: list[Action] = []
        records: set[str] = set()
        rest: list[Action] = []
        for action in waiting:
            changed = action.source_id if first[0] == "PATCH" else action.key
            # What waits already about a record keeps its order.
            blocked = any(a.source_id == action.source_id and a.entity == action.entity for a in rest)
            if (
                _path(action) == first
                and len(batch) < MOST_PER_REQUEST
                and changed not in records
                and not blocked
            ):
                batch.append(action)
                records.add(changed)
            else:
                rest.append(action)
        yield batch
        waiting = rest


class Writer:
    """Carries out actions in one account; needs a token whose user may change these records."""

    def __init__(self, client: AmoCrmClient, account_id: str, provider: str) -> None:
        self._client = client
        self.account_id = account_id
        self.provider = provider

    def send(self, batch: Sequence[Action]) -> dict[str, Outcome]:
        """What came of each action of one of the :func:`batches`, by key.

        Raises:
            SourceError: no answer says what was carried out; ask :meth:`find` later.
        """
        method, path, embedded = _path(batch[0])
        where = Where(self.account_id, self.provider, f"changing {path}")
        bodies = [body_of(action) | {"request_id": str(i)} for i, action in enumerate(batch)]
        try:
            answer = self._client.write(method, path, bodies, where).json()
        except ItemsRefused as refusal:
            return self._without_refused(batch, refusal.reasons, datetime.now(UTC))
        made = _made(answer, embedded)
        return {action.key: _outcome(action, i, made) for i, action in enumerate(batch)}

    def _without_refused(
        self, batch: Sequence[Action], reasons: Mapping[str, str], now: datetime
    ) -> dict[str, Outcome]:
        """Send the sound ones of a batch with bad ones; whether they were carried out already is not documented."""
        outcomes: dict[str, Outcome] = {}
        again: list[Action] = []
        for i, action in enumerate(batch):
            if str(i) in reasons:
                outcomes[action.key] = Outcome("failed", error=reasons[str(i)])
            elif found := self.find(action, now):
                outcomes[action.key] = found
            else:
                again.append(action)
        if len(again) == len(batch):
            raise ValueError(f"amoCRM refused numbers that were not sent: {', '.join(reasons)}.")
        return outcomes | (self.send(again) if again else {})

    def find(self, action: Action, sent_at: datetime, claimed: Collection[str] = ()) -> Outcome | None:
        """What an action that was sent and never answered has left behind.

        Args:
            claimed: ids that other actions are known to have made.

        Returns:
            None when it left nothing, so that it may be sent again; ``uncertain`` when somebody changed the record
            since, so that sending it again could undo what they did.
        """
        since = int((sent_at - CLOCKS_APART).timestamp())
        if action.kind in ("task", "note", "call"):
            wanted = body_of(action)
            for listing, query in _searches(action, since):
                for row in self._rows(listing, query):
                    made_id = str(row.get("id"))
                    new = isinstance(row.get("created_at"), int) and row["created_at"] >= since
                    if made_id not in claimed and new and _is_made_of(action, wanted, row):
                        return Outcome("done", made_id)
            return None
        record = self._record(action)
        if record is None:
            return Outcome("failed", error="the record is not there any more.")
        if _has(action, record):
            return Outcome("done")
        updated = record.get("updated_at")
        if isinstance(updated, int) and updated > int(sent_at.timestamp()):
            return Outcome(
                "uncertain", error="the record was changed by somebody since; look at it in amoCRM."
            )
        return None

    def _record(self, action: Action) -> dict[str, Any] | None:
        where = Where(self.account_id, self.provider, f"{action.entity} {action.source_id}")
        reply = self._client.get(f"/{action.entity}/{action.source_id}", (), where)
        return reply.json() if reply.content else None

    def _rows(self, listing: Listing, query: Query) -> Iterator[dict[str, Any]]:
        where = Where(self.account_id, self.provider, listing.path)
        number = 1
        while True:
            raw = self._client.page(listing, query, number, where)
            yield from (row for row in raw.rows if isinstance(row, dict))
            if not raw.has_next:
                return
            number += 1


def _searches(action: Action, since: int) -> Iterator[tuple[Listing, Query]]:
    if action.kind == "task":
        about = (("filter[entity_type]", action.entity), ("filter[entity_id]", action.source_id))
        yield Listing("/tasks", "tasks"), about
    elif action.kind == "note":
        yield Listing(f"/{action.entity}/{action.source_id}/notes", "notes"), ()
    else:
        for parent in PARENTS:
            listing = Listing(f"/{parent}/notes", "notes")
            yield listing, (("filter[updated_at][from]", str(since)),)


def _is_made_of(action: Action, wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    if action.kind == "task":
        return all(row.get(name) == value for name, value in wanted.items())
    params = row.get("params")
    params = params if isinstance(params, dict) else {}
    if action.kind == "call":
        return bool(params.get("uniq") == wanted["uniq"])
    return bool(row.get("note_type") == "common" and params.get("text") == wanted["params"]["text"])


def _has(action: Action, record: Mapping[str, Any]) -> bool:
    """Whether a record already is as the action wants it."""
    wanted = body_of(action)
    if action.kind == "tags":
        tags = (record.get("_embedded") or {}).get("tags") or []
        return {t["name"] for t in wanted["tags_to_add"]} <= {t.get("name") for t in tags}
    if action.kind == "fields":
        found = {f["field_id"]: f["values"] for f in record.get("custom_fields_values") or []}
        return all(
            [v["value"] for v in f["values"]] == [v.get("value") for v in found.get(f["field_id"], [])]
            for f in wanted["custom_fields_values"]
        )
    return all(record.get(name) == value for name, value in wanted.items())


def _made(answer: Any, key: str) -> dict[str, dict[str, Any]]:
    """What an answer says was carried out, by our number of it and by id."""
    embedded = answer.get("_embedded") if isinstance(answer, dict) else None
    rows = embedded.get(key) if isinstance(embedded, dict) else None
    found: dict[str, dict[str, Any]] = {}
    for row in rows if isinstance(rows, list) else []:
        if row.get("request_id") is not None:
            found[f"request {row['request_id']}"] = row
        found[f"id {row.get('id')}"] = row
    return found


def _outcome(action: Action, number: int, made: Mapping[str, dict[str, Any]]) -> Outcome:
    creates = action.kind in ("task", "note", "call")
    row = made.get(f"request {number}") or (None if creates else made.get(f"id {action.source_id}"))
    if row is not None:
        return Outcome("done", str(row.get("id")) if creates else None)
    if action.kind == "call":
        return Outcome("failed", error="amoCRM knows nobody with this number; the call was not stored.")
    return Outcome("uncertain", error="the answer does not mention it.")
