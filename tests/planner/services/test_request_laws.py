"""Any row of steps, good and bad: no illegal state, units add up, clocks keep time, corrections erase nothing."""

import shutil
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from planner.domain.access_plans import answer_due
from planner.domain.errors import BadInput
from planner.domain.pipeline import CLEARANCES, StepName
from planner.domain.request_fold import fold_requests
from planner.domain.requests import Request
from planner.domain.world import World
from planner.intake.crisis import read_crisis
from planner.intake.seed import find_seed
from planner.services import evidence
from planner.services.crises import load_seed, load_world
from planner.services.request_records import counted_by
from planner.services.request_steps import ask, take
from planner.services.requests import Asked, IllegalStep, Taken
from planner.store.store import Store
from routing.deliveries import ItemLine
from routing.evidence import Evidence, standing
from routing.units import DAY, HOUR, Instant, parse_instant
from tests.databases import KEY

STEPS: Final[tuple[StepName, ...]] = get_args(StepName)
ON_ROAD: Final = {"remove_items", "delay", "hold", "turn_back", "attack", "loot", "divert", "abort"}
AFTER: Final[dict[str | None, set[str]]] = {
    None: {"load", "postpone", "cancel"},
    "postponed": {"load", "cancel"},
    "loading": {"remove_items", "seal", "hold", "attack", "loot", "divert", "postpone", "cancel"},
    "sealed": {"remove_items", "dispatch", "hold", "attack", "loot", "divert", "postpone", "cancel"},
    "dispatched": {"reach_checkpoint", "cross_line", "offload"} | ON_ROAD,
    "at_checkpoint": {"proceed"} | ON_ROAD,
    "delayed": {"proceed", "remove_items", "hold", "turn_back", "attack", "loot", "divert", "abort"},
    "held": {"release", "remove_items", "turn_back", "attack", "loot", "divert", "abort"},
    "crossed_line": {"reach_checkpoint", "offload", "delay", "hold", "turn_back", "attack", "loot", "divert", "abort"},
    "offloading": {"deliver", "deliver_in_part", "interrupt", "attack", "loot", "divert", "abort"},
    "delivered": {"return"}, "partially_delivered": {"return"}, "interrupted": {"return"}, "turned_back": {"return"},
    "attacked": {"return"}, "looted": {"return"}, "diverted": {"return"}, "aborted": {"return"},
    "cancelled": set(), "returned": {"load", "reconcile"}, "reconciled": set(),
}  # fmt: skip
"""The procedure as people describe it, written down apart from the code."""
BECOMES: Final = {
    "load": "loading", "seal": "sealed", "dispatch": "dispatched", "reach_checkpoint": "at_checkpoint",
    "proceed": "dispatched", "cross_line": "crossed_line", "offload": "offloading", "return": "returned",
    "reconcile": "reconciled", "deliver": "delivered", "deliver_in_part": "partially_delivered", "delay": "delayed",
    "hold": "held", "turn_back": "turned_back", "interrupt": "interrupted", "attack": "attacked", "loot": "looted",
    "divert": "diverted", "postpone": "postponed", "cancel": "cancelled", "abort": "aborted",
}  # fmt: skip
FORWARD: Final[tuple[StepName, ...]] = (
    "submit", "approve", "issue_letter", "give_clearance", "load", "seal", "notify", "acknowledge", "dispatch",
    "proceed", "release", "cross_line", "offload", "deliver", "return", "reconcile",
)  # fmt: skip
MODEL: Final = (
    "papers", "given", "notified_at", "motion", "before_hold", "left", "delivered", "sums", "asked_at",
)  # fmt: skip
GOODS: Final = ("family-ration", "trauma-kit")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("laws") / "qafila.db"
    store = Store.open(str(path), KEY)
    store.migrate()
    load_seed(store, "two-rivers", actor="setup", at=0)
    store.close()
    return path


def damascus(world: World) -> World:
    """Return the little crisis in a zone whose clocks were put back on 28 October 2016 at midnight."""
    crisis = replace(world.catalogue.crisis, zone="Asia/Damascus", holidays=("2016-10-25",))
    return replace(world, catalogue=replace(world.catalogue, crisis=crisis))


