"""Whether the settings name fields, stages, tags and loss reasons that the CRM has, judged by what was loaded last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voronka import database
from voronka.config import Account, Match, Settings
from voronka.connectors.base import Finding
from voronka.loading.crm_names import CrmField, custom_fields, folded, known_names

RULES = ("spam", "test", "duplicate", "mql", "sql")
MOST_NAMED = 40
CHECK = "the settings name what the CRM has"


def findings(account: Account) -> list[Finding]:
    """What is wrong with the account's ``fields`` (error) and with its rules (warning); nothing before a first load.

    A field that is not there is an error, one that was deleted, renamed or has a namesake a warning.
    """
    with database.connect("loader") as connection:
        fields = custom_fields(connection, account.id)
        if not fields:
            return []
        known = {kind: known_names(connection, account.id, kind) for kind in ("stage", "tag", "loss_reason")}
    found = [*_of_map(account, fields)]
    leads = [field for field in fields if field.entity_type == "leads"]
    for rule in RULES:
        matches: tuple[Match, ...] = getattr(account, rule)
        for match in matches:
            found += _of_match(rule, match, leads, known)
    for reason in account.recyclable_loss_reasons:
        found += _of_name("recyclable_loss_reasons", "loss_reason", reason, known)
    return found


def refused(settings: Settings) -> dict[str, str]:
    """Accounts whose field map names what is not there, and why; their reports must not go out."""
    reasons = {}
    for account in settings.accounts:
        errors = [one for one in findings(account) if one.severity == "error"]
        if errors:
            reasons[account.id] = " ".join(f"{one.message} {one.remedy}" for one in errors)
    return reasons


def _of_map(account: Account, fields: Sequence[CrmField]) -> Iterator[Finding]:
    for meaning, text in account.fields.model_dump(exclude_none=True).items():
        entity = "companies" if meaning.startswith("client_") else "leads"
        mine = [field for field in fields if field.entity_type == entity]
        yield from _of_field(f"{account.id}: fields.{meaning} is {text!r}", text, mine, entity, "error")


def _of_field(
    what: str, text: str, fields: Sequence[CrmField], entity: str, severity: str
) -> Iterator[Finding]:
    called = [field for field in fields if field.is_called(text)]
    listed = [field for field in called if field.is_listed]
    if len(listed) == 1:
        return
    if listed:
        ids = ", ".join(field.field_id for field in listed)
        yield _warning(f"{what}, which {len(listed)} fields of {entity} are called; the first counts.", f"write the id of the one that is meant: {ids}.")  # fmt: skip
        return
    if called:
        message = f"{what}, which was deleted in the CRM; new {entity} have no such value."
        yield _warning(message, f"name another field, or take the line out. {_offer(fields, entity)}")
        return
    renamed = [field for field in fields if field.is_listed and folded(text) in field.earlier_names]
    if renamed:
        now = renamed[0]
        message = f"{what}, which the CRM now calls {now.name!r}."
        yield _warning(message, f"write {now.name} or the id {now.field_id} in accounts.yml.")
        return
    message = f"{what}, but {entity} have no such field in the CRM."
    remedy = f"mend it in accounts.yml by name, code or id. {_offer(fields, entity)}"
    yield (Finding(CHECK, False, message, remedy) if severity == "error" else _warning(message, remedy))


def _of_match(
    rule: str, match: Match, leads: Sequence[CrmField], known: dict[str, dict[str, str]]
) -> Iterator[Finding]:
    if match.field is not None:
        yield from _of_field(
            f"{rule} asks for the field {match.field!r}", match.field, leads, "leads", "warning"
        )
        return
    for kind in known:
        name = getattr(match, kind)
        if name is not None:
            yield from _of_name(rule, kind, name, known)


def _of_name(rule: str, kind: str, name: str, known: dict[str, dict[str, str]]) -> Iterator[Finding]:
    if folded(name) in known[kind]:
        return
    word = kind.replace("_", " ")
    names = _listed(sorted(set(known[kind].values())))
    message = (
        f"{rule} asks for the {word} {name!r}, which the CRM does not list; it matches no lead of today."
    )
    yield _warning(message, f"mend it in accounts.yml if it is misspelt. The CRM has: {names}.")


def _offer(fields: Sequence[CrmField], entity: str) -> str:
    names = _listed([f"{field.name} ({field.field_id})" for field in fields if field.is_listed])
    return f"Fields of {entity}: {names}."


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "") or "none"


def _warning(message: str, remedy: str) -> Finding:
    return Finding(CHECK, False, message, remedy, "warning")
