"""
The Thrift server of TARGET=spark: the one that SPARK_HOST names, or, where nothing names one, that of a cluster of the project's own in the folder
.spark (scripts/spark_cluster.py), which is started when it is needed.
"""

import datetime
import logging
import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from jinja2.nativetypes import NativeEnvironment

import spark_cluster
from console import Stop
from inputs import PROJECT
from spark_cluster import OWN_FOLDER

SECONDS_TO_ANSWER = 60
ROWS_AT_A_TIME = 10_000
LINES_OF_A_REASON = 6
DEFAULTS = {"SPARK_PORT": "10000", "SPARK_USER": "spark", "SPARK_PASSWORD": ""}
# what the server, or what is left of it, says when there is no session any more
LOST = re.compile(
    "Invalid SessionHandle|SessionHandle .* does not exist|stopped SparkContext|SparkContext was shut down"
)


class Refused(Exception):
    """What the server says against a statement."""


class Lost(Refused):
    """Nobody answers any more."""


@dataclass(frozen=True)
class Server:
    """Where the Thrift server is and who asks."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_own: bool = False

    @property
    def name(self) -> str:
        """The server in words."""
        return f"Spark at {OWN_FOLDER if self.is_own else self.host}"

    @property
    def work_folder(self) -> Path:
        """dbt's artifacts and log of this server's builds."""
        place = "spark_own" if self.is_own else f"spark_{self.host}_{self.port}"
        return Path.cwd() / ".build" / re.sub(r"[^A-Za-z0-9.-]+", "_", place)

    @property
    def lock(self) -> Path:
        """Held while a build on this server runs."""
        return Path.cwd() / OWN_FOLDER / "lock" if self.is_own else self.work_folder / "lock"

    @property
    def staging(self) -> Path:
        """A folder that both this machine and the cluster see: what is loaded passes through it."""
        given = os.environ.get("SPARK_STAGING_DIR", "")
        if given:
            return Path.cwd() / Path(given).expanduser()
        return Path.cwd() / OWN_FOLDER / "staging" if self.is_own else self.work_folder / "staging"

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which dbt finds it (profiles.yml)."""
        return {
            "SPARK_HOST": self.host,
            "SPARK_PORT": str(self.port),
            "SPARK_USER": self.user,
            "SPARK_PASSWORD": self.password,
        }

    @property
    def setting(self) -> str:
        """What a make command needs to find it, after TARGET=spark; whoever has a password knows it."""
        if self.is_own:
            return ""
        given = self.environment | {"SPARK_PASSWORD": "..." if self.password else ""}
        return "".join(f" {name}={shlex.quote(value)}" for name, value in given.items() if value != DEFAULTS.get(name))

    @property
    def beeline(self) -> str:
        """The command that connects, with the address for JDBC; who needs a password adds it."""
        return f"beeline -u jdbc:hive2://{self.host}:{self.port} -n {shlex.quote(self.user)}"

    @property
    def url(self) -> str:
        """The address for SQLAlchemy, without the password."""
        return f"hive://{quote(self.user, safe='')}@{self.host}:{self.port}/marts"


class Result:
    """What a statement gave: dates and times as such, whatever Thrift sends them as."""

    def __init__(self, cursor: Any, call: Callable[..., Any]) -> None:
        self._cursor = cursor
        self._call = call
        described = call(lambda: cursor.description) or []
        self.names = [column[0] for column in described]
        self._dates = [number for number, column in enumerate(described) if column[1] == "DATE_TYPE"]

    def fetchone(self) -> tuple | None:
        """The next row."""
        row = self._call(self._cursor.fetchone)
        return None if row is None else self._converted(row)

    def fetchall(self) -> list[tuple]:
        """All rows that are left."""
        return [self._converted(row) for row in self._call(self._cursor.fetchall)] if self.names else []

    def fetchmany(self, rows: int) -> list[tuple]:
        """So many rows, or those that are left."""
        return [self._converted(row) for row in self._call(self._cursor.fetchmany, rows)]

    def _converted(self, row: Sequence[Any]) -> tuple:
        values = list(row)
        for number in self._dates:
            if isinstance(values[number], str):
                values[number] = datetime.date.fromisoformat(values[number])
        return tuple(values)


class Session:
    """A connection, for one thread."""

    def __init__(self, connection: Any, socket: Any) -> None:
        self._connection = connection
        self._socket = socket

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, sql: str) -> Result:
        """Run a statement; what the server says against it is a Refused."""
        cursor = self._connection.cursor(arraysize=ROWS_AT_A_TIME)
        self._call(cursor.execute, sql)
        return Result(cursor, self._call)

    def rows(self, sql: str) -> list[tuple]:
        """All rows of a query."""
        return self.execute(sql).fetchall()

    def close(self) -> None:
        """End the session, if the server is still there."""
        try:
            # a server that is stuck is not waited for
            self._socket.setTimeout(SECONDS_TO_ANSWER * 1000)
            self._call(self._connection.close)
        except Refused:
            pass

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        pyhive, thrift = driver()
        try:
            return function(*arguments)
        except pyhive.exc.Error as error:
            status = getattr(error.args[0] if error.args else None, "status", None)
            message = getattr(status, "errorMessage", None) or str(error)
            raise (Lost if LOST.search(message) else Refused)(reason_of(message)) from None
        except (thrift.Thrift.TException, OSError, EOFError) as error:
            raise Lost(str(error)) from None


