"""
Build on Spark: into schemas of its own, which the views of the published ones read when everything in them is tested (scripts/spark_schemas.py).
Everything but the event days that have not changed is made anew; where nothing has changed since the last build, nothing is built.
"""

import os
import sys
from pathlib import Path

import fingerprints
import headline
import load_spark
import spark_schemas as schemas
from console import Stop, local, say, shown
from dbt_build import Outcome, dbt_command, forget_artifacts, run_dbt, say_published
from failures import what_failed
from inputs import check_readable
from published import RECORDS, Spark, SparkReader, spark_environment
from raw_rows import OWN_SCHEMA, Place, Raw, check_others, raw_tables
from spark_server import Lost, Refused, Server, Session, connect, server

PACKAGES = (*fingerprints.PACKAGES, "dbt-spark", "pyspark")
# they try the SQL of models on a few rows; on DuckDB, where that takes seconds and not an hour
LEFT_OUT = ("unit tests",)
# the raw rows as Parquet: with less than that, starting a task takes longer than what it does
BYTES_OF_LITTLE_DATA = 200_000_000


def build() -> None:
    """Build with the lock held; what goes wrong on the server is told with what is published."""
    to = server()
    to.work_folder.mkdir(parents=True, exist_ok=True)
    (to.work_folder.parent / ".gitignore").write_text("*\n")
    lock = schemas.take_lock(to)
    with connect(to) as session:
        try:
            build_in(session, to, lock)
        except Refused as error:
            reason = (
                f"The connection to {to.name} was lost in the middle of the build. When it is back, build again."
                if is_lost(session, error)
                else f"{to.name} could not be built: {error}"
            )
            raise Stop(f"\n{reason}\n{as_it_was(to)}") from None
        except KeyboardInterrupt:
            raise Stop(f"Stopped. {as_it_was(to)}") from None


def build_in(session: Session, to: Server, lock: int) -> None:
    """Build unless there is nothing to do, publish, and say what came out."""
    arguments = sys.argv[1:]
    schemas.check_catalogue(session, to)
    schemas.mend(session, to)
    raw = raw_tables(schemas, session, place_of(to), os.environ.get("RAW_DATA_DIR", ""))
    read = fingerprints.stamps(raw.folder) if raw.folder else {}
    facts = fingerprints.gather(to, raw.folder, arguments, raw.is_sample, PACKAGES)
    last = last_build(session, facts) if raw.folder and not fingerprints.is_forced(arguments) else None
    if last and last.is_of_the_same:
        say(f"Nothing has changed since the build of {local(last.built_at)}: {to.name} is up to date.", style="green")
        headline.show(Spark(to), raw.is_sample)
        return
    if raw.folder:
        check_readable(raw.folder)
    say(f"Building {to.name} from {shown(raw.folder) if raw.folder else OWN_SCHEMA + ' as it is'}", style="bold")
    goes_on_from = schemas.published(session) if last and not last.reasons else None
    if goes_on_from:
        say(f"  Event days that have not changed are taken from the build of {local(last.built_at)}")
    forget_artifacts(to)
    size = begin(session, to, raw, read)
    suffix = schemas.begin_build(session, RECORDS)
    outcome = run_dbt(
        dbt_command(to, ["--exclude-resource-type", "unit_test", *arguments]),
        environment_of(to, raw, facts, suffix, size, goes_on_from),
        lock,
        LEFT_OUT,
    )
    # lost meanwhile, it says so in one line, whatever dbt says of each model
    session.execute("select 1")
    if outcome.code:
        raise Stop(failure(to, outcome, suffix))
    schemas.publish(session, to, suffix, raw.source)
    say_published(outcome)
    published = Spark(to)
    headline.show(published, raw.is_sample)
    headline.show_revisions(published)


def place_of(to: Server) -> Place:
    """The server in the words of messages."""
    return Place(to.name, "load into another cluster: SPARK_HOST", "make build, on DuckDB")


def begin(session: Session, to: Server, raw: Raw, read: dict[Path, tuple[int, ...]]) -> int | None:
    """Load what is loaded, and score the texts; the size of the raw rows in bytes, where it is known."""
    if raw.folder:
        check_others(schemas, session, place_of(to))
        tables, size = load_spark.load(session, to, raw.folder, raw.source)
        say(f"  {tables} raw tables loaded into schema raw")
        if names := fingerprints.written_since(raw.folder, read):
            raise Stop(f"Written to while it was read: {names}. Nothing was built. Build again.")
    else:
        size = load_spark.bytes_of(session, "raw")
    load_spark.score_texts(session, to)
    return size


def environment_of(
    to: Server, raw: Raw, facts: fingerprints.Facts, suffix: str, size: int | None, goes_on_from: schemas.Build | None
) -> dict[str, str]:
    """The environment in which dbt builds the schemas of this build."""
    of_build = {"BUILD_SCHEMA_SUFFIX": suffix, "BUILD_FACTS": fingerprints.for_dbt(facts, kind="full")}
    if size is not None and size < BYTES_OF_LITTLE_DATA and "SPARK_LITTLE_DATA" not in os.environ:
        of_build["SPARK_LITTLE_DATA"] = "1"
    if goes_on_from:
        of_build["BUILD_GOES_ON_FROM"] = goes_on_from.suffix
    return spark_environment(to) | of_build | ({"BUILD_OF_SAMPLE": "1"} if raw.is_sample else {})


def last_build(session: Session, facts: fingerprints.Facts) -> fingerprints.LastBuild | None:
    """What the published build was made of; None where there is none, or it does not say."""
    build = schemas.published(session)
    if not build:
        return None
    try:
        return fingerprints.compared(SparkReader(session, build), facts)
    except Lost:
        raise
    except (ValueError, TypeError, Refused):
        return None


def failure(to: Server, outcome: Outcome, suffix: str) -> str:
    """What failed, why, and where to look."""
    log = shown(to.work_folder / "logs/dbt.log")
    left = f"What was built is in the schemas that end in {suffix}; the next build removes them."
    return "\n".join([*what_failed(to, outcome), "", as_it_was(to), f"The log: {log}", left])


def is_lost(session: Session, error: Refused) -> bool:
    """Whether nobody answers any more."""
    if isinstance(error, Lost):
        return True
    try:
        session.execute("select 1")
    except Refused:
        return True
    return False


def as_it_was(to: Server) -> str:
    """What has become of the published schemas: nothing."""
    try:
        with connect(to) as session:
            build = schemas.published(session)
    except (Stop, Refused):
        return "The published schemas are as they were."
    return (
        f"The published schemas are as they were: built {local(build.built_at)}." if build else "Nothing was published."
    )
