"""Compare planners on drawn worlds: `python -m tests.benchmarks.convoys [--size S] [--seed 1 2 3] [--plain]`.

All convoys are judged by our verifier. Each planner is shown twice: as it claims, and with only those convoys that
break no rule.
"""

import argparse
import os
import platform
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version

from planner.domain.plan import Convoy, Plan
from planner.domain.snapshot import Snapshot
from planner.solvers.solve import solve
from tests.benchmarks.convoys.generator import FAMILIES, draw_snapshot, plain
from tests.benchmarks.convoys.judge import Worth, that_may_run, worth
from tests.benchmarks.convoys.peers import PEERS

OURS = "qafila"


def main() -> None:
    """Measure what is asked for, a few lines as soon as they are known."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.convoys", description=__doc__)
    asked.add_argument("--size", nargs="+", choices=FAMILIES, default=["S"])
    asked.add_argument("--seed", nargs="+", type=int, default=[1, 2, 3])
    asked.add_argument("--peer", nargs="+", choices=[OURS, *PEERS], default=[OURS, *PEERS])
    asked.add_argument("--plain", action="store_true", help="the family as first described, on the same land")
    wanted = asked.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("ortools", "highspy", "pyvrp", "pyvroom"))
    print(f"Python {platform.python_version()}, {platform.machine()}; {libraries}")
    print(f"{os.cpu_count()} cores, load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    for size in wanted.size:
        for seed in wanted.seed:
            print(*rows(size, seed, wanted.peer, plainly=wanted.plain), sep="\n", flush=True)


def rows(size: str, seed: int, peers: list[str], *, plainly: bool) -> Iterator[str]:
    """Yield the lines of one world."""
    snapshot = plain(draw_snapshot(size, seed)) if plainly else draw_snapshot(size, seed)
    people = sum(site.people_least for site in snapshot.sites.values())
    nothing = worth(snapshot, ())
    yield f"\n{size} seed {seed}: {len(snapshot.sites)} sites, {people:,} people, {len(snapshot.days)} days"
    heads = f"{'planner':<25}{'convoys':>8}{'sites':>6}{'people':>10}"
    yield heads + f"{'pd > 180':>12}{'pd > 30':>12}{'worst':>6}{'cpu s':>8}"
    yield _line("nobody", "", nothing, None)
    for peer in peers:
        began = _computed_s()
        plan = solve(snapshot, lambda _: None) if peer == OURS else None
        convoys = PEERS[peer](snapshot) if plan is None else plan.convoys
        cpu_s = _computed_s() - began
        yield from _judged(snapshot, peer, convoys, cpu_s)
        if plan is not None:
            yield from _levels(plan)


def _computed_s() -> float:
    """Return the computing time so far, that of ended child processes included."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _judged(snapshot: Snapshot, peer: str, convoys: tuple[Convoy, ...], cpu_s: float) -> Iterator[str]:
    kept, wrong = that_may_run(snapshot, convoys)
    yield _line(peer, "claims", worth(snapshot, convoys), cpu_s)
    yield _line(peer, "may run", worth(snapshot, kept), None)
    told = ", ".join(f"{rule} {count}" for rule, count in Counter(v.rule for v in wrong).most_common())
    yield f"{'':<16}{len(wrong)} violations{': ' if told else ''}{told}"


def _levels(plan: Plan) -> Iterator[str]:
    for level in plan.objective:
        yield (
            f"{'':<16}{level.name}: {level.value:,.1f}, bound {level.bound:,.1f}, gap {100 * level.gap:.2f} % "
            f"({level.proof})"
        )
    yield f"{'':<16}{plan.status}{', cut short' if plan.cut_short else ''}"


def _line(peer: str, how: str, found: Worth, cpu_s: float | None) -> str:
    spent = "" if cpu_s is None else f"{cpu_s:.1f}"
    return (
        f"{peer:<16}{how:<9}{found.convoys:>8}{found.sites:>6}{found.people:>10,}"
        f"{found.person_days.get(180, 0):>12,.0f}{found.person_days.get(30, 0):>12,.0f}{found.worst_days:>6}{spent:>8}"
    )


if __name__ == "__main__":
    main()
