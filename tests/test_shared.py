"""What processes of a test run share: made once, the same for all, and nothing where making it fails."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests import shared


def made_in(place: str) -> int:
    """Which process made it, as another one finds it."""
    os.environ[shared.FOLDER] = place
    return shared.once("who", os.getpid)


def test_several_processes_have_it_of_one(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        found = set(pool.map(made_in, [str(tmp_path)] * 12))
    assert len(found) == 1
    assert found != {os.getpid()}


def test_each_name_is_a_thing_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shared.FOLDER, str(tmp_path))
    assert [shared.once(name, lambda one=name: one) for name in ("a", "b", "a")] == ["a", "b", "a"]


def test_what_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shared.FOLDER, str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        shared.once("it", lambda: 1 / 0)
    assert shared.once("it", lambda: 1) == 1


def test_a_process_alone_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(shared.FOLDER, raising=False)
    assert [shared.once("it", lambda: []) is shared.once("it", lambda: []) for _ in range(2)] == [False, False]
