"""
Build on PostgreSQL: into schemas of its own, which take the place of the published ones in one transaction when everything in them is tested
(scripts/postgres_schemas.py). Everything is made anew; where nothing has changed since the last build, nothing is built.
"""

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import fingerprints
import headline
import load_postgres
import postgres_schemas as schemas
import sample
from console import Stop, local, say, shown
from dbt_build import counted, dbt_command, run_dbt
from failures import what_failed
from inputs import check_readable, raw_folder
from postgres_server import Server, connect, driver, server
from published import RECORDS, PostgreSQL, Reader, postgres_environment

SAMPLE = "the sample company"
OWN_SCHEMA = "schema raw"
PACKAGES = (*fingerprints.PACKAGES, "dbt-postgres")
SECONDS_OF_PATIENCE = 300.0
# somebody may look into what an earlier build has left
LOCK_TIMEOUT = "30s"


@dataclass(frozen=True)
class Raw:
    """What a build is made of: a folder that is loaded, or, without one, schema `raw` as somebody has filled it."""

    source: str
    folder: Path | None = None

    @property
    def is_sample(self) -> bool:
        """The generated company."""
        return self.source == SAMPLE


def build() -> None:
    """Build unless there is nothing to do, publish, and say what came out."""
    to = server()
    patience = patience_of_setting()
    with contextlib.closing(connect(to)) as connection:
        connection.autocommit = True
        schemas.take_lock(connection, to)
        try:
            _build(connection, to, patience)
        except driver().Error as error:
            raise Stop(f"\n{to.name} could not be built: {str(error).strip()}\n{as_it_was(to)}") from None
        except KeyboardInterrupt:
            raise Stop(f"Stopped. {as_it_was(to)}") from None


def _build(connection, to: Server, patience: float) -> None:
    """The build, with the lock held by the connection."""
    arguments, published = sys.argv[1:], PostgreSQL(to)
    to.work_folder.mkdir(parents=True, exist_ok=True)
    (to.work_folder.parent / ".gitignore").write_text("*\n")
    with connection.cursor() as cursor:
        schemas.check_rights(cursor, to)
        raw = raw_tables(cursor, to, os.environ.get("RAW_DATA_DIR", ""))
    facts = fingerprints.gather(to, raw.folder, arguments, raw.is_sample, PACKAGES)
    is_forced = "--full-refresh" in arguments or os.environ.get("FORCE", "0") not in ("", "0")
    last = last_build(connection, facts)
    if last and raw.folder and last.is_of_the_same and not is_forced:
        say(f"Nothing has changed since the build of {local(last.built_at)}: {to.name} is up to date.", style="green")
        headline.show(published, raw.is_sample)
        return
    if raw.folder:
        check_readable(raw.folder)
    say(f"Building {to.name} from {shown(raw.folder) if raw.folder else OWN_SCHEMA + ' as it is'}", style="bold")
    begin(connection, raw)
    for artifact in ("target/run_results.json", "logs/dbt.log"):
        (to.work_folder / artifact).unlink(missing_ok=True)
    outcome = run_dbt(
        dbt_command(to, arguments),
        postgres_environment(to)
        | {"BUILD_SCHEMA_SUFFIX": schemas.WORK, "BUILD_FACTS": fingerprints.for_dbt(facts, kind="full")}
        | ({"BUILD_OF_SAMPLE": "1"} if raw.is_sample else {}),
        connection.fileno(),
    )
    if outcome.code < 0:
        raise Stop(f"\ndbt was ended by signal {-outcome.code}, as by a machine without memory left. {as_it_was(to)}")
    if outcome.code:
        lines = [*what_failed(to, outcome), "", as_it_was(to), f"The log: {shown(to.work_folder / 'logs/dbt.log')}"]
        raise Stop(
            "\n".join(
                [*lines, f"What was built is in the schemas that end in {schemas.WORK}; the next build removes them."]
            )
        )
    with connection.cursor() as cursor:
        missing = schemas.finish_work(cursor, to.work_folder / "target/manifest.json")
    schemas.publish(connection, raw.source, patience)
    warnings = f", {outcome.warnings} warning{'s' * (outcome.warnings > 1)}" if outcome.warnings else ""
    say(f"Built and published in {outcome.seconds:.0f} s: {counted(outcome.done)}{warnings}", style="green")
    headline.show(published, raw.is_sample)
    headline.show_revisions(published)
    show_roles(to, missing)


