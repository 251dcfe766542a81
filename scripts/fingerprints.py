"""What a build is made of, as fingerprints: raw files, code, seeds and settings. Where all of them are equal, so would be what is built."""

import datetime
import hashlib
import json
import os
import subprocess
import time
import zoneinfo
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
import yaml

from dbt_build import HasWorkFolder
from inputs import PROJECT, Target, raw_files
from published import Readable

CODE = ("models", "macros", "nlp", "tests/invariants", "seeds", "profiles.yml")
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "numpy", "py3langid", "vaderSentiment")
# variables that the environment may set
OF_ENVIRONMENT = ("AS_OF", "REPORTING_CURRENCY")
# what was written so short a time ago may be written once more without a trace in its times
SECONDS_TO_SETTLE = 2


@dataclass(frozen=True)
class Facts:
    """What is known of a build before it begins, as the mart builds tells it; inputs by raw table."""

    project_version: str
    git_commit: str | None
    variables: str
    code_fingerprint: str
    seeds_fingerprint: str
    settings_fingerprint: str
    inputs: dict[str, str]


def gather(
    target: HasWorkFolder,
    raw_data: Path | None,
    arguments: list[str],
    is_sample: bool,
    packages: Sequence[str] = PACKAGES,
) -> Facts:
    """The facts of a build of these raw files with these arguments of dbt; of raw tables that are no files nothing is known."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    variables = project.pop("vars") | _given_variables(arguments)
    variables |= {name.lower(): value for name in OF_ENVIRONMENT if (value := os.environ.get(name, "").strip())}
    words = [word for word in arguments if word != "--full-refresh"]
    environment = {
        name: value for name, value in os.environ.items() if name.startswith("DBT_") and name != "DBT_TARGET"
    }
    versions = {name: version(name) for name in packages}
    files = [path for part in CODE for path in _files(PROJECT / part)]
    seeds = [path for path in files if path.suffix == ".csv" and path.parent.name == "seeds"]
    return Facts(
        project_version=project["version"],
        git_commit=_commit(),
        variables=json.dumps(variables, default=str),
        code_fingerprint=_hash_of([project, versions, [_named(path) for path in files if path not in seeds]]),
        seeds_fingerprint=_hash_of([_named(path) for path in seeds]),
        settings_fingerprint=_hash_of([_without_as_of(variables), words, environment, is_sample]),
        inputs=_inputs(target, raw_data) if raw_data else {},
    )


def stamps(raw_data: Path) -> dict[Path, tuple[int, ...]]:
    """By raw file what a writer changes: size, times, number of the file."""
    return {path: _stamp(path) for path in raw_files(raw_data)}


def written_since(raw_data: Path, before: dict[Path, tuple[int, ...]]) -> str:
    """The raw files whose stamps are others than before, in words."""
    now = stamps(raw_data)
    written = [path for path in sorted(before.keys() | now.keys()) if before.get(path) != now.get(path)]
    return ", ".join(path.relative_to(raw_data).as_posix() for path in written)


def mark_published(target: Target, database: Path) -> None:
    """Remember the file that is about to be published, which keeps its size, its time and its number when it is renamed."""
    _marker(target).write_text(json.dumps(_identity(database)))


def forget_published(target: Target) -> None:
    """The next build is made, whatever has changed."""
    _marker(target).unlink(missing_ok=True)


@dataclass(frozen=True)
class LastBuild:
    """The published database's build, as far as the next one can rest on it."""

    built_at: datetime.datetime  # UTC
    same_as_of: bool  # its as-of day would be found alike
    changed: list[str]  # what it was made of and has changed since: the raw tables, by name
    reasons: list[str]  # why it cannot be gone on from, in words

    @property
    def is_of_the_same(self) -> bool:
        """Whether the next build would come out as this one."""
        return self.same_as_of and not self.changed and not self.reasons


def last_build(target: Target, facts: Facts) -> LastBuild | None:
    """What the published file says of its build; None where there is none, or somebody has written to the file since."""
    try:
        if json.loads(_marker(target).read_text()) != _identity(target.path):
            return None
        with duckdb.connect(str(target.path), read_only=True) as database:
            return compared(database, facts)
    except (OSError, ValueError, TypeError, duckdb.Error):
        return None


