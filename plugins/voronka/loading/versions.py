"""Versions of a record as bytes for Postgres, and the rules by which one takes another's place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from voronka.connectors.base import Record, Rejection

Key = tuple[str, datetime | None]
"""What names a row within an account: its id, and of tables partitioned by month also its time."""

LONGEST_ID = 1000
"""Bytes; an index takes no more than 2700."""
LONGEST_PLAIN_ID = 250
"""Characters; whatever they are, they are no more than ``LONGEST_ID`` bytes."""
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")


def _links_pattern(depth: int = 3) -> re.Pattern[bytes]:
    """``"_links":{…}`` in encoded JSON, objects within it to some depth; strings are passed over whole."""
    text = rb'[^{}"]++|"(?:[^"\\]++|\\.)*+"'
    inner = text
    for _ in range(depth):
        inner = rb"%b|\{(?:%b)*+\}" % (text, inner)
    return re.compile(rb'"_links":\{(?:%b)*+\},?' % inner)


_LINKS = _links_pattern()


class Version(NamedTuple):
    """One version of a record, ready to be stored.

    Attributes:
        payload_hash: 32 hex digits, of the payload without ``_links`` at any depth, keys sorted.
        line: id, time, payload and hash in COPY's text format, without the line's end.
    """

    source_id: str
    updated_at: datetime
    payload_hash: str
    line: bytes

    @property
    def payload(self) -> str:
        """The payload's JSON."""
        return self.line.split(b"\t")[2].replace(b"\\\\", b"\\").decode()


class Stored(NamedTuple):
    """What the raw table holds for a key."""

    updated_at: datetime
    payload_hash: str
    deleted: bool


@dataclass(slots=True)
class Changes:
    """What a batch of versions does to the raw table.

    Attributes:
        new: rows for keys that were not there.
        replacing: rows whose stored version goes to history.
        superseded: versions that only history takes: stale ones, and those replaced within the batch.
        restored: ids of rows that were marked deleted and are there again, unchanged.
    """

    new: list[Version] = field(default_factory=list)
    replacing: list[Version] = field(default_factory=list)
    superseded: list[Version] = field(default_factory=list)
    restored: list[Version] = field(default_factory=list)
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0


def prepare(record: Record) -> Version | Rejection:
    """A record as a version, or the reason why Postgres could not hold it."""
    source_id, updated_at = record.source_id, record.updated_at
    try:
        payload = _json(record.payload)
    except ValueError as error:
        return unstorable(record, str(error))
    if b"\\" in payload:
        if b"\\u0000" in payload and _NUL.search(payload):
            return unstorable(record, "a text in it holds the character U+0000")
        hashed, payload = payload, payload.replace(b"\\", b"\\\\")
    else:
        hashed = payload
    if not source_id.isalnum() or len(source_id) > LONGEST_PLAIN_ID:
        if why := _bad_id(source_id):
            return unstorable(record, why)
        source_id = _escaped(source_id)
    if updated_at.tzinfo is None:
        return unstorable(record, f"its time {updated_at.isoformat()} has no zone")
    digest = blake2b(_LINKS.sub(b"", hashed), digest_size=16).hexdigest()
    line = b"%b\t%b\t%b" % (f"{source_id}\t{updated_at.isoformat()}".encode(), payload, digest.encode())
    return Version(record.source_id, updated_at, digest, line)


def storable_json(value: Any) -> bytes:
    """JSON that jsonb takes, of anything: what it cannot hold becomes a text that shows it."""
    try:
        encoded = _json(value)
    except ValueError:
        try:
            encoded = orjson.dumps(ascii(value))
        except (RecursionError, ValueError):
            encoded = b'"(too deep or too long to be shown)"'
    return orjson.dumps(encoded.decode()) if _NUL.search(encoded) else encoded


def settle(versions: Iterable[Version], stored: Mapping[Key, Stored], *, partitioned: bool) -> Changes:
    """Decide, version by version in the order they came, what happens.

    A version takes the place of another when it is not older and its payload differs; of equal times the one
    that came last wins. An unchanged payload does nothing but undo a deletion mark.
    """
    changes = Changes()
    winners: dict[Key, Version] = {}
    for version in versions:
        key: Key = (version.source_id, version.updated_at if partitioned else None)
        winner = winners.get(key)
        if winner is None:
            _settle_against_stored(changes, winners, key, version, stored.get(key))
        elif winner.payload_hash == version.payload_hash:
            changes.unchanged += 1
        elif version.updated_at >= winner.updated_at:
            changes.updated += 1
            changes.superseded.append(winner)
            winners[key] = version
        else:
            changes.stale += 1
            changes.superseded.append(version)
    for key, winner in winners.items():
        (changes.replacing if key in stored else changes.new).append(winner)
    return changes


def _settle_against_stored(
    changes: Changes, winners: dict[Key, Version], key: Key, version: Version, there: Stored | None
) -> None:
    if there is None:
        changes.inserted += 1
        winners[key] = version
    elif there.payload_hash == version.payload_hash:
        if there.deleted:
            changes.updated += 1
            changes.restored.append(version)
        else:
            changes.unchanged += 1
    elif version.updated_at >= there.updated_at:
        changes.updated += 1
        winners[key] = version
    else:
        changes.stale += 1
        changes.superseded.append(version)


def has_duplicates(versions: Sequence[Version]) -> bool:
    """Whether an id comes more than once."""
    return len({version.source_id for version in versions}) < len(versions)


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Integers beyond 64 bits, which JSON and jsonb both allow; and texts that are not Unicode, which they do not.
        try:
            text = json.dumps(
                value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
            )
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        return text.encode()


def _bad_id(source_id: str) -> str | None:
    try:
        length = len(source_id.encode())
    except UnicodeEncodeError:
        return "its id is not valid Unicode"
    if length > LONGEST_ID:
        return f"its id has {length} bytes, more than the {LONGEST_ID} an index takes"
    return "its id holds the character U+0000" if "\x00" in source_id else None


def unstorable(record: Record, why: str) -> Rejection:
    """The rejection of a record that Postgres cannot hold, and why."""
    return Rejection(
        code="unstorable",
        reason=f"Record {record.source_id[:100]!a}: {why}; Postgres cannot hold that.",
        remedy="correct the text at the provider and load the window again; the rest of the page is loaded.",
        payload=record.payload,
        source_id=record.source_id.encode("utf-8", "replace").decode().replace("\x00", "\ufffd"),
    )


def _escaped(text: str) -> str:
    if not _NEEDS_ESCAPE.search(text):
        return text
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