def raw_tables(cursor, to: Server, given: str) -> Raw:
    """Where the raw rows come from. The sample company takes the place of nothing that is somebody's own."""
    if given:
        folder = raw_folder(given)
        load_postgres.check_others(cursor)
        return Raw(str(folder.resolve()), folder)
    loaded, others = schemas.marked(cursor, "raw"), schemas.unmarked(cursor, "raw")
    if schemas.exists(cursor, "raw"):
        if others and len(others) < len(schemas.relations(cursor, "raw")):
            raise Stop(
                f"Schema raw of {to.name} holds tables {loaded or 'that this project loaded'} beside others ({', '.join(others[:5])})."
                " Drop the ones or the others: a build is of one company."
            )
        if others:
            return Raw(OWN_SCHEMA)
        if loaded is None:
            raise Stop(
                f"Schema raw of {to.name} is empty. Fill it, drop it for the sample company, or name a folder of files: RAW_DATA_DIR."
            )
        if loaded != f"loaded from {SAMPLE}":
            raise Stop(_would_replace(to, loaded.removeprefix("loaded from ")))
    built_from = (schemas.marked(cursor, "marts") or "").removeprefix("built from ")
    if built_from not in ("", SAMPLE):
        raise Stop(_would_replace(to, built_from))
    return Raw(SAMPLE, raw_folder(shown(sample.ensure())))


def _would_replace(to: Server, source: str) -> str:
    """That the sample company does not take the place of somebody's own."""
    again = f"Build it again with RAW_DATA_DIR={source}" if source != OWN_SCHEMA else "Fill schema raw again"
    return (
        f"{to.name} was built from {source}, and the sample company would replace it. {again}, or the sample elsewhere:"
        " make build TARGET=postgres POSTGRES_DB=sample"
    )


def last_build(connection, facts: fingerprints.Facts) -> fingerprints.LastBuild | None:
    """What the published build was made of; None where there is none, or it does not say."""
    with connection.cursor() as cursor:
        if schemas.marked(cursor, "marts") in (None, "") or "builds" not in schemas.relations(cursor, "marts"):
            return None
    try:
        return fingerprints.compared(Reader(connection), facts)
    except (ValueError, TypeError, driver().Error):
        return None


def begin(connection, raw: Raw) -> None:
    """Load what is loaded, score the texts, and begin the schemas of the build; all of it or nothing."""
    connection.autocommit = False
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
            if raw.folder:
                say(f"  {load_postgres.load(cursor, raw.folder, raw.source)} raw tables loaded into schema raw")
            load_postgres.score_texts(cursor)
            schemas.begin_work(cursor, RECORDS)
    finally:
        connection.autocommit = True


def as_it_was(to: Server) -> str:
    """What has become of the published schemas: nothing."""
    try:
        with contextlib.closing(connect(to)) as connection, connection.cursor() as cursor:
            built_at = schemas.built_at(cursor)
    except (Stop, driver().Error):
        return "The published schemas are as they were."
    if not built_at:
        return "Nothing was published."
    return f"The published schemas are as they were: built {local(built_at)}."


def patience_of_setting() -> float:
    """Seconds for which a build waits for readers before it gives up."""
    given = os.environ.get("POSTGRES_PUBLISH_WAIT") or str(SECONDS_OF_PATIENCE)
    try:
        seconds = float(given)
        if not 0 <= seconds < float("inf"):
            raise ValueError
    except ValueError:
        raise Stop(f"POSTGRES_PUBLISH_WAIT is {given}. Expected a number of seconds, such as 300.") from None
    return seconds


def show_roles(to: Server, missing: list[str]) -> None:
    """Who may read, and what has to be run where a role could not be created."""
    say()
    if missing:
        names = "; ".join(f"create role {role}" for role in missing)
        say(
            f"Nobody but {to.user} may read it: {to.user} may not create roles. Somebody who may has to run: {names};"
            " then: make build TARGET=postgres FORCE=1",
            style="yellow",
        )
    else:
        say(
            "May read it, without personal data: members of the role reporter; with it: of support_reporter (grant reporter to NAME)"
        )
