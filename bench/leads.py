"""Made-up CRM leads, and a local HTTP server that hands them out page by page."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

PAGE_ROWS = 250
START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
NAMES = ("Сайт для клиники", "Продвижение магазина", "Контекстная реклама", "Аудит", "Редизайн портала")
CITIES = ("Москва", "Казань", "Пермь", "Екатеринбург")


def lead(number: int) -> dict[str, Any]:
    """A lead of about 1.6 KB as the CRM would send it."""
    chance = random.Random(number)
    created = START + number * 40
    link = f"https://demo.example/api/v4/leads/{25_000_000 + number}"
    return {
        "id": 25_000_000 + number,
        "name": f"{chance.choice(NAMES)} № {number}",
        "price": chance.randrange(10, 900) * 1000,
        "responsible_user_id": 9100101 + chance.randrange(12),
        "group_id": 0,
        "status_id": 142 if chance.random() < 0.2 else 57_300_001 + chance.randrange(8),
        "pipeline_id": 6_700_001 + chance.randrange(3),
        "loss_reason_id": None,
        "created_by": 0,
        "updated_by": 9100101,
        "created_at": created,
        "updated_at": created + chance.randrange(86_400 * 20),
        "closed_at": None,
        "closest_task_at": created + 3600,
        "is_deleted": False,
        "custom_fields_values": [
            _field(990201, "Источник", "select", chance.choice(("Яндекс", "Сайт", "Рекомендация"))),
            _field(990202, "Регион", "text", chance.choice(CITIES)),
            _field(990203, "utm_campaign", "tracking_data", f"campaign-{chance.randrange(400)}"),
            _field(990204, "Комментарий", "textarea", " ".join(chance.choices(NAMES, k=8))),
        ],
        "score": None,
        "account_id": 31420001,
        "labor_cost": None,
        "is_price_modified_by_robot": False,
        "_links": {"self": {"href": f"{link}?page=1&limit=250"}},
        "_embedded": {
            "tags": [{"id": 3101 + chance.randrange(30), "name": "горячий", "color": None}],
            "companies": [{"id": 17_000_000 + number, "_links": {"self": {"href": f"{link}/company"}}}],
            "contacts": [
                {"id": 16_000_000 + number, "is_main": True, "_links": {"self": {"href": f"{link}/contact"}}}
            ],
        },
    }


def _field(field_id: int, name: str, kind: str, value: str) -> dict[str, Any]:
    return {
        "field_id": field_id,
        "field_name": name,
        "field_code": None,
        "field_type": kind,
        "values": [{"value": value}],
    }


def bodies(rows: int, address: str) -> Iterator[bytes]:
    """The bodies of all pages, each naming the next."""
    pages = -(-rows // PAGE_ROWS)
    for page in range(pages):
        found = [lead(n) for n in range(page * PAGE_ROWS, min(rows, (page + 1) * PAGE_ROWS))]
        body: dict[str, Any] = {"_page": page + 1, "_links": {}, "_embedded": {"leads": found}}
        if page + 1 < pages:
            body["_links"]["next"] = {"href": f"{address}/leads?page={page + 2}"}
        yield orjson.dumps(body)


def serve(rows: int) -> None:
    """Serve until killed; the first line printed is the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
            body = prepared[page - 1]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    prepared = list(bodies(rows, address))
    print(address, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