class Pipeline(RuleBasedStateMachine):
    """One request, whatever people try with it; beside it what the papers, the convoy and the lines ought to be."""

    seeded: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "qafila.db"
        shutil.copyfile(self.seeded, path)
        self.store = Store.open(str(path), KEY)
        self.there: World | None = None
        self.now: Instant = parse_instant("2016-10-19T09:00:00+03:00", self.world().catalogue.crisis.tz)
        self.request = ""
        self.papers: dict[str, str] = {}
        self.given: set[str] = set()
        self.notified_at: Instant | None = None
        self.motion: str | None = None
        self.before_hold: str | None = None
        self.left = self.delivered = False
        self.sums: dict[str, dict[str, int]] = {good: {} for good in GOODS}
        self.asked_at: Instant = self.now
        self.told: list[tuple[Instant, int, Any]] = []
        self.log: tuple[Evidence, ...] = ()
        self.last = 0
        self.done_before: list[tuple[int, dict[str, Any]]] = []

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def world(self) -> World:
        """Return the world as stored; read again only when the log has grown."""
        if self.there is None:
            self.there = damascus(load_world(self.store, "two-rivers"))
        elif self.last != self.there.head:
            with self.store.reading() as read:
                self.there = replace(self.there, log=read.log("two-rivers"))
        return self.there

    @initialize(submitted=st.booleans())
    def ask(self, submitted: bool) -> None:  # noqa: FBT001 - drawn
        lines = tuple(ItemLine(what="requested", commodity=good, units=100) for good in GOODS)
        asked = Asked(
            site="kessa", plan="2016-11", hub="ordan", channel="cross_line", people=900, agencies=("WFP",), lines=lines,
            source="desk", submitted_at=self.now if submitted else None,
        )  # fmt: skip
        self.request = ask(self.store, self.world(), asked, actor="nour", at=self.now)
        self.last, self.there = self.counted(), None
        self.papers["request"] = "submitted" if submitted else "draft"
        for good in GOODS:
            self.sums[good]["requested"] = 100
        self.look()

    # ---- what people do

    @rule(hours=st.integers(min_value=0, max_value=80), seconds=st.integers(min_value=1, max_value=59))
    def time_passes(self, hours: int, seconds: int) -> None:
        self.now += hours * HOUR + seconds

    @rule(data=st.data())
    def somebody_does_what_comes_next(self, data: st.DataObject) -> None:
        allowed = sorted(step for step in STEPS if self.allowed(step))
        if allowed:
            self.attempt(data.draw(st.sampled_from(allowed)), data)

    @rule(
        units=st.integers(min_value=1, max_value=100), steps=st.integers(min_value=1, max_value=6), twice=st.booleans()
    )
    def all_goes_forward(self, units: int, steps: int, twice: bool) -> None:  # noqa: FBT001 - drawn
        for _ in range(steps):
            if self.papers.get("notification") == "acknowledged":
                self.now += 2 * DAY
            step = next((step for step in FORWARD if self.allowed(step)), None)
            if step is None:
                return
            lines = tuple(ItemLine(what="loaded", commodity=good, units=units) for good in GOODS)
            self.attempt_with(step, lines if step == "load" else (), CLEARANCES if step == "give_clearance" else ())
            if twice:  # somebody else does it too
                self.attempt_with(step, (), CLEARANCES if step == "give_clearance" else ())

    @precondition(lambda self: self.motion == "sealed")
    @rule()
    def somebody_leaves_whatever_is_missing(self) -> None:
        self.attempt_with("dispatch", (), ())

    @rule(step=st.sampled_from(STEPS), data=st.data())
    def somebody_tries_anything(self, step: StepName, data: st.DataObject) -> None:
        self.attempt(step, data)

    def attempt(self, step: StepName, data: st.DataObject) -> None:
        lines: tuple[ItemLine, ...] = ()
        if counted_by(step) and (step == "remove_items" or data.draw(st.booleans())):
            what = data.draw(st.sampled_from(counted_by(step)))
            units = data.draw(st.integers(min_value=1, max_value=120))
            lines = (ItemLine(what=what, commodity=data.draw(st.sampled_from(GOODS)), units=units),)  # type: ignore[arg-type]
        by = tuple(data.draw(st.sets(st.sampled_from(CLEARANCES), min_size=1))) if "clearance" in step else ()
        if step == "hold_for_security":
            by = ("un",)
        self.attempt_with(step, lines, by)

    def attempt_with(self, step: StepName, lines: tuple[ItemLine, ...], by: tuple[str, ...]) -> None:
        self.now += 1
        reason = "no_response" if step in BECOMES or step == "remove_items" else ""
        people = 500 if step == "approve_in_part" else None
        taken = Taken(step=step, at=self.now, source="desk", lines=lines, by=by, reason_code=reason, people=people)
        head = self.head()
        legal, sums = self.allowed(step), self.sums_after(step, lines)
        refused: Exception | None = None
        try:
            take(self.store, self.world(), self.request, taken, actor="nour", at=self.now)
        except (IllegalStep, BadInput) as wrong:
            refused = wrong
        if isinstance(refused, IllegalStep):
            assert not legal, (step, self.papers, self.motion, str(refused))
            assert "Steps that can" in str(refused) or "notified" in str(refused)
        elif refused is not None:
            assert sums is None, (step, lines, self.sums, str(refused))
        if refused is not None:
            assert self.counted() == head, "a refused step wrote something"
        else:
            assert legal, (step, self.papers, self.motion, self.left)
            assert sums is not None, (step, lines, self.sums)
            self.last += 1
            model = {name: deepcopy(self.__dict__[name]) for name in MODEL}
            self.done_before.append((self.last, model))
            self.done(step, by, sums)
        self.look()

    @precondition(lambda self: len(self.done_before) > 2 and self.last % 4 == 0)
    @rule()
    def the_last_step_was_wrong_and_is_withdrawn(self) -> None:
        """A correction is a further record: it takes back what stands, and leaves what was known before as it was."""
        self.now += 1
        position, before = self.done_before.pop()
        evidence.retract(self.store, self.world(), position, "mistaken", actor="nour", at=self.now, source="desk")
        self.last += 1
        self.__dict__.update(deepcopy(before))
        self.look()

    # ---- what ought to be

    def allowed(self, step: str) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line a step
        here = not self.left and self.motion in {None, "postponed", "loading", "sealed", "held", "returned"}
        if self.motion == "returned" and self.delivered:
            here = False
        permission, letter, clearance = (self.papers.get(p) for p in ("permission", "letter", "clearance"))
        consent = permission in {"granted", "partial", "in_principle"}
        asked = self.papers["request"] == "submitted"
        refused = permission in {"refused", "withdrawn"}
        match step:
            case "plan":
                return here and self.papers["request"] == "draft"
            case "submit":
                return here and (not asked or refused)
            case "approve" | "approve_in_part" | "agree_in_principle" | "deny":
                same = {"approve": {"granted"}, "agree_in_principle": {"granted", "partial", "in_principle"}}
                return here and asked and not refused and permission not in same.get(step, set())
            case "withdraw_permission":
                return here and consent
            case "request_letter" | "issue_letter" | "refuse_letter":
                when = {"request_letter": letter not in {"submitted", "issued"}, "issue_letter": letter != "issued",
                        "refuse_letter": letter == "submitted"}  # fmt: skip
                return here and consent and when[step]
            case "withdraw_letter":
                return here and letter == "issued"
            case "give_clearance" | "refuse_clearance" | "hold_for_security":
                same = {"give_clearance": {"granted"}, "refuse_clearance": {"refused"}, "hold_for_security": {"held"}}
                return here and letter == "issued" and clearance not in same[step]
            case "notify":
                return here and asked and self.papers.get("notification") not in {"submitted", "acknowledged"}
            case "acknowledge":
                return here and self.papers.get("notification") == "submitted"
        if step not in AFTER[self.motion]:
            return False
        if step == "load":
            return not self.missing() and not (self.motion == "returned" and self.delivered)
        if step == "dispatch":
            ahead = self.notified_at is not None and self.now - self.notified_at >= 2 * DAY
            return not self.missing() and self.papers.get("notification") == "acknowledged" and ahead
        if self.motion == "held":
            return self.left if step in {"turn_back", "abort"} else True
        if step == "remove_items" and self.motion == "offloading":
            return False
        return self.left if step == "return" else True

    def missing(self) -> bool:
        good = {"granted", "partial", "issued"}
        return any(self.papers.get(paper) not in good for paper in ("permission", "letter", "clearance"))

    def sums_after(self, step: str, lines: tuple[ItemLine, ...]) -> dict[str, dict[str, int]] | None:
        sums = {good: dict(mine) for good, mine in self.sums.items()}
        for line in lines:
            mine = sums[line.commodity]
            mine[line.what] = (
                line.units if line.what in {"requested", "approved"} else mine.get(line.what, 0) + line.units
            )
        if step in {"approve", "approve_in_part"} and not lines:
            for mine in sums.values():
                mine["approved"] = mine["requested"]
        if step == "deliver" and not lines:
            for mine in sums.values():
                if on_board(mine):
                    mine["delivered"] = mine.get("delivered", 0) + on_board(mine)
        for mine in sums.values():
            if mine.get("approved", 0) > mine["requested"]:
                return None
            if "loaded" in mine and (on_board(mine) < 0 or mine["loaded"] > mine.get("approved", mine["loaded"])):
                return None
        return sums

    def done(self, step: str, by: tuple[str, ...], sums: dict[str, dict[str, int]]) -> None:  # noqa: C901 - one line a step
        self.sums = sums
        papers = {
            "plan": ("request", "planned"), "submit": ("request", "submitted"), "approve": ("permission", "granted"),
            "approve_in_part": ("permission", "partial"), "agree_in_principle": ("permission", "in_principle"),
            "deny": ("permission", "refused"), "withdraw_permission": ("permission", "withdrawn"),
            "request_letter": ("letter", "submitted"), "issue_letter": ("letter", "issued"),
            "refuse_letter": ("letter", "refused"), "withdraw_letter": ("letter", "withdrawn"),
            "refuse_clearance": ("clearance", "refused"), "hold_for_security": ("clearance", "held"),
            "notify": ("notification", "submitted"), "acknowledge": ("notification", "acknowledged"),
        }  # fmt: skip
        if step in papers:
            paper, state = papers[step]
            self.papers[paper] = state
        if step == "submit":
            self.asked_at = self.now
            self.papers.pop("permission", None)
        if step == "notify":
            self.notified_at = self.notified_at or self.now
        if step in {"request_letter", "refuse_letter", "withdraw_letter"}:
            self.given.clear()
        if step == "give_clearance":
            self.given |= set(by)
            self.papers["clearance"] = "granted" if self.given == set(CLEARANCES) else "given"
        if step in {"refuse_clearance", "hold_for_security"}:
            self.given -= set(by)
        if step == "release":
            self.motion = self.before_hold
        if step in BECOMES:
            self.before_hold = self.motion if step == "hold" else self.before_hold
            self.motion = BECOMES[step]
            if step in {"load", "return"}:
                self.left = False
            elif step not in {"postpone", "cancel", "hold", "delay", "seal"}:
                self.left = True
            self.delivered = self.delivered or step == "deliver"

    # ---- what is

    def head(self) -> int:
        return self.last

    def counted(self) -> int:
        with self.store.reading() as read:
            return read.head("two-rivers")

    def seen(self, at: Instant, known: int) -> Request:
        world = self.world()
        return next(r for r in fold_requests(standing(world.log, known), world.catalogue, at) if r.id == self.request)

    def look(self) -> None:
        """Note what is seen now, to see the same again later when that time is asked about."""
        head = self.head()
        seen = self.seen(self.now, head)
        self.told.append((self.now, head, seen))

    @invariant()
    def the_request_is_where_it_ought_to_be(self) -> None:
        if not self.request:
            return
        seen = self.seen(self.now, self.head())
        assert seen.standing.motion == self.motion
        if self.motion is None and self.papers["request"] == "submitted" and "permission" not in self.papers:
            due = answer_due(self.asked_at, self.world().catalogue.crisis)
            assert seen.stage == ("no_response" if self.now >= due else "submitted")

    @invariant()
    def the_units_add_up(self) -> None:
        if not self.request:
            return
        for line in self.seen(self.now, self.head()).lines:
            mine = self.sums[line.commodity]
            assert [line.requested, line.loaded, line.removed, line.delivered, line.lost, line.returned] == [
                mine.get(what) for what in ("requested", "loaded", "removed", "delivered", "lost", "returned")
            ]
            if line.loaded is not None:
                off = sum(mine.get(what, 0) for what in ("removed", "delivered", "lost", "returned"))
                assert line.loaded == off + (line.on_board or 0)
                assert (line.on_board or 0) >= 0

    @invariant()
    def what_was_known_stays_as_it_was(self) -> None:
        for at, known, seen in self.told[-3:]:
            assert self.seen(at, known) == seen
        log = self.world().log
        assert log[: len(self.log)] == self.log
        self.log = log


