import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from voronka.domain.errors import ConfigurationError
from voronka.runtime.services import Services, wait_until

FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("up", flush=True)
time.sleep(600)
"""


def test_a_service_is_found_again_and_stopped_with_its_children(tmp_path: Path) -> None:
    services = Services(tmp_path)
    started = services.start(
        "family", [sys.executable, "-c", FAMILY], environment=os.environ, folder=tmp_path, ports={"http": 1}
    )
    wait_until(lambda: "up" in Path(started.log).read_text(), started, seconds=20, what="it says up")
    assert Services(tmp_path).find("family") == started
    children = psutil.Process(started.pid).children(recursive=True)
    assert len(children) == 1
    services.stop("family", seconds=5)
    assert services.running() == []
    assert not any(psutil.pid_exists(p.pid) and p.status() != psutil.STATUS_ZOMBIE for p in children)


def test_a_child_that_outlived_its_parent_is_a_stray_and_ended(tmp_path: Path) -> None:
    services = Services(tmp_path)
    started = services.start(
        "family", [sys.executable, "-c", FAMILY], environment=os.environ, folder=tmp_path
    )
    wait_until(lambda: "up" in Path(started.log).read_text(), started, seconds=20, what="it says up")
    (child,) = psutil.Process(started.pid).children()
    psutil.Process(started.pid).kill()
    assert services.stop_strays() >= 1
    deadline = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_recycled_process_id_is_not_ours(tmp_path: Path) -> None:
    services = Services(tmp_path)
    services.start("short", [sys.executable, "-c", "pass"], environment=os.environ, folder=tmp_path)
    path = tmp_path / "run" / "short.json"
    path.write_text(
        path.read_text().replace(str(services._state), "x").replace('"created": ', '"created": 1')
    )
    assert services.find("short") is None


def test_a_service_that_dies_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    services = Services(tmp_path)
    started = services.start(
        "broken",
        [sys.executable, "-c", "print('no config'); raise SystemExit(1)"],
        environment=os.environ,
        folder=tmp_path,
    )
    with pytest.raises(ConfigurationError, match="no config"):
        wait_until(lambda: False, started, seconds=20, what="it answers")
