"""No input that a fuzzer led by coverage finds within its time breaks a reader: it answers, or refuses in words."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planner.desks import ROOT

INPUTS = {"roads": 8_000, "evidence": 5_000, "tables": 2_800}
"""Of each subject, on every run: past these its coverage has all but stopped growing. As many on any machine."""
SECONDS = 600
"""Of each subject, for a proof."""


@pytest.mark.skipif(
    not (sys.platform == "linux" and os.uname().machine == "x86_64"), reason="atheris has no wheel here"
)
@pytest.mark.parametrize("subject", INPUTS)
def test_every_input_is_answered_or_refused_in_words(subject: str, tmp_path: Path) -> None:
    prove = bool(os.environ.get("QAFILA_PROVE"))
    until = f"-max_total_time={SECONDS}" if prove else f"-runs={INPUTS[subject]}"
    told = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing", subject, until, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS + 240,
    )  # fmt: skip
    broken = [(path.name, path.read_bytes()[:400]) for path in sorted(tmp_path.glob("found-*"))]
    assert (told.returncode, broken) == (0, []), told.stderr[-4_000:]
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", told.stderr)
    assert runs is not None
    assert int(runs[1]) >= INPUTS[subject]
