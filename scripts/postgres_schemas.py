"""
Publishing on PostgreSQL. A build writes schemas of its own (marts__work beside marts); when everything in them is tested, one transaction renames
them into the place of the published ones. Views are bound to tables, not to names, so they come along.

Every schema, table and view of the project carries a mark, a comment; what does not carry it is somebody else's, and is never dropped.
"""

import datetime
import itertools
import time

from console import Stop, say
from postgres_server import Server, driver

MARK = "customer_success"
SAMPLE = "the sample company"
WORK, OLD = "__work", "__old"
PUBLISHED = ("seeds", "staging", "intermediate", "metrics", "marts")
# views on what was published before; not published
SCAFFOLDING = ("published_before",)
# what people read: the switch waits until nobody is in the middle of it
READ = ("marts", "metrics")
# who may read: named by the grants of the marts
ROLES = ("reporter", "support_reporter")
# a reader who comes while the switch tries waits no longer than that
MILLISECONDS_OF_A_TRY = (
    200,
    300,
    500,
    900,
)  # after a second the server would look for a deadlock, and might end a reader
SECONDS_BETWEEN_TRIES = 0.3
# which first has pg_input_is_valid
OLDEST_VERSION = 16
LOCK_KEY = 7_226_301_948


def relations(cursor, schema: str) -> list[str]:
    """The tables and views of a schema."""
    cursor.execute(
        "select relname from pg_class where relnamespace = to_regnamespace(%s) and relkind in ('r', 'p', 'v', 'm', 'f') order by 1",
        [schema],
    )
    return [name for (name,) in cursor.fetchall()]


def unmarked(cursor, schema: str) -> list[str]:
    """Those that are not the project's."""
    cursor.execute(
        "select relname from pg_class where relnamespace = to_regnamespace(%s) and relkind in ('r', 'p', 'v', 'm', 'f')"
        " and coalesce(obj_description(oid, 'pg_class'), '') not like %s order by 1",
        [schema, MARK + "%"],
    )
    return [name for (name,) in cursor.fetchall()]


def mark(cursor, kind: str, name: str, text: str = "") -> None:
    """Say of a schema or a table that it is the project's, and what it is of."""
    cursor.execute(f"comment on {kind} {name} is %s", [f"{MARK}: {text}" if text else MARK])


def marked(cursor, schema: str) -> str | None:
    """What the mark of a schema says; None where it has none."""
    cursor.execute("select obj_description(to_regnamespace(%s), 'pg_namespace')", [schema])
    comment = cursor.fetchone()[0] or ""
    return comment.removeprefix(MARK).removeprefix(": ") if comment.startswith(MARK) else None


def built_from(cursor) -> str:
    """What the published marts were built from; empty where none are, or they do not say."""
    return (marked(cursor, "marts") or "").removeprefix("built from ")


def exists(cursor, schema: str) -> bool:
    """Whether there is such a schema."""
    cursor.execute("select to_regnamespace(%s) is not null", [schema])
    return cursor.fetchone()[0]


def take_lock(connection, server: Server) -> None:
    """Keep other builds of this database away as long as the connection lasts."""
    with connection.cursor() as cursor:
        # idle while dbt builds, and not to be ended for that
        cursor.execute("select set_config(name, '0', false) from pg_settings where name = 'idle_session_timeout'")
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY])
        if cursor.fetchone()[0]:
            return
        cursor.execute(
            "select format('process %%s of %%s, since %%s', pid, usename, to_char(backend_start, 'HH24:MI:SS'))"
            " from pg_locks inner join pg_stat_activity using (pid)"
            " where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
            " and (classid::bigint << 32) + objid::bigint = %s and granted",
            [LOCK_KEY],
        )
        holder = cursor.fetchone()
    raise Stop(
        f"Another build of {server.name} is running ({holder[0] if holder else 'it has just ended'}). Wait for it, or choose another: POSTGRES_DB."
    )


