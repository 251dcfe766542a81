"""`make build`, seen from outside: copies of the project that tests may change, and builds in processes of their own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from tests.harness import PROJECT

PARTS = [
    "models",
    "macros",
    "nlp",
    "seeds",
    "analyses",
    "scripts",
    "tests/invariants",
    "dbt_project.yml",
    "profiles.yml",
]
TESTS = {"data_tests", "unit_tests", "constraints"}
# of a whole page of YAML
SEMANTIC_LAYER = {"semantic_models", "metrics", "exposures"}


def copy_of_project(folder: Path) -> Path:
    """A copy of what a build needs, under a path with a blank."""
    project = folder / "a copy"
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, project / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            project.mkdir(exist_ok=True)
            shutil.copy(source, project / part)
    return project


def without_tests(project: Path) -> Path:
    """The project with everything taken out that no table is made of, tests and the semantic layer, so that a build takes half the time."""
    _strip(project, TESTS, SEMANTIC_LAYER)
    for file in (project / "tests/invariants").glob("*.sql"):
        file.unlink()
    return project


def without_unit_tests(project: Path) -> Path:
    """The project with what dbt tests of tables, but not of models alone, which need no company; nor the semantic layer."""
    _strip(project, {"unit_tests"}, SEMANTIC_LAYER)
    return project


def _strip(project: Path, keys: set[str], parts: Collection[str] = ()) -> None:
    for file in (project / "models").rglob("*.yml"):
        page = yaml.load(file.read_text(), yaml.CSafeLoader)
        kept = {name: part for name, part in page.items() if name not in parts}
        file.write_text(yaml.dump(stripped(kept, keys), Dumper=yaml.CSafeDumper, sort_keys=False))


def stripped(page: Any, keys: set[str]) -> Any:
    """A page of YAML without what stands under these keys, however deep."""
    if isinstance(page, dict):
        return {key: stripped(value, keys) for key, value in page.items() if key not in keys}
    return [stripped(one, keys) for one in page] if isinstance(page, list) else page


def settings(raw: Path | None, database: Path) -> dict[str, str]:
    """An environment in which nothing of the caller's settings gets through."""
    clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return clean | ({"RAW_DATA_DIR": str(raw)} if raw else {}) | {"DUCKDB_PATH": str(database), "COLUMNS": "120"}


def build(
    project: Path, raw: Path | None, database: Path, arguments: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess:
    """Run scripts/build.py, on the sample company where raw is None."""
    return subprocess.run(
        [sys.executable, str(project / "scripts/build.py"), *(arguments or [])],
        cwd=project,
        env=settings(raw, database) | environment,
        text=True,
        capture_output=True,
        timeout=600,
    )


def digest(path: Path) -> str:
    """A hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
