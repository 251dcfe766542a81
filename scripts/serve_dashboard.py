"""The dashboard: a page in the browser that reads the published database, on this machine alone."""

import os
import re
import socket
import sys

from console import Stop, run_main, say
from inputs import PROJECT
from published import chosen, published

ADDRESS = "127.0.0.1"
PORT = 8501
TARGETS = ("duckdb", "postgres")


def port() -> int:
    """The port of PORT, which is free."""
    given = os.environ.get("PORT") or str(PORT)
    if not re.fullmatch("[0-9]{1,5}", given) or not 0 < int(given) < 65536:
        raise Stop(f"PORT is {given}. Expected a number from 1 to 65535, such as {PORT}.")
    with socket.socket() as place:
        # as the server will ask for it: what has just been ended does not count
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((ADDRESS, int(given)))
        except OSError as error:
            raise Stop(
                f"Port {given} cannot be used: {error.strerror}. Another one: make dashboard PORT={int(given) + 1}"
            ) from None
    return int(given)


def main() -> None:
    """Check that there is something to show and a port to show it on, then become the server."""
    if (name := chosen()) not in TARGETS:
        raise Stop(
            f"The dashboard reads DuckDB and PostgreSQL, not {name}: make dashboard TARGET=duckdb, or TARGET=postgres."
        )
    if (shows := os.environ.get("SHOW_PERSONAL_DATA", "")) not in ("", "0", "1"):
        raise Stop(f"SHOW_PERSONAL_DATA is {shows}. Expected 1, or nothing.")
    source = published()
    try:
        with source.open():
            pass
    except source.errors as error:
        raise Stop(f"{source.name} cannot be read: {str(error).strip().splitlines()[0]}") from None
    number = port()
    say(f"The dashboard of {source.name}: http://{ADDRESS}:{number}  (Ctrl-C ends it)")
    sys.stdout.flush()
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboard/app.py")]
    command += [f"--server.address={ADDRESS}", f"--server.port={number}"]
    # what the server says of itself while nothing is wrong is said above
    command += ["--logger.hideWelcomeMessage=true", "--logger.level=warning"]
    os.execve(sys.executable, command, os.environ | {"PYTHONPATH": str(PROJECT / "scripts")})


if __name__ == "__main__":
    run_main(main)
