"""
What the builds of TARGET=spark cost the cluster in .spark, model by model, from the event logs that it writes where SPARK_EVENT_LOG=true: seconds of
processors, rows read and shuffled, joins by kind, and how much more the dearest task took than the middle one. Argument: how many models (20).
"""

import json
import re
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from rich import box
from rich.table import Table

from console import Stop, console, run_main, say, shown
from spark_cluster import folder

MEGABYTE = 2**20
COLUMNS = (
    "CPU s",
    "tasks",
    "rows\nread",
    "rows\nshuffled",
    "MB\nshuffled",
    "MB\nspilled",
    "joins,\nbroadcast\n/ sorted",
    "dearest\n/ middle\ntask",
)
SUMMED = ("tasks", "seconds", "read", "moved", "shuffled", "spilled", "broadcast_joins", "sorted_joins")
# shorter tasks say nothing of skew
SECONDS_OF_SKEW = 0.5


@dataclass
class Model:
    """What one model, in all its statements, has cost."""

    tasks: int = 0
    seconds: float = 0
    read: int = 0  # rows
    moved: int = 0  # rows that were shuffled
    shuffled: int = 0  # bytes
    spilled: int = 0
    broadcast_joins: int = 0
    sorted_joins: int = 0
    skew: float = 1  # longest task over middle one, of the stage where that is most
    of_stages: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))


def models_of(logs: list[Path]) -> dict[str, Model]:
    """By model what it cost, over all logs."""
    models: dict[str, Model] = defaultdict(Model)
    for log in logs:
        statements: dict[str, str] = {}
        stages: dict[int, str] = {}
        for line in log.open(errors="replace"):
            event = json.loads(line)
            kind = event["Event"].split(".")[-1]
            if kind == "SparkListenerSQLExecutionStart":
                if name := re.search(r'"node_id": "model\.\w+\.(\w+)"', event.get("description", "")):
                    statements[str(event["executionId"])] = name[1]
                    _read_plan(models[name[1]], event["physicalPlanDescription"])
            elif kind == "SparkListenerJobStart":
                name = statements.get((event.get("Properties") or {}).get("spark.sql.execution.id", ""))
                for stage in event["Stage IDs"] if name else ():
                    stages.setdefault(stage, name)
            elif kind == "SparkListenerTaskEnd" and event["Stage ID"] in stages and event.get("Task Metrics"):
                _read_task(models[stages[event["Stage ID"]]], (log.name, event["Stage ID"]), event)
    for model in models.values():
        for times in model.of_stages.values():
            if len(times) > 2 and max(times) >= SECONDS_OF_SKEW:
                model.skew = max(model.skew, max(times) / max(statistics.median(times), 0.001))
    return models


def _read_plan(model: Model, plan: str) -> None:
    tree = plan.split("\n\n\n")[0]
    model.broadcast_joins += len(re.findall(r"\bBroadcast(?:HashJoin|NestedLoopJoin)\b", tree))
    model.sorted_joins += len(re.findall(r"\b(?:SortMergeJoin|ShuffledHashJoin)\b", tree))


def _read_task(model: Model, stage: tuple[str, int], event: dict) -> None:
    metrics = event["Task Metrics"]
    seconds = metrics["Executor CPU Time"] / 1e9
    model.tasks += 1
    model.seconds += seconds
    model.of_stages[stage].append(seconds)
    model.read += metrics["Input Metrics"]["Records Read"]
    model.moved += metrics["Shuffle Write Metrics"]["Shuffle Records Written"]
    model.shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    model.spilled += metrics["Disk Bytes Spilled"]


def main() -> None:
    """Print the dearest models and the sum of all."""
    logs = sorted(
        path for path in (folder() / "logs").rglob("*app-*") if path.is_file() and "appstatus" not in path.name
    )
    if not logs:
        raise Stop(
            f"There are no event logs in {shown(folder() / 'logs')}. Expected some of a cluster that was started with SPARK_EVENT_LOG=true:"
            " make stop TARGET=spark, then SPARK_EVENT_LOG=true make build TARGET=spark FORCE=1"
        )
    models = models_of(logs)
    if not models:
        raise Stop("No model stands in the event logs: nothing was built since the cluster was started.")
    asked = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdecimal() else 20
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("model")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    dearest = sorted(models.items(), key=lambda item: -item[1].seconds)
    for name, model in dearest[:asked]:
        _add(table, name, model)
    total = Model()
    for _, model in dearest:
        for part in SUMMED:
            setattr(total, part, getattr(total, part) + getattr(model, part))
        total.skew = max(total.skew, model.skew)
    table.add_section()
    _add(table, f"all {len(dearest)} models", total)
    console.print(table)
    say(f"From {', '.join(shown(log) for log in logs)}")


def _add(table: Table, name: str, model: Model) -> None:
    table.add_row(
        name,
        f"{model.seconds:,.1f}",
        f"{model.tasks:,}",
        f"{model.read:,}",
        f"{model.moved:,}",
        f"{model.shuffled / MEGABYTE:,.1f}",
        f"{model.spilled / MEGABYTE:,.1f}",
        f"{model.broadcast_joins:,} / {model.sorted_joins:,}",
        f"{model.skew:.1f}",
    )


if __name__ == "__main__":
    run_main(main)
