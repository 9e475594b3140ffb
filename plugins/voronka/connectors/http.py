"""One request of a provider: paced, tried again while that helps, and turned into our own errors.

Three small objects meet here: a :class:`Request` (plain data), an :class:`Auth` (a generator that yields requests and
is sent replies, without I/O of its own) and :class:`HttpClient`, the only one that talks.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Protocol

import orjson
import requests

import voronka
from voronka.config import Source
from voronka.connectors.base import Limiter
from voronka.connectors.masking import Mask
from voronka.domain.errors import AccessBlocked, RateLimited, SourceError, SourceUnavailable
from voronka.domain.windows import Window

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 120.0
"""A provider that asks for more patience is left to the task's own retry, which does not hold a worker."""
FIRST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Where:
    """What a request is about, for messages: account, provider, entity, window and page."""

    account_id: str
    provider: str
    entity: str = ""
    window: Window | None = None
    page: int | None = None

    def __str__(self) -> str:
        parts = [f"account {self.account_id}, {self.provider}"]
        if self.entity:
            parts.append(self.entity)
        if self.window:
            parts.append(f"window {self.window}")
        if self.page is not None:
            parts.append(f"page {self.page}")
        return ", ".join(parts)

    def on(self, page: int) -> Where:
        """The same at another page."""
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is sent. ``path`` is added to the base URL; ``query`` never holds a secret.

    One that is not ``repeatable`` is not sent again when its answer is lost: it may have been carried out.

    Attributes:
        body: sent as JSON.
        form: sent as form fields, in order; a request has either.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    form: tuple[tuple[str, str], ...] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True

    def with_headers(self, **headers: str) -> Request:
        """The same with more headers; underscores stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    _cache: list[Any] = field(default_factory=list, repr=False, compare=False)

    @property
    def is_json(self) -> bool:
        """Whether the body says it is JSON (``application/hal+json`` and the like) and parses as such."""
        kind = self.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if not (kind.endswith(("/json", "+json"))):
            return False
        try:
            self.json()
        except ValueError:
            return False
        return True

    def json(self) -> Any:
        """The parsed body, parsed once.

        Raises:
            ValueError: it is not JSON in UTF-8.
        """
        if not self._cache:
            self._cache.append(orjson.loads(self.content))
        return self._cache[0]

    def excerpt(self, length: int = 200) -> str:
        """The start of the body on one line, for messages."""
        text = " ".join(self.content[: length * 4].decode("utf-8", errors="replace").split())
        return text[:length]

    @property
    def retry_after_seconds(self) -> float | None:
        """What ``Retry-After`` asks for, as seconds from now; None when it is absent or nonsense."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdigit():
            return float(value)
        moment = _http_date(value)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None

    @property
    def date(self) -> datetime | None:
        """The server's clock (header ``Date``), aware UTC."""
        return _http_date(self.headers.get("Date", ""))


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


AuthFlow = Generator[Request, Reply, None]


class Auth(Protocol):
    """Adds the credential. Yields the request to send, is sent its reply, may yield another one."""

    def flow(self, request: Request) -> AuthFlow: ...


class Judge(Protocol):
    """Says which of our errors a reply means, or None when it is good."""

    def __call__(self, reply: Reply, where: Where) -> SourceError | None: ...


