"""What was measured, as tables on the terminal and as the page of the figures."""

import itertools
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

GIGABYTE = 1e9
COLUMNS = ("input", "customers", "run", "seconds", "CPU s", "model seconds", "memory GB", "spilled GB", "database GB")
# reading the extract, and what is no model
APART = ("staging", "seeds", "operations")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

Run = dict[str, Any]


def row(run: Run) -> tuple[str, ...]:
    """A run as the cells of a table's row."""
    sizes = (f"{run.get(name, 0) / GIGABYTE:.2f}" for name in ("peak_bytes", "spilled_bytes", "database_bytes"))
    customers = f"{run['customers']:,}" if "customers" in run else ""
    mark = "" if run["code"] == 0 else " (failed)"
    return (
        run.get("input", ""),
        customers,
        run["run"] + mark,
        f"{run['seconds']:.1f}",
        f"{run['cpu_seconds']:.1f}",
        f"{run['model_seconds']:.1f}" if "model_seconds" in run else "",
        *sizes,
    )


def exponents(runs: Iterable[Run]) -> list[tuple[str, str, int, int, float, float]]:
    """How CPU time and memory grow from one size of an input to the next: 1 is in proportion."""
    grown = []
    by_name: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        if "customers" in run and run["code"] == 0:
            by_name.setdefault((run["input"], run["run"]), []).append(run)
    for (kind, name), same in by_name.items():
        same.sort(key=lambda run: run["customers"])
        for small, large in itertools.pairwise(same):
            slopes = (
                slope(small["customers"], small[what], large["customers"], large[what])
                for what in ("cpu_seconds", "peak_bytes")
            )
            grown.append((kind, name, small["customers"], large["customers"], *slopes))
    return grown


def slope(small: float, cost_of_small: float, large: float, cost_of_large: float) -> float:
    """The exponent p of cost = size ** p through two points."""
    return math.log(cost_of_large / cost_of_small) / math.log(large / small)


def tables(runs: list[Run]) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """All tables: title, column names, rows of text."""
    made = [("What a run costs", COLUMNS, [row(run) for run in runs])]
    grown = [
        (kind, name, f"{small:,} to {large:,}", f"{cpu:.2f}", f"{memory:.2f}")
        for kind, name, small, large, cpu, memory in exponents(runs)
    ]
    if grown:
        made.append(
            ("How it grows: cost = customers ^ exponent", ("input", "run", "customers", "CPU", "memory"), grown)
        )
    if full := largest(runs, "full"):
        title = f"{full['input']}, {full['customers']:,} customers: "
        same = [
            run
            for run in runs
            if run["run"] == "daily" and (run["input"], run["customers"]) == (full["input"], full["customers"])
        ]
        daily = same[-1] if same else {}
        made.append((title + "seconds by layer", ("layer", "full", "daily"), layers_of(full, daily)))
        dearest = [
            (name, f"{seconds:.1f}", f"{daily.get('by_model', {}).get(name, 0):.1f}" if daily else "")
            for name, seconds in full["dearest"]
        ]
        made.append((title + "the dearest models", ("model", "full", "daily"), dearest))
    return made


def layers_of(full: Run, daily: Run) -> list[tuple[str, ...]]:
    """Model seconds of each layer, of all but staging, and of copying the last build, in a full and in a daily build."""
    names = sorted(full["layers"].keys() | daily.get("layers", {}).keys())
    rows = [(name, *(f"{run['layers'].get(name, 0):.1f}" if run else "" for run in (full, daily))) for name in names]
    beyond = [
        sum(seconds for name, seconds in run["layers"].items() if name not in APART) if run else None
        for run in (full, daily)
    ]
    rows.append((f"all but {', '.join(APART)}", *("" if seconds is None else f"{seconds:.1f}" for seconds in beyond)))
    if daily:
        rows.append(("copying the last build", "", f"{daily['copy_seconds']:.1f}"))
    return rows


def largest(runs: list[Run], name: str) -> Run | None:
    """The run of that name with the most customers that dbt has left results of."""
    found = [run for run in runs if run["run"] == name and "layers" in run]
    return max(found, key=lambda run: run["customers"], default=None)


def as_rich(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """A table for the terminal; texts to the left, numbers to the right."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    for name in columns:
        table.add_column(name, justify="left" if name in ("input", "run", "layer", "model") else "right")
    for cells in rows:
        table.add_row(*cells)
    return table


def as_markdown(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """The same for the page."""
    rule = ["---" if name in ("input", "run", "layer", "model") else "---:" for name in columns]
    return "\n".join([f"### {title}", "", *("| " + " | ".join(cells) + " |" for cells in (columns, rule, *rows)), ""])


def latest(folder: Path) -> tuple[dict[str, Any], list[Run]]:
    """Of all results that are there, the latest of every run, and the machine of the last."""
    machine: dict[str, Any] = {}
    newest: dict[tuple, Run] = {}
    for file in sorted(folder.glob("*.json")):
        read = json.loads(file.read_text())
        machine = read["machine"]
        newest |= {(run.get("input"), run.get("customers"), run["run"]): run for run in read["runs"]}
    return machine, list(newest.values())


def write_page(page: Path, machine: dict[str, Any], runs: list[Run]) -> None:
    """Put the figures between the marks of the page."""
    head, rest = page.read_text().split(BEGIN)
    tail = rest.split(END)[1]
    said = ", ".join(
        f"{value} {name}" if isinstance(value, int) else f"{name} {value}" for name, value in machine.items()
    )
    figures = "\n".join([f"Measured on: {said}.", "", *(as_markdown(*table) for table in tables(runs))])
    page.write_text(f"{head}{BEGIN}\n\n{figures}\n{END}{tail}")
