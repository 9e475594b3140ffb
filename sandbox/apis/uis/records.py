"""The exchange's calls and people in the API's shapes. Times are local to the account, without a zone."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.model import Call, Tenant, User

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
RING_SECONDS = 2

DEFAULT_CALL_FIELDS = (
    "id",
    "start_time",
    "finish_time",
    "finish_reason",
    "direction",
    "source",
    "is_lost",
    "contact_phone_number",
    "communication_id",
    "communication_type",
    "wait_duration",
    "total_wait_duration",
    "talk_duration",
    "clean_talk_duration",
    "total_duration",
    "call_records",
    "wav_call_records",
    "full_record_file_link",
    "virtual_phone_number",
)
CALL_FIELDS = (
    *DEFAULT_CALL_FIELDS,
    "employees",
    "last_answered_employee_id",
    "last_answered_employee_full_name",
    "site_domain_name",
    "campaign_name",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "ym_client_id",
    "yclid",
    "gclid",
    "tags",
)
LEG_FIELDS = (
    "id",
    "call_session_id",
    "start_time",
    "connect_time",
    "duration",
    "total_duration",
    "finish_reason",
    "virtual_phone_number",
    "calling_phone_number",
    "called_phone_number",
    "direction",
    "is_operator",
    "is_transfered",
    "is_talked",
    "is_failed",
    "employee_id",
    "employee_full_name",
    "employee_phone_number",
)
EMPLOYEE_FIELDS = (
    "id",
    "last_name",
    "first_name",
    "patronymic",
    "full_name",
    "email",
    "status",
    "in_call_types",
    "phone_numbers",
    "extension",
    "groups",
)
NUMBER_FIELDS = ("id", "virtual_phone_number", "status", "type", "activation_date")
ACCOUNT_FIELDS = ("app_id", "name", "timezone")
SORTABLE_CALL_FIELDS = (
    "id",
    "start_time",
    "finish_time",
    "finish_reason",
    "direction",
    "source",
    "is_lost",
    "virtual_phone_number",
    "contact_phone_number",
    "talk_duration",
    "wait_duration",
)


def _name(user: User) -> tuple[str, str]:
    first, _, last = user.name.partition(" ")
    return first, last


def full_name(user: User) -> str:
    """Surname first, as the exchange writes it."""
    first, last = _name(user)
    return f"{last} {first}".strip()


class CallRecords:
    """Renders the calls of one account."""

    def __init__(self, tenant: Tenant) -> None:
        self._zone = ZoneInfo(tenant.time_zone)
        self._slug = tenant.slug
        self._people = {user.employee_id: user for user in (*tenant.users, *tenant.former_users)}

    def local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime(TIME_FORMAT)

    def call(self, call: Call) -> dict[str, Any]:
        talk, wait = call.talk_seconds, call.wait_seconds
        total = talk + (wait or 0)
        answered = talk > 0
        person = self._people.get(call.employee_id) if call.employee_id is not None else None
        record = hashlib.sha256(f"{self._slug}:{call.call_id}".encode()).hexdigest()[:12]
        tracked = call.campaign is not None and call.direction == "in"
        employees = (
            [
                {
                    "employee_id": person.employee_id,
                    "employee_full_name": full_name(person),
                    "is_answered": answered,
                    "is_talked": answered,
                }
            ]
            if person
            else []
        )
        return {
            "id": call.call_id,
            "communication_id": call.call_id,
            "communication_type": "call",
            "start_time": self.local(call.started_at),
            "finish_time": self.local(call.started_at + timedelta(seconds=max(total, 0))),
            "direction": call.direction,
            "is_lost": not answered,
            "finish_reason": call.finish_reason,
            "source": "dynamic_call_tracking" if tracked else "sip" if call.direction == "out" else "va",
            "contact_phone_number": call.client_number,
            "virtual_phone_number": call.line_number,
            "wait_duration": wait,
            "total_wait_duration": wait,
            "talk_duration": talk,
            "clean_talk_duration": talk,
            "total_duration": total,
            "call_records": [record] if answered else [],
            "wav_call_records": [],
            "full_record_file_link": f"https://media.comagic.ru/{call.call_id}/{record}"
            if answered
            else None,
            "employees": employees,
            "last_answered_employee_id": person.employee_id if person and answered else None,
            "last_answered_employee_full_name": full_name(person) if person and answered else None,
            "site_domain_name": f"{self._slug}.example" if tracked else None,
            "campaign_name": call.campaign if tracked else None,
            "utm_source": call.campaign if tracked else None,
            "utm_medium": "cpc" if tracked else None,
            "utm_campaign": call.campaign if tracked else None,
            "ym_client_id": None,
            "yclid": None,
            "gclid": None,
            "tags": [],
        }

    def legs(self, call: Call) -> list[dict[str, Any]]:
        """The outer leg, and the employee's where one was rung."""
        person = self._people.get(call.employee_id) if call.employee_id is not None else None
        answered = call.talk_seconds > 0
        total = call.talk_seconds + (call.wait_seconds or 0)
        connected = call.started_at + timedelta(seconds=call.wait_seconds or 0)
        outer = {
            "id": call.call_id * 10 + 1,
            "call_session_id": call.call_id,
            "start_time": self.local(call.started_at),
            "connect_time": self.local(connected) if answered else None,
            "duration": call.talk_seconds,
            "total_duration": total,
            "finish_reason": call.finish_reason,
            "virtual_phone_number": call.line_number,
            "calling_phone_number": call.client_number if call.direction == "in" else call.line_number,
            "called_phone_number": call.line_number if call.direction == "in" else call.client_number,
            "direction": call.direction,
            "is_operator": False,
            "is_transfered": False,
            "is_talked": answered,
            "is_failed": not answered,
            "employee_id": None,
            "employee_full_name": None,
            "employee_phone_number": None,
        }
        if person is None:
            return [outer]
        inner = {
            **outer,
            "id": call.call_id * 10 + 2,
            "start_time": self.local(call.started_at + timedelta(seconds=min(RING_SECONDS, total))),
            "called_phone_number": person.extension,
            "is_operator": True,
            "employee_id": person.employee_id,
            "employee_full_name": full_name(person),
            "employee_phone_number": person.extension,
        }
        return [outer, inner]


def employee_json(user: User) -> dict[str, Any]:
    first, last = _name(user)
    return {
        "id": user.employee_id,
        "last_name": last,
        "first_name": first,
        "patronymic": None,
        "full_name": full_name(user),
        "email": user.email,
        "status": "available" if user.is_active else "unavailable",
        "in_call_types": ["external", "internal"],
        "phone_numbers": [],
        "extension": {"extension_phone_number": user.extension},
        "groups": [{"group_id": user.group_id, "group_name": user.group_name}],
    }


def account_json(tenant: Tenant) -> dict[str, Any]:
    return {"app_id": tenant.account_number, "name": tenant.name, "timezone": tenant.time_zone}
