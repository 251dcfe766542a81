"""The SQL that MetricFlow makes of queries, many in one process: python -m tests.semantic_queries PROJECT_FOLDER < queries.json > statements.json"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Query(NamedTuple):
    """What `mf query` would be given."""

    metrics: Sequence[str]
    group_by: Sequence[str] = ()
    where: Sequence[str] = ()
    start: str | None = None
    end: str | None = None


def statements(project: Path, environment: dict[str, str], queries: Sequence[Query]) -> list[str]:
    """The SQL of each query, made in a process of its own: dbt keeps what it knows of a project as long as its process lives."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.semantic_queries", str(project)],
        cwd=ROOT,
        env=os.environ | environment,
        input=json.dumps(queries),
        text=True,
        capture_output=True,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


def _statements(project: Path, queries: list[Query]) -> list[str]:
    from dbt_metricflow.cli.cli_configuration import CLIConfiguration
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

    configuration = CLIConfiguration()
    configuration.setup(project, project, configure_file_logging=False)
    requests = [
        MetricFlowQueryRequest.create(
            metric_names=list(query.metrics),
            group_by_names=list(query.group_by),
            where_constraints=list(query.where) or None,
            time_constraint_start=query.start and datetime.datetime.fromisoformat(query.start),
            time_constraint_end=query.end and datetime.datetime.fromisoformat(query.end),
        )
        for query in queries
    ]
    return [configuration.mf.explain(request).sql_statement.without_descriptions.sql for request in requests]


if __name__ == "__main__":
    asked = [Query(*one) for one in json.load(sys.stdin)]
    # MetricFlow and dbt say what they do on the standard output
    out, sys.stdout = sys.stdout, sys.stderr
    json.dump(_statements(Path(sys.argv[1]), asked), out)