def check_database(cursor, server: Server) -> None:
    """Stop where schemas cannot be made, or what is there is not the project's, or not this user's."""
    if (version := cursor.connection.server_version // 10_000) < OLDEST_VERSION:
        raise Stop(f"{server.name} is on PostgreSQL {version}. Expected {OLDEST_VERSION} or newer.")
    cursor.execute(
        "select current_user, has_database_privilege(current_database(), 'create'), current_setting('server_encoding')"
    )
    user, may_create, encoding = cursor.fetchone()
    if not may_create:
        raise Stop(
            f"{user} may not create schemas in {server.name}. Somebody who owns it has to run:\n"
            f"  grant create on database {_quoted(server.database)} to {_quoted(user)};"
        )
    if encoding != "UTF8":
        raise Stop(
            f"{server.name} keeps texts as {encoding}. Expected UTF8: createdb -E UTF8 -T template0 NAME, and POSTGRES_DB=NAME."
        )
    for schema in [*PUBLISHED, *(name + end for name in (*PUBLISHED, *SCAFFOLDING) for end in (WORK, OLD))]:
        if exists(cursor, schema):
            _check_schema(cursor, server, schema)
    if dependents := _dependents(cursor, PUBLISHED, views=False):
        raise Stop(
            f"{', '.join(dependents)} would be dropped with the marts that it reads. Expected plain views, which are carried over."
        )
    if not_owned := [name for name, _, is_owner in _dependent_views(cursor) if not is_owner]:
        raise Stop(
            f"{', '.join(not_owned)}: a view on the published schemas that {user} may not carry over. Expected a view that {user} owns."
        )


def _check_schema(cursor, server: Server, schema: str) -> None:
    """Stop where a schema would be replaced that is not the project's, or not this user's."""
    # what a build was cut off in has no mark on its tables yet
    others = unmarked(cursor, schema) if not schema.endswith(WORK) else []
    if (others or relations(cursor, schema)) and marked(cursor, schema) is None:
        raise Stop(
            f"Schema {schema} of {server.name} was not made by make build, and is not replaced. Choose another database: POSTGRES_DB."
            f" Is it of this project all the same, and may be replaced? Drop it, or run: comment on schema {schema} is '{MARK}';"
        )
    if others and marked(cursor, schema) != "":
        raise Stop(
            f"Schema {schema} of {server.name} holds what this project did not make, and would be replaced with it: {', '.join(others[:5])}."
            f" Move it into a schema of its own; or, where dbt alone has made it: comment on schema {schema} is '{MARK}';"
        )
    cursor.execute(
        "select current_user, rolname, pg_has_role(nspowner, 'usage')"
        " from pg_namespace inner join pg_roles on pg_roles.oid = nspowner where nspname = %s",
        [schema],
    )
    user, owner, is_owner = cursor.fetchone()
    if not is_owner:
        raise Stop(
            f"Schema {schema} of {server.name} belongs to {owner}, so that {user} cannot replace it. Expected POSTGRES_USER={owner}."
        )


def create_roles(cursor) -> list[str]:
    """Create the roles that may read; those that are missing and that this user may not create are returned."""
    cursor.execute("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")
    may_create = cursor.fetchone()[0]
    missing = [role for role in ROLES if not _has_role(cursor, role)]
    for role in missing if may_create else []:
        cursor.execute(f"create role {role} nologin")
    return [] if may_create else missing


def begin_work(cursor, records: tuple[str, ...]) -> None:
    """Fresh schemas for the build, without what earlier ones left, and with the records of the published marts."""
    drop_all(cursor, OLD)
    drop_all(cursor, WORK)
    for schema in (*PUBLISHED, *SCAFFOLDING):
        cursor.execute(f"create schema {schema}{WORK}")
        mark(cursor, "schema", schema + WORK)
    present = relations(cursor, "marts")
    for table in (name for name in records if name in present):
        cursor.execute(f"create table marts{WORK}.{table} (like marts.{table} including all)")
        cursor.execute(f"insert into marts{WORK}.{table} select * from marts.{table}")


def drop_all(cursor, end: str) -> None:
    """Without the schemas that end so; what is somebody else's and hangs on them is in the way, and is named."""
    schemas = [name + end for name in (*PUBLISHED, *SCAFFOLDING) if exists(cursor, name + end)]
    if schemas:
        if others := _dependents(cursor, tuple(schemas), views=True):
            raise Stop(
                f"{', '.join(others)} reads schemas that are to be dropped ({', '.join(schemas)}). Drop it, then build again."
            )
        cursor.execute(f"drop schema {', '.join(schemas)} cascade")


def finish_work(cursor) -> None:
    """Mark what the build has made, and let the planner know it."""
    for schema in PUBLISHED:
        cursor.execute(
            "select relname, relkind from pg_class where relnamespace = to_regnamespace(%s) and relkind in ('r', 'v')",
            [schema + WORK],
        )
        for name, kind in cursor.fetchall():
            mark(cursor, "table" if kind == "r" else "view", f'{schema}{WORK}."{name}"')
            if kind == "r":
                # else it would know only some time after it is published
                cursor.execute(f'analyze {schema}{WORK}."{name}"')


def publish(connection, source: str, patience: float) -> None:
    """
    Put the work schemas in the place of the published ones, in one transaction, at a moment when no transaction is in the middle of reading: none
    sees tables of two builds.
    """
    psycopg2 = driver()
    until = time.monotonic() + patience
    for milliseconds in itertools.chain(MILLISECONDS_OF_A_TRY, itertools.repeat(MILLISECONDS_OF_A_TRY[-1])):
        try:
            connection.autocommit = False
            with connection, connection.cursor() as cursor:
                cursor.execute(f"set local statement_timeout = {milliseconds}")
                _lock_out_readers(cursor)
                cursor.execute("set local statement_timeout = 0")
                _switch(cursor, source)
            break
        except psycopg2.errors.QueryCanceled:
            connection.autocommit = True
            if time.monotonic() > until:
                raise Stop(
                    f"The build is done and tested, and could not be published: for {patience:.0f} s somebody has been in the middle of reading."
                    f" Nothing was published. End that, and build again:\n{_readers(connection)}"
                ) from None
            if milliseconds == MILLISECONDS_OF_A_TRY[0]:
                say(f"  Waiting for those who are reading, up to {patience:.0f} s ...")
            time.sleep(SECONDS_BETWEEN_TRIES)
    connection.autocommit = True
    _drop_old(connection)


def _drop_old(connection) -> None:
    """Without the schemas of the build before, unless somebody uses them."""
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '10s'")
        try:
            drop_all(cursor, OLD)
        except (Stop, driver().errors.LockNotAvailable):
            say("  The tables of the build before are still in use; the next build drops them.")
        cursor.execute("set lock_timeout = 0")


def _lock_out_readers(cursor) -> None:
    """Hold every published table and view; whoever asks for one meanwhile is served the new one."""
    names = [f'{schema}."{name}"' for schema in READ for name in relations(cursor, schema)]
    if names:
        cursor.execute(f"lock table {', '.join(names)} in access exclusive mode")


def _switch(cursor, source: str) -> None:
    """Rename the schemas, and have other people's views read the new tables."""
    views = _dependent_views(cursor)
    for schema in SCAFFOLDING:
        for name in relations(cursor, schema + WORK):
            # not with what hangs on it: that would be something published
            cursor.execute(f'drop view {schema}{WORK}."{name}"')
        cursor.execute(f"drop schema {schema}{WORK}")
    for schema in PUBLISHED:
        if exists(cursor, schema):
            cursor.execute(f"alter schema {schema} rename to {schema}{OLD}")
        cursor.execute(f"alter schema {schema}{WORK} rename to {schema}")
        mark(cursor, "schema", schema, f"built from {source}")
    for role in ROLES:
        if _has_role(cursor, role):
            cursor.execute(f"grant usage on schema {', '.join(READ)} to {role}")
    for name, definition, _ in views:
        try:
            cursor.execute(f"create or replace view {name} {definition}")
        except driver().Error as error:
            raise Stop(
                f"View {name} cannot be carried over to what was built, so that nothing was published: {str(error).strip()}\n"
                "Drop it, or change it, and build again."
            ) from None


def _dependent_views(cursor) -> list[tuple[str, str, bool]]:
    """Views of other schemas that read published tables: name, what follows it in its definition, whether this user may replace it."""
    # names in the definitions come with their schemas
    cursor.execute("select set_config('search_path', 'pg_catalog', false)")
    cursor.execute(
        _DEPENDENTS.format(
            columns="format('%%I.%%I', dependents.nspname, dependents.relname), "
            " coalesce('with (' || array_to_string(dependents.reloptions, ', ') || ') ', '') || 'as ' || pg_get_viewdef(dependents.oid),"
            " pg_has_role(dependents.relowner, 'usage')"
        )
        + " and dependents.relkind = 'v' order by 1",
        [list(PUBLISHED), _ours()],
    )
    return cursor.fetchall()


def _dependents(cursor, schemas: tuple[str, ...], views: bool) -> list[str]:
    """What else, outside of the project's schemas, hangs on these: materialized views, and views where they are asked for."""
    cursor.execute(
        _DEPENDENTS.format(columns="format('%%I.%%I', dependents.nspname, dependents.relname)")
        + " and (dependents.relkind <> 'v' or %s) order by 1",
        [list(schemas), _ours(), views],
    )
    return [name for (name,) in cursor.fetchall()]


_DEPENDENTS = """
    select distinct {columns}
    from pg_depend
    inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid and pg_depend.classid = 'pg_rewrite'::regclass
    inner join pg_class as read on read.oid = pg_depend.refobjid and pg_depend.refclassid = 'pg_class'::regclass
    inner join (select pg_class.*, nspname from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace) as dependents
        on dependents.oid = pg_rewrite.ev_class
    where
        read.relnamespace in (select oid from pg_namespace where nspname = any(%s))
        and not dependents.nspname = any(%s)
"""


def _ours() -> list[str]:
    """Every name under which the project has schemas."""
    return [name + end for name in (*PUBLISHED, *SCAFFOLDING) for end in ("", WORK, OLD)]


def _has_role(cursor, role: str) -> bool:
    """Whether there is such a role."""
    cursor.execute("select 1 from pg_roles where rolname = %s", [role])
    return cursor.fetchone() is not None


def built_at(cursor) -> datetime.datetime | None:
    """When the published build was made, in UTC."""
    if "builds" not in relations(cursor, "marts"):
        return None
    cursor.execute("select max(built_at) from marts.builds")
    return cursor.fetchone()[0]


def _readers(connection) -> str:
    """Whose transactions hold published tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct format('  process %%s of %%s%%s, since %%s', pid, usename, ' in ' || nullif(application_name, ''),"
            " to_char(xact_start, 'HH24:MI:SS')) from pg_locks inner join pg_stat_activity using (pid)"
            " inner join pg_class on pg_class.oid = relation"
            " where relnamespace in (select oid from pg_namespace where nspname = any(%s)) and pid <> pg_backend_pid() order by 1",
            [list(PUBLISHED)],
        )
        return "\n".join(line for (line,) in cursor.fetchall()) or "  (it has just ended)"


def _quoted(name: str) -> str:
    """A name inside an SQL text."""
    return '"' + name.replace('"', '""') + '"'
