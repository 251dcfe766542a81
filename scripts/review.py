"""
What a change does to the published figures, as Markdown: on standard output and in target/review.md.

The base (the commit at which this branch left BASE) and the head (the working tree) are built on the same raw data: the base whole, once, and kept
in .build/review; of the head what the change can reach, in a copy of the base. Tests are left out: make build and make test run them. The exit code
is 1 where a published figure changed and CHANGELOG.md does not say why.
"""

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

import fingerprints
import review_changes
import review_figures
import review_reach
import sample
import seeds
from console import Stop, console, run_main, say, shown
from dbt_build import DBT, Outcome, dbt_command, dbt_environment, forget_artifacts, run_dbt
from failures import what_failed
from inputs import DATABASE, PROJECT, check_as_of, check_readable, raw_folder
from published import chosen
from review_page import Review, page
from review_reach import Manifest

FOLDER = PROJECT / ".build/review"
PAGE = PROJECT / "target/review.md"
BASES_KEPT = 3
# written by other hands, from the raw rows: what a reviewer reads beside the SQL
REFERENCE = "tests/oracle/"
# figures are compared, not judged
LEFT_OUT = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class Side:
    """One of the two databases, with dbt's artifacts beside it."""

    name: str  # in words
    work_folder: Path
    project: Path

    @property
    def database(self) -> Path:
        """The same name on both sides, which dbt writes into its artifacts."""
        return self.work_folder / DATABASE

    @property
    def artifacts(self) -> Path:
        """What dbt writes."""
        return self.work_folder / "target"

    @property
    def facts(self) -> Path:
        """What is known of a build that has ended well; there is none of any other."""
        return self.work_folder / "built.json"

    def environment(self, raw_data: Path | None) -> dict[str, str]:
        """For dbt: the project's own Python stands before that of the working tree."""
        project = str(self.project)
        return dbt_environment(self.database, raw_data) | {
            "DBT_PROFILES_DIR": project, "DBT_PROJECT_DIR": project, "PYTHONPATH": project
        }  # fmt: skip


def main() -> None:
    """Review, print the page, and stop where figures changed without a word."""
    # standard output is for the page alone
    console.stderr = True
    if (name := chosen()) != "duckdb":
        raise Stop(f"make review builds on DuckDB, which gives the same figures as {name}: make review TARGET=duckdb")
    base = " ".join(sys.argv[1:]).strip() or "main"
    # a page of before is not taken for this one's
    PAGE.unlink(missing_ok=True)
    with review_changes.against(base) as change:
        review = reviewed(change)
    text = page(review)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)
    print(text, end="", flush=True)
    say(f"Written: {shown(PAGE)}")
    if missing := review.unexplained:
        raise Stop(
            f"CHANGELOG.md does not say why figures changed of: {', '.join(missing)}. Expected an entry that names each in backticks,"
            " by itself, by a pattern such as `mrr*` or by its family, with the reason beside it: reviewing.md"
        )


def reviewed(change: review_changes.Change) -> Review:
    """Build both sides as far as they may differ, and compare them."""
    files = [file for file in change.files if review_reach.counts(file)]
    facts: dict[str, Any] = {
        "base": change.base, "head": change.head, "is_committed": change.is_committed, "files": files, "entries": change.entries(),
        "diffs": {file: change.diff(file) for file in files},
        "checks": {file: change.diff(file) for file in change.files if file.startswith(REFERENCE)},
    }  # fmt: skip
    if not files:
        return Review(**facts, built={"base": "no", "head": "no"}, data="")
    check_as_of()
    seeds.check()
    given = os.environ.get("RAW_DATA_DIR")
    raw_data = raw_folder(given or shown(sample.ensure()))
    check_readable(raw_data)
    with _locked() as lock:
        base, base_words = base_of(change, raw_data, bool(given), lock)
        head = Side("the head", FOLDER / "head", PROJECT)
        modified = modified_since(head, base)
        before, manifest = Manifest.of(base.artifacts), Manifest.of(head.artifacts)
        everywhere = review_reach.why_whole(files, before, manifest)
        names = [] if everywhere else reached(modified, files, before, manifest)
        head_words = build_head(head, base, before, manifest, everywhere, names, raw_data if given else None, lock)
        say("Comparing ...")
        related = {name: set(review_reach.causes(name, files, manifest, everywhere)) for name in manifest.metrics}
        related |= {
            node["name"]: review_reach.causes_of_mart(node["name"], files, manifest, everywhere)
            for node in manifest.nodes.values()
            if node["schema"] == "marts"
        }
        with (
            tempfile.TemporaryDirectory(dir=FOLDER) as scratch,
            review_figures.both(base.database, head.database, Path(scratch)) as connection,
        ):
            found = review_figures.compare(connection, related)
    families = {name: row["family"] for side in (before, manifest) for name, (_, row) in side.metrics.items()}
    company = f"the files of {shown(raw_data)}" if given else "the sample company"
    as_of_day = json.loads(base.facts.read_text())["as_of_day"]
    return Review(
        **facts,
        built={"base": base_words, "head": head_words},
        data=f"Both of {company}, as of {as_of_day}.",
        notes=notes(change.files, everywhere, is_sample=not given),
        comparison=found,
        causes={metric.name: sorted(related.get(metric.name, files)) for metric in found.metrics},
        families=families,
    )


