"""
The SQL that MetricFlow makes of queries, in a process of its own, since dbt keeps what it knows of a project as long as its process lives: it reads
lines of queries and writes lines of statements.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

ROOT = Path(__file__).resolve().parent.parent


class Query(NamedTuple):
    """What `mf query` would be given."""

    metrics: Sequence[str]
    group_by: Sequence[str] = ()
    where: Sequence[str] = ()
    start: str | None = None
    end: str | None = None


class MetricFlow:
    """MetricFlow for one project; it takes seconds to start, and is started once."""

    def __init__(self, project: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.semantic_queries", str(project)],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def statements(self, queries: Sequence[Query]) -> list[str]:
        """The SQL of each query."""
        self._process.stdin.write(json.dumps(queries) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "MetricFlow refused a query; its standard error says why"
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def _answer(project: Path, lines: TextIO, out: TextIO) -> None:
    from dbt_metricflow.cli.cli_configuration import CLIConfiguration
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

    configuration = CLIConfiguration()
    configuration.setup(project, project, configure_file_logging=False)
    for line in lines:
        requests = [
            MetricFlowQueryRequest.create(
                metric_names=list(query.metrics),
                group_by_names=list(query.group_by),
                where_constraints=list(query.where) or None,
                time_constraint_start=query.start and datetime.datetime.fromisoformat(query.start),
                time_constraint_end=query.end and datetime.datetime.fromisoformat(query.end),
            )
            for query in (Query(*one) for one in json.loads(line))
        ]
        made = [configuration.mf.explain(request).sql_statement.without_descriptions.sql for request in requests]
        print(json.dumps(made), file=out, flush=True)


if __name__ == "__main__":
    # MetricFlow and dbt say what they do on the standard output
    answers, sys.stdout = sys.stdout, sys.stderr
    _answer(Path(sys.argv[1]), sys.stdin, answers)
