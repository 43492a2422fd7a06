"""Say of a way to a site whether the papers that its gates ask for are in force when the column is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.domain.canonical import Plain
from planner.domain.needs import SiteId
from planner.domain.permits import REGIME_STEPS, Paper, fold_papers, papers_for, windows_in_force
from planner.domain.world import World
from routing.evidence import PermitState, PermitStepName, standing
from routing.network import GateId, PlaceId
from routing.units import AsOf, Window, format_instant, intersect_windows, merge_windows

if TYPE_CHECKING:
    # The road engine is only for those who ask for a road.
    from routing.travel.legs import Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPaper:
    """A paper that a gate asks for and that is in force at no departure; `state` None: nothing is on record."""

    gate: GateId
    step: PermitStepName
    state: PermitState | None
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papered:
    """A way to a site: the departures whose papers are all in force, and the papers that stand against the others."""

    site: SiteId
    departures: tuple[Window, ...]
    missing: tuple[MissingPaper, ...]


def find_site(world: World, place: PlaceId) -> SiteId | None:
    """Return the site at a place, the first by id where there are several; None where none is."""
    return min((site.id for site in world.catalogue.sites.values() if site.place == place), default=None)


def papered(world: World, legs: "Sequence[Leg]", question: AsOf) -> tuple[Papered, ...]:
    """Return the papers of each of the legs that end at a site, in their order; empty where they end at none.

    A gate of regime `permit` asks for permission, letter and clearance of that site at the second the column passes.
    """
    site = find_site(world, legs[0].destination) if legs else None
    if site is None:
        return ()
    papers = fold_papers(standing(world.log, question.known))
    return tuple(_papered(world, leg, site, papers) for leg in legs)


def _papered(world: World, leg: "Leg", site: SiteId, papers: Sequence[Paper]) -> Papered:
    departures = leg.departures
    missing: list[MissingPaper] = []
    for passed in leg.gates:
        for step in REGIME_STEPS[world.network.gates[passed.gate].regime]:
            there = windows_in_force(papers, site, passed.gate, step)
            in_time = merge_windows(Window(w.start - passed.offset_s, w.end - passed.offset_s) for w in there)
            departures = intersect_windows(departures, in_time)
            if not intersect_windows(leg.departures, in_time):
                last = max(papers_for(papers, site, passed.gate, step), key=lambda p: p.evidence, default=None)
                missing.append(MissingPaper(
                    gate=passed.gate, step=step, state=None if last is None else last.state,
                    evidence=() if last is None else last.evidence,
                ))  # fmt: skip
    return Papered(site=site, departures=departures, missing=tuple(missing))


def papers_json(world: World, one: Papered) -> dict[str, Plain]:
    """Return the papers of a way as JSON."""
    zone = world.catalogue.crisis.tz
    return {
        "site": one.site,
        "departures": [[format_instant(w.start, zone), format_instant(w.end, zone)] for w in one.departures],
        "missing": [
            {"gate": m.gate, "step": m.step, "state": m.state, "evidence": list[Plain](m.evidence)} for m in one.missing
        ],
    }
