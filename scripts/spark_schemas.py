"""
Publishing on Spark, which cannot rename schemas. A build writes schemas of its own, a time behind their names (marts__20260131_120000); when
everything in them is tested, each view of the schemas `marts` and `metrics` is made to read the new one, and, last of all, the view
`marts.published_build` says which build that is. Who looks there first, as the commands of this project do, reads one build; the one before stays
for those who are reading it.

Every schema, table and view of the project carries a mark; what does not carry it is somebody else's, and is never dropped or replaced.
"""

import datetime
import fcntl
import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from console import Stop, say
from inputs import PROJECT
from postgres_schemas import MARK, PUBLISHED, READ, SAMPLE, SCAFFOLDING
from spark_server import Refused, Server, Session, connect, identifier, literal, run_all

__all__ = ["MARK", "PUBLISHED", "SAMPLE", "SCAFFOLDING"]
BUILD = "published_build"
WRITTEN = (*PUBLISHED, *SCAFFOLDING)
OF_A_BUILD = re.compile(f"({'|'.join(WRITTEN)})(__[0-9]{{8}}_[0-9]{{6}})")
NOT_THERE = re.compile(r"\[(SCHEMA|TABLE_OR_VIEW)_NOT_FOUND\]")
SCHEMAS_DROPPED_AT_ONCE = 6
# a string, a comment, or names with dots between them
WORDS = re.compile(
    r"""\b[rR]'[^']*'|\b[rR]"[^"]*"|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|--[^\n]*|/\*.*?\*/"""
    r"""|(?P<names>(?:`(?:[^`]|``)+`|\w+)(?:\s*\.\s*(?:`(?:[^`]|``)+`|\w+))*)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Build:
    """The published build, as marts.published_build tells it."""

    suffix: str  # behind the names of its schemas
    source: str  # what it was built from
    built_at: datetime.datetime  # UTC
    previous: str | None  # the suffix of the build before, which is still there


def relations(session: Session, schema: str) -> list[str]:
    """The tables and views of a schema."""
    return sorted(_marks(session, schema))


def unmarked(session: Session, schema: str) -> list[str]:
    """Those that are not the project's."""
    return sorted(name for name, found in _marks(session, schema).items() if found is None)


def _marks(session: Session, schema: str) -> dict[str, str | None]:
    """By table and view of a schema what its mark says; None where it has none."""
    try:
        found = session.rows(f"show table extended in {identifier(schema)} like '*'")
    except Refused as error:
        if NOT_THERE.search(str(error)):
            return {}
        raise
    # views of the session alone are listed, too
    return {name: _mark_of(about) for _, name, is_temporary, about in found if not is_temporary}


def _mark_of(about: str) -> str | None:
    match = re.search(rf"^Table Properties: \[(?:.*, )?{MARK}=([^,\]]*)", about, re.MULTILINE)
    return match[1] if match else None


def with_mark(text: str = "") -> str:
    """The properties of a table or view that is the project's."""
    return f"tblproperties ({literal(MARK)} = {literal(text)})"


def mark(session: Session, schema: str, text: str = "") -> None:
    """Say of a schema that it is the project's, and what it is of."""
    session.execute(f"comment on schema {identifier(schema)} is {literal(f'{MARK}: {text}' if text else MARK)}")


def marked(session: Session, schema: str) -> str | None:
    """What the mark of a schema says; None where it has none."""
    comment = _comment(session, schema) or ""
    return comment.removeprefix(MARK).removeprefix(": ") if comment.startswith(MARK) else None


def exists(session: Session, schema: str) -> bool:
    """Whether there is such a schema."""
    return _comment(session, schema) is not None


def _comment(session: Session, schema: str) -> str | None:
    """The comment of a schema; None where there is no such schema."""
    try:
        about = {row[0]: row[1] for row in session.rows(f"describe schema extended {identifier(schema)}")}
    except Refused as error:
        if NOT_THERE.search(str(error)):
            return None
        raise
    return about.get("Comment") or about.get("Description") or ""


def published(session: Session) -> Build | None:
    """The published build; None where there is none."""
    try:
        found = session.rows(f"select suffix, source, built_at, previous from marts.{BUILD}")
    except Refused as error:
        # a table of that name that is somebody's own is found by check_catalogue
        if NOT_THERE.search(str(error)) or "UNRESOLVED_COLUMN" in str(error):
            return None
        raise
    return Build(*found[0]) if found else None


def built_from(session: Session) -> str:
    """What the published marts were built from; empty where none are."""
    build = published(session)
    return build.source if build else ""


def take_lock(to: Server) -> int:
    """Keep other builds on this server away, as far as this folder knows of them; the descriptor of the lock."""
    to.lock.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(to.lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(lock, 100).decode().strip() or "it has just begun"
        os.close(lock)
        raise Stop(f"Another build of {to.name} is running ({holder}). Wait for it.") from None
    os.truncate(lock, 0)
    os.write(lock, f"process {os.getpid()}, since {datetime.datetime.now():%H:%M:%S}".encode())
    return lock


def check_catalogue(session: Session, to: Server) -> None:
    """Stop where something that is not the project's has the name of what is published."""
    ours = {path.stem for path in (PROJECT / "models/marts").rglob("*.sql")} | {BUILD}
    for schema in READ:
        others = unmarked(session, schema)
        if others and marked(session, schema) is None:
            raise Stop(
                f"Schema {schema} of {to.name} was not made by make build, and is not written to."
                f" May it be, all the same? Then run: comment on schema {schema} is '{MARK}';"
            )
        _stop_at(schema, to, ours & set(others))


def _stop_at(schema: str, to: Server, taken: Iterable[str]) -> None:
    if names := sorted(taken):
        raise Stop(
            f"Schema {schema} of {to.name} holds what this project did not make, under names that it publishes: {', '.join(names[:5])}."
            " Nothing was published. Move it into a schema of its own."
        )


def begin_build(session: Session, to: Server, records: Sequence[str]) -> str:
    """Fresh schemas for a build, with the records of the published marts, and without what was left by builds that failed; their suffix."""
    before = published(session)
    drop_builds(session, to, but=[before.suffix, before.previous] if before else [])
    suffix = f"__{datetime.datetime.now(datetime.UTC):%Y%m%d_%H%M%S}"
    for schema in WRITTEN:
        session.execute(f"create schema {schema}{suffix} comment {literal(MARK)}")
    if before:
        there = relations(session, "marts" + before.suffix)
        run_all(
            to,
            [
                [f"create table marts{suffix}.{name} using parquet as select * from marts{before.suffix}.{name}"]
                for name in records
                if name in there
            ],
        )
    return suffix


def publish(session: Session, to: Server, suffix: str, source: str) -> None:
    """Have the views of `marts` and `metrics` read this build; last of all, say so."""
    before = published(session)
    for schema in READ:
        if not exists(session, schema):
            session.execute(f"create schema {schema}")
        mark(session, schema, f"built from {source}")
    try:
        _point_at(session, to, suffix)
    except BaseException:
        if before:
            # what already reads the new build reads the published one again
            mend(session, to)
        raise
    columns = {
        "suffix": literal(suffix),
        "source": literal(source),
        "built_at": f"timestamp_ntz {literal(str(_built_at(session, suffix)))}",
        "previous": literal(before.suffix) if before else "cast(null as string)",
    }
    session.execute(
        f"create or replace view marts.{BUILD} {with_mark(suffix)} as select "
        + ", ".join(f"{value} as {name}" for name, value in columns.items())
    )
    _drop_gone(session, suffix)
    drop_builds(session, to, but=[suffix, before.suffix if before else None])


def _built_at(session: Session, suffix: str) -> datetime.datetime:
    """When the build says that it was made, in UTC."""
    return session.rows(f"select max(built_at) from marts{suffix}.builds")[0][0]


def mend(session: Session, to: Server) -> None:
    """Have the views of `marts` and `metrics` read the published build, where somebody was cut off while publishing another one."""
    build = published(session)
    if build and any(
        found not in (None, build.suffix) for schema in READ for found in _marks(session, schema).values()
    ):
        say("  Publishing was cut off before: the views read the published build again.")
        _point_at(session, to, build.suffix)
        _drop_gone(session, build.suffix)


def _point_at(session: Session, to: Server, suffix: str) -> None:
    """A view of `marts` and `metrics` for each table and view of a build."""
    statements = []
    for schema in READ:
        names = relations(session, schema + suffix)
        _stop_at(schema, to, set(names) & set(unmarked(session, schema)))
        statements += [
            f"create or replace view {schema}.{identifier(name)} {with_mark(suffix)} as select * from {schema}{suffix}.{identifier(name)}"
            for name in names
        ]
    run_all(to, [[statement] for statement in statements])


def _drop_gone(session: Session, suffix: str) -> None:
    """Without the views of what is not made any more."""
    for schema in READ:
        for name, found in _marks(session, schema).items():
            if found not in (None, suffix):
                session.execute(f"drop view if exists {schema}.{identifier(name)}")


def drop_builds(session: Session, to: Server, but: Sequence[str | None]) -> None:
    """Without the schemas of all other builds."""
    found = [(match, schema) for (schema,) in session.rows("show schemas") if (match := OF_A_BUILD.fullmatch(schema))]
    old = [schema for match, schema in found if match[2] not in but and marked(session, schema) is not None]

    def drop(schema: str) -> None:
        with connect(to) as own:
            own.execute(f"drop schema if exists {schema} cascade")

    with ThreadPoolExecutor(SCHEMAS_DROPPED_AT_ONCE) as pool:
        list(pool.map(drop, old))


def of_build(sql: str, suffix: str, tables_of: Callable[[str], Iterable[str]]) -> str:
    """
    A statement that names what is published, as `marts.metrics`, with the schemas of a build in their place. Strings and comments stay as they are,
    and so does a column of a table or alias that has the name of a schema.
    """

    def written(match: re.Match) -> str:
        names = match["names"]
        if not names:
            return match[0]
        parts = re.findall(r"`(?:[^`]|``)+`|\w+", names)
        plain = [part.strip("`").lower() for part in parts]
        at = 1 if plain[0] == "spark_catalog" else 0
        if len(parts) < at + 2 or plain[at] not in PUBLISHED or plain[at + 1] not in tables_of(plain[at]):
            return match[0]
        return ".".join([*parts[:at], plain[at] + suffix, *parts[at + 1 :]])

    return WORDS.sub(written, sql)
