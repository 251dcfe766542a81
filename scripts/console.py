"""What every command prints with, and how it stops."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
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
