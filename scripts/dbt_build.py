"""`dbt build` in a process of its own, with its progress on one line and its warnings and errors in full."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from console import console, say
from dbt_process import TOLD
from inputs import PROJECT, Target

DBT = [sys.executable, "-P", str(PROJECT / "scripts/dbt_process.py")]
# the results of dbt, each with the part of the build it belongs to
PARTS = {
    "LogModelResult": "models",
    "LogSeedResult": "seeds",
    "LogSnapshotResult": "snapshots",
    "LogTestResult": "tests",
}
# said again, in full, when the build is over
ERRORS_OF_NODES = {
    "LogModelResult",
    "LogSeedResult",
    "LogSnapshotResult",
    "LogTestResult",
    "RunResultFailure",
    "RunResultError",
    "RunResultErrorNoMessage",
}
# what dbt reads of the project
READ = ("models", "macros", "seeds", "analyses", "tests/invariants", "dbt_project.yml", "profiles.yml")
SECONDS_BETWEEN_LINES = 10
ERRORS_SHOWN = 10
# as the operating system says it, of a disk, a quota or a limit of file sizes
NO_ROOM = re.compile(
    "No space left on device|Disk quota exceeded|File too large|File size limit exceeded", re.IGNORECASE
)


@dataclass
class Outcome:
    """How a build went."""

    code: int = 0
    seconds: float = 0
    done: dict[str, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    warnings: int = 0
    errors: list[str] = field(default_factory=list)  # those that belong to no node
    failed: int = 0
    has_room: bool = True


def dbt_environment(database: Path, raw_data: Path | None) -> dict[str, str]:
    """The environment for dbt on a DuckDB file. To log every statement takes a tenth of a build: DBT_LOG_LEVEL_FILE=debug, where it is wanted."""
    environment = {"DBT_LOG_LEVEL_FILE": "info"} | os.environ
    environment |= {"DUCKDB_PATH": str(database), "DBT_PROFILES_DIR": str(PROJECT), "DBT_TARGET": "duckdb"}
    for name in (
        "RAW_DATA_DIR",
        "PUBLISHED_DATABASE",
        "BUILD_FACTS",
        "BUILD_SCHEMA_SUFFIX",
        "BUILD_GOES_ON_FROM",
        "BUILD_OF_SAMPLE",
    ):
        environment.pop(name, None)
    return environment | ({"RAW_DATA_DIR": str(raw_data)} if raw_data else {})


class HasWorkFolder(Protocol):
    """What is built, as far as dbt's artifacts and log go."""

    @property
    def work_folder(self) -> Path:
        """Where they lie."""


def forget_artifacts(target: HasWorkFolder) -> None:
    """What dbt left of the build before is not taken for this one's."""
    for artifact in ("target/run_results.json", "logs/dbt.log"):
        (target.work_folder / artifact).unlink(missing_ok=True)
    forget_parsed(target)


def forget_parsed(target: HasWorkFolder) -> None:
    """dbt goes on from what it parsed before only where nothing has changed: else it would find metrics twice, there and in their file."""
    parsed = target.work_folder / "target/partial_parse.msgpack"
    if parsed.exists() and last_change() > parsed.stat().st_mtime:
        parsed.unlink()


def last_change() -> float:
    """When a file that dbt reads was last written, or a folder got or lost one."""
    there = [PROJECT / part for part in READ if (PROJECT / part).exists()]
    return max(path.stat().st_mtime for part in there for path in (part, *part.rglob("*")))


def dbt_command(target: HasWorkFolder, arguments: list[str], project: Path = PROJECT) -> list[str]:
    """The command of a build."""
    return [
        *DBT, TOLD, "build", "--project-dir", str(project), "--target-path", str(target.work_folder / "target"),
        "--log-path", str(target.work_folder / "logs"), "--log-level", "none", "--no-use-colors", *arguments,
    ]  # fmt: skip


def dbt_build(target: Target, raw_data: Path | None, arguments: list[str], lock: int, facts: str) -> Outcome:
    """Build into the work file."""
    published = {"PUBLISHED_DATABASE": str(target.path)} if target.path.exists() else {}
    environment = dbt_environment(target.work_file, raw_data) | published | {"BUILD_FACTS": facts}
    return run_dbt(dbt_command(target, arguments), environment, lock)


def run_dbt(
    command: list[str],
    environment: dict[str, str],
    lock: int,
    left_out: Collection[str] = (),
    selected: dict[str, int] | None = None,
) -> Outcome:
    """
    Run dbt. The lock, a descriptor, is held until dbt has ended, even where this process has not lived as long. What the command leaves out, as dbt
    counts it ("unit tests"), is not waited for; where it selects, so many of each part are.
    """
    outcome = Outcome()
    began = time.monotonic()
    dbt = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[lock],
    )
    try:
        with _Bars() if console.is_terminal else _Lines() as display:
            for line in dbt.stdout:
                _read(line, outcome, display, left_out, selected)
        outcome.code = dbt.wait()
        if not outcome.code and not outcome.totals:
            # as --help does
            outcome.code = 1
            outcome.errors.append("dbt ended without building anything.")
    finally:
        if dbt.poll() is None:
            dbt.terminate()
            dbt.wait()
    outcome.done = {part: outcome.done.get(part, 0) for part in outcome.totals}
    outcome.seconds = time.monotonic() - began
    return outcome


