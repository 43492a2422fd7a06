"""Compare engines on a folder of public instances: `python -m tests.benchmarks.rounds --instances DIR [--seconds N]`.

Every engine gets the same computing time of one core, and every answer is judged by our verifier.
"""

import argparse
import os
import platform
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from planner.domain.rounds import RoundLimits
from planner.domain.verify.rounds import round_violations
from tests.benchmarks.rounds.instances import Instance, read_folder
from tests.benchmarks.rounds.peers import PEERS

COUNTED_OUT = 10**9
"""So many iterations that time ends the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one engine did on one instance; `gap` to the best known in percent, None without one or without a cost."""

    instance: Instance
    peer: str
    cost: int | None
    left: int
    violations: int
    cpu_s: float
    said: str = ""

    @property
    def gap(self) -> float | None:
        """The distance to the best known cost in percent."""
        if self.cost is None or self.instance.best_known is None or self._broken:
            return None
        return 100 * (self.cost / self.instance.best_known - 1)

    @property
    def _broken(self) -> bool:
        must = any(site.prize is None for site in self.instance.problem.sites)
        return self.violations > 0 or (must and self.left > 0)


def main() -> None:
    """Measure what is asked for, one line as soon as it is known, and a summary by set."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.rounds", description=__doc__)
    asked.add_argument("--instances", type=Path, required=True, help="a folder of .vrp, .sd and .txt files")
    asked.add_argument("--seconds", type=float, default=20, help="computing time for each engine, default 20")
    asked.add_argument("--peer", nargs="+", choices=PEERS, default=list(PEERS), help="default: all")
    asked.add_argument("--seed", type=int, default=1)
    wanted = asked.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pyvrp", "ortools", "pyvroom"))
    print(f"Python {platform.python_version()}, {platform.machine()}; {libraries}")
    print(f"{os.cpu_count()} cores, load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    print(f"{wanted.seconds:g} s of computing on one core, seed {wanted.seed}\n")
    heads = f"{'set':<10}{'instance':<16}{'sites':>6}  {'engine':<15}{'gap %':>8}{'cost':>13}"
    print(heads + f"{'left':>6}{'broken':>7}{'cpu s':>7}")
    rows = []
    for instance in read_folder(wanted.instances):
        limits = RoundLimits(iterations=COUNTED_OUT, wall_s=30 * wanted.seconds, cpu_s=wanted.seconds, seed=wanted.seed)
        for row in measure(instance, wanted.peer, limits):
            rows.append(row)
            print(line(row), flush=True)
    print(*summary(rows), sep="\n")


def measure(instance: Instance, peers: Sequence[str], limits: RoundLimits) -> Iterator[Row]:
    """Yield how each engine does on an instance."""
    for peer in peers:
        began = time.process_time()
        answer = PEERS[peer](instance, limits)
        cpu_s = time.process_time() - began
        if isinstance(answer, str):
            yield Row(instance=instance, peer=peer, cost=None, left=0, violations=0, cpu_s=cpu_s, said=answer)
            continue
        wrong = len(round_violations(answer, instance.problem))
        yield Row(
            instance=instance, peer=peer, cost=answer.cost, left=len(answer.unserved), violations=wrong, cpu_s=cpu_s
        )


def line(row: Row) -> str:
    """Return a row as it is printed."""
    instance = row.instance
    start = f"{instance.kind:<10}{instance.name:<16}{len(instance.problem.sites):>6}  {row.peer:<15}"
    if row.cost is None:
        return f"{start}  {row.said}"
    gap = "-" if row.gap is None else f"{row.gap:.2f}"
    return f"{start}{gap:>8}{row.cost:>13,}{row.left:>6}{row.violations:>7}{row.cpu_s:>7.1f}"


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """Yield by set and engine the mean gap; for sets without best known costs, the mean distance to the best here."""
    by_set: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        same = [one for one in rows if one.instance is row.instance and one.cost is not None]
        if row.cost is not None:
            reference = row.instance.best_known or min(one.cost or 0 for one in same)
            by_set[row.instance.kind][row.peer].append(100 * (row.cost / reference - 1))
    yield "\nmean gap by set, % (to the best known; SDVRP to the best found here)"
    for kind, peers in sorted(by_set.items()):
        yield f"  {kind:<10}" + ", ".join(f"{peer} {sum(gaps) / len(gaps):.2f}" for peer, gaps in peers.items())


if __name__ == "__main__":
    main()
