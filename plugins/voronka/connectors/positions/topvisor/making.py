"""A connector for Topvisor out of a source's settings."""

from __future__ import annotations

from typing import cast

from voronka.connectors.making import Making
from voronka.connectors.positions.topvisor.client import (
    AuthForm,
    TopvisorAuth,
    TopvisorClient,
    judge_topvisor,
)
from voronka.connectors.positions.topvisor.connector import TopvisorConnector

ADDRESS = "https://api.topvisor.com"


def make_topvisor(making: Making) -> TopvisorConnector:
    """A connector; secrets ``ACCESS_TOKEN`` and ``USER_ID``, option ``auth_form``: two_headers or single."""
    account = making.account
    token, user_id = making.secret("ACCESS_TOKEN"), making.secret("USER_ID")
    form = cast(AuthForm, making.choice("auth_form", ("two_headers", "single")))
    http = making.http(judge_topvisor, token, default_url=ADDRESS)
    client = TopvisorClient(http, TopvisorAuth(user_id, token, form), making.source.page_size)
    return TopvisorConnector(account.id, client, account.time_zone)
