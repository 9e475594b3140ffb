"""The mail itself: its parts, its headers, and that nobody writes into them."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from tests.unit.delivery.letters import PNG, letter
from voronka.delivery.mime import compose
from voronka.domain.errors import ConfigurationError

SENDER = "Агентство «Север» <reports@sever.example>"


def _sent(**changed: object) -> EmailMessage:
    raw = compose(letter(**changed), "boss@client.example", SENDER, "d1").as_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_text_comes_first_and_pictures_lie_in_the_html_part() -> None:
    message = _sent()
    assert message.get_content_type() == "multipart/alternative"
    text, related = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().replace("\r\n", "\n") == letter().mail_text
    assert related.get_content_type() == "multipart/related"
    html, image = related.iter_parts()
    assert html.get_content().strip() == letter().mail_html
    assert image["Content-ID"] == "<tops-0>"
    assert image.get_content() == PNG
    assert image.get_content_disposition() == "inline"


def test_headers_say_what_the_mail_is() -> None:
    message = _sent()
    assert message["Message-ID"] == "<d1@sever.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"].startswith(
        "<mailto:reports@sever.example?subject=unsubscribe%20positions"
    )
    assert message["Subject"] == letter().subject
    assert message["From"].addresses[0].display_name == "Агентство «Север»"
    assert message["Date"].datetime.tzinfo is not None


def test_a_subject_cannot_add_headers() -> None:
    message = _sent(subject="Позиции\r\nBcc: thief@evil.example\u2028X: y")
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == "Позиции Bcc: thief@evil.example X: y"


@pytest.mark.parametrize(
    "recipient",
    ["a@b.example\r\nBcc: thief@evil.example", "a@b.example, c@d.example", "nobody", "a@почта.example", ""],
)
def test_what_is_no_single_address_is_refused(recipient: str) -> None:
    with pytest.raises(ConfigurationError, match="not an e-mail address"):
        compose(letter(), recipient, SENDER, "d1")


def test_no_line_is_longer_than_mail_allows() -> None:
    raw = compose(letter(mail_html="<p>" + "слово " * 5000 + "</p>"), "a@b.example", SENDER, "d1").as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
