"""
The Spark cluster of TARGET=spark where SPARK_HOST names none: a standalone master, two workers and a Thrift server, all from the pyspark package, in
the folder .spark. It is started when it is needed and goes on running until `make stop TARGET=spark`. By hand: scripts/spark_cluster.py start, stop
or status.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from console import Stop, run_main, say, shown

OWN_FOLDER = ".spark"
OLDEST_JAVA = 17
WORKERS = 2
SECONDS_TO_START = 180
SECONDS_TO_STOP = 30
# of every session; profiles.yml has them, too, for other clusters
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}
# each program tells of what went wrong, and the Thrift server of itself when it is ready
LOGGING = """
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
"""


@dataclass(frozen=True)
class Cluster:
    """A running cluster of the project's own."""

    port: int  # of the Thrift server
    master: str
    processes: dict[str, int]

    @property
    def is_running(self) -> bool:
        """Whether the Thrift server answers, and everything it needs lives but for a worker."""
        return all(_lives(self.processes[name]) for name in ("master", "thrift")) and _answers(self.port)


def folder() -> Path:
    """Where the cluster keeps its tables, its catalogue and its logs."""
    return Path.cwd() / OWN_FOLDER


def running() -> Cluster | None:
    """The cluster that was started here, if it is running."""
    try:
        cluster = Cluster(**json.loads((folder() / "cluster.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return cluster if cluster.is_running else None


def start() -> Cluster:
    """The running cluster, or one that is started now."""
    place = folder()
    if re.search(r"\s", str(place)):
        raise Stop(f"{place} has a blank in its path, and a cluster cannot be started there. Name one: SPARK_HOST.")
    place.mkdir(exist_ok=True)
    (place / ".gitignore").write_text("*\n")
    with (place / "starting").open("w") as lock:
        # two commands at once start one cluster
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = running()
        if cluster is None:
            check_java()
            stop_processes()
            cluster = _start()
        _restart_lost_workers(cluster)
        return cluster


def check_java() -> None:
    """Stop where there is no Java that Spark runs on."""
    java = Path(os.environ["JAVA_HOME"]) / "bin/java" if os.environ.get("JAVA_HOME") else shutil.which("java")
    wanted = f"Spark needs Java {OLDEST_JAVA} or newer"
    remedy = f"Install one (such as the package openjdk-{OLDEST_JAVA}-jre-headless), or name one: JAVA_HOME."
    if java is None:
        raise Stop(f"{wanted}, and there is no java on the PATH. {remedy}")
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60).stderr
    except (OSError, subprocess.SubprocessError) as error:
        raise Stop(f"{wanted}, and {java} cannot be run: {error}. {remedy}") from None
    version = re.search(r'version "(\d+)(?:\.(\d+))?', said)
    # Java 8 called itself 1.8
    number = int(version[2] if version[1] == "1" and version[2] else version[1]) if version else 0
    if number < OLDEST_JAVA:
        raise Stop(f"{wanted}; {java} is {number or 'of a version that it does not say'}. {remedy}")


def stop() -> bool:
    """Stop the cluster; its tables stay. Whether there was one."""
    return stop_processes() > 0


def stop_processes() -> int:
    """End what an earlier start has left running; how many processes that were."""
    try:
        processes = json.loads((folder() / "cluster.json").read_text())["processes"]
    except (OSError, ValueError, KeyError):
        return 0
    found = [
        processes[name] for name in sorted(processes, key=lambda name: name != "thrift") if _lives(processes[name])
    ]
    for process in found:
        os.killpg(process, signal.SIGTERM)
    until = time.monotonic() + SECONDS_TO_STOP
    while any(map(_lives, found)) and time.monotonic() < until:
        time.sleep(0.2)
    for process in filter(_lives, found):
        os.killpg(process, signal.SIGKILL)
    (folder() / "cluster.json").unlink(missing_ok=True)
    return len(found)


def _start() -> Cluster:
    """Start every process, and wait until the Thrift server answers with both workers at hand."""
    say(f"Starting a Spark cluster in {shown(folder())} (a master, {WORKERS} workers, a Thrift server; ~30 s) ...")
    for name in ("logs", "conf"):
        (folder() / name).mkdir(exist_ok=True)
    (folder() / "conf/log4j2.properties").write_text(LOGGING)
    master_port, web_port, port = _free_ports(3)
    master = f"spark://127.0.0.1:{master_port}"
    processes: dict[str, int] = {}

    def remember() -> Cluster:
        cluster = Cluster(port, master, processes)
        (folder() / "cluster.json").write_text(json.dumps(asdict(cluster)))
        return cluster

    try:
        processes["master"] = _run(
            "master",
            ["spark-class", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(master_port)]
            + ["--webui-port", str(web_port)],
        )
        remember()
        _wait("master", processes, lambda: _answers(master_port))
        for number in range(1, WORKERS + 1):
            processes[f"worker{number}"] = _start_worker(number, master)
        processes["thrift"] = _run("thrift", _thrift_command(master, port), memory=min(memory_of_worker(), 3072))
        cluster = remember()
        _wait("thrift", processes, lambda: _answers(port))
        return cluster
    except BaseException:
        remember()
        stop_processes()
        raise


def _start_worker(number: int, master: str) -> int:
    cores = max(1, (os.cpu_count() or 2) // WORKERS)
    return _run(
        f"worker{number}",
        ["spark-class", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0"]
        + ["--cores", str(cores), "--memory", f"{memory_of_worker()}m", "--work-dir", str(folder() / "work"), master],
    )


def memory_of_worker() -> int:
    """Megabytes: a sixth of the machine's memory each, between 1 GB and 8 GB."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(max(total // 6, 1024), 8192)


def _restart_lost_workers(cluster: Cluster) -> None:
    """A worker that was lost is started again."""
    lost = [name for name, process in cluster.processes.items() if not _lives(process)]
    for name in lost:
        say(f"  {name} of the cluster was lost, and is started again.")
        cluster.processes[name] = _start_worker(int(name.removeprefix("worker")), cluster.master)
    if lost:
        (folder() / "cluster.json").write_text(json.dumps(asdict(cluster)))


def _thrift_command(master: str, port: int) -> list[str]:
    place = folder()
    settings = SETTINGS | {
        "spark.sql.warehouse.dir": str(place / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={place / 'metastore'};create=true",
        # of a pool, a thread that has ended never gives its connection back, and all others wait for it
        "spark.hadoop.datanucleus.connectionPoolingType": "NONE",
        "spark.driver.extraJavaOptions": f"-Dderby.stream.error.file={place / 'logs/derby.log'}",
        "spark.driver.host": "127.0.0.1",
        "spark.executor.memory": f"{memory_of_worker() - 384}m",
        "spark.local.dir": str(place / "scratch"),
        "spark.ui.enabled": os.environ.get("SPARK_UI", "false"),
        "spark.eventLog.enabled": os.environ.get("SPARK_EVENT_LOG", "false"),
        "spark.eventLog.dir": str(place / "logs"),
        "spark.eventLog.compress": "false",
        # the tables of a build are made side by side
        "spark.scheduler.mode": "FAIR",
        "spark.sql.sources.default": "parquet",
        "spark.sql.codegen.cache.maxEntries": "1000",
    }
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    hive = {
        "hive.server2.thrift.port": str(port),
        "hive.server2.thrift.bind.host": "127.0.0.1",
        "hive.server2.thrift.max.worker.threads": "100",
        # each new one reads Hive's configuration, one at a time
        "hive.server2.async.exec.threads": "16",
        "hive.server2.async.exec.keepalive.time": "3600",
        "hive.exec.scratchdir": str(place / "scratch/hive"),
    }
    return [
        "spark-submit", "--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "--master", master,
        *options, "spark-internal",
        *(word for name, value in hive.items() for word in ("--hiveconf", f"{name}={value}")),
    ]  # fmt: skip


def _run(name: str, command: list[str], memory: int = 512) -> int:
    """Start one of the programs of pyspark, with so many megabytes, in a process group of its own."""
    home = spark_home()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("SPARK_MASTER_HOST", "PYSPARK_PYTHON")
    } | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_CONF_DIR": str(folder() / "conf"),
        # of the Thrift server, too, whatever --driver-memory says
        "SPARK_DAEMON_MEMORY": f"{memory}m",
    }
    with (folder() / f"logs/{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(home / "bin" / command[0]), *command[1:]],
            cwd=folder(),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ).pid


def spark_home() -> Path:
    """Where the pyspark package lies."""
    try:
        import pyspark
    except ImportError:
        raise Stop("pyspark is not installed: make build TARGET=spark installs what Spark needs.") from None
    return Path(pyspark.__file__).parent


def _wait(name: str, processes: dict[str, int], is_ready: Callable[[], bool]) -> None:
    """Wait for a program, and say why where it does not come."""
    until = time.monotonic() + SECONDS_TO_START
    log = folder() / f"logs/{name}.log"
    while not is_ready():
        if not _lives(processes[name]) or time.monotonic() > until:
            reason = "ended" if not _lives(processes[name]) else f"did not answer within {SECONDS_TO_START} s"
            faults = [
                line for line in log.read_text(errors="replace").splitlines() if re.search("ERROR|Exception", line)
            ]
            raise Stop(
                "\n".join(
                    [
                        f"The Spark cluster could not be started: its {name} {reason}.",
                        *faults[:3],
                        f"Its log: {shown(log)}",
                    ]
                )
            )
        time.sleep(0.3)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _answers(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


def _lives(process: int) -> bool:
    """Whether a process is there, no zombie of ours, and, as far as can be seen, no other one that has come by its number."""
    try:
        if os.waitpid(process, os.WNOHANG)[0]:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        # nothing stands there while one program makes way for the next
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()
    return not command or b"spark" in command


def main() -> None:
    """What is asked for on the command line: start, stop or status."""
    word = sys.argv[1] if len(sys.argv) > 1 else "stop"
    if word == "start":
        cluster = start()
        say(f"The cluster in {shown(folder())} answers at port {cluster.port}.")
    elif word == "status":
        cluster = running()
        say(f"Running, port {cluster.port}." if cluster else f"No cluster runs in {shown(folder())}.")
    elif word == "stop":
        say(
            f"Stopped the cluster in {shown(folder())}. Its tables stay; the next command with TARGET=spark starts it again."
            if stop()
            else f"No cluster runs in {shown(folder())}."
        )
    else:
        raise Stop(f"{word} is none of: start, stop, status.")


if __name__ == "__main__":
    run_main(main)
