"""No input that a fuzzer led by coverage finds within its time breaks a reader: it answers, or refuses in words."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planner.desks import ROOT

SECONDS = 600 if os.environ.get("QAFILA_PROVE") else 20
"""Of each subject; together a minute on every run."""


@pytest.mark.skipif(
    not (sys.platform == "linux" and os.uname().machine == "x86_64"), reason="atheris has no wheel here"
)
@pytest.mark.parametrize("subject", ["roads", "evidence", "tables"])
def test_every_input_is_answered_or_refused_in_words(subject: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing", subject, str(SECONDS), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS + 240,
    )  # fmt: skip
    broken = [(path.name, path.read_bytes()[:400]) for path in sorted(tmp_path.glob("found-*"))]
    assert (told.returncode, broken) == (0, []), told.stderr[-4_000:]
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", told.stderr)
    assert runs is not None
    assert int(runs[1]) > 50
