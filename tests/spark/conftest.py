"""One Spark cluster for all tests of this folder, which run in an environment of their own: make test-spark."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import PROJECT
from tests.publishing import settings

sys.path.insert(0, str(PROJECT / "scripts"))
import spark_cluster
import spark_server
from console import Stop

SECONDS_OF_PATIENCE = 900
lives = spark_cluster._lives


def pytest_sessionstart() -> None:
    """Where Spark cannot run, nothing is skipped: the run fails, and says what is missing."""
    try:
        spark_cluster.check_java()
        spark_cluster.spark_home()
    except Stop as reason:
        pytest.exit(f"the tests of TARGET=spark cannot run. {reason}", returncode=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes last."""
    items.sort(key=lambda item: item.path.stem == "test_same_figures")


class Cluster:
    """A cluster of the project's own, in a folder in which commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, raw: Path | None = None, **more: str) -> dict[str, str]:
        """What a command finds set: nothing of the caller's but Java."""
        java = {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
        return settings(raw, Path("unused.duckdb")) | java | {"DBT_TARGET": "spark"} | more

    def run(
        self, script: str, *arguments: str, raw: Path | None = None, project: Path = PROJECT, **more: str
    ) -> subprocess.CompletedProcess:
        """A command of the project with TARGET=spark."""
        return subprocess.run(
            [sys.executable, str(project / f"scripts/{script}.py"), *arguments],
            cwd=self.folder,
            env=self.environment(raw, **more),
            text=True,
            capture_output=True,
            timeout=SECONDS_OF_PATIENCE,
        )

    def begin(self, *arguments: str, raw: Path, said: Path, project: Path = PROJECT, **more: str) -> subprocess.Popen:
        """A build that goes on while the test does; what it says is in a file."""
        with said.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, str(project / "scripts/build.py"), *arguments],
                cwd=self.folder,
                env=self.environment(raw, **more),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def processes(self) -> dict[str, int]:
        """By name the leaders of the groups of processes that the cluster consists of."""
        return self._running().processes

    @property
    def server(self) -> spark_server.Server:
        """The cluster's Thrift server."""
        return spark_server.Server(
            "127.0.0.1", self._running().port, spark_server.DEFAULTS["SPARK_USER"], "", is_own=True
        )

    def _running(self) -> spark_cluster.Cluster:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            cluster = spark_cluster.running()
        assert cluster, "the cluster does not run any more"
        return cluster

    def session(self) -> spark_server.Session:
        """A session, for one thread."""
        return spark_server.connect(self.server)

    def query(self, sql: str) -> list[tuple]:
        """The rows of a statement, in a session of its own."""
        with self.session() as session:
            return session.rows(sql)

    def schemas(self) -> set[str]:
        """The schemas that are there."""
        return {name for (name,) in self.query("show schemas")} - {"default"}

    def clear(self) -> None:
        """As it was before the first build."""
        with self.session() as session:
            for (schema,) in session.rows("show schemas"):
                if schema != "default":
                    session.execute(f"drop schema {schema} cascade")
        shutil.rmtree(self.folder / ".build", ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Started once, and stopped in the end."""
    with tempfile.TemporaryDirectory(prefix="spark_", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder))
        try:
            started = made.run("spark_cluster", "start")
            assert started.returncode == 0, started.stdout + started.stderr
            with pytest.MonkeyPatch.context() as patch:
                # what a build sets where there are few rows
                patch.setenv("SPARK_LITTLE_DATA", "1")
                yield made
        finally:
            stopped = made.run("spark_cluster", "stop")
        assert "Stopped the cluster in .spark" in stopped.stdout, stopped.stdout + stopped.stderr


@pytest.fixture(scope="module")
def empty_cluster(cluster: Cluster) -> Cluster:
    """The cluster without what the tests of another file have built."""
    cluster.clear()
    return cluster
