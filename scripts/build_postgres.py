"""
Build on PostgreSQL: into schemas of its own, which take the place of the published ones in one transaction when everything in them is tested
(scripts/postgres_schemas.py). Everything is made anew; where nothing has changed since the last build, nothing is built.
"""

import contextlib
import os
import sys
from pathlib import Path

import fingerprints
import headline
import load_postgres
import postgres_schemas as schemas
from console import Stop, local, say, shown
from dbt_build import Outcome, dbt_command, forget_artifacts, run_dbt, say_published
from failures import what_failed
from inputs import check_readable
from postgres_server import Server, connect, driver, server
from published import RECORDS, PostgreSQL, Reader, postgres_environment
from raw_rows import OWN_SCHEMA, Place, Raw, check_others, raw_tables

PACKAGES = (*fingerprints.PACKAGES, "dbt-postgres")
SECONDS_OF_PATIENCE = 300.0
# somebody may look into what an earlier build has left
LOCK_TIMEOUT = "30s"


def build() -> None:
    """Build in the server's database, with its lock held by the connection; what goes wrong there is told with what is published."""
    to = server()
    patience = patience_of_setting()
    with contextlib.closing(connect(to)) as connection:
        connection.autocommit = True
        schemas.take_lock(connection, to)
        try:
            build_in(connection, to, patience)
        except driver().Error as error:
            reason = (
                f"The connection to {to.name} was lost in the middle of the build. When the server is back, build again."
                if is_lost(connection)
                else f"{to.name} could not be built: {str(error).strip()}"
            )
            raise Stop(f"\n{reason}\n{as_it_was(to)}") from None
        except KeyboardInterrupt:
            raise Stop(f"Stopped. {as_it_was(to)}") from None


def build_in(connection, to: Server, patience: float) -> None:
    """Build unless there is nothing to do, publish, and say what came out."""
    arguments, published = sys.argv[1:], PostgreSQL(to)
    to.work_folder.mkdir(parents=True, exist_ok=True)
    (to.work_folder.parent / ".gitignore").write_text("*\n")
    with connection.cursor() as cursor:
        schemas.check_database(cursor, to)
        raw = raw_tables(schemas, cursor, place_of(to), os.environ.get("RAW_DATA_DIR", ""))
    read = fingerprints.stamps(raw.folder) if raw.folder else {}
    facts = fingerprints.gather(to, raw.folder, arguments, raw.is_sample, PACKAGES)
    last = last_build(connection, facts) if raw.folder and not fingerprints.is_forced(arguments) else None
    if last and last.is_of_the_same:
        say(f"Nothing has changed since the build of {local(last.built_at)}: {to.name} is up to date.", style="green")
        headline.show(published, raw.is_sample)
        return
    if raw.folder:
        check_readable(raw.folder)
    say(f"Building {to.name} from {shown(raw.folder) if raw.folder else OWN_SCHEMA + ' as it is'}", style="bold")
    forget_artifacts(to)
    missing = begin(connection, place_of(to), raw, read)
    outcome = run_dbt(dbt_command(to, arguments), environment_of(to, raw, facts), connection.fileno())
    with connection.cursor() as cursor:
        # lost meanwhile, it says so in one line, whatever dbt says of each model
        cursor.execute("select 1")
        if outcome.code:
            raise Stop(failure(to, outcome))
        schemas.finish_work(cursor)
    schemas.publish(connection, raw.source, patience)
    say_published(outcome)
    headline.show(published, raw.is_sample)
    headline.show_revisions(published)
    say_who_may_read(to, missing)


def place_of(to: Server) -> Place:
    """The database in the words of messages."""
    return Place(to.name, "load into another database: POSTGRES_DB", "make build TARGET=postgres POSTGRES_DB=sample")


def environment_of(to: Server, raw: Raw, facts: fingerprints.Facts) -> dict[str, str]:
    """The environment in which dbt builds the work schemas."""
    of_build = {"BUILD_SCHEMA_SUFFIX": schemas.WORK, "BUILD_FACTS": fingerprints.for_dbt(facts, kind="full")}
    return postgres_environment(to) | of_build | ({"BUILD_OF_SAMPLE": "1"} if raw.is_sample else {})


def failure(to: Server, outcome: Outcome) -> str:
    """What failed, why, and where to look."""
    log = shown(to.work_folder / "logs/dbt.log")
    left = f"What was built is in the schemas that end in {schemas.WORK}; the next build removes them."
    return "\n".join([*what_failed(to, outcome), "", as_it_was(to), f"The log: {log}", left])


def is_lost(connection) -> bool:
    """Whether nobody answers any more."""
    try:
        connection.rollback()
        connection.cursor().execute("select 1")
    except driver().Error:
        return True
    return False


def last_build(connection, facts: fingerprints.Facts) -> fingerprints.LastBuild | None:
    """What the published build was made of; None where there is none, or it does not say."""
    with connection.cursor() as cursor:
        if not schemas.built_from(cursor) or "builds" not in schemas.relations(cursor, "marts"):
            return None
    try:
        return fingerprints.compared(Reader(connection), facts)
    except (ValueError, TypeError, driver().Error):
        return None


def begin(connection, place: Place, raw: Raw, read: dict[Path, tuple[int, ...]]) -> list[str]:
    """Load what is loaded, score the texts, and begin the schemas of the build; all of it or nothing. The roles that are missing."""
    connection.autocommit = False
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
            if raw.folder:
                check_others(schemas, cursor, place)
                say(f"  {load_postgres.load(cursor, raw.folder, raw.source)} raw tables loaded into schema raw")
                if names := fingerprints.written_since(raw.folder, read):
                    raise Stop(f"Written to while it was read: {names}. Nothing was built. Build again.")
            load_postgres.score_texts(cursor)
            schemas.begin_work(cursor, RECORDS)
            return schemas.create_roles(cursor)
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


def say_who_may_read(to: Server, missing: list[str]) -> None:
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
            "Who may read: reporter (the marts without personal data) and support_reporter (all of them). To let somebody in: grant reporter to NAME"
        )