def _read(
    line: str,
    outcome: Outcome,
    display: "_Bars | _Lines",
    left_out: Collection[str],
    selected: dict[str, int] | None,
) -> None:
    """Take in one line of what dbt tells."""
    outcome.has_room = outcome.has_room and not NO_ROOM.search(line)
    try:
        event = json.loads(line)
        name, level, message = event["name"], event["level"], event["message"].strip()
    except (ValueError, KeyError, TypeError):
        if line.strip() and "Warning" not in line:
            say(f"  {line.rstrip()}")
        return
    if name == "FoundStats":
        found = {kind.replace("data ", ""): int(count) for count, kind in re.findall(r"(\d+) ([a-z ]+)", message)}
        found = {kind: count for kind, count in found.items() if kind not in left_out}
        # unit tests report as tests do
        found["tests"] = found.get("tests", found.get("test", 0)) + found.pop("unit tests", found.pop("unit test", 0))
        # dbt counts the whole project
        outcome.totals = selected or {
            plural: n
            for part in ("seed", "model", "snapshot", "test")
            if (n := found.get(plural := part + "s", found.get(part, 0)))
        }
        display.totals(outcome.totals)
    elif name == "JinjaLogInfo":
        # of what is there the number will do
        say(
            f"  {message.split(' raw tables found: ')[0]} raw tables found"
            if " raw tables found: " in message
            else f"  {message}"
        )
    if name in PARTS:
        part = PARTS[name]
        outcome.done[part] = outcome.done.get(part, 0) + 1
        display.done(outcome.done, event["node"])
    if level == "warn" and name != "LogTestResult":
        outcome.warnings += name != "RunResultWarningMessage"
        say(
            f"  {message.replace('[WARNING]: ', '    ' if name == 'RunResultWarningMessage' else 'warning: ')}",
            style="yellow",
        )
    elif level == "error" and name in ERRORS_OF_NODES:
        outcome.failed += name in PARTS
        if name in PARTS and outcome.failed <= ERRORS_SHOWN:
            # "5 of 9 ERROR creating ... [ERROR in 0.1s]" without its place and the dots
            words = re.sub(r"^[0-9]+ of [0-9]+ ", "", message)
            say(f"  {re.sub(r' [.]{2,} .*$', '', words, flags=re.DOTALL)}", style="red")
    elif level == "error":
        message = message.replace("[ERROR]: ", "").removeprefix("Encountered an error:\n")
        outcome.errors.append(re.sub(r"\n\s*> (in|called by) .*|\n\s*$", "", message))


class _Bars:
    """Bars that are redrawn, for a terminal; gone when the build is over."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("  {task.description:<9}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[node]}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._parts: dict[str, int] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        self._waiting = self._progress.add_task("project", total=None, node="")
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def totals(self, totals: dict[str, int]) -> None:
        """How many there will be of each part."""
        self._progress.remove_task(self._waiting)
        self._parts = {part: self._progress.add_task(part, total=total, node="") for part, total in totals.items()}

    def done(self, done: dict[str, int], node: str) -> None:
        """How many there are of each part, and the one that has just come."""
        room = max(console.width - 56, 0)
        for part, task in self._parts.items():
            if done.get(part, 0) != self._progress.tasks[self._progress.task_ids.index(task)].completed:
                self._progress.update(task, completed=done.get(part, 0), node=node[:room])


class _Lines:
    """A line now and then, for a log."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}
        self._began = self._last = time.monotonic()

    def __enter__(self) -> "_Lines":
        say("  Reading the project and the raw tables ...")
        return self

    def __exit__(self, *_: object) -> None: ...

    def totals(self, totals: dict[str, int]) -> None:
        """How many there will be of each part."""
        self._totals = totals
        say(f"  {counted(totals)} to go")

    def done(self, done: dict[str, int], _: str) -> None:
        """How many there are of each part."""
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            parts = ", ".join(f"{done.get(part, 0)} of {total} {part}" for part, total in self._totals.items())
            say(f"  {parts} ({now - self._began:.0f} s)")


def say_published(outcome: Outcome) -> None:
    """That a build is published, and what is in it."""
    warnings = f", {outcome.warnings} warning{'s' * (outcome.warnings > 1)}" if outcome.warnings else ""
    say(f"Built and published in {outcome.seconds:.0f} s: {counted(outcome.done)}{warnings}", style="green")


def counted(parts: dict[str, int]) -> str:
    """Counts in words: 88 models, 311 tests."""
    return ", ".join(f"{count:,} {part}" for part, count in parts.items())
