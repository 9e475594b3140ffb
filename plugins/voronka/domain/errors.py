"""The error tree of the product.

    VoronkaError
    ├── ConfigurationError      a setting or a secret is wrong; a person must change it
    ├── SourceError             a provider did not give what was asked
    │   ├── RateLimited         429 or the like; wait and go on
    │   ├── SourceUnavailable   5xx, time-out, cut body, HTML instead of JSON; wait and go on
    │   ├── NotAuthorised       credential refused; a person must renew it
    │   ├── AccessBlocked       the provider blocks us; never retry, write to its support
    │   ├── FeatureUnavailable  the account's tariff lacks it; skip the entity
    │   └── ShapeChanged        the answer is not what the provider documents
    ├── GateFailed              a critical expectation failed; nothing is published
    ├── NotPublished            reports were asked for data that no gate has passed
    └── DeliveryError           a letter could not be handed over

Every error says what failed, for which account and window, and what to do (``remedy``).
"""

from __future__ import annotations


class VoronkaError(Exception):
    """Base of all errors that carry a remedy for the person who reads them.

    Args:
        message: what failed, naming account, entity, window or record where there is one.
        remedy: what to do about it, in the imperative.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} What to do: {self.remedy}" if self.remedy else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling between worker processes.
        return (_rebuild, (type(self), self.message, self.remedy, dict(self.__dict__)))


def _rebuild(kind: type[VoronkaError], message: str, remedy: str, state: dict[str, object]) -> VoronkaError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    error.message, error.remedy = message, remedy
    return error


class ConfigurationError(VoronkaError):
    """A setting or a secret is missing or wrong; only a person can mend it."""


class SourceError(VoronkaError):
    """A provider did not give what was asked. ``account_id`` and ``provider`` say where.

    Args:
        retry_after_seconds: how long the provider asked us to wait, where it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        account_id: str = "",
        provider: str = "",
        remedy: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.account_id = account_id
        self.provider = provider
        self.retry_after_seconds = retry_after_seconds


class RateLimited(SourceError):
    """The provider's rate limit was hit (HTTP 429 or its like in the body)."""


class SourceUnavailable(SourceError):
    """A passing fault: 5xx, time-out, connection lost, cut body, HTML where JSON was due."""


class NotAuthorised(SourceError):
    """The credential was refused, or its rights do not suffice."""


class AccessBlocked(SourceError):
    """The provider blocks this account or address. Asking again makes it worse."""


class FeatureUnavailable(SourceError):
    """The account's tariff or settings lack this entity; it is skipped, not failed."""


class ShapeChanged(SourceError):
    """A whole answer (not one record) is not of the documented shape."""


class GateFailed(VoronkaError):
    """A critical expectation failed: what, where and since when are in the message."""


class NotPublished(VoronkaError):
    """The data asked for has not passed the gates."""


class DeliveryError(VoronkaError):
    """A letter could not be handed to the mail server."""
