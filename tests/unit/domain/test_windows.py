import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import pendulum
import pytest

from voronka.domain.windows import Window

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_window_is_half_open() -> None:
    window = Window(START, START + timedelta(hours=1))
    assert START in window
    assert START + timedelta(hours=1) not in window


def test_bounds_are_kept_in_utc() -> None:
    moscow = timezone(timedelta(hours=3))
    window = Window(datetime(2026, 1, 1, 3, tzinfo=moscow), datetime(2026, 1, 1, 4, tzinfo=moscow))
    assert window == Window(START, START + timedelta(hours=1))
    assert str(window) == "[2026-01-01T00:00:00Z, 2026-01-01T01:00:00Z)"


@pytest.mark.parametrize(
    ("start", "end"),
    [(START, START), (START, START - timedelta(seconds=1)), (datetime(2026, 1, 1), START)],  # noqa: DTZ001
)
def test_empty_and_naive_windows_are_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="window"):
        Window(start, end)


def test_pieces_join_up_without_gap_or_overlap() -> None:
    window = Window(START, START + timedelta(days=5, hours=3))
    pieces = list(window.pieces(timedelta(days=2)))
    assert [p.start for p in pieces] == [START, START + timedelta(days=2), START + timedelta(days=4)]
    assert pieces[-1].end == window.end
    assert all(a.end == b.start for a, b in itertools.pairwise(pieces))


def test_local_days_follow_the_zone() -> None:
    window = Window.of_days(date(2026, 3, 1), date(2026, 3, 2), "Asia/Almaty")
    assert window.start == datetime(2026, 2, 28, 19, tzinfo=UTC)
    assert window.local_days("Asia/Almaty") == [date(2026, 3, 1), date(2026, 3, 2)]
    assert window.local_days("UTC") == [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)]


def test_moments_of_airflow_are_taken() -> None:
    start = pendulum.datetime(2026, 10, 13, 21, tz="UTC")
    window = Window(start, start.add(days=1))
    assert type(window.start) is datetime
    assert list(window.pieces(timedelta(days=400))) == [window]
