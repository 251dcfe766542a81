"""What two commits of the project have between them, by git: files, their diffs, what was added to CHANGELOG.md, and the older one checked out."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from console import Stop
from inputs import PROJECT

CHANGELOG = "CHANGELOG.md"
HUNK = re.compile(r"^@@ -\S+ \+(\d+)")
# what git sets for its hooks, and what would lead it to another repository or index
OF_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")


@dataclass(frozen=True)
class Commit:
    """A commit as a person knows it."""

    sha: str
    name: str  # the branch, or what was given for it
    subject: str

    @property
    def short(self) -> str:
        """Enough of its number."""
        return self.sha[:9]


@dataclass(frozen=True)
class Change:
    """Everything between the base and the working tree, which is the head with what is not committed yet."""

    base: Commit
    head: Commit
    index: Path  # knows of files that git does not yet

    @cached_property
    def files(self) -> list[str]:
        """The files that differ, by their paths in the project; of a renamed one both."""
        return self._diff("--name-only", "-z").split("\0")[:-1]

    @cached_property
    def is_committed(self) -> bool:
        """Whether the working tree is what the head says."""
        return not _git("diff", "--name-only", "HEAD", "--", ".", index=self.index)

    def diff(self, file: str) -> str:
        """What has changed in a file, from the first hunk on."""
        text = self._diff("--unified=3", file=file)
        return text[text.index("\n@@") + 1 :].rstrip("\n") if "\n@@" in text else ""

    def entries(self) -> list[str]:
        """What was added to CHANGELOG.md, entry by entry: a bullet with its lines, or a paragraph. Lines that stood there before are left out."""
        text = (PROJECT / CHANGELOG).read_text() if (PROJECT / CHANGELOG).exists() else ""
        added: set[int] = set()
        line = 0
        for words in self._diff("--unified=0", file=CHANGELOG).splitlines():
            if found := HUNK.match(words):
                line = int(found[1])
            elif line and words.startswith("+"):
                added.add(line)
                line += 1
        return entries_of(text, added)

    @contextlib.contextmanager
    def base_checked_out(self) -> Iterator[Path]:
        """The project as the base has it, in a folder that is removed again."""
        with tempfile.TemporaryDirectory(prefix="review_") as scratch:
            folder = Path(scratch).resolve() / "base"
            try:
                # no hook of the repository runs for it
                _git("-c", f"core.hooksPath={os.devnull}", "worktree", "add", "--detach", str(folder), self.base.sha)
                yield folder / _git("rev-parse", "--show-prefix").strip()
            finally:
                _git("worktree", "remove", "--force", str(folder), fails=True)

    def _diff(self, *arguments: str, file: str = ".") -> str:
        plain = ("--no-color", "--no-ext-diff", "--no-renames", "--relative", "--src-prefix=a/", "--dst-prefix=b/")
        return _git("diff", *plain, *arguments, self.base.sha, "--", file, index=self.index)


@contextlib.contextmanager
def against(name: str) -> Iterator[Change]:
    """The change since the working tree's branch left the base that is named; a Stop where there is none."""
    _check_repository()
    given = _commit(name) or _commit(f"origin/{name}")
    if not given:
        raise Stop(
            f"BASE is {name}, which git does not know. Expected a branch, a tag or a commit, such as main or origin/main;"
            " what the server has is fetched with: git fetch"
        )
    common = _git("merge-base", given, "HEAD", fails=True).strip()
    if not common:
        raise Stop(
            f"BASE is {name}, which has no commit in common with what is checked out. Expected the branch that this one began from;"
            " a clone of few commits gets the rest with: git fetch --unshallow"
        )
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        shutil.copy(_git("rev-parse", "--path-format=absolute", "--git-path", "index").strip(), index)
        _git("add", "--intent-to-add", "--", ".", index=index)
        branch = _git("rev-parse", "--abbrev-ref", "HEAD").strip()
        change = Change(_described(common, name), _described("HEAD", "" if branch == "HEAD" else branch), index)
        if not change.files:
            raise Stop(
                f"There is nothing to review: the working tree is {name} as of {change.base.short}. Change something, or name another BASE."
            )
        yield change


def entries_of(text: str, lines: set[int]) -> list[str]:
    """The entries of a changelog that hold one of these lines, counted from 1, each with those lines alone."""
    found: list[list[str]] = []
    begins = True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            begins = True
            continue
        if begins or line.startswith(("- ", "* ")):
            found.append([])
        begins = False
        if number in lines:
            found[-1].append(line.strip())
    return [" ".join(entry) for entry in found if entry]


def _check_repository() -> None:
    """Stop where the project is in no repository of git."""
    if not shutil.which("git"):
        raise Stop("make review compares commits and needs git, which is not on the PATH.")
    if not _git("rev-parse", "--show-toplevel", fails=True) or not _git("ls-files", "dbt_project.yml", fails=True):
        raise Stop(
            "make review compares commits, and this folder is no git repository of the project. Expected a clone."
        )
    if not _git("rev-parse", "--verify", "--quiet", "HEAD", fails=True):
        raise Stop("make review compares commits, and nothing is committed here yet.")


def _commit(name: str) -> str:
    """The number of a commit; empty where there is none of that name."""
    return (
        ""
        if name.startswith("-")
        else _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", fails=True).strip()
    )


def _described(commit: str, name: str) -> Commit:
    sha, subject = _git("log", "-1", "--format=%H%x00%s", commit).rstrip("\n").split("\0")
    return Commit(sha, name, subject)


def _git(*arguments: str, index: Path | None = None, fails: bool = False) -> str:
    """What a command of git prints; empty where it fails and may, else a Stop with its words."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_GIT}
    if index:
        environment["GIT_INDEX_FILE"] = str(index)
    run = subprocess.run(
        ["git", *arguments], cwd=PROJECT, env=environment, text=True, errors="replace", capture_output=True
    )
    if run.returncode and not fails:
        raise Stop(f"git {arguments[0]} failed: {run.stderr.strip() or run.stdout.strip()}")
    return "" if run.returncode else run.stdout
