"""Settings: ``config/*.yml`` validated at start, secrets from the environment only."""

from voronka.config.models import (
    Account,
    AlertSettings,
    FieldMap,
    MailSettings,
    Match,
    ReportSubscription,
    Settings,
    Source,
    WorkingHours,
)
from voronka.config.paths import config_folder, project_folder, state_folder
from voronka.config.people import PeopleRules, StageStandard
from voronka.config.reader import load_settings
from voronka.config.secrets import secret, secret_name

__all__ = [
    "Account",
    "AlertSettings",
    "FieldMap",
    "MailSettings",
    "Match",
    "PeopleRules",
    "ReportSubscription",
    "Settings",
    "Source",
    "StageStandard",
    "WorkingHours",
    "config_folder",
    "load_settings",
    "project_folder",
    "secret",
    "secret_name",
    "state_folder",
]
