"""Builds that are killed, find no room or meet another: the published database stays as it was, and the next build is right, nothing cleared away."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from tests.conftest import IS_LONG
from tests.few_models import project_of_few_models
from tests.harness import write_raw
from tests.publishing import build, digest, settings

# (whom, after how many models): dbt lives on where the process alone is killed
DURING_DBT = [("process", 10), ("group", 45)]
# the step after which, or before which, the process is killed
STEPS = ["begin_work_file", "mark_published", "replace"]
if IS_LONG:
    DURING_DBT = [(whom, models) for whom in ("process", "dbt", "group") for models in (0, 10, 30, 55)]
    STEPS = ["take_lock", "begin_work_file", "publish", "drop", "checkpoint", "mark_published", "replace"]
# a build that writes the number of dbt's process, and kills itself at a step
DRIVER = """
import os, pathlib, signal, subprocess, sys
sys.path.insert(0, {scripts!r})
import build, dbt_build, duckdb, fingerprints

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def dying(function):
    def done_and_dead(*arguments, **named):
        function(*arguments, **named)
        die()
    return done_and_dead

class Noted(subprocess.Popen):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        pathlib.Path({folder!r}, "dbt.pid").write_text(str(self.pid))

class Dying:
    def __init__(self, connection, word):
        self.connection, self.word = connection, word
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.connection.close()
    def execute(self, sql, *arguments):
        result = self.connection.execute(sql, *arguments)
        if sql.startswith(self.word):
            die()
        return result

dbt_build.subprocess.Popen = Noted
step = {step!r}
if step in ("take_lock", "begin_work_file"):
    setattr(build, step, dying(getattr(build, step)))
elif step == "publish":
    build.publish = die
elif step in ("drop", "checkpoint"):
    publish, connect = build.publish, duckdb.connect
    def publish_and_die(target):
        duckdb.connect = lambda *a, **n: Dying(connect(*a, **n), step)
        publish(target)
    build.publish = publish_and_die
elif step == "mark_published":
    fingerprints.mark_published = dying(fingerprints.mark_published)
elif step == "replace":
    pathlib.Path.replace = dying(pathlib.Path.replace)
build.run_main(build.main)
"""


class Company(NamedTuple):
    """A company with a published database, of which the raw files are others by now."""

    project: Path
    raw: Path
    database: Path

    @property
    def log(self) -> Path:
        return self.database.parent / ".build" / self.database.stem / "logs/dbt.log"

    def start(self, step: str = "") -> subprocess.Popen:
        """Begin a build in a group of its own."""
        code = DRIVER.format(scripts=str(self.project / "scripts"), folder=str(self.database.parent), step=step)
        return subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=self.project,
            env=settings(self.raw, self.database),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def models_built(self) -> int:
        """How far dbt has come; -1 before it began."""
        try:
            return self.log.read_text().count("OK created")
        except FileNotFoundError:
            return -1

    def wait_for_lock(self) -> None:
        """Until no build runs, not even a dbt whose parent was killed."""
        with (self.database.parent / ".build" / f"{self.database.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

    def price(self) -> list[tuple]:
        """The published figure and the builds."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(
                "select distinct value, (select count(*) from marts.builds), (select count(*) from marts.metric_revisions) from marts.metrics"
            ).fetchall()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("killed")
    made = Company(project_of_few_models(folder), folder / "raw", folder / "few.duckdb")
    write_raw(made.raw, {"subscription_items": [{"unit_amount": "10.00"}]})
    first = build(made.project, made.raw, made.database)
    assert first.returncode == 0, first.stdout + first.stderr
    write_raw(made.raw, {"subscription_items": [{"unit_amount": "12.00"}]})
    return made


@pytest.fixture(autouse=True)
def _the_published_database_stays(company: Company) -> None:
    before = digest(company.database)
    yield
    company.wait_for_lock()
    if company.price() != [(12.0, 2, 3)]:
        assert digest(company.database) == before
        assert company.price() == [(10.0, 1, 0)]


@pytest.mark.parametrize(("whom", "models"), DURING_DBT)
def test_killed_while_dbt_builds(company: Company, whom: str, models: int) -> None:
    company.log.unlink(missing_ok=True)
    process = company.start()
    while company.models_built() < models:
        assert process.poll() is None, "the build ended before it was killed"
        time.sleep(0.02)
    dbt = int((company.database.parent / "dbt.pid").read_text())
    if whom == "group":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        os.kill(dbt if whom == "dbt" else process.pid, signal.SIGKILL)
    assert process.wait() == (1 if whom == "dbt" else -signal.SIGKILL)
    if whom == "process" and models == DURING_DBT[0][1]:
        again = build(company.project, company.raw, company.database)
        assert again.returncode == 1
        assert "Another build of" in again.stdout, "dbt, whose parent was killed, still builds"


@pytest.mark.parametrize("step", [step for step in STEPS if step != "replace"])
def test_killed_at_a_step(company: Company, step: str) -> None:
    process = company.start(step)
    assert process.wait() == -signal.SIGKILL


def test_no_room(company: Company) -> None:
    """What a limit of file sizes says is what a full disk says."""
    limit = 10 * 2**20
    run = subprocess.run(
        [sys.executable, str(company.project / "scripts/build.py"), "--vars", "{ballast: 5000000}"],
        cwd=company.project,
        env=settings(company.raw, company.database),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        text=True,
        capture_output=True,
    )
    assert run.returncode == 1
    assert "There was no room for what the build writes" in run.stdout
    assert "is as it was" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert len(run.stdout.splitlines()) < 80
    assert not (company.database.parent / ".build" / company.database.name).exists(), "it gives the room back"


def test_open_for_writing_elsewhere(company: Company) -> None:
    with duckdb.connect(str(company.database)):
        run = build(company.project, company.raw, company.database)
    assert run.returncode == 1
    assert "is open for writing in another program" in run.stdout


def test_read_only_file(company: Company) -> None:
    company.database.chmod(0o444)
    try:
        run = build(company.project, company.raw, company.database)
    finally:
        company.database.chmod(0o644)
    assert run.returncode == 1
    assert f"{company.database} is read-only" in run.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
@pytest.mark.parametrize("name", [".", ".build"])
def test_read_only_folder(company: Company, name: str) -> None:
    folder = company.database.parent / name
    folder.chmod(0o555)
    try:
        run = build(company.project, company.raw, company.database)
    finally:
        folder.chmod(0o755)
    assert run.returncode == 1
    assert "cannot be written" in run.stdout
    assert "Traceback" not in run.stderr


def test_the_next_build_is_right(company: Company) -> None:
    """After all that, with nothing cleared away; and the one that is killed once the new database is in place has published it."""
    with duckdb.connect(str(company.database), read_only=True) as reader:
        process = company.start("replace")
        assert process.wait() == -signal.SIGKILL
        assert reader.execute("select distinct value from marts.metrics").fetchall() == [(10.0,)]
    assert company.price() == [(12.0, 2, 3)]
    run = build(company.project, company.raw, company.database)
    assert "Nothing has changed since the build of" in run.stdout
