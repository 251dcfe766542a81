"""Run MetricFlow on the published database, which is only read: make mf ARGS="query --metrics mrr --group-by metric_time__month"."""

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
import postgres_schemas
import postgres_server
from console import Stop, run_main
from dbt_build import dbt_environment
from inputs import PROJECT
from published import chosen, postgres_environment, published

# without asking a package index for a newer MetricFlow
MF = "import dbt_metricflow.cli.main as mf; mf.UpdateChecker.check = lambda *_, **__: None; mf.cli(prog_name='mf')"
EXAMPLE = 'make mf ARGS="query --metrics net_revenue_retention --group-by metric_time__month"'
MANIFEST = "target/semantic_manifest.json"


def project(folder: Path, artifacts: Path, replaced: dict[str, str] | None = None) -> Path:
    """A folder that MetricFlow takes for the project: its settings and the semantic manifest of a build, with other names of schemas in it."""
    manifest = artifacts / "semantic_manifest.json"
    if not manifest.exists():
        raise Stop("The last build has left no semantic layer to read: FORCE=1 make build")
    text = manifest.read_text()
    for name, other in (replaced or {}).items():
        text = text.replace(name, other)
    json.loads(text)
    (folder / MANIFEST).parent.mkdir(parents=True)
    (folder / MANIFEST).write_text(text)
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    return folder


def reading_profile(folder: Path, database: Path) -> None:
    """A profile that opens a DuckDB file to read it, so that it is in no reader's way, and none in its."""
    output = {"type": "duckdb", "path": str(database), "schema": "main", "config_options": {"access_mode": "READ_ONLY"}}
    profile = {"customer_success": {"target": "duckdb", "outputs": {"duckdb": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))


def prepared(folder: Path) -> dict[str, str]:
    """The folder made MetricFlow's project for the published database of the chosen target; the environment to run in."""
    with published().open():
        pass
    if chosen() == "postgres":
        server = postgres_server.server()
        # a build makes schemas of its own, which are then renamed
        names = {f"{schema}{postgres_schemas.WORK}": schema for schema in postgres_schemas.PUBLISHED}
        project(folder, server.work_folder / "target", names)
        shutil.copy(PROJECT / "profiles.yml", folder)
        environment = postgres_environment(server)
    else:
        database = inputs.target()
        project(folder, database.work_folder / "target")
        reading_profile(folder, database.path)
        environment = dbt_environment(database.path, None)
    return environment | settings(folder)


def settings(folder: Path) -> dict[str, str]:
    """Where MetricFlow finds its project and writes its log."""
    return {"DBT_PROJECT_DIR": str(folder), "DBT_PROFILES_DIR": str(folder), "DBT_LOG_PATH": str(folder / "logs")}


def main() -> None:
    """Hand the arguments to MetricFlow."""
    arguments = sys.argv[1:]
    if not arguments:
        raise Stop(f'Expected what MetricFlow is to do: {EXAMPLE}\nEvery metric: make mf ARGS="list metrics"')
    if (target := chosen()) == "spark":
        raise Stop(f"MetricFlow knows no {target}. Expected TARGET=duckdb or TARGET=postgres.")
    if arguments[0] == "query" and not sys.stdout.isatty():
        # no spinner in a file
        arguments.append("--quiet")
    with tempfile.TemporaryDirectory() as scratch:
        environment = prepared(Path(scratch))
        # files that are asked for are written where the command was typed
        run = subprocess.run([sys.executable, "-P", "-c", MF, *arguments], env=environment)
    if run.returncode:
        raise Stop(f"MetricFlow did not do it: mf {shlex.join(arguments)}")


if __name__ == "__main__":
    run_main(main)
