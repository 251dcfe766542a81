"""The runs that are measured, each in processes of its own, in a folder that is made anew."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

import increments
from benchmark import billing, changes, company, measure
from dbt_build import DBT, dbt_command, dbt_environment
from inputs import PROJECT, Target

FOLDER = PROJECT / ".bench"
DEAREST = 15
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
# parts of the project that are measured alone, from staging to their end
PARTS = {
    "movements": ["--select", "+mrr_movements"],
    "retention": [
        "--select",
        "+tag:revenue",
        "+tag:retention",
        "+int_metric_cells__revenue",
        "+int_metric_cells__retention",
    ],
}

Run = dict[str, Any]


class Input(NamedTuple):
    """A kind of company: how it is written, its last day, and what a build must be told of it."""

    write: Callable[[int, Path], None]
    as_of: str
    environment: dict[str, str]


INPUTS = {
    "billing": Input(billing.write, billing.AS_OF, {}),
    "everything": Input(company.write, company.AS_OF, {"REPORTING_CURRENCY": "USD"}),
}


def ensure_input(kind: str, customers: int) -> Path:
    """The folder of raw files, written when it is not there or the code that writes it has changed."""
    code = hashlib.sha256()
    for file in sorted([*(PROJECT / "generator").glob("*.py"), *(PROJECT / "benchmark").glob("*.py")]):
        if file.parent.name == "generator" or file.stem in ("billing", "company"):
            code.update(file.read_bytes())
    folder = FOLDER / "inputs" / f"{kind}_{customers}_{code.hexdigest()[:8]}"
    if not folder.exists():
        for old in folder.parent.glob(f"{kind}_{customers}_*"):
            shutil.rmtree(old)
        begun = folder.with_name(f"begun_{kind}_{customers}")
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir(parents=True)
        INPUTS[kind].write(customers, begun)
        begun.rename(folder)
    return folder


class Bench:
    """The runs on one input."""

    def __init__(self, kind: str, customers: int) -> None:
        self.kind, self.customers = kind, customers
        self.input, self.before = INPUTS[kind], ensure_input(kind, customers)
        self.work = FOLDER / "work" / f"{kind}_{customers}"
        shutil.rmtree(self.work, ignore_errors=True)
        self.raw = self.work / "extract"
        self.raw.mkdir(parents=True)
        self.as_of = self.input.as_of
        self.memory: dict[str, str] = {}
        for file in self.before.iterdir():
            os.link(file, self.raw / file.name)

    def clear(self) -> None:
        """Remove the databases, which are large; the logs stay."""
        for file in [*self.work.glob("*.duckdb*"), *self.work.glob(".build/*.duckdb*")]:
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    def scan(self) -> Run:
        """The yardstick."""
        database = self.work / "scan.duckdb"
        database.unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmark.yardstick", str(self.raw), str(database), self.as_of]
        return self._measured("scan", command, database, self._environment(database))

    def part(self, name: str) -> Run:
        """Movements, or the metrics of revenue and retention for every period type and segment, from nothing and without the tests."""
        return self.full(name, PARTS[name])

    def full(self, name: str = "full", selected: Sequence[str] = ()) -> Run:
        """Everything from nothing by dbt as `make build` calls it, without the tests."""
        target = Target(self.work / "full.duckdb")
        target.folder.mkdir(exist_ok=True)
        target.work_file.unlink(missing_ok=True)
        environment = dbt_environment(target.work_file, self.raw) | self._environment(target.work_file)
        run = self._measured(name, dbt_command(target, [*WITHOUT_TESTS, *selected]), target.work_file, environment)
        return run | results(target.work_folder / "target")

    def lean(self, memory: str) -> Run:
        """The same with so much memory."""
        self.memory = {"DUCKDB_MEMORY_LIMIT": memory}
        run = self.full(f"full in {memory}")
        self.memory = {}
        return run

    def daily(self) -> Run:
        """The next day's extract, by dbt without the tests, on a copy of what `full` has left; the copy and its beginning are measured apart."""
        target, full = Target(self.work / "daily.duckdb"), Target(self.work / "full.duckdb")
        target.folder.mkdir(exist_ok=True)
        began = time.monotonic()
        shutil.copyfile(full.work_file, target.work_file)
        with duckdb.connect(str(target.work_file)) as work:
            increments.begin(work)
        copied = time.monotonic() - began
        raw, as_of = self.work / "extract_of_the_next_day", changes.day_after(self.as_of)
        shutil.rmtree(raw, ignore_errors=True)
        raw.mkdir()
        changes.write(self.before, raw, self.as_of)
        environment = dbt_environment(target.work_file, raw) | self._environment(target.work_file) | {"AS_OF": as_of}
        command = dbt_command(target, [*WITHOUT_TESTS, *increments.LEFT_OUT])
        run = self._measured("daily", command, target.work_file, environment)
        return run | {"copy_seconds": copied} | results(target.work_folder / "target")

    def builds(self, wanted: set[str]) -> Iterator[Run]:
        """`make build`, tests and all: the first one, one more of the same files, and one of the next day's."""
        yield self._build("first")
        if "unchanged" in wanted:
            yield self._build("unchanged")
        if "next" in wanted:
            shutil.rmtree(self.raw)
            self.raw.mkdir()
            changes.write(self.before, self.raw, self.as_of)
            self.as_of = changes.day_after(self.as_of)
            yield self._build("next")

    def _build(self, name: str) -> Run:
        target = Target(self.work / "published.duckdb")
        environment = self._environment(target.path) | {"RAW_DATA_DIR": str(self.raw)}
        (target.work_folder / "target/run_results.json").unlink(missing_ok=True)
        command = [sys.executable, str(PROJECT / "scripts/build.py")]
        return self._measured(name, command, target.path, environment) | results(target.work_folder / "target")

    def _environment(self, database: Path) -> dict[str, str]:
        return (
            os.environ
            | {"DBT_TARGET": "duckdb", "AS_OF": self.as_of, "DUCKDB_PATH": str(database)}
            | self.memory
            | self.input.environment
        )

    def _measured(self, name: str, command: list[str], database: Path, environment: dict[str, str]) -> Run:
        spills = [self.work / f"{database.name}.tmp", self.work / ".build" / f"{database.name}.tmp"]
        log = self.work / f"{name.replace(' ', '_')}.log"
        used = measure.run(command, PROJECT, environment, log, spills)
        size = database.stat().st_size if database.exists() else 0
        return {
            "input": self.kind, "customers": self.customers, "run": name, **used._asdict(), "database_bytes": size, "log": str(log)
        }  # fmt: skip


