"""No client's letter may name another client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.unit.delivery.letters import letter
from voronka.delivery import assert_only, foreign_names
from voronka.domain.errors import DeliveryError
from voronka.domain.letters import InlineImage

NAME = "ООО «Рога & Копыта»"


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": f"Позиции {NAME}"},
        {"mail_text": f"Клиент: {NAME.upper()}"},
        {"mail_html": "<p>ООО «Рога &amp; Копыта»</p>"},
        {"page_html": "<td>ООО «Рога &amp; Копыта»</td>"},
        {"images": (InlineImage("a", b"", f"Доли {NAME}"),)},
    ],
)
def test_a_foreign_name_is_found_in_every_part(changed: dict[str, Any]) -> None:
    with pytest.raises(DeliveryError, match="Рога") as raised:
        assert_only(letter(**changed), ["Другой", NAME])
    assert "sever:topvisor:1" in str(raised.value)


def test_only_whole_words_count() -> None:
    own = letter(mail_text="Северсталь: okna.example")
    assert_only(own, ["Север", "kna.example", "  "])
    with pytest.raises(DeliveryError):
        assert_only(own, ["Северсталь"])
    with pytest.raises(DeliveryError):
        assert_only(own, ["okna.example"])


def test_a_tracked_phrase_may_hold_any_word_but_a_page_of_another_site_not() -> None:
    facts = {"sections": [{"keywords": [{"keyword": "купить окна ромашка"}]}]}
    assert_only(letter(facts=facts, mail_html="<td>купить окна ромашка</td>"), ["Ромашка"])
    with pytest.raises(DeliveryError):
        assert_only(
            letter(facts=facts, mail_html="<td>купить окна ромашка</td><td>romashka.example</td>"),
            ["romashka.example"],
        )


MARTS = """
create table marts.dim_clients (account_id text, client_id text, client_name text);
create table marts.dim_projects (account_id text, project_id text, client_id text, site text);
insert into marts.dim_clients values
    ('sever', 'c1', 'ООО «Окна Севера»'), ('sever', 'c2', 'Окна Севера'), ('sever', 'c3', 'Агентство'),
    ('sever', 'c4', 'Лес'), ('sever', 'c5', 'Рога и Копыта'), ('altai', 'c6', 'Алтайский мёд'), ('sever', 'c7', null);
insert into marts.dim_projects values
    ('sever', 'sever:topvisor:1', 'c1', 'okna.example'), ('sever', 'sever:topvisor:2', 'c5', 'roga.example'),
    ('sever', 'sever:topvisor:3', null, 'nobody.example');
insert into ops.accounts (account_id, name, time_zone, currency_code, country_code, work_start, work_end, work_weekdays,
    closing_grace_days, margin_share)
values ('sever', 'Агентство «Север»', 'Europe/Moscow', 'RUB', 'RU', '09:00', '18:00', '{1}', 3, 0.5);
grant usage on schema marts to voronka_app; grant select on all tables in schema marts to voronka_app;
"""


def test_all_clients_of_all_accounts_are_foreign_but_ones_own(warehouse: Warehouse) -> None:
    with warehouse.connect("owner") as owner:
        owner.execute(MARTS)  # type: ignore[arg-type]
    with warehouse.connect("app", autocommit=True) as app:
        others = ["roga.example", "Алтайский мёд", "Рога и Копыта"]
        assert foreign_names(app, letter(client_ids=("c1",))) == others
        # A project whose client is not known is a client's letter all the same.
        unknown = foreign_names(app, letter(client_ids=(), subject_id="sever:topvisor:3"))
        assert unknown == [
            "okna.example",
            "roga.example",
            "Алтайский мёд",
            "ООО «Окна Севера»",
            "Окна Севера",
            "Рога и Копыта",
        ]
        assert foreign_names(app, letter(client_ids=(), subject_id="sever")) == []