def notes(files: Sequence[str], everywhere: Sequence[str], is_sample: bool) -> list[str]:
    """What a reader must know to judge the comparison."""
    found = []
    if everywhere:
        found.append(
            f"Everything was built, since it cannot be said what these reach: {', '.join(f'`{file}`' for file in everywhere)}."
        )
    if "requirements/build.txt" in files:
        found.append("The base was built with the packages of the head: what they change does not show here.")
    if is_sample and any(file.startswith("generator/") for file in files):
        found.append("The generator changed: both were built of the sample company as the head makes it.")
    return found


def base_of(change: review_changes.Change, raw_data: Path, is_given: bool, lock: int) -> tuple[Side, str]:
    """The base, built or kept from an earlier review, and which of the two in words."""
    side = Side("the base", FOLDER / f"{change.base.short}_{_made_of(raw_data, is_given)}", PROJECT)
    if side.facts.exists() and _is_of_today(known := json.loads(side.facts.read_text())):
        side.facts.touch()
        say(f"The base, {change.base.name} as of {change.base.short}, is kept from an earlier review.")
        return side, f"{known['models']:,} models, kept from an earlier review"
    say(f"Building the base, {change.base.name} as of {change.base.short} (once) ...", style="bold")
    shutil.rmtree(side.work_folder, ignore_errors=True)
    side.work_folder.mkdir(parents=True)
    with change.base_checked_out() as project:
        if not (project / "dbt_project.yml").exists():
            raise Stop(
                f"BASE is {change.base.name}: there is no dbt_project.yml in it. Expected a commit of this project."
            )
        if not is_given:
            (project / sample.FOLDER.name).symlink_to(raw_data.resolve())
        outcome = build(Side(side.name, side.work_folder, project), raw_data.resolve() if is_given else None, lock)
    as_of_day, moves_with_today = _as_of(side)
    facts = {
        "models": outcome.done.get("models", 0), "as_of_day": str(as_of_day), "moves_with_today": moves_with_today, "day": _today(),
    }  # fmt: skip
    side.facts.write_text(json.dumps(facts))
    _forget_old_bases()
    return side, f"{facts['models']:,} models in {outcome.seconds:.0f} s"


def build_head(
    head: Side,
    base: Side,
    before: Manifest,
    manifest: Manifest,
    everywhere: Sequence[str],
    names: Sequence[str],
    raw_data: Path | None,
    lock: int,
) -> str:
    """Build the head, whole or the models and seeds of these names, and say how much of it."""
    for path in (head.database, head.database.with_name(head.database.name + ".wal")):
        path.unlink(missing_ok=True)
    total = len(manifest.models)
    if everywhere:
        say(f"Building the head whole, since it cannot be said what these reach: {', '.join(everywhere)}", style="bold")
        outcome = build(head, raw_data, lock)
        return f"{total:,} models in {outcome.seconds:.0f} s"
    shutil.copyfile(base.database, head.database)
    with duckdb.connect(str(head.database)) as database:
        for relation in review_reach.gone(before, manifest):
            _drop(database, relation)
    if not names:
        return f"none of {total:,} models, since the change reaches none"
    models = len(manifest.models & set(names))
    parts = {part: count for part, count in (("seeds", len(names) - models), ("models", models)) if count}
    say(f"Building of the head what the change can reach: {models:,} of {total:,} models ...", style="bold")
    outcome = build(head, raw_data, lock, names, parts)
    return f"{models:,} of {total:,} models, which the change can reach, in {outcome.seconds:.0f} s"


