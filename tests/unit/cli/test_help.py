"""The command line teaches: every command has help and stands in both READMEs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from voronka import __version__
from voronka.cli import warehouse
from voronka.cli.app import app

PROJECT = Path(__file__).parents[3]
warehouse.register(app)
COMMANDS = sorted(c.name or (c.callback.__name__ if c.callback else "") for c in app.registered_commands)
INTERNAL = {"migrate", "demo"}
"""Named elsewhere: migrate in the compose file, demo as make demo."""


def test_the_commands_are_those_promised() -> None:
    promised = {"doctor", "up", "down", "status", "demo", "load", "transform", "check", "report", "backfill"}
    assert promised <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.split("Options")[0].split()) > 8, "say what it does and what it leaves alone"


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_every_command_is_in_the_readme(readme: str) -> None:
    text = (PROJECT / readme).read_text("utf-8")
    missing = [
        c for c in COMMANDS if c not in INTERNAL and f"voronka {c}" not in text and f"`{c}`" not in text
    ]
    assert missing == []


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.strip() == __version__
