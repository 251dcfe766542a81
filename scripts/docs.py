"""
The documentation of the last build as files that open in a browser, target/docs/index.html: the catalogue of metrics and tables, dbt's own
documentation, and what each column is made of.
"""

import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

import catalogue
import catalogue_contents
from console import Stop, console, run_main, say, shown
from dbt_build import DBT, dbt_environment, forget_parsed
from inputs import PROJECT, Target, target
from published import DuckDB, chosen

FOLDER = PROJECT / "target/docs"


def main() -> None:
    """Write the documentation from the artifacts of the last build and its database, then put it in the place of the last one."""
    if (name := chosen()) != "duckdb":
        raise Stop(
            f"make docs documents a build on DuckDB, which has the same models and columns as one on {name}: make docs TARGET=duckdb"
        )
    built = target()
    if not built.path.exists() or not (built.work_folder / "target/manifest.json").exists():
        raise Stop("There is no build to document yet: make build")
    FOLDER.parent.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=FOLDER.parent, prefix="docs.") as scratch,
        console.status("Writing the documentation ..."),
    ):
        write(built, Path(scratch), Path(scratch) / "docs")
        shutil.rmtree(FOLDER, ignore_errors=True)
        (Path(scratch) / "docs").rename(FOLDER)
    say(f"Written: {shown(FOLDER / 'index.html')}")


def write(built: Target, scratch: Path, folder: Path) -> catalogue_contents.Catalogue:
    """Write all parts into a folder that is not there yet, and say what is in them. dbt reads the database meanwhile, in a process of its own."""
    artifacts = built.work_folder / "target"
    forget_parsed(built)
    # dbt opens the database for writing, so it gets a copy
    copy = scratch / built.path.name
    shutil.copy(built.path, copy)
    arguments = ["docs", "generate", "--static", "--no-compile", "--project-dir", str(PROJECT)]
    dbt = subprocess.Popen(
        [*DBT, "--quiet", *arguments, "--target-path", str(artifacts)],
        cwd=PROJECT,
        env=dbt_environment(copy, None) | {"DBT_LOG_PATH": f"{scratch}/logs"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        published = DuckDB(built.path)
        with published.open() as database:
            contents = catalogue_contents.read(artifacts, database, published.is_sample)
        catalogue.write(contents, folder)
        said, _ = dbt.communicate()
    finally:
        if dbt.poll() is None:
            dbt.terminate()
            dbt.wait()
    if dbt.returncode:
        raise Stop(f"dbt could not write its documentation.\n{said.strip()}")
    (folder / "dbt").mkdir()
    shutil.copy(artifacts / "static_index.html", folder / "dbt/index.html")
    write_column_lineage(artifacts, folder / "columns")
    return contents


def write_column_lineage(artifacts: Path, folder: Path) -> None:
    """The page that shows of which columns each column is made, by dbt-colibri."""
    from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor
    from dbt_colibri.report.generator import DbtColibriReportGenerator
    from sqlglot.optimizer.scope import Scope

    # as this attribute was called before sqlglot 28, and dbt-colibri 0.3 still calls it; without it no union is followed
    if not hasattr(Scope, "union_scopes"):
        Scope.union_scopes = property(lambda scope: scope.set_operation_scopes)
    # it tells of every column that it cannot follow
    logging.getLogger("colibri").setLevel(logging.CRITICAL)
    extractor = DbtColumnLineageExtractor(str(artifacts / "manifest.json"), str(artifacts / "catalog.json"))
    DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True).generate_report(str(folder))
    # the page holds all that is in the other files
    for file in folder.iterdir():
        if file.name != "index.html":
            file.unlink()


if __name__ == "__main__":
    run_main(main)
