"""
Build the database of DUCKDB_PATH from the raw files of RAW_DATA_DIR, or from the sample company, and print its headline figures.

dbt writes a work file; only when everything in it is built and tested does it take the place of the published one, in one step. Who has the old
one open goes on reading it. Where nothing has changed since the last build, nothing is built; where raw files or the as-of day have, the build goes
on from the last one and makes what changed; where code, seeds or variables have, everything is made anew, as with --full-refresh or FORCE=1.
Arguments are handed on to dbt: `--vars '{max_pause_days: 30}'`.
"""

import datetime
import fcntl
import importlib
import os
import shutil
import stat
import sys
from pathlib import Path

import duckdb

import fingerprints
import headline
import increments
import sample
import seeds
from console import Stop, local, run_main, say, shown
from dbt_build import NO_ROOM, Outcome, dbt_build, forget_artifacts, say_published
from failures import any_results, what_failed
from inputs import Target, check_as_of, check_readable, raw_folder, writable_target
from published import RECORDS, DuckDB, chosen

# schemas of views on what is not published: the raw files, the database of before
SCAFFOLDING = ("raw", "published_before")
# dbt arguments that leave something out of a build
PARTIAL = {
    "-s",
    "--select",
    "-m",
    "--models",
    "--exclude",
    "--selector",
    "--empty",
    "--resource-type",
    "--exclude-resource-type",
}


def main() -> None:
    """Check what is given, and build where it is asked for: scripts/build_NAME.py for another target than DuckDB."""
    name = chosen()
    check_as_of()
    seeds.check()
    if partial := [word for word in sys.argv[1:] if word.split("=")[0] in PARTIAL]:
        raise Stop(
            f"make build publishes the whole, so {partial[0]} is not for it. For a part: .venv/bin/dbt build {partial[0]} ..."
        )
    if name != "duckdb":
        return importlib.import_module(f"build_{name}").build()
    target = writable_target()
    try:
        return build(target)
    except (OSError, duckdb.IOException) as error:
        if not NO_ROOM.search(str(error)):
            raise
        raise Stop(no_room(target)) from None


def build(target: Target) -> None:
    """Build unless there is nothing to do, publish, and say what came out."""
    lock = take_lock(target)
    given = os.environ.get("RAW_DATA_DIR")
    keep_own_company(target, given)
    raw_data = raw_folder(given or shown(sample.ensure()))
    arguments = sys.argv[1:]
    read = fingerprints.stamps(raw_data)
    facts = facts_of(target, raw_data, arguments, is_sample=not given)
    last = None if fingerprints.is_forced(arguments) else fingerprints.last_build(target, facts)
    if last and last.is_of_the_same:
        remember_source(target, given)
        say(
            f"Nothing has changed since the build of {local(last.built_at)}: {shown(target.path)} is up to date.",
            style="green",
        )
        headline.show(DuckDB(target.path), is_sample=not given)
        return
    check_readable(raw_data)
    say(f"Building {shown(target.path)} from {shown(raw_data)}", style="bold")
    goes_on = begin_work_file(target, goes_on=last is not None and not last.reasons)
    if target.path.exists():
        say(f"  {how(last, goes_on) if last else anew(target, arguments)}")
    try:
        outcome = dbt_build(
            target,
            raw_data if given else None,
            [*arguments, *(increments.LEFT_OUT if goes_on else [])],
            lock,
            fingerprints.for_dbt(facts, kind="incremental" if goes_on else "full"),
        )
    except KeyboardInterrupt:
        raise Stop(f"Stopped. {as_it_was(target)}") from None
    if outcome.code:
        raise Stop(failure(target, outcome))
    remember_source(target, given)
    publish(target)
    say_published(outcome)
    if names := fingerprints.written_since(raw_data, read):
        fingerprints.forget_published(target)
        say(
            f"Written to while it was read: {names}. Build again, so that all tables are of one moment.", style="yellow"
        )
    headline.show(DuckDB(target.path), is_sample=not given)
    headline.show_revisions(DuckDB(target.path))


def how(last: fingerprints.LastBuild, goes_on: bool) -> str:
    """Whether the build goes on from the last one, and why."""
    if not goes_on:
        if last.reasons:
            return (
                f"Everything is made anew. Changed since the build of {local(last.built_at)}: {', '.join(last.reasons)}"
            )
        return "Everything is made anew: what the last build left cannot be gone on from."
    changed = ", ".join(last.changed) or "the as-of day alone"
    return f"Going on from the build of {local(last.built_at)}. Changed since: {changed}"


def anew(target: Target, arguments: list[str]) -> str:
    """Why nothing of the published database is gone on from, where what it was made of is not even compared."""
    if fingerprints.is_forced(arguments):
        return "Everything is made anew, as it was asked for."
    return f"Everything is made anew: {shown(target.path)} has been written to since it was built, or says too little of its build."


def facts_of(target: Target, raw_data: Path, arguments: list[str], is_sample: bool) -> fingerprints.Facts:
    """What the build will be made of; a file that cannot be read is told with all others of its kind."""
    try:
        return fingerprints.gather(target, raw_data, arguments, is_sample)
    except OSError:
        check_readable(raw_data)
        raise


def remember_source(target: Target, given: str | None) -> None:
    """Note of what the database is made. Before it is published: whoever is cut off in between then protects too much, not too little."""
    target.source.write_text(str(Path(given).expanduser().resolve()) if given else "")


