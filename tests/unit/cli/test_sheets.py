"""Templates of sheets from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from voronka.cli.app import app
from voronka.domain.errors import ConfigurationError

PROJECT = Path(__file__).parents[3]


def test_templates_are_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    result = CliRunner().invoke(app, ["sheets", "template", str(folder), "--language", "en"])
    assert result.exit_code == 0, result.output
    assert "contracts.csv" in result.output
    assert (folder / "spend.csv").read_text("utf-8-sig").startswith("Period;Source;Channel;")
    before = (folder / "spend.csv").read_bytes()
    again = CliRunner().invoke(app, ["sheets", "template", str(folder)])
    assert isinstance(again.exception, ConfigurationError)
    assert (folder / "spend.csv").read_bytes() == before


@pytest.mark.parametrize("arguments", [["sheets", "--help"], ["sheets", "template", "--help"]])
def test_help(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert len(result.output.split("Options")[0].split()) > 8


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_the_command_is_in_the_readme(readme: str) -> None:
    assert "voronka sheets template" in (PROJECT / readme).read_text("utf-8")
