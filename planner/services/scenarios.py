"""What-ifs as the pages hold them: examples to start from, scenarios that were asked for, and how they compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Literal

from planner.domain.compare import PlanDiff
from planner.domain.errors import NotFound
from planner.domain.world import World
from planner.intake.seed import find_seed
from planner.services.plan_records import PlanRecord, diff_plans, get_plan
from planner.services.runs import question_of
from planner.store.plans import ID_LENGTH
from planner.store.records import Run
from planner.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A scenario that comes with a crisis: its name, what its first line says, and its text."""

    name: str
    said: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A plan beside its base, or a scenario asked for: its run, and its plan and difference once there is one.

    `key` is what it is asked by: the number of a run or the id of a plan, which has no run here.
    """

    key: str
    run: Run | None
    name: str
    record: PlanRecord | None
    difference: PlanDiff | None

    @property
    def going(self) -> bool:
        """Whether it waits or is worked on."""
        return self.run is not None and self.run.state in {"queued", "running"}


def list_examples(crisis: str, folder: Literal["scenarios", "sweeps"] = "scenarios") -> tuple[Example, ...]:
    """Return the scenarios, or the sweeps, that come with a crisis; none for one that was not shipped."""
    try:
        found = find_seed(crisis) / folder
    except NotFound:
        return ()
    if not found.is_dir():
        return ()
    return tuple(_example(file) for file in sorted(found.iterdir(), key=lambda f: f.name) if ".toml" in file.name)


def _example(file: Traversable) -> Example:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    return Example(name=file.name.removesuffix(".toml"), said=first.lstrip("# ").strip(), text=text)


def list_asked(store: Store, world: World, base: PlanRecord, keys: Sequence[str]) -> tuple[Asked, ...]:
    """Return the plans and the scenarios behind some runs, in this order, each compared with the base once solved.

    Raises
    ------
    NotFound
        If there is no such plan or run.
    """
    return tuple(_asked(store, world, base, key) for key in keys)


def _asked(store: Store, world: World, base: PlanRecord, key: str) -> Asked:
    run = None
    if not is_plan(key):
        with store.reading() as read:
            run = read.get_run(int(key))
    plan = key if run is None else run.plan
    record = None if plan is None else get_plan(store, plan, world.catalogue.crisis.id)
    if record is not None:
        scenario = record.snapshot.scenario
        name = scenario.name if scenario.edits else record.id
        return Asked(key=key, run=run, name=name, record=record, difference=diff_plans(base, record, world))
    name = "" if run is None else question_of(store, run.snapshot).scenario
    return Asked(key=key, run=run, name=name, record=None, difference=None)


def is_plan(key: str) -> bool:
    """Tell the id of a plan from the number of a run: ids are longer than numbers get."""
    return len(key) >= ID_LENGTH
