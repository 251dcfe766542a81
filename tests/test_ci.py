"""What runs on GitHub and before a commit: the project's own commands, and nothing that a pull request could turn against it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import test_style
from tests.harness import PROJECT

sys.path.insert(0, str(PROJECT / "scripts"))
import lint
import review_page

WORKFLOWS = {path.stem: path for path in sorted((PROJECT / ".github/workflows").glob("*.yml"))}
# what GitHub lets anybody choose: names of branches, titles, texts
CHOSEN_BY_OTHERS = re.compile(
    r"\$\{\{[^}]*(github\.head_ref|\.title|\.body|\.ref\b|head_branch|\.login|\.message|\.name\b)"
)


def workflow(name: str) -> dict[str, Any]:
    """A workflow; `on`, which YAML takes for true, by its name."""
    content = yaml.safe_load(WORKFLOWS[name].read_text())
    return {"on": content.pop(True), **content}


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def said_by_make(*arguments: str) -> list[str]:
    """The commands that make would run."""
    run = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", *arguments],
        cwd=PROJECT,
        text=True,
        capture_output=True,
        check=True,
    )
    return [line for line in run.stdout.splitlines() if "scripts/" in line]


def test_a_hook_runs_what_ci_runs() -> None:
    """make test, which CI runs, lints with every check; each check is a hook, by the same command with its name."""
    assert [mark.args for mark in test_style.test_style.pytestmark] == [("check", lint.CHECKS)]
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [one["repo"] for one in hooks] == ["local"], "no tool has a second version"
    by_name = {hook["id"]: hook for hook in hooks[0]["hooks"]}
    assert by_name.keys() == lint.CHECKS.keys()
    for name, hook in by_name.items():
        words = hook["entry"].split()
        assert words[:2] == ["make", "--no-print-directory"]
        assert said_by_make(*words[2:]) == [f".venv/bin/python scripts/lint.py {name}"]
        assert hook["language"] == "system"
        assert hook["pass_filenames"] is False


@pytest.mark.parametrize(
    ("name", "file", "is_checked"),
    [
        ("ruff", "scripts/review.py", True),
        ("ruff", "pyproject.toml", True),
        ("ruff", "README.md", False),
        ("yamllint", ".github/workflows/ci.yml", True),
        ("yamllint", "models/marts/metrics.yml", True),
        ("yamllint", "models/marts/metrics.sql", False),
        ("sqlfluff", "models/marts/metrics.sql", True),
        ("sqlfluff", "macros/in_window.sql", True),
        ("sqlfluff", "tests/test_ci.py", False),
    ],
)
def test_a_hook_runs_where_its_files_change(name: str, file: str, is_checked: bool) -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    pattern = next(hook["files"] for hook in hooks if hook["id"] == name)
    assert bool(re.search(pattern, file)) is is_checked


def test_a_check_by_its_name(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    for name in lint.CHECKS:
        monkeypatch.setitem(lint.CHECKS, name, lambda _, name=name: ran.append(name) or name != "ruff")
    monkeypatch.setattr(sys, "argv", ["lint.py", "yamllint"])
    lint.main()
    assert ran == ["yamllint"]
    monkeypatch.setattr(sys, "argv", ["lint.py"])
    with pytest.raises(lint.Stop, match=r"^Lint failed: ruff$"):
        lint.main()
    assert ran == ["yamllint", *lint.CHECKS], "the others run all the same"
    monkeypatch.setattr(sys, "argv", ["lint.py", "pylint"])
    with pytest.raises(lint.Stop, match="There is no check pylint"):
        lint.main()


def test_ci_runs_the_command_that_runs_anywhere() -> None:
    runs = [step["run"] for step in steps("ci") if "run" in step]
    assert runs == [".ci/run test", ".ci/run test-spark"]
    assert os.access(PROJECT / ".ci/run", os.X_OK)
    assert "make review" in WORKFLOWS["review"].read_text()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_no_more_than_it_must(name: str) -> None:
    """Nothing by default; a job that runs code of a pull request only reads."""
    assert workflow(name)["permissions"] == {}
    allowed = {"actions: read", "pull-requests: write"} if name == "comment" else {"contents: read"}
    for job in workflow(name)["jobs"].values():
        assert {f"{what}: {may}" for what, may in job["permissions"].items()} == allowed
        assert job["timeout-minutes"] <= 90
    assert "pull_request_target" not in workflow(name)["on"]
    assert "secrets." not in WORKFLOWS[name].read_text()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_an_action_is_a_commit_with_its_version_beside(name: str) -> None:
    used = re.findall(r"uses: (.*)", WORKFLOWS[name].read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}  # v[0-9]+\.[0-9]+\.[0-9]+", action), action
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_an_action_has_one_version_everywhere() -> None:
    used = {action for path in WORKFLOWS.values() for action in re.findall(r"uses: (.*)", path.read_text())}
    assert len({action.split("@")[0] for action in used}) == len(used)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_text_of_others_stands_in_a_command(name: str) -> None:
    for step in steps(name):
        assert "${{" not in step.get("run", ""), "it comes by the environment, where it is a text"
    assert CHOSEN_BY_OTHERS.search("${{ github.event.pull_request.title }}")


def test_what_writes_comments_runs_no_code_of_a_pull_request() -> None:
    """It follows the workflow that does, and takes one file from it."""
    comment = workflow("comment")
    assert comment["on"]["workflow_run"]["workflows"] == [workflow("review")["name"]]
    assert {step["uses"].split("@")[0] for step in steps("comment") if "uses" in step} == {"actions/download-artifact"}
    uploaded = next(step for step in steps("review") if "upload-artifact" in step.get("uses", ""))
    downloaded = next(step for step in steps("comment") if "download-artifact" in step.get("uses", ""))
    assert uploaded["with"]["name"] == downloaded["with"]["name"]
    script = steps("comment")[-1]["run"]
    assert f"{downloaded['with']['path']}/{Path(uploaded['with']['path']).name}" in script
    assert not re.search(r"\b(make [A-Za-z-]+$|python|bash|source|eval|checkout)", script, re.MULTILINE)
    assert review_page.MARKER in script, "the comment of last time is found by it"


GH = """#!/usr/bin/env bash
echo "$*" >> "$CALLS"
case "$*" in
  *"/pulls -f"*) [ "$HEAD_OWNER:$HEAD_BRANCH" = 'some:a "branch"; $(touch hacked)' ] && echo 7 ;;
  *"/issues/7/comments --jq"*) cat known ;;
