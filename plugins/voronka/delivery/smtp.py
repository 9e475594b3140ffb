"""One mail over SMTP, every failure sorted by what may be done about it."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from voronka.config import MailSettings, secret
from voronka.domain.errors import ConfigurationError, DeliveryError

TIMEOUT_SECONDS = 30
GREETING_SECONDS = 5


class Refused(Exception):
    """The server will never take this mail for this recipient (5xx)."""


class Unknown(Exception):
    """The whole mail was handed over and the connection broke before the answer: it may or may not have gone."""


def hand_over(message: EmailMessage, sender: str, recipient: str, mail: MailSettings) -> None:
    """Give a mail to the server; returning means that the server took it.

    Raises:
        Refused: 5xx for the recipient or the content.
        Unknown: the answer to the content never came.
        DeliveryError: out of reach, or 4xx; nothing was taken and a later attempt may succeed.
        ConfigurationError: the login or the sender was refused.
    """
    with _session(mail) as smtp:
        code, answer = smtp.mail(sender)
        if code >= 500:
            raise ConfigurationError(
                f"The mail server {mail.host} refuses the sender {sender}: {_told(code, answer)}.",
                remedy="set mail.sender in voronka.yml to an address this server may send for.",
            )
        _expect(code, answer, mail)
        code, answer = smtp.rcpt(recipient)
        _expect(code, answer, mail)
        code, answer = smtp.docmd("DATA")
        _expect(code, answer, mail, fine=(354,))
        try:
            smtp.send(_dotted(message.as_bytes()))
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Unknown(f"the connection to {mail.host} broke before the answer: {error}") from error
        _expect(code, answer, mail)


def greet(mail: MailSettings) -> None:
    """Open a session as for a letter, with its TLS and its login, and leave: returning means that letters may come.

    Raises:
        DeliveryError: out of reach, or not what the settings say.
        ConfigurationError: the login was refused.
    """
    with _session(mail, GREETING_SECONDS) as smtp:
        code, answer = smtp.noop()
        if code != 250:
            raise smtplib.SMTPResponseException(code, answer)


@contextmanager
def _session(mail: MailSettings, timeout: float = TIMEOUT_SECONDS) -> Iterator[smtplib.SMTP]:
    smtp: smtplib.SMTP | None = None
    try:
        if mail.security == "tls":
            smtp = smtplib.SMTP_SSL(
                mail.host, mail.port, timeout=timeout, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(mail.host, mail.port, timeout=timeout)
        if mail.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if mail.login:
            smtp.login(secret("VORONKA_SMTP_USER"), secret("VORONKA_SMTP_PASSWORD"))
        yield smtp
    except smtplib.SMTPAuthenticationError as error:
        raise ConfigurationError(
            f"The mail server {mail.host}:{mail.port} refuses the login ({error.smtp_code}).",
            remedy="check VORONKA_SMTP_USER and VORONKA_SMTP_PASSWORD.",
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(
            f"The mail server {mail.host}:{mail.port} failed: {error}",
            remedy="see that mail.host, mail.port and mail.security in voronka.yml are right and the server runs; "
            "then send again, what was sent is not repeated.",
        ) from error
    finally:
        if smtp is not None:
            _leave(smtp)


def _leave(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


def _expect(code: int, answer: bytes, mail: MailSettings, fine: tuple[int, ...] = (250, 251)) -> None:
    if code in fine:
        return
    if code >= 500:
        raise Refused(_told(code, answer))
    raise DeliveryError(
        f"The mail server {mail.host}:{mail.port} asks to come later: {_told(code, answer)}.",
        remedy="send again in some minutes; what was sent is not repeated.",
    )


def _told(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace').strip()}"


def _dotted(content: bytes) -> bytes:
    """Bytes for DATA: CRLF ends, leading dots doubled, the closing dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
