from pathlib import Path

import pytest

from voronka.config import load_settings
from voronka.domain.errors import ConfigurationError

GOOD = """\
accounts:
  - id: sever
    name: Север
    time_zone: Europe/Moscow
    crm: {provider: amocrm, base_url: "https://sever.amocrm.ru"}
"""


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    return tmp_path


def test_good_settings_are_read_with_defaults(tmp_path: Path) -> None:
    settings = load_settings(folder_with(tmp_path, accounts=GOOD))
    account = settings.account("sever")
    assert account.currency == "RUB"
    assert account.working_hours.start.hour == 9
    assert settings.schedules.ingest_crm == "15 * * * *"


@pytest.mark.parametrize(
    ("broken", "line", "says"),
    [
        (GOOD.replace("Europe/Moscow", "Europe/Moskva"), 4, "is not an IANA time zone"),
        (GOOD.replace("provider: amocrm", "provider: amo"), 5, "'amocrm'"),
        (GOOD.replace("    name: Север\n", ""), 2, "Field required"),
        (GOOD + "    colour: red\n", 6, "Extra inputs"),
        (GOOD + "cats: []\n", 6, "unknown section 'cats'"),
        ("accounts:\n  - id: [", 2, "not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, broken: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(folder_with(tmp_path, accounts=broken))
    assert f"accounts.yml:{line}:" in str(caught.value)
    assert says in str(caught.value)


def test_a_report_for_an_unknown_account_is_refused(tmp_path: Path) -> None:
    reports = "reports:\n  - {report: positions, account: nobody, recipients: [a@b.example]}\n"
    with pytest.raises(ConfigurationError, match="nobody"):
        load_settings(folder_with(tmp_path, accounts=GOOD, reports=reports))


def test_missing_settings_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="accounts.example.yml"):
        load_settings(tmp_path)


def test_the_examples_that_are_shipped_are_valid(tmp_path: Path) -> None:
    examples = Path(__file__).parents[3] / "config"
    for name in ("accounts", "reports", "voronka"):
        text = (examples / f"{name}.example.yml").read_text("utf-8")
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    assert len(load_settings(tmp_path).reports) == 2
