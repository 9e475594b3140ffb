"""raw → marts: gate, dbt, gate, publish. One run at a time, and only a run that passed both gates is published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from voronka import database
from voronka.config import Settings, project_folder, state_folder
from voronka.domain import clock
from voronka.domain.errors import ConfigurationError, GateFailed, VoronkaError
from voronka.flows import field_map, models
from voronka.loading import sync_settings
from voronka.quality import GateReport, gate_error, run_gate

Gate = Literal["raw", "marts"]
EXCLUDED = "DBT_EXCLUDE_RESOURCE_TYPES"
"""dbt's own variable for kinds of nodes to leave out; it goes before ours."""


@dataclass(frozen=True, slots=True)
class DbtResult:
    """What dbt did: seconds it took and how many nodes ended in which status (``success``, ``pass``, ``error``)."""

    seconds: float
    statuses: dict[str, int]


def new_run_id() -> str:
    """An id for a transform run started by hand."""
    return f"manual__{clock.now():%Y%m%dT%H%M%SZ}_{uuid4().hex[:6]}"


def begin(settings: Settings, run_id: str) -> None:
    """Write the settings that models need into ``ops`` and open the run. Beginning a run again restarts it."""
    with database.connect("loader") as connection:
        sync_settings(connection, settings)
    with database.connect("app") as connection:
        connection.execute(
            """
            insert into ops.runs (run_id, status, started_at) values (%s, 'running', clock_timestamp())
            on conflict (run_id) do update
            set status = 'running', started_at = clock_timestamp(),
                finished_at = null, published_at = null, failed_step = null, message = null
            """,
            (run_id,),
        )
        connection.execute("delete from ops.run_accounts where run_id = %s", (run_id,))


def gate(settings: Settings, name: Gate, run_id: str) -> GateReport:
    """Run one gate. An account whose sources are merely late, or whose field map names fields that its CRM does not
    have, is held: the run goes on, its reports do not.

    Raises:
        ConfigurationError: the field map of every account is wrong; names the fields that there are.
        GateFailed: when a critical expectation failed, or every account is held; the run is marked ``failed``
            at this gate.
    """
    everybody = {account.id for account in settings.accounts}
    wrong = field_map.refused(settings) if name == "raw" else {}
    if wrong.keys() == everybody:
        refusal = ConfigurationError(" ".join(wrong.values()), remedy="then run the transform again.")
        fail(run_id, f"gate {name}", str(refusal))
        raise refusal
    report = run_gate(name, run_id, settings)
    held = {**report.held, **wrong}
    if report.passed and held.keys() < everybody:
        _hold(run_id, held)
    elif not report.passed or report.held:
        error = gate_error(report)
        fail(run_id, f"gate {name}", str(error))
        raise error
    return report


def _hold(run_id: str, held: Mapping[str, str]) -> None:
    with database.connect("app") as connection:
        for account_id, reason in held.items():
            connection.execute(
                """
                insert into ops.run_accounts (run_id, account_id, status, reason) values (%s, %s, 'held', %s)
                on conflict (run_id, account_id) do update set reason = excluded.reason
                """,
                (run_id, account_id, reason),
            )