def on_board(mine: dict[str, int]) -> int:
    return mine.get("loaded", 0) - sum(mine.get(what, 0) for what in ("removed", "delivered", "lost", "returned"))


def test_no_row_of_steps_breaks_the_pipeline(seeded: Path) -> None:
    Pipeline.seeded = seeded
    run_state_machine_as_test(Pipeline, settings=settings(max_examples=12, stateful_step_count=30, deadline=None))


@given(
    day=st.integers(min_value=0, max_value=400), hour=st.integers(min_value=0, max_value=23),
)  # fmt: skip
def test_an_answer_is_due_at_midnight_after_seven_working_days_in_summer_and_winter(day: int, hour: int) -> None:
    crisis = read_crisis(find_seed("syria-2016-09"))
    asked = datetime(2016, 3, 1, hour, tzinfo=crisis.tz) + timedelta(days=day)

    due = datetime.fromtimestamp(answer_due(int(asked.timestamp()), crisis), crisis.tz)

    assert (due.hour, due.minute, due.second) in {(0, 0, 0), (1, 0, 0)}  # an hour that the clocks leave out
    between = [asked.date() + timedelta(days=n) for n in range(1, (due.date() - asked.date()).days)]
    working = [d for d in between if d.strftime("%A").lower() in crisis.working_days]
    assert len([d for d in working if d.isoformat() not in crisis.holidays]) == 7