esac
while [ $# -gt 0 ]; do if [ "$1" = --input ]; then cp "$2" posted.json; fi; shift; done
exit 0
"""


@pytest.mark.parametrize(
    ("known", "expected"),
    [("", "--method POST repos/o/r/issues/7/comments"), ("42\n", "--method PATCH repos/o/r/issues/comments/42")],
)
def test_the_comment_is_posted_or_written_anew(tmp_path: Path, known: str, expected: str) -> None:
    """The step's own script, with a stand-in for GitHub: a page of others calls nobody, and the name of a branch runs nothing."""
    for tool in ("jq", "iconv"):
        assert shutil.which(tool), (
            f"The test runs a script of GitHub's machines, which have {tool}: install it (Debian: apt-get install {tool})"
        )
    (tmp_path / "review").mkdir()
    (tmp_path / "review/review.md").write_text("# Review\n@somebody é\n" + "x" * 90_000)
    (tmp_path / "known").write_text(known)
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "LANG": "C.UTF-8", "CALLS": str(tmp_path / "calls"), "GITHUB_REPOSITORY": "o/r",
        "HEAD_OWNER": "some", "HEAD_BRANCH": 'a "branch"; $(touch hacked)', "HEAD_SHA": "abc",
    }  # fmt: skip
    run = subprocess.run(
        ["bash", "-c", steps("comment")[-1]["run"]], cwd=tmp_path, env=environment, text=True, capture_output=True
    )
    assert run.returncode == 0, run.stderr
    calls = (tmp_path / "calls").read_text()
    assert "repos/o/r/pulls -f state=open -f head=some:a" in calls
    assert expected in calls
    body = json.loads((tmp_path / "posted.json").read_text())["body"]
    assert body.startswith("# Review\n@\u200bsomebody é\n")
    assert len(body) <= 65_000
    assert not (tmp_path / "hacked").exists()


def test_owners_of_files_that_exist() -> None:
    """CODEOWNERS names every family, and nothing that is gone."""
    lines = [line.split() for line in (PROJECT / ".github/CODEOWNERS").read_text().splitlines()]
    paths = [line[0] for line in lines if line and line[0] != "#"]
    assert paths[0] == "*", "the last line that fits counts, so that the widest comes first"
    assert not [path for path in paths[1:] if not (PROJECT / path.strip("/")).exists()]
    families = {folder.name for folder in (PROJECT / "models/marts/metrics").iterdir() if folder.is_dir()}
    assert families == {path.rstrip("/").split("/")[-1] for path in paths if path.startswith("/models/marts/metrics/")}
