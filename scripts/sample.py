"""The sample company in sample_data/: made when it is missing, and again when the generator or its arguments have changed."""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from console import Stop, console, run_main, say

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "sample_data"
STAMP = FOLDER / ".made_with.json"


def ensure() -> Path:
    """Make the sample company unless it is there and current; its folder."""
    arguments = shlex.split(os.environ.get("SAMPLE_ARGS", ""))
    wanted = {"arguments": arguments, "generator": _fingerprint()}
    made = _stamp()
    if made is None and FOLDER.is_dir() and any(FOLDER.iterdir()):
        say("sample_data/ holds files that the generator did not write: used as they are.")
        return FOLDER
    if made and {key: made[key] for key in wanted} == wanted:
        return FOLDER
    with console.status("Making the sample company ..."):
        for name in (made or {}).get("files", []):
            (FOLDER / name).unlink(missing_ok=True)
        FOLDER.mkdir(exist_ok=True)
        # a run that is cut off leaves this stamp, which matches nothing, and is repeated
        STAMP.write_text(json.dumps({"arguments": None, "generator": None, "files": []}))
        run = subprocess.run(
            [sys.executable, "-m", "generator", FOLDER.name, *arguments], cwd=PROJECT, text=True, capture_output=True
        )
        files = sorted(path.name for path in FOLDER.iterdir() if path != STAMP)
        STAMP.write_text(json.dumps({"arguments": None, "generator": None, "files": files}))
    if run.returncode:
        raise Stop(f"The sample company could not be made.\n{run.stderr.strip() or run.stdout.strip()}")
    STAMP.write_text(json.dumps(wanted | {"files": files}, indent=1) + "\n")
    say(f"Made the sample company: {len(files)} tables in sample_data/")
    return FOLDER


def _fingerprint() -> str:
    """A hash of the generator's sources."""
    digest = hashlib.sha256()
    for path in sorted((PROJECT / "generator").rglob("*.py")):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _stamp() -> dict | None:
    """What the files in the folder were made with; None where the generator did not write them."""
    try:
        made = json.loads(STAMP.read_text())
        return made if {"arguments", "generator", "files"} <= made.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def main() -> None:
    """Make it, or say that it is there."""
    before = _stamp()
    folder = ensure()
    if before == _stamp():
        say(f"{folder.name}/ is up to date: {len(list(folder.glob('*.*')))} files")


if __name__ == "__main__":
    run_main(main)
