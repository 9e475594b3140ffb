"""The command: starts, says where it is, stops in time, tells the truth."""

from __future__ import annotations

import json
import signal
import smtplib
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sandbox"]
SIZE = [
    *("--leads", "40", "--calls", "60", "--projects", "1", "--keywords", "3", "--position-days", "10"),
    *("--months", "3", "--accounts", "1", "--until", "2026-03-01T00:00:00Z", "--seed", "7"),
]


def _start(*words: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    process = subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr and process.stderr.read().decode()
    return process, json.loads(line)


def _stop(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = process.wait(10)
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()
    return code, time.monotonic() - started


def test_serve_on_free_ports_and_stop_within_two_seconds() -> None:
    process, ready = _start("serve", "--port", "0", "--smtp-port", "0", *SIZE, "--rate-limit", "0")
    try:
        assert ready["ready"] is True
        url = f"http://127.0.0.1:{ready['port']}"
        assert requests.get(f"{url}/health", timeout=5).json() == {"status": "ok"}
        rows = requests.get(f"{url}/sandbox/truth?account=sever", timeout=5).json()["rows"]
        headers = {"Authorization": "Bearer long-sever"}
        leads = requests.get(f"{url}/amocrm/sever/api/v4/leads?limit=250", headers=headers, timeout=5).json()
        assert len(leads["_embedded"]["leads"]) == rows["leads"]
        requests.post(f"{url}/sandbox/faults", json={"kind": "timeout", "seconds": 60}, timeout=5)
        waiting = socket.create_connection(("127.0.0.1", ready["port"]))
        waiting.sendall(
            b"GET /amocrm/sever/api/v4/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer long-sever\r\n\r\n"
        )
        time.sleep(0.3)
    finally:
        code, seconds = _stop(process)
    waiting.close()
    assert code == 0
    assert seconds < 2
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{url}/health", timeout=1)


def test_mail_alone_keeps_letters_in_its_folder(tmp_path: Path) -> None:
    process, ready = _start("mail", "--port", "0", "--smtp-port", "0", "--folder", str(tmp_path))
    try:
        with smtplib.SMTP("127.0.0.1", ready["smtp_port"]) as smtp:
            smtp.sendmail("a@voronka.example", ["b@voronka.example"], "Subject: hello\r\n\r\nhi\r\n")
        url = f"http://127.0.0.1:{ready['port']}"
        assert requests.get(f"{url}/mailbox/api/messages", timeout=5).json()[0]["subject"] == "hello"
        assert requests.get(f"{url}/sandbox/faults", timeout=5).status_code == 404
    finally:
        _stop(process)
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_truth_prints_json_of_every_account() -> None:
    done = subprocess.run([*COMMAND, "truth", *SIZE], cwd=ROOT, capture_output=True, check=True)
    figures = json.loads(done.stdout)
    assert list(figures) == ["sever"]
    assert figures["sever"]["rows"]["calls"] == 60


@pytest.mark.parametrize(("words", "complaint"), [
    (["serve", "--until", "yesterday"], "is not a time"),
    (["serve", "--until", "2026-03-01T00:00:00"], "needs a zone"),
    (["serve", "--csv-account", "olist"], "SLUG=MAPPING.yml:FOLDER"),
    (["truth", *SIZE, "--account", "nobody"], "none of sever"),
    (["truth", *SIZE, "--csv-account", "olist=/nowhere/map.yml:/nowhere"], "/nowhere/map.yml"),
])  # fmt: skip
def test_wrong_options_are_explained(words: list[str], complaint: str) -> None:
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, capture_output=True, check=False, env={"COLUMNS": "200"}
    )
    assert done.returncode == 2
    assert complaint in done.stderr.decode()
