"""What each day offers: trucks, escort teams, loading hours and gates, less what promised convoys take."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId, TruckTypeId
from planner.solvers.option import Option
from routing.network import GateId
from routing.status import Status
from routing.travel.passage import GATE_QUANTILE
from routing.units import (
    DAY,
    HOUR,
    MINUTE,
    Instant,
    Window,
    daily_windows,
    intersect_windows,
    local_days,
    merge_windows,
)

_MARGIN_DAYS: Final = 14
"""Days before and after the horizon that an option's busy days may name."""


class Offer:
    """The days of a snapshot with their trucks, teams, loading lines and gates."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Lay out the local days around the horizon."""
        self.snapshot = snapshot
        start = snapshot.horizon.start
        around = Window(start - _MARGIN_DAYS * DAY, snapshot.horizon.end + _MARGIN_DAYS * DAY)
        self._days = local_days(around, snapshot.crisis.tz)
        self._first = next(i for i, day in enumerate(self._days) if day.contains(start))

    # ------------------------------------------------------------------------------------------------- days

    def day(self, index: int) -> Window:
        """Return the local day of an index; negative ones lie before the horizon. Clipped to the horizon inside."""
        whole = self._days[self._first + index]
        return whole.clip(self.snapshot.horizon) or whole

    def day_of(self, at: Instant) -> int:
        """Return the index of the local day that holds an instant."""
        return next(i for i, day in enumerate(self._days) if day.contains(at)) - self._first

    @cached_property
    def horizon_days(self) -> int:
        """Number of local days in the horizon."""
        return len(self.snapshot.days)

    # ---------------------------------------------------------------------------------- trucks, teams, lines

    def loading_sessions(self, hub: HubId, day: int) -> tuple[Window, ...]:
        """Return the hours in which a column leaving on `day` may be loaded: the evening before and the morning."""
        where = self.snapshot.hubs[hub]
        midnight = self._days[self._first + day].start
        before = self._days[self._first + day - 1].start
        raw = [(before, where.evening), (midnight, where.morning)]
        known = Window(self.snapshot.as_of.at)
        windows = [Window(base + opens, base + closes) for base, (opens, closes) in raw if closes > opens]
        return tuple(clipped for window in windows if (clipped := window.clip(known)) is not None)

    def loading_trucks(self, hub: HubId, day: int) -> int:
        """Return the most trucks that can be loaded for departures on a day: whole rounds of all lines a session."""
        where = self.snapshot.hubs[hub]
        rounds = sum(w.seconds // (where.minutes_per_truck * MINUTE) for w in self.loading_sessions(hub, day))
        pinned = sum(c.truck_count for c in self.snapshot.pinned if c.hub == hub and self.day_of(c.depart_at) == day)
        return max(0, rounds * where.loading_lines - pinned)

    @cached_property
    def pinned_days(self) -> Mapping[int, tuple[Convoy, ...]]:
        """The pinned convoys that are away on each day."""
        found: dict[int, list[Convoy]] = defaultdict(list)
        for convoy in self.snapshot.pinned:
            for day in range(self.day_of(convoy.depart_at), self.day_of(convoy.back_at - 1) + 1):
                found[day].append(convoy)
        return {day: tuple(convoys) for day, convoys in found.items()}

    def fleet(self, hub: HubId, truck_type: TruckTypeId, day: int) -> int:
        """Return the trucks of a type that a hub can send on a day."""
        window = self.day(day)
        own = sum(
            fleet.trucks
            for fleet in self.snapshot.fleets
            if fleet.hub == hub and fleet.truck_type == truck_type and fleet.available.covers(window)
        )
        away = sum(c.trucks.get(truck_type, 0) for c in self.pinned_days.get(day, ()) if c.hub == hub)
        return max(0, own - away)

    def teams(self, base: HubId | None, day: int) -> int:
        """Return the escort teams based at a hub on a day; `base` None asks for those that serve any hub."""
        window = self.day(day)
        return sum(t.teams for t in self.snapshot.escorts if t.base == base and t.available.covers(window))

    def pinned_escorts(self, hub: HubId, day: int) -> int:
        """Return how many escorted pinned convoys of a hub are away on a day."""
        regimes = set(self.snapshot.policy.escort_regimes)
        return sum(
            1
            for convoy in self.pinned_days.get(day, ())
            if convoy.hub == hub
            and any(self.snapshot.network.gates[g.gate].regime in regimes for m in convoy.moves for g in m.gates)
        )

    def truck_types(self, option: Option) -> tuple[tuple[TruckTypeId, int], ...]:
        """Return the types that the option's hub has on all days the trucks are away, with how many."""
        counts = (
            (kind, min((self.fleet(option.hub, kind, day) for day in option.busy_days), default=0))
            for kind in sorted(self.snapshot.truck_types)
        )
        return tuple((kind, count) for kind, count in counts if count > 0)

    # ------------------------------------------------------------------------------------------------ gates

    def gate_delay_s(self, gate: GateId) -> int:
        """Return how long a gate checks a loaded column before its first truck is let through."""
        return self.snapshot.network.gates[gate].delay_s(GATE_QUANTILE)

    def gate_seconds_a_truck(self, gate: GateId) -> float:
        """Return the seconds a gate takes for one truck."""
        return HOUR / self.snapshot.access.gate_flow[gate]

    def gate_open_seconds(self, gate: GateId, day: int) -> int:
        """Return how long a gate can be used on a day: in daylight, while a road through it is not blocked."""
        crisis, access = self.snapshot.crisis, self.snapshot.access
        usable = merge_windows(
            piece.window
            for segment in self.snapshot.network.segments_of_gate.get(gate, ())
            for piece in access.timeline(segment)
            if piece.status is not Status.BLOCKED
        )
        light = daily_windows(self._days[self._first + day], crisis.dawn_s, crisis.dusk_s, crisis.tz)
        taken = sum(
            passed.clear_at - passed.arrive_at
            for convoy in self.snapshot.pinned
            for move in convoy.moves
            for passed in move.gates
            if passed.gate == gate and self.day_of(passed.arrive_at) == day
        )
        return max(0, sum(window.seconds for window in intersect_windows(usable, light)) - taken)
