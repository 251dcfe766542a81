"""What failed in a run of dbt, and why, from the artifacts that it left."""

import json
import re
from pathlib import Path

from console import shown
from dbt_build import HasWorkFolder, Outcome
from inputs import PROJECT

FAILURES_SHOWN = 10
# the line of a program of Java, with all that follow; before them may stand a plan of the query
TRACE = re.compile(r"\n\s*at [\w.$/]+\(.*\)")
LINES_BEFORE_A_TRACE = 12


def what_failed(target: HasWorkFolder, outcome: Outcome) -> list[str]:
    """Lines that name each node that failed, with its file, its message and its SQL."""
    if outcome.code < 0:
        return ["", f"dbt was ended by signal {-outcome.code}, as by a machine without memory left."]
    lines = ["", "The build failed." if outcome.errors else "The build failed:", *map(_without_trace, outcome.errors)]
    results, nodes = _results(target), _nodes(target)
    failed = [result for result in results if result["status"] in ("error", "fail", "runtime error", "partial success")]
    for result in failed[:FAILURES_SHOWN]:
        node = nodes.get(result["unique_id"], {})
        kind, name = result["unique_id"].split(".")[0], node.get("name", result["unique_id"])
        lines.append(f"\n  {kind} {name}  ({node.get('original_file_path', '?')})")
        lines += [f"    {line}" for line in _words(result["message"] or "no message")]
        if node.get("compiled_path"):
            compiled = Path(node["compiled_path"])
            lines.append(f"    its SQL: {shown(compiled if compiled.is_absolute() else PROJECT / compiled)}")
    if len(failed) > FAILURES_SHOWN:
        lines.append(f"\n  and {len(failed) - FAILURES_SHOWN} more, see the log")
    if skipped := sum(result["status"] == "skipped" for result in results):
        lines.append(f"\n  {skipped} that build on {'it' if len(failed) == 1 else 'them'} were skipped")
    return lines


def _words(message: str) -> list[str]:
    """The lines of a message that say something."""
    lines = (line.strip() for line in _without_trace(message).strip().splitlines())
    return [line for line in lines if line and line[0] != ">"]


def _without_trace(message: str) -> str:
    """A message of Spark without where in its programs it came up; what other engines say stays as it is."""
    found = TRACE.search(message)
    if not found:
        return message
    lines = message[: found.start()].splitlines()
    return "\n".join(lines[:LINES_BEFORE_A_TRACE])


def any_results(target: HasWorkFolder) -> bool:
    """Whether dbt came so far as to build something."""
    return bool(_results(target))


def _results(target: HasWorkFolder) -> list[dict]:
    """dbt's result of each node; none where it did not come so far."""
    try:
        return json.loads((target.work_folder / "target/run_results.json").read_text())["results"]
    except (OSError, ValueError):
        return []


def _nodes(target: HasWorkFolder) -> dict[str, dict]:
    """dbt's nodes by id."""
    try:
        return json.loads((target.work_folder / "target/manifest.json").read_text())["nodes"]
    except (OSError, ValueError):
        return {}
