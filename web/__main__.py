"""Serve the site: what `qafila serve` starts."""

import argparse
import os
import sys

from planner.domain.errors import PlannerError
from web.server import serve


def main() -> int:
    """Read the arguments, serve, and say in one line what stands in the way."""
    reader = argparse.ArgumentParser(prog="python -m web", description="Serve the pages of qafila.")
    reader.add_argument("--host", default="127.0.0.1")
    reader.add_argument("--port", type=int, default=8000)
    reader.add_argument("--situation-at", type=int, help="Seconds since 1970: set the pages on a past moment.")
    reader.add_argument("--no-worker", action="store_true", help="Solve nothing here; workers run elsewhere.")
    reader.add_argument("--demo", action="store_true", help="One-time passwords stay good, no second factor is asked.")
    asked = reader.parse_args()
    try:
        serve(
            os.environ, host=asked.host, port=asked.port, situation_at=asked.situation_at,
            with_worker=not asked.no_worker, demo=asked.demo,
        )  # fmt: skip
    except PlannerError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
