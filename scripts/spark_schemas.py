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
from dataclasses import dataclass

from console import Stop, say
from inputs import PROJECT
from postgres_schemas import MARK, PUBLISHED, READ, SCAFFOLDING
from spark_server import Refused, Server, Session, identifier, literal

BUILD = "published_build"
# what a mark says where there is nothing else to say
MADE = "made by make build"
WRITTEN = (*PUBLISHED, *SCAFFOLDING)
OF_A_BUILD = re.compile(f"({'|'.join(WRITTEN)})(__[0-9]{{8}}_[0-9]{{6}})")
NOT_THERE = re.compile(r"\[(SCHEMA|TABLE_OR_VIEW)_NOT_FOUND\]")
# a string, a comment, what Spark has another word for (macros/portable/spark_statements.sql says it of models), or names with dots between them
WORDS = re.compile(
    r"""\b[rR]'[^']*'|\b[rR]"[^"]*"|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|--[^\n]*|/\*.*?\*/"""
    r"""|\b(?P<type>as\s+varchar\b(?!\s*\()|double\s+precision\b)"""
    r"""|(?P<names>(?:`(?:[^`]|``)+`|\w+)(?:\s*\.\s*(?:`(?:[^`]|``)+`|\w+))*)""",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Build:
    """The published build, as marts.published_build tells it."""

    suffix: str  # behind the names of its schemas
    source: str  # what it was built from
    built_at: datetime.datetime  # UTC
    previous: str | None  # the suffix of the build before, which is still there


@dataclass(frozen=True)
class Relation:
    """A table or view, as far as Spark tells of all of a schema at once."""

    is_ours: bool
    suffix: str | None  # of the build that a published view reads


def relations(session: Session, schema: str) -> list[str]:
    """The tables and views of a schema."""
    return sorted(_relations(session, schema))


def unmarked(session: Session, schema: str) -> list[str]:
    """Those that are not the project's."""
    return sorted(name for name, found in _relations(session, schema).items() if not found.is_ours)


def _relations(session: Session, schema: str) -> dict[str, Relation]:
    try:
        found = session.rows(f"show table extended in {identifier(schema)} like '*'")
    except Refused as error:
        if NOT_THERE.search(str(error)):
            return {}
        raise
    # views of the session alone are listed, too
    return {name: _relation(about) for _, name, is_temporary, about in found if not is_temporary}


def _relation(about: str) -> Relation:
    is_ours = re.search(rf"^Table Properties: \[(?:.*, )?{MARK}=", about, re.MULTILINE)
    reads = re.search(r"^View Text: select \* from \w+?(__[0-9]{8}_[0-9]{6})\.", about, re.MULTILINE)
    return Relation(is_ours is not None, reads[1] if reads else None)


def with_mark() -> str:
    """The properties of a table or view that is the project's."""
    return f"tblproperties ({literal(MARK)} = {literal(MADE)})"


def mark(session: Session, schema: str, text: str = MADE) -> None:
    """Say of a schema that it is the project's, and what it is of. A comment would not be changed: Hive's catalogue keeps the first one."""
    session.execute(f"alter schema {identifier(schema)} set dbproperties ({literal(MARK)} = {literal(text)})")


def marked(session: Session, schema: str) -> str | None:
    """What the mark of a schema says; None where it has none."""
    match = re.search(rf"\({MARK},(.*?)\)(,\(|\)$)", _properties(session, schema) or "")
    return match[1] if match else None


def exists(session: Session, schema: str) -> bool:
    """Whether there is such a schema."""
    return _properties(session, schema) is not None


def _properties(session: Session, schema: str) -> str | None:
    """The properties of a schema as Spark prints them, ((name,value),(name,value)); None where there is no such schema."""
    try:
        about = {row[0]: row[1] for row in session.rows(f"describe schema extended {identifier(schema)}")}
    except Refused as error:
        if NOT_THERE.search(str(error)):
            return None
        raise
    return about.get("Properties") or ""


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
                f" May it be, all the same? Then run: alter schema {schema} set dbproperties ('{MARK}' = '{MADE}');"
            )
        _stop_at(schema, to, ours & set(others))


def _stop_at(schema: str, to: Server, taken: Iterable[str]) -> None:
    if names := sorted(taken):
        raise Stop(
            f"Schema {schema} of {to.name} holds what this project did not make, under names that it publishes: {', '.join(names[:5])}."
            " Nothing was published. Move it into a schema of its own."
        )


