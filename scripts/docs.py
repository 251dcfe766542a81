"""The documentation of the last build as one page, target/docs.html."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from console import Stop, console, run_main, say, shown
from dbt_build import DBT, dbt_environment
from inputs import PROJECT, target
from published import chosen

PAGE = PROJECT / "target/docs.html"


def main() -> None:
    """Write the page from the artifacts of the last build and the columns of its database."""
    if (name := chosen()) != "duckdb":
        raise Stop(
            f"make docs documents a build on DuckDB, which has the same models and columns as one on {name}: make docs TARGET=duckdb"
        )
    built = target()
    artifacts = built.work_folder / "target"
    if not built.path.exists() or not (artifacts / "manifest.json").exists():
        raise Stop("There is no build to document yet: make build")
    with tempfile.TemporaryDirectory() as scratch, console.status("Writing the documentation ..."):
        # dbt opens the database for writing, so it gets a copy
        copy = Path(scratch) / built.path.name
        shutil.copy(built.path, copy)
        run = subprocess.run(
            [
                *DBT,
                "--quiet",
                "docs",
                "generate",
                "--static",
                "--no-compile",
                "--project-dir",
                str(PROJECT),
                "--target-path",
                str(artifacts),
            ],
            cwd=PROJECT,
            env=dbt_environment(copy, None) | {"DBT_LOG_PATH": f"{scratch}/logs"},
            text=True,
            capture_output=True,
        )
    if run.returncode:
        raise Stop(f"The documentation could not be written.\n{run.stdout.strip()}\n{run.stderr.strip()}")
    PAGE.parent.mkdir(exist_ok=True)
    shutil.copy(artifacts / "static_index.html", PAGE)
    say(f"Written: {shown(PAGE)}")


if __name__ == "__main__":
    run_main(main)
