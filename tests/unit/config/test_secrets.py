from pathlib import Path

import pytest

from voronka.config import secret, secret_name
from voronka.domain.errors import ConfigurationError


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_HOME", str(tmp_path))
    (tmp_path / "secrets.env").write_text("# ours\nVORONKA_X=from=file\n", "utf-8")
    monkeypatch.delenv("VORONKA_X", raising=False)
    assert secret("VORONKA_X") == "from=file"
    monkeypatch.setenv("VORONKA_X", "from environment")
    assert secret("VORONKA_X") == "from environment"


def test_a_missing_secret_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="VORONKA_NOWHERE"):
        secret("VORONKA_NOWHERE")


def test_names_are_made_of_account_and_provider() -> None:
    assert secret_name("sever-2", "amocrm", "client_id") == "VORONKA_SEVER_2_AMOCRM_CLIENT_ID"
