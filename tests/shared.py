"""What is made once of all processes of a test run, and read by the others."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = "FOLDER_OF_THIS_TEST_RUN"


def begin() -> None:
    """Before processes are started, which inherit the folder's name."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="test_run_")


def end() -> None:
    """When all have ended."""
    shutil.rmtree(os.environ.pop(FOLDER))


def once(name: str, make: Callable[[], Any]) -> Any:
    """What `make` makes, by the process that asks first for this name; one that asks meanwhile waits. Alone, a process makes it."""
    if FOLDER not in os.environ:
        return make()
    file = Path(os.environ[FOLDER]) / hashlib.sha256(name.encode()).hexdigest()
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_bytes(pickle.dumps(make()))
    return pickle.loads(file.read_bytes())
