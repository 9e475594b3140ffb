"""No client's letter may name another client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.delivery.letters import letter
from voronka.delivery import assert_only
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
