"""Account, users, roles, pipelines: the parts of an account that are not its data."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.model import Pipeline, Stage, Tenant, User
from sandbox.apis.amocrm.listing import Row

CURRENCY_SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "BRL": "R$"}
OPEN_COLORS = ("#99ccff", "#ffff99", "#ffcc66", "#ffcccc", "#ccc8f9", "#87f2c0")
ROLE_NAMES = ("Менеджер", "Руководитель отдела", "Маркетолог", "Аккаунт-менеджер")
ROLE_RIGHTS = {"view": "M", "edit": "M", "add": "A", "delete": "D", "export": "D"}
ALL_RIGHTS = {"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"}


def account_json(
    tenant: Tenant, base: str, withs: frozenset[str], now: datetime, *, filters_work: bool, user_id: int
) -> dict[str, Any]:
    offset = now.astimezone(ZoneInfo(tenant.time_zone)).strftime("%z")
    embedded: dict[str, Any] = {}
    if "users_groups" in withs:
        groups = {user.group_id: user.group_name for user in tenant.users}
        embedded["users_groups"] = [
            {"id": i, "name": name, "uuid": None} for i, name in sorted(groups.items())
        ]
    if "task_types" in withs:
        embedded["task_types"] = [
            {"id": type_id, "name": name, "color": None, "icon_id": None, "code": code}
            for type_id, name, code in tenant.task_types
        ]
    if "datetime_settings" in withs:
        embedded["datetime_settings"] = {
            "date_pattern": "d.m.Y H:i",
            "short_date_pattern": "d.m.Y",
            "short_time_pattern": "H:i",
            "date_format": "d.m.Y",
            "time_format": "H:i:s",
            "timezone": tenant.time_zone,
            "timezone_offset": f"{offset[:3]}:{offset[3:]}",
        }
    data: dict[str, Any] = {
        "id": tenant.account_number,
        "name": tenant.name,
        "subdomain": tenant.slug,
        "current_user_id": user_id,
        "country": tenant.country,
        "currency": tenant.currency,
        "currency_symbol": CURRENCY_SYMBOLS.get(tenant.currency, tenant.currency),
        "customers_mode": "segments",
        "is_unsorted_on": True,
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
        "_links": {"self": {"href": f"{base}/account"}},
    }
    if "is_api_filter_enabled" in withs:
        data["is_api_filter_enabled"] = filters_work
    if "version" in withs:
        data["version"] = 16
    if embedded:
        data["_embedded"] = embedded
    return data


def _rights(user: User) -> dict[str, Any]:
    entity = ALL_RIGHTS if user.is_admin else ROLE_RIGHTS
    return {
        "leads": entity,
        "contacts": entity,
        "companies": entity,
        "tasks": {"edit": "A", "delete": "A" if user.is_admin else "D"},
        "mail_access": user.is_admin,
        "catalog_access": user.is_admin,
        "status_rights": None,
        "is_admin": user.is_admin,
        "is_free": False,
        "is_active": user.is_active,
        "group_id": user.group_id,
        "role_id": user.role_id,
    }


def _user_json(user: User, roles: dict[int, str], base: str, withs: frozenset[str]) -> dict[str, Any]:
    embedded_roles = []
    if "role" in withs and user.role_id is not None:
        href = f"{base}/roles/{user.role_id}"
        embedded_roles = [
            {"id": user.role_id, "name": roles[user.role_id], "_links": {"self": {"href": href}}}
        ]
    groups = [{"id": user.group_id, "name": user.group_name, "uuid": None}] if "group" in withs else []
    return {
        "id": user.user_id,
        "name": user.name,
        "email": user.email,
        "lang": "ru",
        "rights": _rights(user),
        "_links": {"self": {"href": f"{base}/users/{user.user_id}"}},
        "_embedded": {"roles": embedded_roles, "groups": groups},
    }


def role_names(tenant: Tenant) -> dict[int, str]:
    """Roles in use, in ascending id."""
    ids = sorted({user.role_id for user in tenant.users if user.role_id is not None})
    return {
        role_id: ROLE_NAMES[i] if i < len(ROLE_NAMES) else f"Роль {role_id}" for i, role_id in enumerate(ids)
    }


def user_rows(tenant: Tenant, base: str, now: datetime) -> list[Row]:
    roles = role_names(tenant)
    return [
        Row(user.user_id, 0, 0, {}, partial(_user_json, user, roles, base))
        for user in sorted(tenant.users, key=lambda user: user.user_id)
        if user.created_at <= now
    ]


def role_rows(tenant: Tenant, base: str) -> list[Row]:
    def render(role_id: int, name: str, withs: frozenset[str]) -> dict[str, Any]:
        members = [user.user_id for user in tenant.users if user.role_id == role_id]
        return {
            "id": role_id,
            "name": name,
            "rights": {
                "leads": ROLE_RIGHTS,
                "contacts": ROLE_RIGHTS,
                "companies": ROLE_RIGHTS,
                "tasks": {"edit": "A", "delete": "D"},
                "mail_access": False,
                "catalog_access": False,
                "status_rights": None,
            },
            "_links": {"self": {"href": f"{base}/roles/{role_id}"}},
            "_embedded": {"users": members if "users" in withs else []},
        }

    return [
        Row(role_id, 0, 0, {}, partial(render, role_id, name)) for role_id, name in role_names(tenant).items()
    ]


def stage_json(tenant: Tenant, pipeline: Pipeline, stage: Stage, index: int, base: str) -> dict[str, Any]:
    colors = {"incoming": "#c1c1c1", "won": "#CCFF66", "lost": "#D5D8DB"}
    return {
        "id": stage.stage_id,
        "name": stage.name,
        "sort": stage.sort,
        "is_editable": stage.kind == "open",
        "pipeline_id": pipeline.pipeline_id,
        "color": colors.get(stage.kind, OPEN_COLORS[index % len(OPEN_COLORS)]),
        "type": 1 if stage.kind == "incoming" else 0,
        "account_id": tenant.account_number,
        "_links": {
            "self": {"href": f"{base}/leads/pipelines/{pipeline.pipeline_id}/statuses/{stage.stage_id}"}
        },
    }


def pipeline_json(tenant: Tenant, pipeline: Pipeline, base: str) -> dict[str, Any]:
    ordered = sorted(pipeline.stages, key=lambda stage: stage.sort)
    return {
        "id": pipeline.pipeline_id,
        "name": pipeline.name,
        "sort": pipeline.sort,
        "is_main": pipeline.is_main,
        "is_unsorted_on": any(stage.kind == "incoming" for stage in pipeline.stages),
        "is_archive": False,
        "account_id": tenant.account_number,
        "_links": {"self": {"href": f"{base}/leads/pipelines/{pipeline.pipeline_id}"}},
        "_embedded": {"statuses": [stage_json(tenant, pipeline, s, i, base) for i, s in enumerate(ordered)]},
    }
