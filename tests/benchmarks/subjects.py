"""What is timed, and on which crises: each subject is one step of the way from files to a plan."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from planner.domain.snapshot import Snapshot
from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from planner.services.plans import make_plan
from planner.services.snapshots import horizon_from, planning_as_of, take_snapshot
from routing.access import fold
from routing.evidence import known_at
from routing.status import Status
from routing.travel.engine import UNREACHABLE, TravelEngine
from routing.units import AsOf, Window
from tests.benchmarks.folds import measure_folds
from tests.benchmarks.legs import measure_legs
from tests.benchmarks.roads import measure_roads
from tests.benchmarks.timing import Timing, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A seed crisis and how many days of it are planned (None: as many as its demo), and places of a drawn map."""

    name: str
    crisis: str
    places: int
    days: int | None = None


SIZES: Final = MappingProxyType(
    {
        size.name: size
        for size in (
            Size(name="S", crisis="two-rivers", days=2, places=10_000),
            Size(name="M", crisis="syria-2016-09", days=3, places=100_000),
            Size(name="L", crisis="syria-2016-09", places=1_000_000),
        )
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A size made ready: what the subjects start from, its making not timed."""

    size: Size
    world: World
    as_of: AsOf
    horizon: Window

    @classmethod
    def of(cls, size: Size) -> "Case":
        """Read the crisis and choose the as-of and the horizon of its demo."""
        world = read_seed(find_seed(size.crisis))
        crisis = world.catalogue.crisis
        as_of = planning_as_of(world, crisis.demo_from, known_at(world.log, crisis.demo_known))
        horizon = horizon_from(crisis.demo_from, size.days or crisis.demo_days, world)
        return cls(size=size, world=world, as_of=as_of, horizon=horizon)

    def snapshot(self) -> Snapshot:
        """Return what a solve of this case sees."""
        return take_snapshot(self.world, as_of=self.as_of, horizon=self.horizon)


Step = Callable[[], str]
"""Does the timed work and says what came out."""


def _load(case: Case) -> Step:
    def step() -> str:
        world = read_seed(find_seed(case.size.crisis))
        return f"{len(world.network.segments)} segments, {len(world.log)} records"

    return step


def _fold(case: Case) -> Step:
    world = case.world

    def step() -> str:
        zone = world.catalogue.crisis.tz
        access = fold(world.log, world.network, case.as_of, case.horizon, zone)
        pieces = sum(len(timeline) for timeline in access.timelines.values())
        return f"{len(access.timelines)} segments, {pieces} pieces"

    return step


def _order(case: Case) -> Step:
    def step() -> str:
        return f"{len(TravelEngine(case.world.network).places)} places"

    return step


def _table(case: Case) -> Step:
    """Time a fresh table after the roads' states have changed: the hierarchy is there, the weights are new."""
    access, catalogue = case.snapshot().access, case.world.catalogue
    closed = frozenset(
        segment for segment in access.timelines if access.at(segment, case.as_of.at).status is Status.BLOCKED
    )
    hubs = [hub.place for hub in catalogue.hubs.values()]
    sites = [site.place for site in catalogue.sites.values()]
    engines = iter([TravelEngine(case.world.network) for _ in range(ROUNDS)])

    def step() -> str:
        # A new engine a round, because an engine remembers the closures that it has seen.
        table = next(engines).seconds_table(hubs, sites, closed)
        joined = int((table < UNREACHABLE).sum())
        return f"{len(closed)} closed, {joined} of {table.size} pairs joined"

    return step


def _plan(case: Case) -> Step:
    snapshot = case.snapshot()

    def step() -> str:
        plan = make_plan(snapshot, lambda _: None)
        why = Counter(unmet.unmet_class for unmet in plan.unmet)
        unmet = ", ".join(f"{count} {name}" for name, count in sorted(why.items()))
        return f"{plan.status}: {len(plan.convoys)} convoys, {plan.people_reached} people; unmet: {unmet or 'none'}"

    return step


ROUNDS: Final = 3
"""The fastest of so many rounds counts: the others met something else on the machine. A plan is solved once."""

SUBJECTS: Final = MappingProxyType(
    {
        "seed load": (_load, ROUNDS),
        "access fold": (_fold, ROUNDS),
        "order roads": (_order, ROUNDS),
        "travel table": (_table, ROUNDS),
        "plan": (_plan, 1),
    }
)


ON_MAPS: Final = MappingProxyType({"roads": measure_roads, "folds": measure_folds, "legs": measure_legs})
"""What is measured on drawn maps instead of a crisis, in several rows."""


def measure(subject: str, case: Case) -> Timing:
    """Run one subject on one case and return its row."""
    prepare, rounds = SUBJECTS[subject]
    step = prepare(case)
    watch = Watch()
    outcome = ""
    for _ in range(rounds):
        with watch:
            outcome = step()
    return Timing(
        subject=subject, size=case.size.name, seconds=min(watch.wall), cpu_seconds=min(watch.cpu), outcome=outcome
    )