def start() -> Iterator[Run]:
    """dbt alone: the project read anew, and read again where nothing has changed."""
    folder = FOLDER / "work" / "start"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [*DBT, "parse", "--project-dir", str(PROJECT), "--target-path", str(folder), "--log-path", str(folder)]
    environment = dbt_environment(folder / "start.duckdb", None)
    for name in ("parse anew", "parse again"):
        yield {"run": name, **measure.run(command, PROJECT, environment, folder / "output.log", [])._asdict()}


def results(target: Path) -> Run:
    """Seconds of each layer and of the dearest models, from what dbt left in its target folder."""
    try:
        found = json.loads((target / "run_results.json").read_text())["results"]
        nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    except (OSError, ValueError):
        return {}
    layers: dict[str, float] = {}
    for one in found:
        kind = one["unique_id"].split(".")[0]
        layer = (
            layer_of(nodes[one["unique_id"]]["original_file_path"])
            if kind == "model"
            else f"{kind}s".replace("unit_", "")
        )
        layers[layer] = layers.get(layer, 0) + one["execution_time"]
    models = [
        (one["execution_time"], one["unique_id"].split(".")[-1])
        for one in found
        if one["unique_id"].startswith("model.")
    ]
    return {
        "models": len(models),
        "model_seconds": sum(seconds for seconds, _ in models),
        "layers": dict(sorted(layers.items())),
        "by_model": {name: seconds for seconds, name in models},
        "dearest": [(name, seconds) for seconds, name in sorted(models, reverse=True)[:DEAREST]],
    }


def layer_of(path: str) -> str:
    """The part of the project that a model belongs to: staging, intermediate by folder, marts, metrics."""
    parts = Path(path).parts
    if parts[1] == "intermediate":
        return f"intermediate/{parts[2]}"
    return "metrics" if parts[2] == "metrics" else parts[1]
