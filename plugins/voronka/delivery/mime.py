"""A letter as a mail: text first, HTML with its charts inside, headers that nobody can inject into."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from urllib.parse import quote

from voronka.domain.errors import ConfigurationError
from voronka.domain.letters import Letter

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_ADDRESS = re.compile(r"[^@\s,;<>\x00-\x1f\x7f]+@[^@\s,;<>\x00-\x1f\x7f]+")


def address(text: str) -> Address:
    """``Name <box@domain>`` or a bare address.

    Raises:
        ConfigurationError: when it is no single address in ASCII, or carries control characters.
    """
    found = getaddresses([text])
    name, spec = found[0] if len(found) == 1 else ("", "")
    if _CONTROL.search(text) or not _ADDRESS.fullmatch(spec) or not spec.isascii():
        raise ConfigurationError(
            f"{text!r} is not an e-mail address we can send to.",
            remedy="write one plain address (a domain in Cyrillic in its xn-- form) in reports.yml or voronka.yml.",
        )
    return Address(display_name=name, addr_spec=spec)


def one_line(text: str, longest: int = 200) -> str:
    """Text that may stand in a header: control characters and line breaks become spaces."""
    return _CONTROL.sub(" ", text).strip()[:longest]


def compose(letter: Letter, recipient: str, sender: str, message_name: str) -> EmailMessage:
    """The mail of a letter to one recipient.

    Args:
        message_name: the left part of its Message-ID; the same for every attempt at the same delivery, so that
            servers which look for repetitions find them.
    """
    message = headed(letter.subject, recipient, sender, message_name)
    own = address(sender)
    unsubscribe = quote(one_line(f"unsubscribe {letter.report} {letter.account_id} {letter.subject_id}"))
    message["List-Unsubscribe"] = f"<mailto:{own.addr_spec}?subject={unsubscribe}>"
    message["Content-Language"] = letter.language
    message.set_content(letter.mail_text, cte="base64")
    message.add_alternative(letter.mail_html, subtype="html", cte="base64")
    body = message.get_body(("html",))
    if isinstance(body, EmailMessage):
        for image in letter.images:
            body.add_related(
                image.png,
                "image",
                "png",
                cid=f"<{image.content_id}>",
                disposition="inline",
                filename=f"{image.content_id}.png",
            )
    return message


def headed(subject: str, recipient: str, sender: str, message_name: str) -> EmailMessage:
    """A mail with its headers and no body yet; sent by a machine, and saying so."""
    own = address(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = own
    message["To"] = address(recipient)
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{message_name}@{own.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message