class HttpClient:
    """Sends requests of one account to one provider.

    Args:
        base_url: what every path is added to.
        limiter: asked before every single request, tries included.
        judge: the provider's reading of an answer; errors that pass by themselves are tried again.
        secrets: values that must never show in a message.
        sleep, dice: for tests; ``dice`` gives a number from 0 to 1.
    """

    def __init__(
        self,
        account_id: str,
        source: Source,
        base_url: str,
        limiter: Limiter,
        judge: Judge,
        *,
        secrets: Iterable[str] = (),
        sleep: Callable[[float], None] = time.sleep,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self.account_id = account_id
        self.provider = source.provider
        self.mask = Mask(secrets)
        self.sleep = sleep
        self._base_url = base_url.rstrip("/")
        self._timeouts = (source.connect_timeout_seconds, source.timeout_seconds)
        self._attempts = source.attempts
        self._limiter = limiter
        self._judge = judge
        self._dice = dice
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"Voronka/{voronka.__version__}"
        # Without this a ~/.netrc of the machine would replace our Authorization header.
        self._session.auth = _leave_untouched

    def send(self, request: Request, where: Where, auth: Auth | None = None) -> Reply:
        """The good answer to a request.

        Raises:
            SourceError: of the kind the judge names; passing ones only after all attempts.
        """
        if auth is None:
            reply, error = self._persistently(request, where)
        else:
            flow = auth.flow(request)
            reply, error = self._persistently(next(flow), where)
            try:
                while True:
                    reply, error = self._persistently(flow.send(reply), where)
            except StopIteration:
                pass
        if error is not None:
            raise error
        return reply

    def _persistently(self, request: Request, where: Where) -> tuple[Reply, SourceError | None]:
        """Try until the answer is good or trying again would not help."""
        for attempt in range(1, self._attempts + 1):
            self._limiter.acquire()
            reply, error = self._once(request, where)
            if not isinstance(error, (RateLimited, SourceUnavailable)):
                assert reply is not None  # noqa: S101 -- only a lost connection gives no reply, and it is retryable
                return reply, error
            pause = self._pause(attempt, error)
            lost = isinstance(error, SourceUnavailable) and not request.repeatable
            if lost or attempt == self._attempts or pause > LONGEST_WAIT_SECONDS:
                raise error
            log.info(
                "%s: %s Trying again in %.1f s (%d of %d).",
                where,
                error.message,
                pause,
                attempt,
                self._attempts,
            )
            self.sleep(pause)
        raise AssertionError("unreachable: attempts is at least 1")

    def _pause(self, attempt: int, error: SourceError) -> float:
        if error.retry_after_seconds is not None:
            return error.retry_after_seconds
        ceiling = min(FIRST_BACK_OFF_SECONDS * 2.0 ** (attempt - 1), LONGEST_BACK_OFF_SECONDS)
        return ceiling * (0.5 + 0.5 * self._dice())

    def _once(self, request: Request, where: Where) -> tuple[Reply | None, SourceError | None]:
        started = time.monotonic()
        try:
            # A redirect is never followed: it would carry the credential to whatever host it names.
            response = self._session.request(
                request.method,
                self._base_url + request.path,
                params=list(request.query),
                json=request.body,
                data=None if request.form is None else list(request.form),
                headers=dict(request.headers),
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as error:
            return None, self.failure(
                SourceUnavailable, f"no whole answer came ({_kind_of(error)})", where, _PASSING
            )
        reply = Reply(response.status_code, response.headers, response.content)
        log.debug(
            "%s: %s %s → %d in %.3f s",
            where,
            request.method,
            request.path,
            reply.status,
            time.monotonic() - started,
        )
        verdict = self._judge(reply, where)
        if verdict is not None:
            number = reply.headers.get("X-Request-Id")
            told = (
                f"{verdict.message} The provider's number of the request: {number}."
                if number
                else verdict.message
            )
            verdict.message = self.mask(told)
            verdict.args = (verdict.message,)
        if isinstance(verdict, AccessBlocked):
            self._limiter.block(verdict)
        return reply, verdict

    def failure(
        self,
        kind: type[SourceError],
        what: str,
        where: Where,
        remedy: str,
        retry_after_seconds: float | None = None,
    ) -> SourceError:
        """An error that names its place, without secrets."""
        return failure(kind, self.mask(what), where, remedy, retry_after_seconds)


_PASSING = (
    "nothing for now, the load is tried again by itself; if it lasts, look at the provider's status page."
)


def _leave_untouched(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def _kind_of(error: BaseException) -> str:
    if isinstance(error, requests.Timeout):
        return "time-out"
    if isinstance(
        error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    ):
        return "the body was cut off"
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS handshake failed"
    if isinstance(error, requests.ConnectionError):
        return "the connection failed"
    return type(error).__name__


def failure(
    kind: type[SourceError], what: str, where: Where, remedy: str, retry_after_seconds: float | None = None
) -> SourceError:
    """An error of ``kind`` that says where it happened."""
    return kind(
        f"{where}: {what}.",
        account_id=where.account_id,
        provider=where.provider,
        remedy=remedy,
        retry_after_seconds=retry_after_seconds,
    )


def judge_passing(reply: Reply, where: Where) -> SourceError | None:
    """What every provider has in common: limits, server errors, and good statuses without the JSON they promise."""
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return failure(
            RateLimited,
            "the rate limit was hit (429)",
            where,
            "nothing for now; if it lasts, lower rate_per_second of this source in accounts.yml.",
            reply.retry_after_seconds,
        )
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failure(
            SourceUnavailable,
            f"the provider failed ({reply.status})",
            where,
            _PASSING,
            reply.retry_after_seconds,
        )
    if reply.status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED) and not reply.is_json:
        kind = reply.headers.get("Content-Type", "no content type")
        return failure(
            SourceUnavailable,
            f"the answer is not whole JSON ({kind}, {len(reply.content)} bytes)",
            where,
            _PASSING,
        )
    return None
