"""What every command prints with, and how it stops."""

import datetime
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(highlight=False)


class Stop(Exception):
    """The command cannot go on; the message says why and what was expected."""


def say(text: str = "", style: str = "") -> None:
    """Print a line as it is: never wrapped, never read as markup."""
    console.print(Text(text, style=style), soft_wrap=True)


def shown(path: Path) -> str:
    """A path as a person would type it: relative where it lies below the current folder."""
    try:
        return str(path.relative_to(Path.cwd())) or "."
    except ValueError:
        return str(path)


def local(instant: datetime.datetime) -> str:
    """A UTC instant as the clock on the wall had it."""
    return f"{instant.replace(tzinfo=datetime.UTC).astimezone():%Y-%m-%d %H:%M}"


def show(result: duckdb.DuckDBPyRelation, rows: int) -> None:
    """Print a query's result: in DuckDB's box where it fits the terminal, else folded to its width or a block a row: no column is left out."""
    found = result.limit(rows + 1).fetchall()
    texts = [
        ["" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value) for value in row]
        for row in found
    ]
    widths = [max(map(len, column)) for column in zip(result.columns, *texts, strict=True)]
    if not sys.stdout.isatty() or sum(widths) + 3 * len(widths) + 1 <= console.width:
        result.show(max_width=10_000, max_rows=rows)
        return
    if sum(min(width, 16) + 2 for width in widths) > console.width:
        # too many columns to fold: a block a row
        longest = max(map(len, result.columns))
        for row in texts[:rows]:
            say()
            for name, text in zip(result.columns, row, strict=True):
                say(f"{name:<{longest}}  {text}")
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, kind in zip(result.columns, result.types, strict=True):
        is_number = str(kind).startswith(("DECIMAL", "DOUBLE", "BIGINT", "INTEGER", "HUGEINT"))
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in texts[:rows]:
        table.add_row(*(Text(text) for text in row))
    console.print(table)
    if len(found) > rows:
        say(f"... the first {rows} rows")


def run_main(main: Callable[[], None]) -> None:
    """Run a command; a Stop becomes a message and exit code 1, an interruption exit code 130."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        main()
    except Stop as reason:
        say(str(reason), style="red")
        sys.exit(1)
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(130)
    except BrokenPipeError:
        # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
