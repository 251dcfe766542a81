"""Print the answer of one of analyses/*.sql from the published database, which is only read: make ask Q=what_moved_mrr ARGS="--vars '{...}'"."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from console import Stop, console, run_main, say
from dbt_build import DBT
from inputs import PROJECT
from published import Published, published

ROWS = 60


def questions() -> list[str]:
    """The names of the analyses."""
    return sorted(path.stem for path in (PROJECT / "analyses").glob("*.sql"))


def described(name: str) -> str:
    """What the rows of an analysis are, and which variables it takes."""
    pages = yaml.safe_load((PROJECT / "analyses/_analyses.yml").read_text())["analyses"]
    return next((page["description"].strip() for page in pages if page["name"] == name), "")


def compiled(name: str, arguments: list[str], source: Published) -> str:
    """The SQL of an analysis for this database."""
    with tempfile.TemporaryDirectory() as scratch:
        run = subprocess.run(
            [
                *DBT,
                "--quiet",
                "--no-write-json",
                "compile",
                "--select",
                name,
                "--project-dir",
                str(PROJECT),
                "--target-path",
                scratch,
                *arguments,
            ],
            cwd=PROJECT,
            env=source.dbt_environment(Path(scratch)) | {"DBT_LOG_PATH": f"{scratch}/logs"},
            text=True,
            capture_output=True,
        )
        path = Path(scratch) / "compiled/customer_success/analyses" / f"{name}.sql"
        if run.returncode or not path.exists():
            raise Stop(f"{name} could not be compiled.\n{run.stdout.strip()}\n{run.stderr.strip()}")
        return path.read_text()


def main() -> None:
    """Compile the analysis, run it and print its rows."""
    name, arguments = os.environ.get("Q", ""), sys.argv[1:]
    if name not in questions():
        raise Stop(
            "Expected one of the questions:\n" + "\n".join(f"  make ask Q={question}" for question in questions())
        )
    source = published()
    try:
        with source.open():
            pass
        with console.status(f"Asking {name} ..."):
            sql = compiled(name, arguments, source)
        with source.open() as database:
            currency, as_of = database.execute(
                "select reporting_currency, as_of_day from intermediate.int_reporting_currency cross join intermediate.int_as_of"
            ).fetchone()
            say(
                f"{name.replace('_', ' ').capitalize().replace('mrr', 'MRR')}  (money in {currency}, as of {as_of})",
                style="bold",
            )
            say(described(name), style="dim")
            source.show(database, sql, ROWS)
    except source.errors as error:
        raise Stop(f"{name} could not be answered: {error}") from None


if __name__ == "__main__":
    run_main(main)
