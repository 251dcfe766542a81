"""The style of SQL, Python and YAML, as `make lint` checks it."""

import subprocess
import sys

import pytest

from tests.harness import PROJECT

sys.path.insert(0, str(PROJECT / "scripts"))
import lint


@pytest.mark.parametrize("check", lint.CHECKS)
def test_style(check: str) -> None:
    done = subprocess.run(
        [sys.executable, str(lint.PROJECT / "scripts/lint.py"), check], text=True, capture_output=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