def begin_build(session: Session, records: Sequence[str]) -> str:
    """Fresh schemas for a build, with the records of the published marts, and without what was left by builds that failed; their suffix."""
    before = published(session)
    drop_builds(session, but=[before.suffix, before.previous] if before else [])
    suffix = f"__{datetime.datetime.now(datetime.UTC):%Y%m%d_%H%M%S}"
    for schema in WRITTEN:
        session.execute(f"create schema {schema}{suffix} with dbproperties ({literal(MARK)} = {literal(MADE)})")
    if before:
        there = relations(session, "marts" + before.suffix)
        for name in [one for one in records if one in there]:
            session.execute(
                f"create table marts{suffix}.{name} using parquet as select * from marts{before.suffix}.{name}"
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
    query = "select " + ", ".join(f"{value} as {name}" for name, value in columns.items())
    _write_view(session, f"marts.{BUILD}", query, is_there=BUILD in relations(session, "marts"))
    _drop_gone(session, suffix)
    drop_builds(session, but=[suffix, before.suffix if before else None])


def _built_at(session: Session, suffix: str) -> datetime.datetime:
    """When the build says that it was made, in UTC."""
    return session.rows(f"select max(built_at) from marts{suffix}.builds")[0][0]


def mend(session: Session, to: Server) -> None:
    """Have the views of `marts` and `metrics` read the published build, where somebody was cut off while publishing another one."""
    build = published(session)
    if build and any(_others(session, schema, build.suffix) for schema in READ):
        say("  Publishing was cut off before: the views read the published build again.")
        _point_at(session, to, build.suffix)
        _drop_gone(session, build.suffix)


def _others(session: Session, schema: str, suffix: str) -> list[str]:
    """The views of a schema that read another build."""
    found = _relations(session, schema).items()
    return [name for name, one in found if one.is_ours and one.suffix not in (None, suffix)]


def _point_at(session: Session, to: Server, suffix: str) -> None:
    """
    A view of `marts` and `metrics` for each table and view of a build. One after the other: Hive's catalogue takes thrice as long for several at a
    time.
    """
    for schema in READ:
        there, names = _relations(session, schema), relations(session, schema + suffix)
        _stop_at(schema, to, {name for name in names if name in there and not there[name].is_ours})
        for name in names:
            view, query = f"{schema}.{identifier(name)}", f"select * from {schema}{suffix}.{identifier(name)}"
            _write_view(session, view, query, is_there=name in there)


def _write_view(session: Session, view: str, query: str, is_there: bool) -> None:
    """A published view. One that is there is altered: `create or replace` drops it first, and a reader would find nothing."""
    session.execute(f"alter view {view} as {query}" if is_there else f"create view {view} {with_mark()} as {query}")


def _drop_gone(session: Session, suffix: str) -> None:
    """Without the views of what is not made any more."""
    for schema in READ:
        for name in _others(session, schema, suffix):
            session.execute(f"drop view if exists {schema}.{identifier(name)}")


def drop_builds(session: Session, but: Sequence[str | None]) -> None:
    """Without the schemas of all other builds."""
    for (schema,) in session.rows("show schemas"):
        match = OF_A_BUILD.fullmatch(schema)
        if match and match[2] not in but and marked(session, schema) is not None:
            session.execute(f"drop schema if exists {schema} cascade")


def of_build(sql: str, suffix: str, tables_of: Callable[[str], Iterable[str]]) -> str:
    """
    A statement that names what is published, as `marts.metrics`, with the schemas of a build in their place, and in Spark's words. Strings and
    comments stay as they are, and so does a column of a table or alias that has the name of a schema.
    """

    def written(match: re.Match) -> str:
        names = match["names"]
        if match["type"]:
            return "double" if match["type"].lower().startswith("d") else "as string"
        if not names:
            return match[0]
        parts = re.findall(r"`(?:[^`]|``)+`|\w+", names)
        plain = [part.strip("`").lower() for part in parts]
        at = 1 if plain[0] == "spark_catalog" else 0
        if len(parts) < at + 2 or plain[at] not in PUBLISHED or plain[at + 1] not in tables_of(plain[at]):
            return match[0]
        return ".".join([*parts[:at], plain[at] + suffix, *parts[at + 1 :]])

    return WORDS.sub(written, sql)
