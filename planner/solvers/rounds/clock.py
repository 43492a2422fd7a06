"""The hours of one truck's round when the order of its stops is given: as short a shift as the windows allow."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from planner.domain.needs import SiteId
from planner.domain.rounds import NO_WAY, Round, RoundFleet, RoundsProblem, Trip, Visit
from planner.domain.supply import HubId
from routing.units import Instant, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Part or all of a site's load on one truck."""

    site: SiteId
    kg: int
    litres: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TripOrder:
    """The stops of one trip in order, without hours."""

    start: HubId
    portions: tuple[Portion, ...]
    end: HubId


class _Node(NamedTuple):
    earliest: Instant
    latest: Instant
    stay_s: Seconds
    drive_s: Seconds
    """To the next node; coming in and loading again are two nodes at one place."""


def timed(problem: RoundsProblem, fleet: RoundFleet, orders: Sequence[TripOrder], truck: int) -> Round | None:
    """Return the round with its hours, or None where they cannot all be kept.

    Among the schedules that come in earliest it is the one that leaves latest; no schedule has a shorter shift.
    """
    whole = tuple(_merged(order) for order in orders)
    times = _times([node for order in whole for node in _nodes(problem, fleet, order)])
    if times is None:
        return None
    trips: list[Trip] = []
    at = iter(times)
    for order in whole:
        depart_at = next(at) + problem.depot_by_id[order.start].loading_s
        visits: list[Visit] = []
        for portion in order.portions:
            start_at, stay_s = next(at), problem.site_by_id[portion.site].visit_s
            visits.append(
                Visit(
                    site=portion.site, kg=portion.kg, litres=portion.litres, start_at=start_at,
                    leave_at=start_at + stay_s,
                )
            )  # fmt: skip
        trips.append(
            Trip(start=order.start, depart_at=depart_at, visits=tuple(visits), end=order.end, arrive_at=next(at))
        )
    found = Round(fleet=fleet.id, truck=truck, trips=tuple(trips))
    shift_s = trips[-1].arrive_at - times[0]
    return found if fleet.max_shift_s is None or shift_s <= fleet.max_shift_s else None


def _merged(order: TripOrder) -> TripOrder:
    """Return the order with portions of one site that follow one another put together: they are one visit."""
    kept: list[Portion] = []
    for portion in order.portions:
        if kept and kept[-1].site == portion.site:
            last = kept.pop()
            kept.append(Portion(site=last.site, kg=last.kg + portion.kg, litres=last.litres + portion.litres))
        else:
            kept.append(portion)
    return TripOrder(start=order.start, portions=tuple(kept), end=order.end)


def _nodes(problem: RoundsProblem, fleet: RoundFleet, order: TripOrder) -> list[_Node]:
    """Return the loading, the visits and the coming in of a trip."""
    seconds = problem.tables[fleet.table].seconds
    sites = [problem.site_by_id[portion.site] for portion in order.portions]
    start, end = problem.depot_by_id[order.start], problem.depot_by_id[order.end]
    points = [start.point, *(site.point for site in sites), end.point]
    drives = [int(seconds[a, b]) for a, b in itertools.pairwise(points)]
    released = max((site.release_at for site in sites), default=0)
    nodes = [
        _Node(
            max(fleet.shift.start, start.window.start, released),
            min(fleet.shift.end, start.window.end),
            start.loading_s,
            drives[0],
        )
    ]
    nodes += [
        _Node(site.window.start, site.window.end, site.visit_s, drive)
        for site, drive in zip(sites, drives[1:], strict=True)
    ]
    nodes.append(_Node(end.window.start, min(fleet.shift.end, end.window.end), 0, 0))
    return nodes


def _times(nodes: Sequence[_Node]) -> list[Instant] | None:
    if any(node.drive_s >= NO_WAY for node in nodes):
        return None
    earliest = _forward(nodes, nodes[0].earliest)
    if any(at > node.latest for at, node in zip(earliest, nodes, strict=True)):
        return None
    latest = earliest[-1]
    for node in reversed(nodes[:-1]):
        latest = min(node.latest, latest - node.stay_s - node.drive_s)
    return _forward(nodes, latest)


def _forward(nodes: Sequence[_Node], at: Instant) -> list[Instant]:
    times = [at]
    for before, node in itertools.pairwise(nodes):
        at = max(node.earliest, at + before.stay_s + before.drive_s)
        times.append(at)
    return times
