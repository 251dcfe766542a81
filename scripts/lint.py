"""Check the style of SQL, Python and YAML: all of it, or the checks that are named. All run, whichever fails."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from console import Stop, run_main, say
from dbt_build import READ

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = ["dashboard", "generator", "mutation", "nlp", "report", "scripts", "tests", "training"]
SQL = ["models", "tests/invariants", "analyses"]
# what dbt needs to compile the SQL, and sqlfluff's own settings
DBT_PROJECT = [*READ, "nlp", ".sqlfluff"]
# its trees of small objects are long-lived: Python need not look through them for garbage at every turn, which takes a quarter of the time
SQLFLUFF = ["-c", "import gc; gc.set_threshold(200_000, 50, 100); from sqlfluff.cli.commands import cli; cli()"]
# what macros write at length and nobody reads, most of the time: the parsing of raw columns, exact money in DuckDB's own way
CUT_SHORT = {
    "macros/raw/raw_table.sql": ("{%- if not execute -%}", "{%- if true -%}"),
    "macros/portable/exact_money.sql": ("{% macro duckdb__", "{% macro at_length__"),
}


def main() -> None:
    """Run each check and say how it went."""
    names = sys.argv[1:] or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        raise Stop(f"There is no check {unknown[0]}. Expected of: {', '.join(CHECKS)}.")
    with tempfile.TemporaryDirectory() as scratch:
        failed = [name for name in names if not CHECKS[name](Path(scratch))]
    if failed:
        raise Stop(f"Lint failed: {', '.join(failed)}")


def check_python(_: Path) -> bool:
    """Check the Python."""
    return check("ruff", PROJECT, "-m", "ruff", "check", "--quiet", "--output-format", "concise", *PYTHON)


def check_yaml(_: Path) -> bool:
    """Check the YAML."""
    return check("yamllint", PROJECT, "-m", "yamllint", "--strict", ".")


def check_sql(scratch: Path) -> bool:
    """Check the SQL as dbt compiles it, in a copy where some macros are cut short. No database and no raw files are needed."""
    for name in DBT_PROJECT:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, scratch / name, ignore=pages)
        elif (PROJECT / name).exists():
            shutil.copy(PROJECT / name, scratch / name)
    for name, (full, short) in CUT_SHORT.items():
        text = (scratch / name).read_text()
        if full not in text:
            raise Stop(f"{name} has no {full} any more: say in {Path(__file__).name} how it is cut short now.")
        (scratch / name).write_text(text.replace(full, short))
    settings = {
        "DUCKDB_PATH": f"{scratch}/lint.duckdb",
        "RAW_DATA_DIR": f"{scratch}",
        "DBT_TARGET": "duckdb",
        "AS_OF": "",
    }
    arguments = [
        "lint",
        "--nocolor",
        "--disable-progress-bar",
        *[folder for folder in SQL if any((scratch / folder).rglob("*.sql"))],
    ]
    return check("sqlfluff", scratch, *SQLFLUFF, *arguments, settings=settings)


def pages(folder: str, names: list[str]) -> list[str]:
    """The YAML that no SQL is compiled with, which dbt would read for longer than all else: descriptions, tests, the semantic layer."""
    return [name for name in names if name.endswith(".yml") and "\nsources:" not in Path(folder, name).read_text()]


def check(name: str, folder: Path, *arguments: str, settings: dict[str, str] | None = None) -> bool:
    """Run one check and say how it went, with its findings where it failed."""
    began = time.monotonic()
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | (settings or {}),
        text=True,
        capture_output=True,
    )
    passed = run.returncode == 0
    say(
        f"{name:<12} {'passed' if passed else 'FAILED'} ({time.monotonic() - began:.0f} s)",
        style="" if passed else "red",
    )
    if not passed:
        say((run.stdout + run.stderr).rstrip())
    return passed


CHECKS = {"ruff": check_python, "yamllint": check_yaml, "sqlfluff": check_sql}

if __name__ == "__main__":
    run_main(main)
