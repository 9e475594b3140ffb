"""Which lists amoCRM has, how each is asked, and which of our entities they make up.

Ordering and filters are those that the API documents; a list without ``order`` has none by time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voronka.connectors.base import Entity

LATE_SECONDS = 600
"""Ten minutes are read again: an edit may show up in a list after a younger one."""
PARENTS = ("leads", "contacts", "companies", "customers")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the API.

    Attributes:
        path: after ``/api/v4``; ``key`` the collection under ``_embedded``, empty for a single object.
        prefix: put before ids that are only unique within their parent.
        time_field: the field by which windows are cut, None where the list is read whole.
        order: whether ``order[<time_field>]`` is documented.
        newest_first: whether rows were seen to come by time backwards, without being asked to.
        paid_filter: whether its filter belongs to the paid package and may be ignored without an error.
        has_bin: whether ``with=only_deleted`` lists its recycle bin.
        optional: whether a missing feature merely leaves this list out.
        id_key: the field that holds a row's id.
        per_catalog: whether there is one such list in every catalog: ``{catalog}`` in path and prefix is its id.
    """

    path: str
    key: str
    prefix: str = ""
    query: tuple[tuple[str, str], ...] = ()
    most_per_page: int = 250
    time_field: Literal["updated_at", "created_at"] | None = None
    order: bool = False
    newest_first: bool = False
    paid_filter: bool = False
    has_bin: bool = False
    optional: bool = False
    id_key: str = "id"
    per_catalog: bool = False


@dataclass(frozen=True, slots=True)
class AmoEntity:
    """One of our entities and the lists that make it up."""

    entity: Entity
    listings: tuple[Listing, ...]


def _whole(
    name: str, path: str, *, key: str | None = None, with_: str = "", optional: bool = False
) -> AmoEntity:
    query = (("with", with_),) if with_ else ()
    listing = Listing(path, name if key is None else key, query=query)
    return AmoEntity(Entity(name, "full", optional=optional), (listing,))


def _of_parents(name: str, path: str = "", *, with_lists: bool = False) -> AmoEntity:
    path = path or name
    listings = [Listing(f"/{p}/{path}", name, prefix=p, optional=p == "customers") for p in PARENTS]
    if with_lists:
        listings += [
            Listing(f"/customers/segments/{path}", name, prefix="segments", optional=True),
            Listing(
                "/catalogs/{catalog}/" + path,
                name,
                prefix="catalogs/{catalog}",
                optional=True,
                per_catalog=True,
            ),
        ]
    return AmoEntity(Entity(name, "full"), tuple(listings))


def _records(
    name: str, *, with_: str, order: bool = True, has_bin: bool = True, optional: bool = False
) -> AmoEntity:
    listing = Listing(
        f"/{name}",
        name,
        query=(("with", with_),),
        time_field="updated_at",
        order=order,
        paid_filter=True,
        has_bin=has_bin,
    )
    return AmoEntity(Entity(name, "window", overlap_seconds=LATE_SECONDS, optional=optional), (listing,))


_NOTES = AmoEntity(
    Entity("notes", "window", overlap_seconds=LATE_SECONDS),
    tuple(
        Listing(
            f"/{p}/notes", "notes", prefix=p, time_field="updated_at", order=True, optional=p == "customers"
        )
        for p in PARENTS
    ),
)
_TASKS = AmoEntity(
    Entity("tasks", "window", overlap_seconds=LATE_SECONDS),
    (Listing("/tasks", "tasks", query=(("order[id]", "asc"),), time_field="updated_at"),),
)
_EVENTS = AmoEntity(
    Entity("events", "window", partitioned=True, overlap_seconds=LATE_SECONDS),
    (Listing("/events", "events", most_per_page=100, time_field="created_at", newest_first=True),),
)

_UNSORTED = AmoEntity(
    Entity("unsorted", "full", optional=True),
    (Listing("/leads/unsorted", "unsorted", query=(("order[created_at]", "asc"),), id_key="uid"),),
)
_ELEMENTS = AmoEntity(
    Entity("catalog_elements", "full", optional=True),
    (
        Listing(
            "/catalogs/{catalog}/elements", "elements", query=(("with", "invoice_link"),), per_catalog=True
        ),
    ),
)
CATALOGS = Listing("/catalogs", "catalogs")

ACCOUNT = Listing(
    "/account",
    "",
    query=(("with", "users_groups,task_types,version,datetime_settings,is_api_filter_enabled"),),
)
LEADS_FOR_PROBE = Listing("/leads", "leads", time_field="updated_at")
CUSTOMERS_FOR_PROBE = Listing("/customers", "customers")
USERS_FOR_PROBE = Listing("/users", "users")

ENTITIES: dict[str, AmoEntity] = {
    item.entity.name: item
    for item in (
        AmoEntity(Entity("account", "full"), (ACCOUNT,)),
        _whole("users", "/users", with_="role,group"),
        _whole("roles", "/roles", with_="users"),
        _whole("pipelines", "/leads/pipelines"),
        _whole("loss_reasons", "/leads/loss_reasons"),
        _of_parents("custom_fields", with_lists=True),
        _of_parents("custom_field_groups", "custom_fields/groups"),
        _of_parents("tags"),
        _records("leads", with_="contacts,loss_reason,source_id"),
        _records("contacts", with_="leads,customers"),
        _records("companies", with_="leads,contacts,customers"),
        _records("customers", with_="contacts,companies", order=False, has_bin=False, optional=True),
        _TASKS,
        _NOTES,
        _EVENTS,
        _whole("transactions", "/customers/transactions", optional=True),
        _whole("segments", "/customers/segments", optional=True),
        _whole("customer_statuses", "/customers/statuses", key="statuses", optional=True),
        _UNSORTED,
        _whole("catalogs", "/catalogs", optional=True),
        _ELEMENTS,
        AmoEntity(Entity("links", "window", overlap_seconds=LATE_SECONDS), ()),
        _whole("sources", "/sources", optional=True),
        _whole("webhooks", "/webhooks", optional=True),
    )
}
SWEPT = ("leads", "contacts", "companies", "tasks")
