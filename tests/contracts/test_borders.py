"""Rooms look only down: import-linter's contracts hold (also where nobody runs the linter)."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .repository import ROOT


def test_import_contracts_hold() -> None:
    beside = Path(sys.executable).with_name("lint-imports")
    tool = str(beside) if beside.exists() else shutil.which("lint-imports")
    if tool is None:
        pytest.skip("import-linter is not installed (scripts/setup installs it)")
    result = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
