"""What-ifs as the pages hold them: examples to start from, scenarios that were asked for, and how they compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from planner.domain.compare import PlanDiff
from planner.domain.errors import NotFound
from planner.domain.world import World
from planner.intake.seed import find_seed
from planner.services.plan_records import PlanRecord, diff_plans, get_plan
from planner.store.records import Run, RunId
from planner.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A scenario that comes with a crisis: its name, what its first line says, and its text."""

    name: str
    said: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A scenario that was asked for: its run, and its plan and difference to the base once there is one."""

    run: Run
    name: str
    record: PlanRecord | None
    difference: PlanDiff | None


def list_examples(crisis: str) -> tuple[Example, ...]:
    """Return the scenarios that come with a crisis; none for one that was not shipped."""
    try:
        folder = find_seed(crisis) / "scenarios"
    except NotFound:
        return ()
    if not folder.is_dir():
        return ()
    return tuple(_example(file) for file in sorted(folder.iterdir(), key=lambda f: f.name) if ".toml" in file.name)


def _example(file: Traversable) -> Example:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    return Example(name=file.name.removesuffix(".toml"), said=first.lstrip("# ").strip(), text=text)


def list_asked(store: Store, world: World, base: PlanRecord, runs: Sequence[RunId]) -> tuple[Asked, ...]:
    """Return the scenarios behind some runs, in this order, each compared with the base where it is solved.

    Raises
    ------
    NotFound
        If there is no such run.
    """
    found = []
    for number in runs:
        with store.reading() as read:
            run = read.get_run(number)
        record = None if run.plan is None else get_plan(store, run.plan, world.catalogue.crisis.id)
        name = store.load_snapshot(run.snapshot).scenario.name if record is None else record.snapshot.scenario.name
        difference = None if record is None else diff_plans(base, record, world)
        found.append(Asked(run=run, name=name, record=record, difference=difference))
    return tuple(found)
