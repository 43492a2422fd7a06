"""Print how long each step takes: `python -m tests.benchmarks [--size S M L] [--subject NAME ...]`."""

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from tests.benchmarks.subjects import ON_MAPS, SIZES, SUBJECTS, Case, Size, measure
from tests.benchmarks.timing import Timing


def main() -> None:
    """Measure what is asked for, one line as soon as it is known."""
    every = [*SUBJECTS, *ON_MAPS]
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    asked.add_argument("--size", nargs="+", choices=SIZES, default=["S", "M"], help="default: S M")
    asked.add_argument("--subject", nargs="+", choices=every, default=every, help="default: all")
    wanted = asked.parse_args()

    libraries = ", ".join(f"{name} {version(name)}" for name in ("ortools", "highspy", "pyroutingkit", "scipy"))
    print(f"Python {platform.python_version()}, {platform.machine()}; {libraries}")
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores, load over 1, 5 and 15 minutes: {busy}")
    for size in wanted.size:
        crisis, days = SIZES[size].crisis, SIZES[size].days
        told = f"{days} days" if days else "the days of its demo"
        print(f"  size {size}: {crisis}, {told}; a drawn map of {SIZES[size].places} places")
    print(f"\n{'subject':<14}{'size':<6}{'ms':>12}{'cpu ms':>12}  what came out")
    found: list[Timing] = []
    for size in wanted.size:
        for row in _rows(SIZES[size], wanted.subject):
            print(_line(row), flush=True)
            found.append(row)
    print(*_growth(found), sep="\n")


def _rows(size: Size, subjects: Sequence[str]) -> Iterator[Timing]:
    on_crisis = [subject for subject in subjects if subject in SUBJECTS]
    if on_crisis:
        case = Case.of(size)
        for subject in on_crisis:
            yield measure(subject, case)
    for subject in subjects:
        if subject in ON_MAPS:
            yield from ON_MAPS[subject](size.name, size.places)


def _growth(rows: Sequence[Timing]) -> Iterator[str]:
    """Say how much longer the work on a larger map takes than on the smallest, step by step."""
    on_maps = [row for row in rows if row.subject not in SUBJECTS and row.seconds > 0]
    sizes = list(dict.fromkeys(row.size for row in on_maps))
    if len(sizes) < 2:
        return
    first = {row.subject: row.seconds for row in reversed(on_maps) if row.size == sizes[0]}
    yield f"\ngrowth against size {sizes[0]} ({SIZES[sizes[0]].places} places)"
    for size in sizes[1:]:
        larger = SIZES[size].places / SIZES[sizes[0]].places
        grown = {row.subject: row.seconds / first[row.subject] for row in reversed(on_maps) if row.size == size}
        told = ", ".join(f"{subject} {times:.0f}" for subject, times in reversed(grown.items()))
        yield f"  size {size}, {larger:.0f} times the places: {told} times the time"


def _line(row: Timing) -> str:
    return f"{row.subject:<14}{row.size:<6}{row.seconds * 1000:>12,.1f}{row.cpu_seconds * 1000:>12,.1f}  {row.outcome}"


if __name__ == "__main__":
    main()
