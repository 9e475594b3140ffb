"""The shape of ``config/*.yml``.

accounts.yml   ``accounts:`` a list of :class:`Account`
reports.yml    ``reports:`` a list of :class:`ReportSubscription`
voronka.yml    ``mail:``, ``alerts:``, ``schedules:``, ``publishing:``
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from voronka.config.people import PeopleRules, StageStandard
from voronka.config.providers import KIND_OF, Kind
from voronka.config.strict import Strict

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Email = Annotated[str, Field(pattern=r"^[^@\s,;]+@[^@\s,;]+$")]


class WorkingHours(Strict):
    """Working time of an account, local: from ``start`` (inclusive) to ``end`` (exclusive) on ``weekdays`` (1 = Monday)."""

    start: time = time(9, 0)
    end: time = time(18, 0)
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)

    @model_validator(mode="after")
    def _ordered(self) -> WorkingHours:
        if self.end <= self.start:
            raise ValueError("working hours must end after they start, on the same day")
        if not set(self.weekdays) <= set(range(1, 8)):
            raise ValueError("weekdays are 1 (Monday) to 7 (Sunday)")
        return self


class Match(Strict):
    """One sign by which a lead is recognised: exactly one of a tag, a loss reason, a stage, or a field with a value."""

    tag: str | None = None
    loss_reason: str | None = None
    stage: str | None = None
    field: str | None = None
    value: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Match:
        named = [k for k in ("tag", "loss_reason", "stage", "field") if getattr(self, k) is not None]
        if len(named) != 1:
            raise ValueError("name exactly one of tag, loss_reason, stage, field")
        if (self.value is not None) != (self.field is not None):
            raise ValueError("value goes with field, and field with value")
        return self


class FieldMap(Strict):
    """Which CRM custom field (by name, code or id) carries which meaning. Entity: leads, but for ``client_*`` (companies)."""

    source: str | None = None
    channel: str | None = None
    region: str | None = None
    subject_area: str | None = None
    site_type: str | None = None
    lead_score: str | None = None
    service: str | None = None
    partner: str | None = None
    mql_mark: str | None = Field(
        default=None, description="a lead is marketing-qualified once this is filled, or ticked"
    )
    contract_number: str | None = None
    client_segment: str | None = None
    client_region: str | None = None
    client_subject_area: str | None = None
    client_inn: str | None = Field(
        default=None, description="tax number, by which payments find their company"
    )


def _known_provider(value: str) -> str:
    if value not in KIND_OF:
        raise ValueError(
            f"{value!r} is no provider of ours; choose one of: {', '.join(map(repr, sorted(KIND_OF)))}"
        )
    return value


class Source(Strict):
    """One provider of an account.

    Attributes:
        base_url: where its API answers; the provider's own address by default.
        rate_per_second: requests a second, shared by all processes of the account.
        page_size: records a page, at most what the provider allows.
        timeout_seconds: connect and read time-outs.
        auth: ``oauth`` (amoCRM, rotating tokens), ``token`` (a long-lived key in the environment).
        options: what only this provider knows.
    """

    provider: Annotated[str, AfterValidator(_known_provider)]
    base_url: str | None = None
    rate_per_second: float = Field(default=5.0, gt=0)
    page_size: int | None = Field(default=None, gt=0)
    connect_timeout_seconds: float = Field(default=5.0, gt=0)
    timeout_seconds: float = Field(default=20.0, gt=0)
    attempts: int = Field(default=6, ge=1)
    auth: Literal["oauth", "token"] = "token"
    redirect_uri: str = ""
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


class Account(Strict):
    """One CRM tenant. ``id`` is in every key of the warehouse: choose it once."""

    id: Slug
    name: str
    time_zone: str = "Europe/Moscow"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "RUB"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "RU"
    language: Literal["ru", "en"] = "ru"
    working_hours: WorkingHours = WorkingHours()
    closing_grace_days: int = Field(default=3, ge=0)
    margin_share: Decimal = Field(default=Decimal("0.50"), gt=0, le=1)
    crm: Source
    telephony: tuple[Source, ...] = ()
    positions: tuple[Source, ...] = ()
    sheets: tuple[Source, ...] = ()
    money: tuple[Source, ...] = ()
    payments_truth: Literal["bank", "transactions"] | None = Field(
        default=None,
        description="where payments are counted; none named: the bank where the account has statements, else the CRM",
    )
    ads: tuple[Source, ...] = ()
    fields: FieldMap = FieldMap()
    spam: tuple[Match, ...] = ()
    test: tuple[Match, ...] = ()
    duplicate: tuple[Match, ...] = ()
    mql: tuple[Match, ...] = ()
    sql: tuple[Match, ...] = ()
    proposal_stages: tuple[str, ...] = Field(
        default=(), description="stages, by name or id, whose entry means that a proposal was sent"
    )
    recyclable_loss_reasons: tuple[str, ...] = Field(
        default=(), description="loss reasons after which a lead is tried again; none named: every reason"
    )
    divisions: dict[str, str] = Field(default_factory=dict, description="CRM group name → division")
    stage_standards: tuple[StageStandard, ...] = ()
    people: PeopleRules = PeopleRules()

    extensions: dict[str, Email] = Field(
        default_factory=dict, description="extension of an exchange → e-mail address of the CRM user"
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError(f"{value!r} is not an IANA time zone such as Europe/Moscow") from error
        return value

    @model_validator(mode="after")
    def _providers_in_place(self) -> Account:
        for kind, source in self.sources:
            if KIND_OF[source.provider] != kind:
                raise ValueError(
                    f"{source.provider} stands under {kind}; move it to {KIND_OF[source.provider]}"
                )
        return self

    @model_validator(mode="after")
    def _bank_before_its_truth(self) -> Account:
        if self.payments_truth == "bank" and not self.money:
            raise ValueError("payments_truth is bank, but there is no source under money")
        return self

    @property
    def counted_payments(self) -> Literal["bank", "transactions"]:
        """Which source of payments counts; the others are only compared with it."""
        return self.payments_truth or ("bank" if self.money else "transactions")

    @property
    def sources(self) -> tuple[tuple[Kind, Source], ...]:
        """(kind, source) of all its providers, the CRM first."""
        return (
            ("crm", self.crm),
            *(("telephony", s) for s in self.telephony),
            *(("positions", s) for s in self.positions),
            *(("sheets", s) for s in self.sheets),
            *(("money", s) for s in self.money),
            *(("ads", s) for s in self.ads),
        )


class ReportSubscription(Strict):
    """Who gets which report.

    Attributes:
        report: ``positions`` (one letter per project) or ``sales_weekly``.
        projects: provider ids of the projects, all when empty.
        recipients: e-mail addresses; every one gets a letter of their own.
        language: of the letter; the account's when absent.
    """

    report: Literal["positions", "sales_weekly"]
    account: Slug
    projects: tuple[str, ...] = ()
    recipients: tuple[Email, ...]
    language: Literal["ru", "en"] | None = None


class MailSettings(Strict):
    """The SMTP server that takes our letters. User and password: VORONKA_SMTP_USER, VORONKA_SMTP_PASSWORD."""

    host: str = "127.0.0.1"
    port: int = Field(default=1025, gt=0, lt=65536)
    security: Literal["none", "starttls", "tls"] = "none"
    sender: str = "Voronka <reports@voronka.example>"
    login: bool = False
    rate_per_second: float | None = Field(
        default=None, gt=0, description="letters a second and process; no limit when absent"
    )


class AlertSettings(Strict):
    """Where failures are told."""

    recipients: tuple[str, ...] = ()


class ScheduleSettings(Strict):
    """Cron of each Dag, in ``time_zone``; null means by hand only."""

    time_zone: str = "Europe/Moscow"
    ingest_crm: str | None = "15 * * * *"
    ingest_telephony: str | None = "25 * * * *"
    ingest_positions: str | None = "0 7 * * *"
    ingest_sheets: str | None = "0 6 * * *"
    ingest_money: str | None = "40 * * * *"
    sweep_crm: str | None = "0 4 * * 0"
    ingest_ads: str | None = "30 6 * * *"
    send_reports: str | None = "30 8 * * 1"
    transform_when: Literal["any", "all"] = "any"
    history_piece_days: int = Field(default=62, gt=0)


class PublishingSettings(Strict):
    """When reports may still go out: the age of the last published run, in hours."""

    fresh_hours: float = Field(default=30.0, gt=0)


class Settings(Strict):
    """Everything in ``config/``."""

    accounts: tuple[Account, ...]
    reports: tuple[ReportSubscription, ...] = ()
    mail: MailSettings = MailSettings()
    alerts: AlertSettings = AlertSettings()
    schedules: ScheduleSettings = ScheduleSettings()
    publishing: PublishingSettings = PublishingSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        ids = [a.id for a in self.accounts]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"account ids must be unique; twice: {', '.join(sorted(twice))}")
        for subscription in self.reports:
            if subscription.account not in ids:
                raise ValueError(
                    f"reports.yml names the account {subscription.account!r}, accounts.yml has {ids}"
                )
        return self

    def account(self, account_id: str) -> Account:
        """The account of that id.

        Raises:
            voronka.domain.errors.ConfigurationError: when there is none; lists those there are.
        """
        from voronka.domain.errors import ConfigurationError

        for account in self.accounts:
            if account.id == account_id:
                return account
        known = ", ".join(a.id for a in self.accounts) or "none"
        raise ConfigurationError(f"There is no account {account_id!r}.", remedy=f"choose one of: {known}.")