def compared(database: Readable, facts: Facts) -> LastBuild:
    """What a published database says of its build, beside the facts of the next one."""
    build_id, built_at, moves_with_today, variables, *known = database.execute(
        "select build_id, built_at, moves_with_today, variables, code_fingerprint, seeds_fingerprint, settings_fingerprint"
        " from marts.builds order by build_id desc limit 1"
    ).fetchone()
    inputs = dict(
        database.execute(
            "select table_name, fingerprint from marts.build_inputs where build_id = ? and fingerprint is not null",
            [build_id],
        ).fetchall()
    )
    before = json.loads(variables)
    now = [facts.code_fingerprint, facts.seeds_fingerprint, facts.settings_fingerprint]
    what = ["the project's code or its packages", "seeds", "variables or arguments"]
    stays = not moves_with_today or _day_of(built_at, facts) == _day_of(datetime.datetime.now(datetime.UTC), facts)
    return LastBuild(
        built_at,
        same_as_of=stays and before.get("as_of") == json.loads(facts.variables).get("as_of"),
        changed=sorted(
            name for name in inputs.keys() | facts.inputs.keys() if inputs.get(name) != facts.inputs.get(name)
        ),
        reasons=[words for words, one, other in zip(what, known, now, strict=True) if one != other],
    )


def is_forced(arguments: list[str]) -> bool:
    """Whether everything is to be made anew, whatever has changed."""
    return "--full-refresh" in arguments or os.environ.get("FORCE", "0") not in ("", "0")


def for_dbt(facts: Facts, kind: str) -> str:
    """The facts as macro build_facts reads them."""
    return json.dumps(asdict(facts) | {"kind": kind})


def _without_as_of(variables: dict) -> dict:
    """The variables that make another company of the same rows; another day makes none."""
    return {name: value for name, value in variables.items() if name != "as_of"}


def _day_of(instant: datetime.datetime, facts: Facts) -> datetime.date:
    """The day of a UTC instant in reporting_timezone."""
    zone = zoneinfo.ZoneInfo(json.loads(facts.variables)["reporting_timezone"])
    return instant.replace(tzinfo=datetime.UTC).astimezone(zone).date()


def _given_variables(arguments: list[str]) -> dict:
    """The variables of --vars; none where dbt will say that they cannot be read."""
    given = {}
    for word, following in zip(arguments, [*arguments, ""][1:], strict=True):
        text = following if word == "--vars" else word.removeprefix("--vars=") if word.startswith("--vars=") else ""
        try:
            given |= yaml.safe_load(text) or {}
        except (yaml.YAMLError, TypeError, ValueError):
            continue
    return given


def _inputs(target: HasWorkFolder, raw_data: Path) -> dict[str, str]:
    """By raw table the hash of the names and contents of its files. A content is read again where the file was touched."""
    cache = target.work_folder / "fingerprints.json"
    try:
        known = json.loads(cache.read_text())
    except (OSError, ValueError):
        known = {}
    tables: dict[str, list] = {}
    read: dict[str, list] = {}
    for path, stamp in stamps(raw_data).items():
        before = known.get(str(path), [None, None])
        digest = before[1] if before[0] == list(stamp) else _content(path)
        name = path.relative_to(raw_data)
        tables.setdefault(name.parts[0].split(".")[0], []).append([name.as_posix(), digest])
        if path.stat().st_mtime < time.time() - SECONDS_TO_SETTLE:
            read[str(path)] = [stamp, digest]
    cache.parent.mkdir(exist_ok=True)
    cache.write_text(json.dumps(read))
    return {table: _hash_of(files) for table, files in tables.items()}


def _stamp(path: Path) -> tuple[int, ...]:
    """What another content of a file leaves another."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _identity(database: Path) -> list[int]:
    """Which file a database is, as long as nobody writes to it."""
    found = database.stat()
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def _marker(target: Target) -> Path:
    """Where it stands which file was published last."""
    return target.work_folder / "published.json"


def _files(path: Path) -> list[Path]:
    """A file, or the files of a folder in their order; not what Python leaves there."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [one for one in found if one.is_file() and "__pycache__" not in one.parts]


def _named(path: Path) -> list[str]:
    """A file of the project and the hash of its content."""
    return [path.relative_to(PROJECT).as_posix(), _content(path)]


def _content(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_of(things: object) -> str:
    """The hash of lists, texts and numbers."""
    return hashlib.sha256(json.dumps(things, sort_keys=True, default=str).encode()).hexdigest()


def _commit() -> str | None:
    """The commit that is checked out; None outside of a repository of this project."""
    if not (PROJECT / ".git").exists():
        return None
    try:
        run = subprocess.run(["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None
