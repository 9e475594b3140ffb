"""The result page as XML in base64 → places."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from xml.etree import ElementTree

from voronka.connectors.http import Where, failure
from voronka.domain.errors import ShapeChanged, SourceError, SourceUnavailable

NOTHING_FOUND = "15"
REPORT = "report it with this message: the API may have changed."


def results_of(body: Any, where: Where) -> list[dict[str, Any]]:
    """Places of ``{"rawData": …}`` from 1 on: ``{"place", "domain", "url"}``; nothing found is an empty page.

    Raises:
        ShapeChanged: it is no such answer.
        SourceUnavailable: the service says that it could not search.
    """
    raw = body.get("rawData") if isinstance(body, dict) else None
    if not isinstance(raw, str):
        raise failure(ShapeChanged, "the answer has no rawData", where, REPORT)
    try:
        text = base64.b64decode(raw, validate=True).decode("utf-8")
        if "<!ENTITY" in text:
            raise failure(ShapeChanged, "the answer declares entities", where, REPORT)
        tree = ElementTree.fromstring(text)  # noqa: S314 -- entities, the danger of XML, are refused above
    except (binascii.Error, UnicodeDecodeError, ElementTree.ParseError) as error:
        raise failure(ShapeChanged, f"rawData is no XML in base64 ({error})", where, REPORT) from None
    problem = tree.find("response/error")
    if problem is not None:
        code, words = problem.get("code"), "".join(problem.itertext()).strip()
        if code == NOTHING_FOUND:
            return []
        kind: type[SourceError] = SourceUnavailable
        raise failure(kind, f"the search failed ({code}: {words})", where, "try later.")
    groups = tree.findall("response/results/grouping/group")
    return [
        {"place": place, "domain": _text(group, "doc/domain").lower(), "url": _text(group, "doc/url")}
        for place, group in enumerate(groups, start=1)
    ]


def _text(group: ElementTree.Element, path: str) -> str:
    found = group.find(path)
    return "" if found is None else "".join(found.itertext()).strip()
