"""A process and all its children, measured from outside: wall and CPU seconds, the most memory at once, and the most that was spilled to disk."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

SECONDS_BETWEEN_LOOKS = 0.1


class Measured(NamedTuple):
    """What a process has used."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    spilled_bytes: int


def run(command: list[str], folder: Path, environment: dict[str, str], log: Path, spills: list[Path]) -> Measured:
    """Run a command to its end, its output into `log`; `spills`: the folders in which DuckDB keeps what memory does not hold."""
    began, peak, spilled = time.monotonic(), 0, 0
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            peak = max(peak, resident_bytes(process.pid))
            spilled = max(spilled, sum(map(folder_bytes, spills)))
            time.sleep(SECONDS_BETWEEN_LOOKS)
    process.returncode = os.waitstatus_to_exitcode(status)
    # where there is no /proc: the most of the largest process
    peak = peak or usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Measured(process.returncode, time.monotonic() - began, usage.ru_utime + usage.ru_stime, peak, spilled)


def resident_bytes(process: int) -> int:
    """Memory of a process and its children, now."""
    own = 0
    with contextlib.suppress(OSError, IndexError):
        own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return own + sum(map(resident_bytes, children(process)))


def children(process: int) -> list[int]:
    """The processes that it has started, by any of its threads."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def folder_bytes(folder: Path) -> int:
    """Size of the files of a folder, now."""
    total = 0
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            with contextlib.suppress(OSError):
                total += file.stat().st_size
    return total
