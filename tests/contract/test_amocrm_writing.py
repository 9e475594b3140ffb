"""Changes in the CRM against the sandbox and a real journal: each is made once, whatever is lost or killed when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest
import requests

from tests.contract.cases import Case, Make
from tests.support.postgres import Warehouse
from tests.support.sandbox import SandboxProcess
from voronka.connectors.crm.amocrm import AmoCrmConnector
from voronka.connectors.crm.amocrm.writing import Action, Outcome, Writer, batches
from voronka.domain.errors import ConfigurationError, NotAuthorised, SourceUnavailable
from voronka.loading.action_journal import ActionJournal
from voronka.operations.crm_writing import carry_out

TILL = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def connector(amocrm: Case, make: Make, sandbox: SandboxProcess) -> Iterator[AmoCrmConnector]:
    made = make(amocrm)
    assert isinstance(made, AmoCrmConnector)
    yield made
    requests.delete(f"{sandbox.url}/sandbox/writes", timeout=10)


@pytest.fixture
def journal(warehouse: Warehouse) -> Iterator[ActionJournal]:
    with warehouse.connect("app", autocommit=True) as connection:
        yield ActionJournal(connection, "sever", "amocrm")


class Crm:
    """What the CRM shows now."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._base = f"{sandbox.url}/amocrm/sever/api/v4"

    def get(self, path: str) -> Any:
        answer = requests.get(
            f"{self._base}/{path}", headers={"Authorization": "Bearer long-sever"}, timeout=10
        )
        return answer.json() if answer.content else None

    def leads(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("leads?limit=250&order[id]=asc")["_embedded"]["leads"]
        return found

    def notes(self, lead: str) -> list[str]:
        found = self.get(f"leads/{lead}/notes?limit=250")
        return [n["params"].get("text") for n in found["_embedded"]["notes"]] if found else []

    def tasks(self, lead: str) -> list[dict[str, Any]]:
        found = self.get(f"tasks?limit=250&filter[entity_type]=leads&filter[entity_id]={lead}")
        return list(found["_embedded"]["tasks"]) if found else []


@pytest.fixture
def crm(sandbox: SandboxProcess, connector: AmoCrmConnector) -> Crm:
    return Crm(sandbox)


def note(key: str, lead: object, text: str) -> Action:
    return Action(key, "note", "a test", "leads", str(lead), {"text": text})


def task(key: str, lead: object, text: str = "Перезвонить") -> Action:
    return Action(key, "task", "a test", "leads", str(lead), {"text": text, "complete_till": TILL})


def test_every_kind_of_change(connector: AmoCrmConnector, journal: ActionJournal, crm: Crm) -> None:
    lead = next(lead for lead in crm.leads() if lead["custom_fields_values"])
    number = str(lead["id"])
    colleague = next(
        u["id"] for u in crm.get("users")["_embedded"]["users"] if u["id"] != lead["responsible_user_id"]
    )
    field = next(f for f in lead["custom_fields_values"] if f["field_type"] == "text" or f["values"])
    stage = {"pipeline_id": lead["pipeline_id"], "status_id": 142}
    contact = next(c for c in crm.get("contacts")["_embedded"]["contacts"] if c["custom_fields_values"])
    phone = contact["custom_fields_values"][0]["values"][0]["value"]
    call = {"direction": "inbound", "duration": 31, "source": "voronka", "phone": phone}
    actions = [
        Action("a", "responsible", "busy", "leads", number, {"user_id": colleague}),
        Action("b", "stage", "paid", "leads", number, stage),
        Action("c", "tags", "found", "leads", number, {"add": ["возврат"]}),
        Action("d", "fields", "told", "leads", number, {str(field["field_id"]): ["новое"]}),
        task("e", number),
        note("f", number, "Звонил трижды"),
        Action("g", "call", "a call of the exchange", values=call),
        Action("h", "call", "a stranger", values=call | {"phone": "+70000000000"}),
    ]
    standing = carry_out(connector.writer, journal, actions)
    assert standing == dict.fromkeys("abcdefg", "done") | {"h": "failed"}
    now = crm.get(f"leads/{number}")
    assert (now["responsible_user_id"], now["status_id"]) == (colleague, 142)
    assert "возврат" in [tag["name"] for tag in now["_embedded"]["tags"]]
    values = {f["field_id"]: f["values"] for f in now["custom_fields_values"]}
    assert values[field["field_id"]] == [{"value": "новое"}]
    assert [t["complete_till"] for t in crm.tasks(number)].count(int(TILL.timestamp())) == 1
    assert crm.notes(number).count("Звонил трижды") == 1
    carry_out(connector.writer, journal, actions[:7])
    assert crm.notes(number).count("Звонил трижды") == 1, "the same keys again change nothing"
    with pytest.raises(ConfigurationError, match="other contents"):
        carry_out(connector.writer, journal, [note("f", number, "иное")])


def test_dry_run_sends_nothing_and_is_carried_out_later(
    connector: AmoCrmConnector, journal: ActionJournal, crm: Crm, warehouse: Warehouse
) -> None:
    lead = str(crm.leads()[0]["id"])
    action = note("dry", lead, "Проба")
    assert carry_out(connector.writer, journal, [action], dry_run=True) == {"dry": "planned"}
    assert "Проба" not in crm.notes(lead)
    query = "select dry_run, status, reason, request ->> 'id' from ops.crm_actions"
    assert warehouse.rows(query) == [(True, "planned", "a test", lead)]
    assert carry_out(connector.writer, journal, [action]) == {"dry": "done"}
    assert carry_out(connector.writer, journal, [action], dry_run=True) == {"dry": "done"}
    assert crm.notes(lead).count("Проба") == 1
    assert warehouse.rows(query) == [(False, "done", "a test", lead)]


def test_one_refused_change_does_not_stop_the_others(
    connector: AmoCrmConnector, journal: ActionJournal, crm: Crm, warehouse: Warehouse
) -> None:
    first, second = (str(lead["id"]) for lead in crm.leads()[:2])
    user = crm.get("users")["_embedded"]["users"][0]["id"]
    actions = [
        Action("one", "responsible", "r", "leads", first, {"user_id": user}),
        Action("bad", "responsible", "r", "leads", second, {"user_id": 1}),
        Action("none", "responsible", "r", "leads", "99999999", {"user_id": user}),
    ]
    standing = carry_out(connector.writer, journal, actions)
    assert standing == {"one": "done", "bad": "failed", "none": "failed"}
    (error,) = warehouse.rows("select error from ops.crm_actions where action_key = 'bad'")[0]
    assert "responsible_user_id" in error


class Killed(Exception):
    """Stands for signal 9."""


@pytest.mark.parametrize("carried_out", [True, False])
def test_killed_between_sending_and_recording(
    connector: AmoCrmConnector, journal: ActionJournal, crm: Crm, warehouse: Warehouse, carried_out: bool
) -> None:
    lead, other = (str(lead["id"]) for lead in crm.leads()[:2])
    user = crm.get("users")["_embedded"]["users"][0]["id"]
    # Two alike: one note must not pass for both.
    actions = [
        note("x", lead, "Отправлено"), note("y", lead, "Отправлено"), task("z", lead, "Однажды"),
        Action("w", "responsible", "r", "leads", other, {"user_id": user}),
    ]  # fmt: skip

    class Dying(Writer):
        def send(self, batch: Any) -> NoReturn:
            if carried_out:
                super().send(batch)
            raise Killed

    dying = Dying(connector._client, "sever", "amocrm")
    for batch in batches(actions):
        with pytest.raises(Killed):
            carry_out(dying, journal, batch)
    assert set(carry_out(connector.writer, journal, actions).values()) == {"done"}
    assert crm.notes(lead).count("Отправлено") == 2
    assert warehouse.rows("select count(distinct made_id) from ops.crm_actions") == [(3,)]
    assert [t["text"] for t in crm.tasks(lead)].count("Однажды") == 1
    assert crm.get(f"leads/{other}")["responsible_user_id"] == user


def test_lost_answer_is_not_sent_again_but_looked_up(
    connector: AmoCrmConnector, journal: ActionJournal, crm: Crm, sandbox: SandboxProcess
) -> None:
    lead = str(crm.leads()[0]["id"])
    action = note("lost", lead, "Ответ пропал")
    sandbox.fault("cut", provider="amocrm", account="sever", count=1)
    with pytest.raises(SourceUnavailable):
        carry_out(connector.writer, journal, [action])
    assert crm.notes(lead).count("Ответ пропал") == 1
    assert carry_out(connector.writer, journal, [action]) == {"lost": "done"}
    assert crm.notes(lead).count("Ответ пропал") == 1


def test_limit_is_waited_for_and_refusal_is_told(
    connector: AmoCrmConnector, journal: ActionJournal, crm: Crm, sandbox: SandboxProcess
) -> None:
    lead = str(crm.leads()[0]["id"])
    sandbox.fault("429", provider="amocrm", account="sever", count=2)
    assert carry_out(connector.writer, journal, [note("slow", lead, "После предела")]) == {"slow": "done"}
    assert crm.notes(lead).count("После предела") == 1
    sandbox.tokens("sever", revoke="long")
    try:
        with pytest.raises(NotAuthorised):
            carry_out(connector.writer, journal, [note("late", lead, "Без прав")])
    finally:
        sandbox.reset_tokens("sever")
    assert carry_out(connector.writer, journal, [note("late", lead, "Без прав")]) == {"late": "done"}
    assert crm.notes(lead).count("Без прав") == 1


def test_what_somebody_changed_since_is_left_alone(
    connector: AmoCrmConnector, journal: ActionJournal, crm: Crm
) -> None:
    lead = crm.leads()[0]
    users = [u["id"] for u in crm.get("users")["_embedded"]["users"]]
    action = Action("mine", "responsible", "r", "leads", str(lead["id"]), {"user_id": users[0]})
    theirs = replace(action, key="theirs", values={"user_id": users[1]})
    carry_out(connector.writer, journal, [theirs])
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    found = connector.writer.find(action, hour_ago)
    assert found is not None
    assert found.status == "uncertain"
    assert connector.writer.find(theirs, hour_ago) == Outcome("done")
    assert connector.writer.find(action, datetime.now(UTC) + timedelta(hours=1)) is None


def test_batches_keep_the_order_of_a_record_and_the_size() -> None:
    many = [note(str(i), i, "x") for i in range(120)]
    assert [len(batch) for batch in batches(many)] == [50, 50, 20]
    steps = [
        Action("1", "responsible", "r", "leads", "7", {"user_id": 1}),
        Action("2", "responsible", "r", "leads", "7", {"user_id": 2}),
        Action("3", "responsible", "r", "leads", "8", {"user_id": 2}),
    ]
    assert [[a.key for a in batch] for batch in batches(steps)] == [["1", "3"], ["2"]]
