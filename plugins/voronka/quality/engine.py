"""Great Expectations over the warehouse: an ephemeral context, one batch per suite, no telemetry, no password on disk."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from io import StringIO
from typing import Any
from urllib.parse import quote

from voronka import database
from voronka.domain.errors import VoronkaError
from voronka.quality.session import libpq_options
from voronka.quality.suites import Suite

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core.validation_definition import ValidationDefinition
from great_expectations.datasource.fluent.interfaces import TestConnectionError

PASSWORD_VARIABLE = "VORONKA_GATE_PASSWORD"  # noqa: S105 - the name of the variable, not a password
DATASOURCE = "warehouse"


@contextmanager
def warehouse_context(session: dict[str, str]) -> Iterator[Any]:
    """A context with the warehouse as its data source, read as ``voronka_transformer``.

    Great Expectations fills the password in from the environment whenever it connects, so that no configuration,
    result or page holds it. The variable is there only as long as the context.

    Raises:
        VoronkaError: the warehouse does not answer or refuses the role.
    """
    parts = database.parts("transformer")
    before = os.environ.get(PASSWORD_VARIABLE)
    os.environ[PASSWORD_VARIABLE] = quote(str(parts["password"]), safe="")
    try:
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = {"globally": False}
        try:
            source = context.data_sources.add_postgres(
                DATASOURCE,
                connection_string=(
                    f"postgresql+psycopg2://{parts['user']}:${{{PASSWORD_VARIABLE}}}"
                    f"@{parts['host']}:{parts['port']}/{parts['database']}"
                ),
                kwargs={
                    "connect_args": {"options": libpq_options(session), "application_name": "voronka-gate"}
                },
            )
        except TestConnectionError as error:
            raise VoronkaError(
                f"The gate cannot connect to the warehouse: {error.__cause__}",
                remedy="run voronka doctor; the gates read as voronka_transformer.",
            ) from None
        try:
            yield context
        finally:
            source.get_execution_engine().close()
            source.get_engine().dispose()
    finally:
        if before is None:
            os.environ.pop(PASSWORD_VARIABLE, None)
        else:
            os.environ[PASSWORD_VARIABLE] = before


def validate(context: Any, suite: Suite) -> dict[str, dict[str, Any]]:
    """Run a suite over its rows and keep the result for the pages: JSON-able results by the expectation's name.

    An expectation whose query does not run comes back as failed, with its ``exception_info``.

    Raises:
        great_expectations.exceptions.GreatExpectationsError: the suite's own query does not run.
    """
    asset = context.data_sources.get(DATASOURCE).add_query_asset(suite.name, query=suite.query)
    batch = asset.add_batch_definition_whole_table("all")
    with _quiet():
        # A deep copy: Great Expectations pops what it reads.
        added = context.suites.add(gx.ExpectationSuite(**deepcopy(suite.content)))
        definition = context.validation_definitions.add(
            ValidationDefinition(name=suite.name, data=batch, suite=added)
        )
        result = definition.run(result_format="COMPLETE")
    return _by_name(result)


def validate_account(
    context: Any, suite: Suite, expectations: list[dict[str, Any]], account_id: str
) -> dict[str, dict[str, Any]]:
    """Run some expectations of a suite over the rows of one account, naming failing rows by the suite's keys."""
    literal = account_id.replace("'", "''")
    query = f"select * from ({suite.query}) as every_account where account_id = '{literal}'"  # noqa: S608
    asset = context.data_sources.get(DATASOURCE).add_query_asset(f"{suite.name} of {account_id}", query=query)
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    with _quiet():
        partial = gx.ExpectationSuite(name=asset.name, expectations=deepcopy(expectations))
        result = batch.validate(
            partial,
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": list(suite.keys),
            },
        )
    return _by_name(result)


def _by_name(result: Any) -> dict[str, dict[str, Any]]:
    # Results come grouped by column, not in the order of the suite.
    plain = (one.to_json_dict() for one in result.results)
    return {one["expectation_config"]["meta"]["name"]: one for one in plain}


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's own remarks: it prints and warns about queries that read more than their batch."""
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        yield
