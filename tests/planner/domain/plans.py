"""Good plans reckoned by hand, minute by minute, for the tiny worlds of `tests.planner.instances`."""

from dataclasses import replace

from planner.domain.plan import Convoy, GatePass, Load, Move, Plan, Stop
from planner.domain.snapshot import Snapshot
from routing.status import Part, Status
from routing.units import Window
from tests.planner.instances import at, far_site, four_towns, two_sites_one_gate


def food(units: int, batch: str = "hub-food") -> Load:
    """Return parcels of 50 kg and 80 l; one feeds five people for the thirty days of a ration."""
    return Load(commodity="food", batch=batch, units=units, kg=50 * units, litres=80 * units, people=5 * units)


def kits(units: int, batch: str = "hub-kits") -> Load:
    """Return hygiene kits of 10 kg and 25 l, which feed nobody."""
    return Load(commodity="kits", batch=batch, units=units, kg=10 * units, litres=25 * units, people=0)


def move(
    start: str, end: str, day: int, leaves: str, arrives: str, *segments: str, loaded: bool,
    gates: tuple[GatePass, ...] = (),
) -> Move:  # fmt: skip
    """Return a move on one day."""
    return Move(
        start=start, end=end, depart_at=at(day, leaves), arrive_at=at(day, arrives), segments=segments, gates=gates,
        loaded=loaded,
    )  # fmt: skip


def gate_pass(gate: str, day: int, arrives: str, clears: str) -> GatePass:
    """Return a halt at a gate, from the head's arrival until the last truck is through."""
    return GatePass(gate=gate, arrive_at=at(day, arrives), clear_at=at(day, clears))


def to_near() -> Convoy:
    """Return 8 trucks to `near` on day 0: loaded from 05:00 to 07:00, one hour out, 48 min unloading, one hour back."""
    stop = Stop(
        site="near", arrive_at=at(0, "08:00"), unloaded_at=at(0, "08:48"), trucks={"ten": 8}, loads=(food(1_500),)
    )
    return Convoy(
        id="hub-near", hub="hub", stops=(stop,),
        moves=(
            move("hub", "near", 0, "07:00", "08:00", "hub-fork", "fork-near", loaded=True),
            move("near", "hub", 0, "08:48", "09:48", "fork-near", "hub-fork", loaded=False),
        ),
        trucks={"ten": 8}, loading=Window(at(0, "05:00"), at(0, "07:00")), p=1.0,
        slack_s=at(5, "00:00") - at(0, "09:48"), exposure_truck_s=0,
    )  # fmt: skip


def to_across() -> Convoy:
    """Return 12 trucks to `across` on day 1, loaded the evening before, past the gate 40 min before the line closes.

    Out: 40 min to the gate, 30 min checked, 12 x 2 min through, 30 min on; 72 min unloading; back: 24 min, 30, 40.
    """
    stop = Stop(
        site="across", arrive_at=at(1, "11:24"), unloaded_at=at(1, "12:36"), trucks={"ten": 12},
        loads=(food(2_000), kits(1_000)),
    )  # fmt: skip
    return Convoy(
        id="hub-across", hub="hub", stops=(stop,),
        moves=(
            move(
                "hub", "across", 1, "09:20", "11:24", "hub-fork", "fork-across", loaded=True,
                gates=(gate_pass("river-gate", 1, "10:00", "10:54"),),
            ),
            move(
                "across", "hub", 1, "12:36", "14:10", "fork-across", "hub-fork", loaded=False,
                gates=(gate_pass("river-gate", 1, "12:36", "13:00"),),
            ),
        ),
        trucks={"ten": 12}, loading=Window(at(0, "16:00"), at(0, "19:00")), p=0.72, slack_s=2_400,
        exposure_truck_s=12 * (at(1, "13:30") - at(1, "10:00")),
    )  # fmt: skip


def plan_of(snapshot: Snapshot, *convoys: Convoy, people: int) -> Plan:
    """Return a plan of these convoys that says nothing of what it leaves out."""
    return Plan(
        snapshot_digest="", as_of=snapshot.as_of, horizon=snapshot.horizon, status="feasible", cut_short=False,
        objective=(), convoys=convoys, unmet=(), people_reached=people, coverage_by_site={},
    )  # fmt: skip


def both_sites() -> tuple[Plan, Snapshot]:
    """Return the plan that serves `near` on day 0 and `across` on day 1: 7,500 and 10,000 people."""
    snapshot = two_sites_one_gate()
    return plan_of(snapshot, to_near(), to_across(), people=17_500), snapshot


