"""Print how long each step takes: `python -m tests.benchmarks [--size S M L] [--subject NAME ...]`."""

import argparse
import platform
from importlib.metadata import version

from tests.benchmarks.subjects import SIZES, SUBJECTS, Case, Timing, measure


def main() -> None:
    """Measure what is asked for, one line as soon as it is known."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    asked.add_argument("--size", nargs="+", choices=SIZES, default=["S", "M"], help="default: S M")
    asked.add_argument("--subject", nargs="+", choices=SUBJECTS, default=list(SUBJECTS), help="default: all")
    wanted = asked.parse_args()

    libraries = ", ".join(f"{name} {version(name)}" for name in ("ortools", "highspy", "pyroutingkit"))
    print(f"Python {platform.python_version()}, {platform.machine()}; {libraries}")
    for size in wanted.size:
        crisis, days = SIZES[size].crisis, SIZES[size].days
        print(f"  size {size}: {crisis}, {f'{days} days' if days else 'the days of its demo'}")
    print(f"\n{'subject':<14}{'size':<6}{'ms':>12}  what came out")
    for size in wanted.size:
        case = Case.of(SIZES[size])
        for subject in wanted.subject:
            print(_line(measure(subject, case)), flush=True)


def _line(row: Timing) -> str:
    return f"{row.subject:<14}{row.size:<6}{row.seconds * 1000:>12,.1f}  {row.outcome}"


if __name__ == "__main__":
    main()
