"""Letters that were caught, in memory and, when a folder is given, as .eml files that outlive a restart."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

SENDER_HEADER = "X-Sandbox-Sender"
RECIPIENT_HEADER = "X-Sandbox-Recipient"
CID = re.compile(r"""cid:([^"'\s)>]+)""")
FILE_NAME = re.compile(r"^(\d+)\.eml$")


@dataclass(frozen=True, slots=True)
class Letter:
    """A caught message; ``raw`` is what the client sent, untouched."""

    letter_id: int
    sender: str
    recipients: tuple[str, ...]
    received_at: datetime
    raw: bytes
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    def _part(self, kind: str) -> EmailMessage | None:
        for part in self.message.walk():
            if part.get_content_type() == f"text/{kind}" and not part.is_attachment():
                return part
        return None

    def text(self) -> str | None:
        part = self._part("plain")
        return None if part is None else _content(part)

    def html(self) -> str | None:
        """The HTML part with its inline images put in, so that it shows without another request."""
        part = self._part("html")
        if part is None:
            return None
        images = self._inline_images()
        return CID.sub(lambda found: images.get(found[1], found[0]), _content(part))

    def _inline_images(self) -> dict[str, str]:
        images = {}
        for part in self.message.walk():
            cid = part.get("Content-ID")
            if cid and part.get_content_maintype() == "image":
                body = base64.b64encode(part.get_content()).decode()
                images[str(cid).strip().strip("<>")] = f"data:{part.get_content_type()};base64,{body}"
        return images

    def attachments(self) -> list[dict[str, Any]]:
        return [
            {
                "filename": part.get_filename() or "",
                "content_type": part.get_content_type(),
                "size": len(part.get_payload(decode=True) or b""),
            }
            for part in self.message.walk()
            if part.is_attachment()
        ]

    def summary(self) -> dict[str, Any]:
        return {
            "id": self.letter_id,
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "date": self.received_at.isoformat(),
            "size": len(self.raw),
            "headers": {name: str(value) for name, value in self.message.items()},
            "has_html": self._part("html") is not None,
            "attachments": self.attachments(),
        }


def _content(part: EmailMessage) -> str:
    """The text of a part; base64 may hide the line ends of the wire in it."""
    return str(part.get_content()).replace("\r\n", "\n")


def _parse(letter_id: int, sender: str, recipients: tuple[str, ...], at: datetime, raw: bytes) -> Letter:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
    return Letter(letter_id, sender, recipients, at, raw, message)


class MailStore:
    """All caught letters, oldest first, and what the server does with new ones."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._letters: dict[int, Letter] = {}
        self.reject: str | None = None
        self.reject_recipients: tuple[str, ...] = ()
        self.delay_seconds = 0.0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.glob("*.eml")):
                self._read(path)

    def _read(self, path: Path) -> None:
        named = FILE_NAME.match(path.name)
        if named is None:
            return
        envelope, _, raw = path.read_bytes().partition(b"\r\n\r\n")
        headers = message_from_bytes(envelope + b"\r\n\r\n", policy=policy.default)
        sender = str(headers.get(SENDER_HEADER, ""))
        recipients = tuple(str(value) for value in headers.get_all(RECIPIENT_HEADER, []))
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        self._letters[int(named[1])] = _parse(int(named[1]), sender, recipients, at, raw)

    def add(self, sender: str, recipients: tuple[str, ...], raw: bytes) -> Letter:
        letter_id = max([*self._letters, time.time_ns() // 1_000_000 - 1]) + 1
        letter = _parse(letter_id, sender, recipients, datetime.now(UTC), raw)
        if self._folder is not None:
            envelope = "".join(
                f"{name}: {value}\r\n"
                for name, value in [(SENDER_HEADER, sender), *((RECIPIENT_HEADER, one) for one in recipients)]
            )
            draft = self._folder / f"{letter_id}.tmp"
            draft.write_bytes(envelope.encode() + b"\r\n" + raw)
            draft.replace(self._folder / f"{letter_id}.eml")
        self._letters[letter_id] = letter
        return letter

    def newest_first(self) -> list[Letter]:
        return [self._letters[letter_id] for letter_id in sorted(self._letters, reverse=True)]

    def get(self, letter_id: int) -> Letter | None:
        return self._letters.get(letter_id)

    def delete(self, letter_id: int) -> bool:
        """Remove one letter; False when there is none with that id."""
        found = self._letters.pop(letter_id, None)
        if found and self._folder is not None:
            (self._folder / f"{letter_id}.eml").unlink(missing_ok=True)
        return found is not None

    def clear(self) -> None:
        for letter_id in list(self._letters):
            self.delete(letter_id)

    def behave(self, reject: str | None, recipients: tuple[str, ...], delay_seconds: float) -> None:
        """Refuse recipients with a class of answer (``4xx`` or ``5xx``; none named = all), and be slow."""
        if reject not in (None, "4xx", "5xx"):
            raise ValueError(f"reject {reject!r} is none of 4xx, 5xx")
        self.reject, self.reject_recipients, self.delay_seconds = reject, recipients, delay_seconds