def keep_own_company(target: Target, given: str | None) -> None:
    """The sample company does not take the place of a database that was built from somebody's own files."""
    source = target.source.read_text() if target.source.exists() else ""
    if not given and source and target.path.exists():
        raise Stop(
            f"{shown(target.path)} was built from {source}, and the sample company would replace it. "
            f"Build it again with RAW_DATA_DIR={source}, or the sample elsewhere: make build DUCKDB_PATH=sample.duckdb"
        )


def take_lock(target: Target) -> int:
    """Keep other builds of the same database away; the descriptor of the lock."""
    target.folder.mkdir(exist_ok=True)
    (target.folder / ".gitignore").write_text("*\n")
    lock = os.open(target.lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(lock, 100).decode().strip() or "unknown"
        raise Stop(
            f"Another build of {shown(target.path)} is running ({holder}). Wait for it, or choose another DUCKDB_PATH."
        ) from None
    os.truncate(lock, 0)
    os.write(lock, f"process {os.getpid()}, since {datetime.datetime.now():%H:%M:%S}".encode())
    return lock


def begin_work_file(target: Target, goes_on: bool) -> bool:
    """Begin a work file: a copy of the published database where the build goes on from it, else its records alone. Whether it goes on."""
    forget_artifacts(target)
    for path in (target.work_file, log_of(target.work_file)):
        path.unlink(missing_ok=True)
    if not target.path.exists():
        return False
    name = shown(target.path)
    if log_of(target.path).exists():
        raise Stop(
            f"{shown(log_of(target.path))} stands beside the database: a program has written to it and is still open, or was cut off. "
            f"Close it, or open and close {name} once; then build again."
        )
    try:
        with duckdb.connect(str(target.path), read_only=True) as published:
            goes_on = goes_on and increments.can_begin(published)
        if goes_on:
            shutil.copyfile(target.path, target.work_file)
            with duckdb.connect(str(target.work_file)) as work:
                increments.begin(work)
            return True
        with duckdb.connect(str(target.work_file)) as work:
            copy_records(work, target)
    except duckdb.IOException as error:
        if NO_ROOM.search(str(error)):
            raise
        if "lock" in str(error):
            raise Stop(
                f"{name} is open for writing in another program. Close it there, or open it read-only; then build again."
            ) from None
        raise Stop(
            f"{name} is no DuckDB database, and is not replaced. Move it away, or choose another DUCKDB_PATH."
        ) from None
    return False


def copy_records(work: duckdb.DuckDBPyConnection, target: Target) -> None:
    """The records of the published database, into the work file."""
    work.execute(f"attach '{quoted(target.path)}' as published (read_only)")
    found = work.execute(
        "select table_name from duckdb_tables() where database_name = 'published' and schema_name = 'marts' and list_contains(?, table_name)",
        [RECORDS],
    ).fetchall()
    for (table,) in found:
        work.execute("create schema if not exists marts")
        work.execute(f"create table marts.{table} as from published.marts.{table}")


def publish(target: Target) -> None:
    """Take the scaffolding out of the work file and put it in the published one's place."""
    with duckdb.connect(str(target.work_file)) as work:
        for schema in SCAFFOLDING:
            work.execute(f"drop schema if exists {schema} cascade")
        increments.end(work)
        for schema, view in work.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall():
            try:
                work.execute(f'select * from "{schema}"."{view}" limit 0')
            except duckdb.Error as error:
                raise Stop(
                    f"View {schema}.{view} cannot be read once the build is over: {error}\n{as_it_was(target)}"
                ) from None
        work.execute("checkpoint")
    if target.path.exists():
        target.work_file.chmod(stat.S_IMODE(target.path.stat().st_mode))
    fingerprints.mark_published(target, target.work_file)
    target.work_file.replace(target.path)


def no_room(target: Target) -> str:
    """That the disk is full; what was begun is removed, so that it is not in anybody's way."""
    for path in (target.work_file, log_of(target.work_file)):
        path.unlink(missing_ok=True)
    free = shutil.disk_usage(target.folder).free / 2**20
    return (
        f"\nThere was no room for what the build writes in {shown(target.folder)} (a full disk, a quota, or a limit of file sizes).\n"
        f"{as_it_was(target)} With what was begun removed, {free:,.0f} MB are free there; a build needs"
        " room for a second database and for what DuckDB puts aside."
    )


def failure(target: Target, outcome: Outcome) -> str:
    """What failed, why, and where to look."""
    if not outcome.has_room:
        return no_room(target)
    lines = what_failed(target, outcome)
    log, work = shown(target.work_folder / "logs/dbt.log"), shown(target.work_file)
    lines += ["", as_it_was(target), f"The log: {log}"]
    if target.work_file.exists() and any_results(target):
        lines.append(f'What was built: {work}\n  make query DUCKDB_PATH="{work}" SQL="show all tables"')
    return "\n".join(lines)


def as_it_was(target: Target) -> str:
    """What has become of the published database: nothing."""
    name = shown(target.path)
    if not target.path.exists():
        return f"{name} was not written."
    built = datetime.datetime.fromtimestamp(target.path.stat().st_mtime)
    return f"{name} is as it was: built {built:%Y-%m-%d %H:%M}."


def log_of(database: Path) -> Path:
    """DuckDB's log of what is not yet in the file."""
    return database.with_name(database.name + ".wal")


def quoted(path: Path) -> str:
    """A path inside an SQL text."""
    return str(path).replace("'", "''")


if __name__ == "__main__":
    run_main(main)
