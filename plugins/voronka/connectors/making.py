"""What a connector is made of: the settings of one source, its secrets, and an HTTP client that keeps the limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voronka.config import Account, Source, secret, secret_name
from voronka.connectors.base import Limiter, TokenStore
from voronka.connectors.http import HttpClient, Judge
from voronka.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Making:
    """One source of an account, handed to the maker of its provider.

    Attributes:
        tokens: where a rotating pair is kept; None where nothing rotates.
        sleep: waits between tries, for tests.
    """

    account: Account
    source: Source
    limiter: Limiter
    tokens: TokenStore | None
    sleep: Callable[[float], None]

    def variable(self, name: str) -> str:
        """The environment variable of a secret: ``VORONKA_<ACCOUNT>_<PROVIDER>_<NAME>``."""
        return secret_name(self.account.id, self.source.provider, name)

    def secret(self, name: str) -> str:
        """A secret of this source.

        Raises:
            ConfigurationError: it is not set; names the variable.
        """
        return secret(self.variable(name))

    def choice(self, option: str, choices: Sequence[str]) -> str:
        """An option that has few values; the first is the default.

        Raises:
            ConfigurationError: it is none of them.
        """
        chosen = str(self.source.options.get(option, choices[0]))
        if chosen not in choices:
            raise ConfigurationError(
                f"{option} of {self.source.provider} in {self.account.id} is {chosen!r}.",
                remedy=f"choose one of: {', '.join(choices)}.",
            )
        return chosen

    def choices(self, option: str, known: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
        """An option that lists some of the known values, with commas between.

        Raises:
            ConfigurationError: it names none, or one that is not known.
        """
        text = str(self.source.options.get(option, ",".join(default)))
        chosen = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if not chosen or not set(chosen) <= set(known):
            raise ConfigurationError(
                f"{option} of {self.source.provider} in {self.account.id} is {text!r}.",
                remedy=f"list, with commas between, some of: {', '.join(known)}.",
            )
        return chosen

    def whole(self, option: str, default: int) -> int:
        """An option that is a whole number from 1 on.

        Raises:
            ConfigurationError: it is not.
        """
        value = self.source.options.get(option, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ConfigurationError(
                f"{option} of {self.source.provider} in {self.account.id} is {value!r}.",
                remedy="write a whole number from 1 on.",
            )
        return value

    def http(self, judge: Judge, *secrets: str, default_url: str | None = None) -> HttpClient:
        """A client for the source's own address, or the provider's.

        Args:
            secrets: never shown in a log or an error.

        Raises:
            ConfigurationError: there is no address.
        """
        base_url = self.source.base_url or default_url
        if not base_url:
            raise ConfigurationError(
                f"The {self.source.provider} source of {self.account.id} has no base_url.",
                remedy="set base_url in accounts.yml to the address where the account's API answers.",
            )
        return HttpClient(
            self.account.id, self.source, base_url, self.limiter, judge, secrets=secrets, sleep=self.sleep
        )
