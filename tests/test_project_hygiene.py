"""What must not get into the repository, and what must not get out of step with it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from dbt.clients.registry import DEFAULT_REGISTRY_BASE_URL
from pip._internal.models.index import PyPI

from tests.conftest import LONG_ONES

PROJECT = Path(__file__).resolve().parent.parent
# put together here, so that this file does not hold what it looks for
MACHINE_PATHS = re.compile("|".join(f"/{top}/[a-z0-9_.-]+/" for top in ("home", "Users", "root", "work", "mnt")))
# the hosts of packages, as pip and dbt name them; dbt's documentation is on another of the same domain
PACKAGES = (PyPI.netloc, PyPI.file_storage_domain, f"{urlsplit(DEFAULT_REGISTRY_BASE_URL).netloc}/api")
REGISTRIES = re.compile("|".join(re.escape(".".join(host.split(".")[-2:])) for host in PACKAGES))
GENERATED = re.compile(
    r"\.(duckdb|db|wal|pyc)$|^(target|logs|sample_data|\.build|\.venv|\.venv-spark|\.spark|dbt_packages)/|__pycache__"
)
GROUPS = ("build", "train", "postgres", "spark", "dashboard", "docs", "semantic", "test")
LOCKS = [f"requirements/{name}.txt" for name in GROUPS]


def files() -> list[str]:
    """The files of the repository: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    return sorted(name for name in set(listed.stdout.split("\0")) if (PROJECT / name).is_file())


def texts() -> list[tuple[str, str]]:
    """The text files of the repository with their contents."""
    found = []
    for name in files():
        try:
            found.append((name, (PROJECT / name).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> dict[str, str]:
    """The versions that a lock pins."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", (PROJECT / lock).read_text(), re.MULTILINE)
    return {normal(name): version for name, version in pins}


def test_no_path_of_a_machine_is_in_a_file() -> None:
    found = [f"{name}: {match[0]}" for name, text in texts() for match in MACHINE_PATHS.finditer(text)]
    assert not found


def test_no_package_registry_is_named() -> None:
    assert not [f"{name}: {match[0]}" for name, text in texts() for match in REGISTRIES.finditer(text)]


def test_nothing_generated_is_in_the_repository() -> None:
    assert not [name for name in files() if GENERATED.search(name)]


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert " @ " not in text
    blocks = re.split(r"\n(?=[A-Za-z])", text.strip())
    assert not [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]


def test_locks_hold_every_dependency_of_the_project() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups, build = settings["dependency-groups"], settings["project"]["dependencies"]
    included = {one["include-group"] for one in groups["test"] if isinstance(one, dict)}
    assert included == set(GROUPS) - {"build", "spark", "test"}
    for name, lock in zip(GROUPS, LOCKS, strict=True):
        pins = locked(lock)
        for requirement in build + [one for one in groups.get(name, []) if isinstance(one, str)]:
            name, exact = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:==([^ ;]+))?.*", requirement).groups()
            assert normal(name) in pins, f"{lock} lacks {name}: make lock"
            assert exact in (None, pins[normal(name)]), (
                f"{lock} has {name} {pins[normal(name)]}, pyproject.toml {exact}: make lock"
            )


def test_locks_agree() -> None:
    """Each pins what the smaller ones pin; .venv-spark takes what training and the report need, too."""
    pins = dict(zip(GROUPS, map(locked, LOCKS), strict=True))
    for name, more in pins.items():
        assert {one: more.get(one) for one in pins["build"]} == pins["build"], name
        if name != "spark":
            assert {one: pins["test"].get(one) for one in more} == more, name
        assert {one: pins["spark"][one] for one in more.keys() & pins["spark"]} == {
            one: more[one] for one in more.keys() & pins["spark"]
        }, name


def test_a_build_stays_small() -> None:
    """What only training, tests and what people look at need is not installed for make build."""
    pins = dict(zip(GROUPS, (set(locked(lock)) for lock in LOCKS), strict=True))
    unwanted = {
        "build": {"scipy", "scikit-learn", "dbt-postgres", "dbt-spark", "pyspark", "pandas", "altair", "streamlit"},
        "postgres": {"scipy", "scikit-learn", "pytest", "pyspark", "pandas"},
        "spark": {"scipy", "scikit-learn", "dbt-postgres", "pandas"},
        "train": {"lifetimes", "pytest", "pandas"},
        "dashboard": {"scikit-learn", "pytest"},
        "docs": {"scikit-learn", "pytest", "pandas", "streamlit"},
        "semantic": {"scikit-learn", "pytest", "pandas", "streamlit"},
        "test": {"pyspark"},
    }
    assert unwanted.keys() == pins.keys()
    assert not {name: found for name, none in unwanted.items() if (found := none & pins[name])}


def test_files_stay_together(tmp_path: Path) -> None:
    """Of several processes one runs a whole file: else each makes what its tests share."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_collection_modifyitems\n")
    for name in ("one", "two"):
        (tmp_path / f"test_{name}.py").write_text("".join(f"def test_{number}(): pass\n" for number in range(8)))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    ran = re.findall(r"\[(gw\d)\].* PASSED \S*test_(one|two)\.py", said)
    assert len(ran) == 16, said
    assert len(set(ran)) == 2, "each file in one process"
    for name in LONG_ONES[1:]:
        assert (PROJECT / "tests" / f"{name}.py").exists(), f"{name} begins first, and is not there"


def test_make_help_names_every_target() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    assert targets == set(re.findall(r"^  ([a-z-]+)  ", said, re.MULTILINE))


def test_make_help_names_every_variable_of_the_scripts() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    for variable in (
        "RAW_DATA_DIR",
        "DUCKDB_PATH",
        "TARGET",
        "POSTGRES_HOST",
        "SPARK_HOST",
        "AS_OF",
        "SAMPLE_ARGS",
        "FORCE",
        "ARGS",
        "PYTHON",
    ):
        assert variable in said
