"""The mail catcher and its page."""

from __future__ import annotations

import base64
import smtplib
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from sandbox.tests.serving import Live, live

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def _letter(subject: str = "Позиции за октябрь", html: str | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Воронка <reports@voronka.example>"
    message["To"] = "client@stroy-dom.example"
    message["Subject"] = subject
    message["X-Report"] = "positions"
    message.set_content("Видимость выросла\n")
    if html:
        message.add_alternative(html, subtype="html")
        *_, html_part = message.iter_parts()
        assert isinstance(html_part, EmailMessage)
        html_part.add_related(PIXEL, "image", "png", cid="<chart>")
    return message


def _send(server: Live, *letters: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", server.ready.smtp_port) as smtp:
        for letter in letters:
            smtp.send_message(letter)


def test_a_letter_is_listed_and_read(api: Live) -> None:
    letter = _letter(html='<p>Рост <img src="cid:chart"></p>')
    letter.add_attachment(b"a;b\n", maintype="text", subtype="csv", filename="позиции.csv")
    _send(api, letter)
    (row,) = api.http.get(f"{api.url}/mailbox/api/messages").json()
    assert row["from"] == "reports@voronka.example"
    assert row["to"] == ["client@stroy-dom.example"]
    assert row["subject"] == "Позиции за октябрь"
    assert row["headers"]["X-Report"] == "positions"
    assert row["has_html"] is True
    assert row["attachments"] == [{"filename": "позиции.csv", "content_type": "text/csv", "size": 4}]
    whole = api.http.get(f"{api.url}/mailbox/api/messages/{row['id']}").json()
    assert whole["text"] == "Видимость выросла\n"
    assert f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}" in whole["html"]
    raw = api.http.get(f"{api.url}/mailbox/messages/{row['id']}/raw")
    assert raw.headers["content-type"] == "message/rfc822"
    assert b"X-Report: positions" in raw.content


def test_the_pages_escape_everything_and_let_nothing_run(api: Live) -> None:
    _send(api, _letter("<script>alert(1)</script>", html="<script>alert(2)</script><p>hello</p>"))
    index = api.http.get(f"{api.url}/mailbox/")
    assert "<script" not in index.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index.text
    (row,) = api.http.get(f"{api.url}/mailbox/api/messages").json()
    page = api.http.get(f"{api.url}/mailbox/messages/{row['id']}")
    assert "<script" not in page.text
    assert "<iframe sandbox src=" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    inner = api.http.get(f"{api.url}/mailbox/messages/{row['id']}/html")
    assert inner.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_newest_letters_stand_first_and_can_be_deleted(api: Live) -> None:
    _send(api, _letter("first"), _letter("second"))
    rows = api.http.get(f"{api.url}/mailbox/api/messages").json()
    assert [row["subject"] for row in rows] == ["second", "first"]
    text = api.http.get(f"{api.url}/mailbox/").text
    assert text.index("second") < text.index("first")
    one = f"{api.url}/mailbox/api/messages/{rows[0]['id']}"
    assert api.http.delete(one).status_code == 204
    assert api.http.delete(one).status_code == 404
    assert api.http.get(one).status_code == 404
    assert api.http.delete(f"{api.url}/mailbox/api/messages").status_code == 204
    assert api.http.get(f"{api.url}/mailbox/api/messages").json() == []
    assert "Nothing has arrived yet" in api.http.get(f"{api.url}/").text


@pytest.mark.parametrize(("reject", "code"), [("4xx", 451), ("5xx", 550)])
def test_recipients_can_be_refused(api: Live, reject: str, code: int) -> None:
    api.control("POST", "mail", {"reject": reject, "recipients": ["client@stroy-dom.example"]})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        _send(api, _letter())
    assert refused.value.recipients["client@stroy-dom.example"][0] == code
    other = _letter()
    other.replace_header("To", "boss@stroy-dom.example")
    _send(api, other)
    assert [letter.recipients for letter in api.mails.newest_first()] == [("boss@stroy-dom.example",)]


def test_the_server_can_be_slow(api: Live) -> None:
    api.control("POST", "mail", {"delay_seconds": 0.5})
    started = time.monotonic()
    _send(api, _letter())
    assert time.monotonic() - started >= 0.5


def test_letters_outlive_a_restart(tmp_path: Path) -> None:
    with live(state=tmp_path) as first:
        _send(first, _letter("kept"))
        (before,) = first.http.get(f"{first.url}/mailbox/api/messages").json()
    assert [path.suffix for path in (tmp_path / "mail").iterdir()] == [".eml"]
    with live(state=tmp_path) as second:
        (after,) = second.http.get(f"{second.url}/mailbox/api/messages").json()
        assert {**after, "date": None} == {**before, "date": None}
        second.http.delete(f"{second.url}/mailbox/api/messages/{after['id']}")
    assert list((tmp_path / "mail").iterdir()) == []
