"""Search positions: keywords that rise, fall, vanish, wander, start late, and days on which nothing was checked."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Literal

from sandbox.agency.catalogue import Place
from sandbox.agency.ground import Ground
from sandbox.agency.model import Company, Keyword, Project, TrackedRegion

_PROJECT_BASE, _KEYWORD_BASE, _GROUP_BASE = 412_233, 900_001, 5_501
_HABITS = ("rises", "falls", "vanishes", "stands", "wanders", "absent", "appears")
_HEADS = ("купить", "заказать", "цена", "недорого", "отзывы", "доставка", "ремонт", "установка")
_TOPICS = (
    "окна",
    "кровля",
    "двери",
    "кабель",
    "мебель",
    "имплантация",
    "станки",
    "септик",
    "забор",
    "шины",
    "котёл",
    "лестница",
)
_GROUPS = ("Услуги", "Каталог", "Информационные")
_CITY_KEYS = {"Москва": 213, "Санкт-Петербург": 2, "Алматы": 162, "Астана": 163}


def make_projects(
    ground: Ground, companies: list[Company], projects: int, keywords: int, days: list[date]
) -> list[Project]:
    """``projects`` projects of ``keywords`` phrases, checked over ``days``."""
    rng, index, spot, made = ground.stream("positions"), ground.index, ground.spot, []
    for n in range(projects):
        regions = _regions(rng, n, spot)
        all_known = n % 3 != 2
        gaps = {day for day in days[1:-1] if rng.random() < 0.03}
        checked = [day for day in days if day not in gaps]
        phrases = []
        for k in range(keywords):
            volume = int(rng.lognormvariate(5.5, 1.3)) + 10
            topic = _TOPICS[(n + k // len(_HEADS)) % len(_TOPICS)]
            group = k % len(_GROUPS)
            keyword = Keyword(
                keyword_id=_KEYWORD_BASE + index * 100_000 + n * 1000 + k,
                text=f"{topic} {_HEADS[k % len(_HEADS)]}"
                + (f" {k // len(_HEADS) + 1}" if k >= len(_HEADS) else ""),
                group_id=_GROUP_BASE + index * 1000 + n * 10 + group,
                group_name=_GROUPS[group],
                volume=volume if all_known or rng.random() > 0.15 else None,
            )
            for region in regions:
                _check(rng, keyword, region, checked, habit=_HABITS[(k + n) % len(_HABITS)], n=n)
            phrases.append(keyword)
        site = f"site{n + 1}.{spot.slug}-clients.example"
        company = companies[n % len(companies)]
        made.append(
            Project(
                _PROJECT_BASE + index * 1000 + n,
                company.company_id,
                f"{company.name}: {site}",
                site,
                regions,
                phrases,
            )
        )
    return made


def _regions(rng: Random, n: int, spot: Place) -> tuple[TrackedRegion, ...]:
    """One or two engines × regions × devices; one in the tenant is searched only 30 places deep."""
    city = spot.regions[n % 2]
    key = _CITY_KEYS[city]
    yandex = TrackedRegion(5, "yandex", key, city, "mobile" if n % 4 == 3 else "desktop", 100)
    depth = 30 if n == 1 else 100
    device: Literal["desktop", "mobile"] = "mobile" if rng.random() < 0.5 else "desktop"
    google = TrackedRegion(7, "google", 1_000_000 + key, city, device, depth)
    return (yandex, google) if n % 2 == 1 or rng.random() < 0.3 else (yandex,) if n % 4 else (google,)


def _check(
    rng: Random, keyword: Keyword, region: TrackedRegion, days: list[date], *, habit: str, n: int
) -> None:
    place, drift = _start(rng, habit)
    first = rng.randrange(max(1, len(days) // 2)) if habit == "appears" and rng.random() < 0.5 else 0
    vanish_after = len(days) * rng.uniform(0.35, 0.8)
    url = f"https://site{n + 1}.example/{keyword.group_id}/{keyword.keyword_id % 1000}"
    for number, day in enumerate(days[first:], start=first):
        place += drift * rng.random() + rng.gauss(0, 1.6 if habit == "wanders" else 0.6)
        place = max(1.0, place)
        if rng.random() < 0.008:
            continue
        gone = habit == "vanishes" and number > vanish_after
        shown = round(place)
        found = not gone and shown <= region.depth
        keyword.checks[(region.index, day)] = shown if found else None
        if found:
            keyword.urls[(region.index, day)] = url


def _start(rng: Random, habit: str) -> tuple[float, float]:
    """(place on the first day, most that a day adds)."""
    if habit == "rises":
        return rng.uniform(25, 70), -0.55
    if habit in ("falls", "vanishes"):
        return rng.uniform(2, 20), 0.45
    if habit == "absent":
        return rng.uniform(150, 220), 0.0
    if habit == "appears":
        return rng.uniform(95, 130), -0.9
    return rng.uniform(1, 30), 0.0


def last_days(last: date, count: int) -> list[date]:
    """``count`` days ending with ``last``."""
    return [last - timedelta(days=n) for n in range(count - 1, -1, -1)]
