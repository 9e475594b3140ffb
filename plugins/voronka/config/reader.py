"""Reads ``config/*.yml`` and says, for each thing wrong, the file, the line and the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from voronka.config.models import Settings
from voronka.config.paths import config_folder
from voronka.domain.errors import ConfigurationError

FILES: dict[str, tuple[str, ...]] = {
    "accounts.yml": ("accounts",),
    "reports.yml": ("reports",),
    "voronka.yml": ("mail", "alerts", "schedules", "publishing"),
}


def load_settings(folder: Path | None = None) -> Settings:
    """All settings of a folder (default: ``config/``), validated.

    Raises:
        ConfigurationError: with one line per mistake: file, line, path of the key, what was expected.
    """
    folder = folder or config_folder()
    values: dict[str, Any] = {}
    nodes: dict[str, tuple[Path, yaml.Node]] = {}
    for name, sections in FILES.items():
        path = folder / name
        if not path.exists():
            if name == "accounts.yml":
                raise ConfigurationError(
                    f"{path} is missing.", remedy="copy config/accounts.example.yml there and fill it in."
                )
            continue
        content, tree = _parse(path)
        for key in content:
            if key not in sections:
                line = _line(tree, (key,))
                raise ConfigurationError(
                    f"{path}:{line}: unknown section {key!r}.",
                    remedy=f"this file may hold: {', '.join(sections)}.",
                )
        values.update(content)
        nodes.update(dict.fromkeys(content, (path, tree)))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(
            "The settings are not valid:\n" + "\n".join(_explain(e, nodes, folder) for e in error.errors()),
            remedy="mend the lines named above and run voronka doctor.",
        ) from None


def _parse(path: Path) -> tuple[dict[str, Any], yaml.Node]:
    text = path.read_text("utf-8")
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}:{line}: not valid YAML: {error.problem}.") from None
    if tree is None:
        return {}, yaml.MappingNode("tag:yaml.org,2002:map", [])
    if not isinstance(content, dict):
        raise ConfigurationError(
            f"{path}:1: expected sections such as 'accounts:', got {type(content).__name__}."
        )
    return content, tree


def _line(node: yaml.Node, path: tuple[str | int, ...]) -> int:
    """The line (from 1) of the deepest part of ``path`` that the file holds."""
    line = (node.start_mark.line if node.start_mark else 0) + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _explain(error: Any, nodes: dict[str, tuple[Path, yaml.Node]], folder: Path) -> str:
    location: tuple[str | int, ...] = error["loc"]
    if location and str(location[0]) in nodes:
        path, tree = nodes[str(location[0])]
        where = f"{path}:{_line(tree, location)}"
    else:
        where = str(folder)
    key = ".".join(str(step) for step in location) or "settings"
    if error["type"] == "extra_forbidden":
        # Its value is not shown: it may be a secret that was written here by mistake.
        return f"  {where}: {key}: there is no such setting. Extra inputs are not permitted"
    got = "" if error["type"] in {"missing", "value_error"} else f" (got {error['input']!r})"
    return f"  {where}: {key}: {error['msg']}{got}"
