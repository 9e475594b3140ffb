"""Write ``dbt_project/seeds/production_calendar.csv``: days that are not what their weekday says.

A row is a weekday off (public holiday or a day off moved there) or a weekend day that is worked. The ``holidays``
library carries the yearly decrees that move days off: for Russia those of 2015 to 2027, each with its source.
Run it again after updating that library, when a new decree is out.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import holidays

COUNTRIES = ("KZ", "RU")
FIRST_YEAR, LAST_YEAR = 2015, 2027
SEED = Path(__file__).parents[1] / "dbt_project" / "seeds" / "production_calendar.csv"


def exceptions(country: str) -> list[tuple[str, str, str]]:
    """(country, day, is working day) of every day that differs from Monday-to-Friday, in order."""
    calendar = holidays.country_holidays(country, years=range(FIRST_YEAR, LAST_YEAR + 1))
    rows = []
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        works = calendar.is_working_day(day)
        if works != (day.isoweekday() <= 5):
            rows.append((country, day.isoformat(), str(works).lower()))
        day += timedelta(days=1)
    return rows


def main() -> None:
    """Write the seed of all countries."""
    with SEED.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("country_code", "date_day", "is_working_day"))
        for country in COUNTRIES:
            writer.writerows(exceptions(country))


if __name__ == "__main__":
    main()