def dbt_environment() -> dict[str, str]:
    """What dbt needs from the environment: the transformer's connection and the moment that counts as now."""
    parts = database.parts("transformer")
    return {
        "VORONKA_DBT_HOST": str(parts["host"]),
        "VORONKA_DBT_PORT": str(parts["port"]),
        "VORONKA_DBT_USER": str(parts["user"]),
        "DBT_ENV_SECRET_VORONKA_DBT_PASSWORD": str(parts["password"]),
        "VORONKA_DBT_DATABASE": str(parts["database"]),
        "VORONKA_AS_OF": os.environ.get("VORONKA_AS_OF", ""),
        "VORONKA_MODELS_VERSION": models_version(),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def models_version() -> str:
    """A text that changes with the models, macros and seeds: marts of another version are built anew whole."""
    digest = blake2b(digest_size=16)
    project = project_folder() / "dbt_project"
    for folder in ("models", "macros", "seeds"):
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in (".sql", ".yml", ".csv"):
                digest.update(path.relative_to(project).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def dbt_target() -> Path:
    """Where dbt keeps the manifest and what it compiled."""
    return state_folder() / "dbt" / "target"


def _dbt(arguments: Sequence[str]) -> list[str]:
    project = project_folder() / "dbt_project"
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    return [str(Path(sys.executable).parent / "dbt"), "--no-version-check", *arguments, *folders]


def parse_manifest() -> Path:
    """Write the manifest from which the Dag's tasks are drawn; its path. Touches no database.

    Raises:
        VoronkaError: when the project does not parse.
    """
    environment = {
        **os.environ,
        "VORONKA_DBT_HOST": "127.0.0.1",
        "VORONKA_DBT_PORT": "5432",
        "VORONKA_DBT_USER": "nobody",
        "DBT_ENV_SECRET_VORONKA_DBT_PASSWORD": "unused",
        "VORONKA_DBT_DATABASE": "voronka",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_TARGET_PATH": str(dbt_target()),
        "DBT_LOG_PATH": str(state_folder() / "logs"),
    }
    done = subprocess.run(
        _dbt(["--quiet", "parse"]), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise VoronkaError(f"The dbt project does not parse:\n{done.stdout}{done.stderr}")
    return dbt_target() / "manifest.json"


def build(
    *,
    full: bool = False,
    select: str | None = None,
    unit_tests: bool = False,
    told: Callable[[str], None] | None = None,
) -> DbtResult:
    """``dbt build`` in one process, telling each line that dbt writes.

    Args:
        unit_tests: also run the models' unit tests. They test the code and not the data, so only our own tests do.

    Raises:
        VoronkaError: when a model or a test failed; names them.
    """
    arguments = [
        "build",
        *([] if unit_tests or EXCLUDED in os.environ else ["--exclude-resource-type", "unit_test"]),
        *(["--full-refresh"] if full else []),
        *(["--select", select] if select else []),
    ]
    return _run_dbt(arguments, dbt_target(), told)


def fit_models(settings: Settings, *, told: Callable[[str], None] | None = None) -> list[models.FitOutcome]:
    """Fit the models that marts read the expectations of, to what was loaded last.

    The lives and purchases they are fitted to are built first, alone and in a target folder of their own, so that one build of the
    marts is enough and whoever draws the graph from the manifest finds it whole.

    Raises:
        VoronkaError: when a model failed; names it.
    """
    inputs = [f"+{models.LIVES}", f"+{models.HISTORIES}"]
    _run_dbt(["run", "--select", *inputs], state_folder() / "dbt" / "lives", told)
    return models.fit_churn(settings) + models.fit_purchases(settings)


def _run_dbt(arguments: Sequence[str], target: Path, told: Callable[[str], None] | None = None) -> DbtResult:
    environment = {
        **os.environ,
        **dbt_environment(),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(state_folder() / "logs"),
    }
    process = subprocess.Popen(
        _dbt(["--no-use-colors", *arguments]),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    last: list[str] = []
    for line in process.stdout or ():
        last = [*last[-30:], line.rstrip()]
        if told:
            told(line.rstrip())
    if process.wait() != 0:
        failures = _failures(target)
        raise VoronkaError(
            f"dbt {arguments[0]} failed: " + ("; ".join(failures) if failures else "\n".join(last)),
            remedy="mend the model or the data that the failing test names; nothing was published.",
        )
    return _result(target)


def _results(target: Path) -> dict[str, Any]:
    path = target / "run_results.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {"results": [], "elapsed_time": 0.0}


def _result(target: Path) -> DbtResult:
    run = _results(target)
    statuses: dict[str, int] = {}
    for result in run["results"]:
        statuses[result["status"]] = statuses.get(result["status"], 0) + 1
    return DbtResult(float(run["elapsed_time"]), statuses)


def _failures(target: Path) -> list[str]:
    bad = [r for r in _results(target)["results"] if r["status"] in ("error", "fail")]
    return [
        f"{r['unique_id'].split('.', 2)[-1]}: {(r.get('message') or r['status']).strip()[:300]}" for r in bad
    ]


def fail(run_id: str, step: str, message: str) -> None:
    """Close a run as failed, saying at which step and why. A run that is already closed stays as it is."""
    with database.connect("app") as connection:
        connection.execute(
            """
            update ops.runs set status = 'failed', finished_at = clock_timestamp(), failed_step = %s, message = %s
            where run_id = %s and status in ('running', 'gated')
            """,
            (step, message, run_id),
        )


def publish(run_id: str) -> datetime:
    """Mark the run as published: from now on reports and write-backs read it. The moment its data is as of (UTC).

    Accounts that a gate holds stay held; every other one gets the moment its own sources were loaded to, and the
    run the earliest of them. The rows of the public marts are kept with the time they stand, and figures of finished
    periods that were published otherwise before are noted as restated, all in the same transaction.
    """
    with database.connect("app") as connection:
        connection.execute(
            """
            insert into ops.run_accounts (run_id, account_id, status, data_as_of)
            select
                r.run_id, a.account_id, 'published',
                least(
                    coalesce(
                        (
                            select min(w.high_water_at) from ops.watermarks as w
                            where
                                w.account_id = a.account_id
                                -- a refused sheet keeps its last version in force
                                and w.provider <> 'sheets'
                                -- what the tariff no longer has is not late
                                and (
                                    select l.status from ops.loads as l
                                    where
                                        l.account_id = w.account_id and l.provider = w.provider
                                        and l.entity = w.entity and l.status in ('succeeded', 'skipped')
                                    order by l.started_at desc limit 1
                                ) is distinct from 'skipped'
                        ),
                        %(now)s
                    ),
                    %(now)s
                )
            from ops.runs as r cross join ops.accounts as a
            where r.run_id = %(run_id)s and r.status = 'running'
            on conflict (run_id, account_id) do nothing
            """,
            {"run_id": run_id, "now": clock.now()},
        )
        row = connection.execute(
            """
            update ops.runs
            set status = 'published',
                finished_at = clock_timestamp(),
                published_at = clock_timestamp(),
                data_as_of = coalesce(
                    (select min(p.data_as_of) from ops.run_accounts as p where p.run_id = %(run_id)s), %(now)s
                )
            where run_id = %(run_id)s and status = 'running'
            returning data_as_of
            """,
            {"run_id": run_id, "now": clock.now()},
        ).fetchone()
        if row is None:
            raise VoronkaError(
                f"The run {run_id} cannot be published: it is not open.",
                remedy="run voronka transform again.",
            )
        connection.execute("select history.keep_published(%s, %s)", (run_id, clock.now()))
    as_of: datetime = row[0]
    return as_of


@contextmanager
def closing_on_failure(run_id: str, step: str) -> Iterator[None]:
    """Whatever fails inside closes the run as failed at ``step``."""
    try:
        yield
    except GateFailed:
        raise
    except Exception as error:
        fail(run_id, step, str(error))
        raise


def transform(
    settings: Settings, *, full: bool = False, told: Callable[[str], None] | None = None
) -> tuple[str, DbtResult, datetime]:
    """The whole way from raw to published marts in this process: (run id, what dbt did, data as of).

    Raises:
        GateFailed, VoronkaError: nothing is published.
    """
    run_id = new_run_id()
    begin(settings, run_id)
    with closing_on_failure(run_id, "gate raw"):
        gate(settings, "raw", run_id)
    with closing_on_failure(run_id, "fit models"):
        fit_models(settings, told=told)
    with closing_on_failure(run_id, "dbt"):
        result = build(full=full, told=told)
    with closing_on_failure(run_id, "gate marts"):
        gate(settings, "marts", run_id)
    return run_id, result, publish(run_id)