def to_hilltop() -> Convoy:
    """Return 8 trucks to `hilltop` on day 1: the gate takes 30 + 16 min, the road 60, unloading 48, back 16 + 60."""
    stop = Stop(
        site="hilltop", arrive_at=at(1, "10:46"), unloaded_at=at(1, "11:34"), trucks={"ten": 8},
        loads=(food(1_500, "north-hub-food"),),
    )  # fmt: skip
    return Convoy(
        id="north-hilltop", hub="north-hub", stops=(stop,),
        moves=(
            move(
                "north-hub", "hilltop", 1, "09:00", "10:46", "north-hill", loaded=True,
                gates=(gate_pass("hill-gate", 1, "09:00", "09:46"),),
            ),
            move(
                "hilltop", "north-hub", 1, "11:34", "12:50", "north-hill", loaded=False,
                gates=(gate_pass("hill-gate", 1, "11:34", "11:50"),),
            ),
        ),
        trucks={"ten": 8}, loading=Window(at(0, "16:00"), at(0, "18:00")), p=0.72,
        slack_s=at(1, "16:00") - at(1, "12:50"), exposure_truck_s=8 * (at(1, "12:50") - at(1, "09:00")), group="towns",
    )  # fmt: skip


def to_valley() -> Convoy:
    """Return 8 trucks to `valley` on day 1, half an hour after the other town."""
    stop = Stop(
        site="valley", arrive_at=at(1, "11:16"), unloaded_at=at(1, "12:04"), trucks={"ten": 8},
        loads=(food(1_500, "south-hub-food"),),
    )  # fmt: skip
    return Convoy(
        id="south-valley", hub="south-hub", stops=(stop,),
        moves=(
            move(
                "south-hub", "valley", 1, "09:00", "11:16", "south-valley", loaded=True,
                gates=(gate_pass("valley-gate", 1, "09:00", "09:46"),),
            ),
            move(
                "valley", "south-hub", 1, "12:04", "13:50", "south-valley", loaded=False,
                gates=(gate_pass("valley-gate", 1, "12:04", "12:20"),),
            ),
        ),
        trucks={"ten": 8}, loading=Window(at(0, "16:00"), at(0, "18:00")), p=0.72,
        slack_s=at(1, "16:00") - at(1, "13:50"), exposure_truck_s=8 * (at(1, "13:50") - at(1, "09:00")), group="towns",
    )  # fmt: skip


def both_towns() -> tuple[Plan, Snapshot]:
    """Return the plan that serves the coupled pair on day 1: 7,500 people each."""
    snapshot = four_towns()
    return plan_of(snapshot, to_hilltop(), to_valley(), people=15_000), snapshot


def over_night() -> tuple[Plan, Snapshot]:
    """Return the plan that serves `remote` on day 1, asleep at `halfway` on the way out and on the way back."""
    snapshot = far_site()
    stop = Stop(
        site="remote", arrive_at=at(1, "09:00"), unloaded_at=at(1, "09:48"), trucks={"ten": 8},
        loads=(food(1_500),),
    )  # fmt: skip
    convoy = Convoy(
        id="hub-remote", hub="hub", stops=(stop,),
        moves=(
            move("hub", "halfway", 0, "12:00", "16:00", "hub-halfway", loaded=True),
            move("halfway", "remote", 1, "06:00", "09:00", "halfway-remote", loaded=True),
            move("remote", "halfway", 1, "09:48", "12:48", "halfway-remote", loaded=False),
            move("halfway", "hub", 2, "06:00", "10:00", "hub-halfway", loaded=False),
        ),
        trucks={"ten": 8}, loading=Window(at(0, "05:00"), at(0, "07:00")), p=1.0,
        slack_s=at(5, "00:00") - at(2, "10:00"), exposure_truck_s=0,
    )  # fmt: skip
    return plan_of(snapshot, convoy, people=7_500), snapshot


def swap(plan: Plan, convoy: Convoy) -> Plan:
    """Return the plan with the convoy of the same id replaced."""
    return replace(plan, convoys=tuple(convoy if c.id == convoy.id else c for c in plan.convoys))


def find(plan: Plan, name: str) -> Convoy:
    """Return a convoy of the plan."""
    return next(convoy for convoy in plan.convoys if convoy.id == name)


def gate_shuts(morning: str = "06:00") -> tuple[Plan, Snapshot]:
    """Return the example whose gate shuts at 13:00, while the column is still on its way out, until the next day."""
    plan, snapshot = both_sites()
    part = Part(name="ceasefire", status=Status.CONTESTED, p=0.8, code="arrangement")
    night = Part(name="gate", status=Status.BLOCKED, p=0.0, code="outside_hours")
    by_day = replace(snapshot.access.timelines["fork-across"][1], window=Window(at(1, "10:00"), at(1, "13:00")))
    assert by_day.causes
    shut = replace(
        by_day, window=Window(at(1, "13:00"), at(2, morning)), status=Status.BLOCKED, p=0.0, decided_by="gate",
        parts=(part, night),
    )  # fmt: skip
    before = replace(shut, window=Window(snapshot.access.horizon.start, at(1, "10:00")))
    after = replace(by_day, window=Window(at(2, morning), snapshot.access.horizon.end))
    timeline = {"fork-across": (before, by_day, shut, after)}
    return plan, replace(snapshot, access=snapshot.access.replace_timelines(timeline))
