"""A build that has nothing to do says so; whatever a figure may depend on, and nothing else, makes one."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.few_models import project_of_few_models
from tests.harness import PROJECT, write_raw
from tests.publishing import build, digest, settings

# asks what a build would ask first
ASK = """
import sys
sys.path.insert(0, {scripts!r})
import fingerprints, inputs
target, raw = inputs.target(), inputs.raw_folder({raw!r})
last = fingerprints.last_build(target, fingerprints.gather(target, raw, sys.argv[1:], {is_sample}))
print(last.built_at if last and last.is_of_the_same else None)
"""
MARK = """
import sys
sys.path.insert(0, {scripts!r})
import fingerprints, inputs
fingerprints.mark_published(inputs.target(), inputs.target().path)
"""


class Published(NamedTuple):
    """A company of one build."""

    project: Path
    raw: Path
    database: Path

    def run(self, code: str, arguments: list[str] | None = None, is_sample: bool = False, **environment: str) -> str:
        run = subprocess.run(
            [
                sys.executable,
                "-c",
                code.format(scripts=str(self.project / "scripts"), raw=str(self.raw), is_sample=is_sample),
                *(arguments or []),
            ],
            cwd=self.project,
            env=settings(self.raw, self.database) | environment,
            text=True,
            capture_output=True,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def is_up_to_date(self, arguments: list[str] | None = None, is_sample: bool = False, **environment: str) -> bool:
        return self.run(ASK, arguments, is_sample, **environment) != "None"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("up_to_date")
    made = Published(project_of_few_models(folder), folder / "raw", folder / "few.duckdb")
    write_raw(made.raw, {"subscription_items": [{"unit_amount": "10.00"}]})
    first = build(made.project, made.raw, made.database, AS_OF="2026-04-15")
    assert first.returncode == 0, first.stdout + first.stderr
    return made


def test_nothing_is_built_where_nothing_has_changed(published: Published) -> None:
    before = digest(published.database)
    began = time.monotonic()
    run = build(published.project, published.raw, published.database, AS_OF="2026-04-15")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("Nothing has changed since the build of 20")
    assert f"{published.database} is up to date." in run.stdout
    assert "March 2026, the latest complete month" in run.stdout, "the headline is shown"
    assert digest(published.database) == before
    assert time.monotonic() - began < 10, "it takes half a second; the rest is for slow machines"


def test_the_same_is_the_same(published: Published) -> None:
    """A file written again alike, another folder of the same files, a full refresh that was asked for before."""
    for file in published.raw.iterdir():
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content)
    assert published.is_up_to_date(AS_OF="2026-04-15")
    assert published.is_up_to_date(["--full-refresh"], AS_OF="2026-04-15")
    copy = published._replace(raw=published.raw.with_name("copy"))
    shutil.copytree(published.raw, copy.raw)
    assert copy.is_up_to_date(AS_OF="2026-04-15")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (None, {}),
        (None, {"AS_OF": "2026-04-16"}),
        (None, {"AS_OF": "2026-04-15", "REPORTING_CURRENCY": "USD"}),
        (["--vars", "{max_pause_days: 30}"], {"AS_OF": "2026-04-15"}),
        (["--vars={closed_through: 2026-01-31}"], {"AS_OF": "2026-04-15"}),
        (["--threads", "1"], {"AS_OF": "2026-04-15"}),
        (None, {"AS_OF": "2026-04-15", "DBT_WARN_ERROR": "true"}),
    ],
)
def test_settings_make_a_build(published: Published, arguments: list[str] | None, environment: dict[str, str]) -> None:
    assert published.is_up_to_date(AS_OF="2026-04-15")
    assert not published.is_up_to_date(arguments, **environment)


def test_the_sample_is_another_company(published: Published) -> None:
    assert not published.is_up_to_date(is_sample=True, AS_OF="2026-04-15")


@pytest.mark.parametrize(
    "name",
    [
        "models/marts/metrics.sql",
        "models/marts/builds.yml",
        "macros/in_window.sql",
        "macros/new.sql",
        "seeds/health_bands.csv",
        "seeds/_seeds.yml",
        "nlp/text_sentiment.py",
        "tests/invariants/new.sql",
        "dbt_project.yml",
        "profiles.yml",
    ],
)
def test_code_and_seeds_make_a_build(published: Published, name: str) -> None:
    file = published.project / name
    before = file.read_text() if file.exists() else None
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(
        (before or "-- new").replace("90", "91") + "\n# more\n"
        if name != "dbt_project.yml"
        else before.replace("90", "91")
    )
    try:
        assert not published.is_up_to_date(AS_OF="2026-04-15")
    finally:
        file.unlink() if before is None else file.write_text(before)
    assert published.is_up_to_date(AS_OF="2026-04-15")


def test_raw_files_make_a_build(published: Published) -> None:
    """Also where neither size nor time tells, and where a table comes or goes."""
    file = published.raw / "subscription_items.csv"
    before, times = file.read_bytes(), file.stat()
    published.is_up_to_date(AS_OF="2026-04-15")
    time.sleep(0.01)
    file.write_bytes(before.replace(b"10.00", b"12.00"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file.stat().st_mtime_ns == times.st_mtime_ns
    assert file.stat().st_size == times.st_size
    assert not published.is_up_to_date(AS_OF="2026-04-15")
    file.write_bytes(before)
    assert published.is_up_to_date(AS_OF="2026-04-15")
    added = published.raw / "orders.csv"
    added.write_text("order_id,customer_id,ordered_at,amount,currency\n")
    assert not published.is_up_to_date(AS_OF="2026-04-15")
    added.unlink()
    assert published.is_up_to_date(AS_OF="2026-04-15")
    file.rename(file.with_suffix(".moved"))
    assert not published.is_up_to_date(AS_OF="2026-04-15")
    file.with_suffix(".moved").rename(file)
    assert published.is_up_to_date(AS_OF="2026-04-15")


def test_a_database_that_is_not_what_was_published_is_built_again(published: Published) -> None:
    kept, aside = published.database.with_name("kept"), published.database.with_name("aside")
    shutil.copy2(published.database, kept)
    try:
        with duckdb.connect(str(published.database)) as writer:
            writer.execute("update marts.metrics set value = 0; checkpoint")
        assert not published.is_up_to_date(AS_OF="2026-04-15")
        published.database.rename(aside)  # not removed: the copy must not get its number in the file system
        assert not published.is_up_to_date(AS_OF="2026-04-15")
    finally:
        shutil.copy2(kept, published.database)
    assert not published.is_up_to_date(AS_OF="2026-04-15"), "a copy that somebody put there may be any"
    aside.unlink()
    published.run(MARK)
    assert published.is_up_to_date(AS_OF="2026-04-15")


def test_what_dbt_parsed_is_kept_only_where_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt 1.12 finds a metric of the semantic layer twice where something that it is made of was edited."""
    sys.path.insert(0, str(PROJECT / "scripts"))
    import dbt_build

    target = SimpleNamespace(work_folder=tmp_path / "work")
    parsed, macro = target.work_folder / "target/partial_parse.msgpack", tmp_path / "macros/dates/one.sql"
    for file in (parsed, macro, *(tmp_path / name for name in dbt_build.READ if "." in name)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for name in dbt_build.READ:
        if "." not in name:
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(dbt_build, "PROJECT", tmp_path)

    def is_kept(after: Callable[[], Any]) -> bool:
        parsed.touch()
        os.utime(parsed, (time.time() + 5, time.time() + 5))
        after()
        dbt_build.forget_artifacts(target)
        return parsed.exists()

    later = time.time() + 10
    assert is_kept(lambda: None)
    assert not is_kept(lambda: os.utime(macro, (later, later)))
    os.utime(macro, (0, 0))
    assert is_kept(lambda: None)
    assert not is_kept(lambda: (macro.unlink(), os.utime(macro.parent, (later, later)))), "a file is gone"


def test_another_day_makes_a_build_where_the_as_of_day_moves_with_it(published: Published) -> None:
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    for moves, built_at, is_current in (
        (True, now, True),
        (True, now - datetime.timedelta(days=1), False),
        (False, now - datetime.timedelta(days=1), True),
    ):
        with duckdb.connect(str(published.database)) as writer:
            writer.execute("update marts.builds set moves_with_today = ?, built_at = ?", [moves, built_at])
            writer.execute("checkpoint")
        published.run(MARK)
        assert published.is_up_to_date(AS_OF="2026-04-15") is is_current


def test_forced(published: Published) -> None:
    """FORCE and --full-refresh build all the same; equal figures are no revisions, and no table has changed."""
    for arguments, environment in ((None, {"FORCE": "1"}), (["--full-refresh"], {})):
        run = build(published.project, published.raw, published.database, arguments, AS_OF="2026-04-15", **environment)
        assert "Built and published" in run.stdout, run.stdout
        assert "changed since the build" not in run.stdout
    with duckdb.connect(str(published.database), read_only=True) as database:
        builds = database.execute(
            "select build_id, kind, json_extract_string(variables, '$.as_of') from marts.builds"
        ).fetchall()
        changes = database.execute(
            "select previous_build_id, changed_tables, is_code_changed, are_settings_changed"
            " from intermediate.int_build_changes"
        ).fetchall()
        tables = database.execute(
            "select build_id, count(*), count(fingerprint) from marts.build_inputs group by all order by all"
        ).fetchall()
        revisions = database.execute("select count(*) from marts.metric_revisions").fetchone()
    assert builds == [(number, "full", "2026-04-15") for number in (1, 2, 3)]
    assert changes == [(2, "", False, False)]
    assert tables == [(number, 36, 4) for number in (1, 2, 3)]
    assert revisions == (0,)
    known = json.loads((published.database.parent / ".build/few/fingerprints.json").read_text())
    assert {Path(name).name for name in known} == {
        f"{name}.csv" for name in ("customers", "plans", "subscriptions", "subscription_items")
    }