def build(
    side: Side, raw_data: Path | None, lock: int, names: Sequence[str] = (), parts: dict[str, int] | None = None
) -> Outcome:
    """Run dbt on a side, on everything or on what is named, so many of each part; a Stop with what failed."""
    forget_artifacts(side)
    selection = ["--select", *names] if names else []
    command = dbt_command(side, [*LEFT_OUT, *selection], side.project)
    try:
        outcome = run_dbt(command, side.environment(raw_data), lock, ("unit tests", "tests"), parts)
    except KeyboardInterrupt:
        raise Stop("Stopped. Nothing was compared.") from None
    if outcome.code:
        raise Stop(
            "\n".join([f"{side.name.capitalize()} does not build. Nothing was compared.", *what_failed(side, outcome)])
        )
    return outcome


def reached(modified: set[str], files: Sequence[str], before: Manifest, manifest: Manifest) -> list[str]:
    """
    The names of models and seeds that may come out otherwise: those modified, by dbt or by git, since dbt does not look into large seeds;
    metric_definitions where the YAML of a metric is; and all below.
    """
    changed = modified | {key for key, node in manifest.nodes.items() if node["original_file_path"] in files}
    if review_reach.definitions_changed(before, manifest) and (key := manifest.id_of("metric_definitions")):
        changed.add(key)
    return sorted(manifest.nodes[key]["name"] for key in manifest.below(changed))


def modified_since(head: Side, base: Side) -> set[str]:
    """The ids of the models and seeds that dbt finds modified; its manifest of the head is written, too."""
    say("Reading what the change can reach ...")
    head.work_folder.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(
        [
            *DBT, "--quiet", "ls", "--project-dir", str(head.project), "--target-path", str(head.artifacts),
            "--log-path", str(head.work_folder / "logs"), "--select", "state:modified", "--state", str(base.artifacts),
            "--resource-type", "model", "--resource-type", "seed", "--output", "json", "--output-keys", "unique_id",
        ],
        cwd=head.project, env=head.environment(None), text=True, capture_output=True,
    )  # fmt: skip
    if run.returncode:
        raise Stop(
            f"The head cannot be read by dbt. Nothing was compared.\n{run.stdout.strip()}\n{run.stderr.strip()}".strip()
        )
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    return {json.loads(line)["unique_id"] for line in lines}


def _drop(database: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Take what the head has no more out of the copy of the base."""
    _, schema, name = (part.strip('"') for part in relation.split("."))
    found = database.execute(
        "select table_type from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
    ).fetchone()
    if found:
        database.execute(f'drop {"view" if found[0] == "VIEW" else "table"} "{schema}"."{name}"')


def _made_of(raw_data: Path, is_given: bool) -> str:
    """What, beside the commit, a base depends on: the raw files, the settings, dbt."""
    # the folder keeps the hashes of raw files that it has read before
    inputs = fingerprints.gather(Side("", FOLDER / "raw", PROJECT), raw_data, [], not is_given).inputs
    names = [name for name in os.environ if name.startswith("DBT_") or name in fingerprints.OF_ENVIRONMENT]
    settings = {name: os.environ[name] for name in names}
    versions = {name: version(name) for name in fingerprints.PACKAGES}
    text = json.dumps([inputs, is_given, settings, versions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:9]


def _as_of(side: Side) -> tuple[datetime.date, bool]:
    with duckdb.connect(str(side.database), read_only=True) as database:
        return database.execute("select as_of_day, moves_with_today from intermediate.int_as_of").fetchone()


def _is_of_today(facts: dict[str, Any]) -> bool:
    """Whether the base would have the same as-of day now."""
    return not facts["moves_with_today"] or facts["day"] == _today()


def _today() -> str:
    return str(datetime.date.today())


def _forget_old_bases() -> None:
    """Keep the bases that were compared with last."""
    known = sorted(FOLDER.glob("*/built.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in known[BASES_KEPT:]:
        shutil.rmtree(path.parent)


@contextlib.contextmanager
def _locked() -> Iterator[int]:
    """Keep other reviews of this folder away; the descriptor of the lock."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER.parent / ".gitignore").write_text("*\n")
    lock = os.open(FOLDER / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Stop("Another make review is running in this folder. Wait for it.") from None
    try:
        yield lock
    finally:
        os.close(lock)


if __name__ == "__main__":
    run_main(main)
