"""``voronka doctor`` over real providers: sound setups pass, and each thing that is wrong is named with its remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
from cryptography.fernet import Fernet

from tests.flows_e2e.house import House, Said
from tests.support.environment import environment
from voronka.config import load_settings
from voronka.flows import webhooks
from voronka.runtime.ports import free_port

Finding = dict[str, Any]


def without_webmaster(house: House) -> None:
    """No Webmaster where the tiny world has no site in it."""

    def leave_out(content: dict[str, Any]) -> None:
        trackers = content["accounts"][1]["positions"]
        trackers[:] = [source for source in trackers if source["provider"] != "webmaster"]

    house.rewrite("accounts.yml", leave_out)


@pytest.fixture
def sound(house: House) -> Iterator[House]:
    """Both agencies connected, nothing wrong."""
    connection = house.run("connect", "sever", "--code", f"code-sever-{uuid4()}")
    assert connection.code == 0, connection.err
    without_webmaster(house)
    yield house
    for account in ("sever", "altai"):
        house.sandbox.reset_tokens(account)


def told(said: Said) -> list[Finding]:
    """What is wrong; there must be a remedy for each."""
    bad = [finding for finding in said.json if not finding["ok"]]
    assert all(finding["message"] and finding["remedy"] for finding in bad)
    return bad


def only(said: Said) -> Finding:
    """The one thing that is wrong, for which the command failed."""
    (finding,) = told(said)
    assert finding["severity"] == "error"
    assert said.code == 1
    return finding


def assert_no_secret(house: House, said: Said, *others: str) -> None:
    words = ("TOKEN", "SECRET", "PASSWORD", "_KEY")
    secrets = {
        v for k, v in house.environment.items() if k.startswith("VORONKA_") and any(w in k for w in words)
    }
    assert len(secrets) > 10
    for value in (*secrets, *others):
        assert value not in said.out + said.err


def test_a_sound_setup_passes(sound: House) -> None:
    said = sound.run("doctor", "--json")
    assert (said.code, said.err, told(said)) == (0, "", [])
    subjects = {finding["subject"] for finding in said.json}
    with environment(sound.environment):
        sources = {f"{a.id} {source.provider}" for a in load_settings().accounts for _, source in a.sources}
    assert subjects == {"settings", "warehouse", "mail", "disk"} | sources
    assert_no_secret(sound, said)


def test_everything_wrong_at_once_is_told_at_once(sound: House) -> None:
    sound.sandbox.tokens("sever", revoke="all")
    sound.rewrite("voronka.yml", lambda content: content["mail"].update(port=free_port(20000)))
    broken = {
        "VORONKA_ALTAI_AMOCRM_ACCESS_TOKEN": "agent-altai",
        "VORONKA_ALTAI_UIS_ACCESS_TOKEN": "uis-key-of-yesterday",
        "VORONKA_SEVER_TOPVISOR_ACCESS_TOKEN": "topvisor-key-of-yesterday",
    }
    said = sound.run("doctor", "--json", **broken)
    found = {finding["subject"]: finding for finding in told(said) if finding["severity"] == "error"}
    assert said.code == 1
    assert set(found) == {"mail", "sever amocrm", "altai amocrm", "altai uis", "sever topvisor"}
    assert "voronka.yml" in found["mail"]["remedy"]
    assert "voronka connect sever" in found["sever amocrm"]["remedy"]
    assert "administrator" in found["altai amocrm"]["remedy"]
    assert_no_secret(sound, said, *broken.values())
    plain = sound.run("doctor", **broken)
    assert plain.code == 1
    assert plain.out.count("   wrong ") == 5
    assert plain.out.count("what to do: ") == 5
    assert_no_secret(sound, plain, *broken.values())


def break_everything(house: House) -> dict[str, str]:
    """Each trouble that a first Monday brings, at once; the environment that goes with them."""
    sandbox = house.sandbox
    secret = {"VORONKA_ALTAI_AMOCRM_WEBHOOK_SECRET": "b" * 40}
    with environment({**house.environment, **secret}):
        webhooks.register(load_settings(), "altai", f"http://127.0.0.1:{free_port(20000)}")
    order = {"account": "altai", "entity": "leads", "last": 2, "disable_after": 1}
    sent = requests.post(f"{sandbox.url}/sandbox/hooks", json=order, timeout=60).json()["sent"]
    assert sent[-1]["disabled"]
    sandbox.filters("ignored", "sever")
    sandbox.fault("clock_skew", account="altai", provider="uis", seconds=-600)
    sandbox.broken("altai", ["missing_column"])
    house.rewrite("accounts.yml", lambda content: content["accounts"][0]["crm"].update(auth="token"))
    return {
        **secret,
        "VORONKA_SEVER_AMOCRM_ACCESS_TOKEN": "agent-sever",
        "VORONKA_SEVER_SHEETS_ACCESS_TOKEN": "sheets-narrow-sever",
        "VORONKA_ALTAI_TOPVISOR_ACCESS_TOKEN": "topvisor-key-of-yesterday",
    }


def test_a_broken_setup_is_told_whole_and_nothing_else(house: House) -> None:
    without_webmaster(house)
    broken = break_everything(house)
    try:
        said = house.run("doctor", "--json", **broken)
    finally:
        requests.delete(f"{house.sandbox.url}/sandbox/hooks", timeout=5)
    found = {(f["subject"], f["check"]): (f["severity"], f["message"], f["remedy"]) for f in told(said)}
    expected = {
        ("sever amocrm", "token has an administrator's rights"): ("error", "", "as an administrator"),
        ("sever amocrm", "filter by time of change works"): ("warning", "ignores", "buy the API filter"),
        ("sever sheets", "Google Sheets answers and the spreadsheet can be read"): (
            "error",
            "scope",
            "spreadsheets.readonly",
        ),
        ("altai amocrm", "webhooks are sent to us"): ("error", "switched the webhook off", "register altai"),
        ("altai uis", "clocks agree"): ("error", "by +60", "NTP"),
        ("altai topvisor", "Topvisor answers and takes the key"): ("error", "refused", "new API key"),
        ("altai sheets", "the sheet of contracts can be loaded"): ("error", "column", "column"),
    }
    assert said.code == 1
    assert set(found) == set(expected)
    for place, (severity, message, remedy) in expected.items():
        assert found[place][0] == severity, place
        assert message in found[place][1], place
        assert remedy in found[place][2], place
    assert_no_secret(house, said, *broken.values())


def test_a_revoked_long_lived_token(sound: House) -> None:
    sound.sandbox.tokens("altai", revoke="long")
    finding = only(sound.run("doctor", "--json"))
    assert finding["subject"] == "altai amocrm"
    assert "VORONKA_ALTAI_AMOCRM_ACCESS_TOKEN" in finding["remedy"]


def test_clocks_apart(sound: House) -> None:
    sound.sandbox.fault("clock_skew", account="altai", provider="uis", seconds=-900)
    finding = only(sound.run("doctor", "--json"))
    assert finding["subject"] == "altai uis"
    assert re.search(r"by \+9\d\d s", finding["message"])
    assert "NTP" in finding["remedy"]


def misspell(content: dict[str, Any]) -> None:
    content["accounts"][1]["time_zon"] = "hush-hush"


def forget_reports_account(content: dict[str, Any]) -> None:
    content["reports"][0]["account"] = "nobody"


@pytest.mark.parametrize(
    ("file", "change", "named"),
    [
        ("accounts.yml", misspell, "accounts.1.time_zon"),
        ("reports.yml", forget_reports_account, "'nobody'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(
    house: House, file: str, change: Callable[[dict[str, Any]], object], named: str
) -> None:
    path = house.rewrite(file, change)
    finding = only(house.run("doctor", "--json"))
    assert finding["subject"] == "settings"
    assert named in finding["message"]
    assert "hush-hush" not in finding["message"]
    if file == "accounts.yml":
        line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "time_zon:" in text)
        assert f"{path}:{line}: " in finding["message"]


def test_a_warehouse_that_is_away(house: House) -> None:
    gone = house.environment["VORONKA_DATABASE_URL"].rpartition("/")[0] + "/nowhere"
    said = house.run("doctor", "--json", VORONKA_DATABASE_URL=gone)
    found = {finding["subject"]: finding for finding in told(said)}
    assert said.code == 1
    assert "VORONKA_DATABASE_URL" in found["warehouse"]["remedy"]
    assert found["sources"]["severity"] == "warning"
    assert_no_secret(house, said)


def test_a_key_that_is_not_the_one_of_that_time(sound: House) -> None:
    finding = only(sound.run("doctor", "--json", VORONKA_ENCRYPTION_KEY=Fernet.generate_key().decode()))
    assert finding["subject"] == "sever amocrm"
    assert "VORONKA_ENCRYPTION_KEY" in finding["remedy"]