def server() -> Server:
    """The server that the environment names, or the project's own, started."""
    given = {name: os.environ.get(name) or default for name, default in DEFAULTS.items()}
    host = os.environ.get("SPARK_HOST", "")
    if not host:
        if without_host := [name for name in DEFAULTS if os.environ.get(name)]:
            raise Stop(
                f"{without_host[0]} is given, and SPARK_HOST is not. Expected both, or neither for a cluster of the project's own in {OWN_FOLDER}."
            )
        driver()
        return Server("127.0.0.1", spark_cluster.start().port, DEFAULTS["SPARK_USER"], "", is_own=True)
    port = given["SPARK_PORT"]
    if not re.fullmatch("[0-9]{1,5}", port):
        raise Stop(f"SPARK_PORT is {port}. Expected a number, such as 10000.")
    return Server(host, int(port), given["SPARK_USER"], given["SPARK_PASSWORD"])


def connect(to: Server) -> Session:
    """A session with the settings of profiles.yml; where there is none to be had, why, and what was expected."""
    pyhive, thrift = driver()
    import thrift_sasl

    socket = thrift.transport.TSocket.TSocket(to.host, to.port)
    socket.setTimeout(SECONDS_TO_ANSWER * 1000)

    def client() -> Any:
        return pyhive.hive.get_installed_sasl(
            host=to.host,
            sasl_auth="PLAIN",
            username=to.user,
            password=to.password or "none",  # where nobody asks for one, it may not be empty
        )

    try:
        connection = pyhive.hive.Connection(
            thrift_transport=thrift_sasl.TSaslClientTransport(client, "PLAIN", socket),
            username=to.user,
            configuration=session_settings(),
        )
    except (pyhive.exc.Error, thrift.Thrift.TException, OSError, EOFError) as error:
        raise Stop(_why_not(to, str(error))) from None
    # a statement may take its time
    socket.setTimeout(None)
    return Session(connection, socket)


def driver() -> tuple[Any, Any]:
    """The modules pyhive and thrift."""
    try:
        import pyhive.exc
        import pyhive.hive
        import thrift.Thrift
        import thrift.transport.TSocket
    except ImportError:
        raise Stop("pyhive is not installed: make build TARGET=spark installs what Spark needs.") from None
    # what it says of a server that does not answer is said by us
    logging.getLogger("thrift").setLevel(logging.CRITICAL + 1)
    return pyhive, thrift


def session_settings() -> dict[str, str]:
    """What every session sets, so that figures do not depend on the cluster: `server_side_parameters` of profiles.yml."""
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text())["customer_success"]["outputs"]["spark"]
    environment = NativeEnvironment()
    environment.globals["env_var"] = lambda name, default="": os.environ.get(name, default)
    environment.filters["as_native"] = lambda value: value
    return environment.from_string(profile["server_side_parameters"]).render()


def literal(text: str) -> str:
    """A text inside an SQL text."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def identifier(name: str) -> str:
    """A name inside an SQL text."""
    return "`" + name.replace("`", "``") + "`"


def reason_of(message: str) -> str:
    """What a message of Spark says, without the traces of its programs."""
    text = re.split(r"\n\s*at |\n\n?== SQL|\s*SQLSTATE: ", message.split("Error running query: ")[-1])[0]
    # [CODE] org.apache...Exception: [CODE] the words
    text = re.sub(r"^(\[[A-Z0-9_.]+\] )?[a-z]\S*\.[A-Z]\w*: \s*", "", text.strip())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[:LINES_OF_A_REASON]) or "no reason given"


def _why_not(to: Server, message: str) -> str:
    """What stands against a connection, in words."""
    reason = reason_of(message)
    at = f"{to.host}, port {to.port}"
    if re.search("validating the login|[Aa]uthentication|Unauthorized|PLAIN auth failed", message):
        return f"The Thrift server at {at} does not let {to.user} in: {reason}. Expected SPARK_USER and SPARK_PASSWORD of a user of the cluster."
    if re.search("Could not connect|failed to resolve|refused|timed out|No route", message):
        return f"No Thrift server answers at {at}: {reason}. Expected one; SPARK_HOST and SPARK_PORT say where it is."
    return (
        f"What answers at {at} is no Thrift server that takes users and passwords, or is in trouble: {reason}."
        " Expected Spark's (start-thriftserver.sh), in binary mode; SPARK_HOST and SPARK_PORT say where it is."
    )
