"""
Measure what builds cost, by input and by size: see benchmark/README.md. Nothing that is published is touched; everything is made in .bench/.

    make bench SIZES="10000 100000 1000000" ARGS="--input billing --runs scan full"
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from importlib.metadata import version

from benchmark import report
from benchmark.runs import FOLDER, INPUTS, Bench, Run, start
from console import Stop, console, run_main, say, shown
from inputs import PROJECT

PAGE = PROJECT / "benchmark/README.md"
RUNS = ("start", "scan", "movements", "retention", "full", "daily", "lean", "unchanged", "next")


def main() -> None:
    """Measure what is asked for, show it and keep it."""
    arguments = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--sizes", nargs="+", type=int, default=[10_000, 100_000], metavar="N", help="customers (10000 100000)"
    )
    arguments.add_argument(
        "--input", nargs="+", choices=INPUTS, default=["billing"], help="billing alone (default), or every raw table"
    )
    arguments.add_argument("--runs", nargs="+", choices=RUNS, default=list(RUNS), help="which runs (all)")
    arguments.add_argument("--memory", default="2GB", help="the limit of run lean (2GB)")
    arguments.add_argument(
        "--page", action="store_true", help=f"measure nothing: write the latest results into {shown(PAGE)}"
    )
    given = arguments.parse_args()
    folder = FOLDER / "results"
    if given.page:
        machine, runs = report.latest(folder)
        if not runs:
            raise Stop("There are no results yet: make bench")
        report.write_page(PAGE, machine, runs)
        return
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{datetime.datetime.now():%Y%m%d_%H%M%S}.json"
    runs: list[Run] = []
    for run in measured(given):
        runs.append(run)
        file.write_text(json.dumps({"machine": machine_of(), "runs": runs}, indent=1) + "\n")
        say("  ".join(cell for cell in report.row(run) if cell), style="red" if run["code"] else "")
        if run["code"]:
            say(f"  its output: {run['log']}", style="red")
    for table in report.tables(runs):
        say()
        console.print(report.as_rich(*table))
    say()
    say(f"Kept: {shown(file)}")


def measured(given: argparse.Namespace) -> Iterator[Run]:
    """The runs, one after the other."""
    if "start" in given.runs:
        yield from start()
    for kind in given.input:
        for customers in given.sizes:
            with console.status(f"Making the input: {kind}, {customers:,} customers ..."):
                bench = Bench(kind, customers)
            if "scan" in given.runs:
                yield bench.scan()
            for part in ("movements", "retention"):
                if part in given.runs:
                    yield bench.part(part)
            if "full" in given.runs:
                yield bench.full()
            if "daily" in given.runs:
                yield bench.daily()
            if "lean" in given.runs:
                yield bench.lean(given.memory)
            if wanted := {"unchanged", "next"} & set(given.runs):
                yield from bench.builds(wanted)
            bench.clear()


def machine_of() -> dict[str, str | int]:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True
    ).stdout.strip()
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "GB of memory": round(memory / report.GIGABYTE),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "DuckDB": version("duckdb"),
        "dbt": version("dbt-core"),
        "commit": commit or "none",
    }


if __name__ == "__main__":
    run_main(main)
