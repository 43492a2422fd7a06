"""Which change would lift what stands against a site: a paper, consent to a line, an open gate, longer hours."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from typing import Final, Literal, TypeAlias, cast

from planner.domain.needs import SiteId
from planner.domain.scenario import (
    AreaHeld,
    ArrangementAdded,
    Edit,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    PaperGranted,
    SegmentSet,
)
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId
from planner.solvers.option import Refusal
from routing.control import OUTSIDE
from routing.ledger import Ledger, newest, read_ledger
from routing.network import GateId, PartyId, SegmentId
from routing.status import Status
from routing.units import DAY, HOUR, Window, intersect_windows

Remedy: TypeAlias = frozenset[Edit]
"""Edits that together might serve a site; papers one step each and consents one gate each, see `merged`."""

MORE_HOURS_S: Final = 2 * HOUR
MORE_TRUCKS: Final = 6
"""The steps by which hours and trucks are tried: two hours more, six trucks more."""

MOST: Final = 6
"""So many remedies of each site are kept; those further down ask for more or help on fewer ways."""
PAPERS: Final = frozenset({"permission", "letter", "clearance"})
ROADS: Final = frozenset({"blocked_segment", "gate_hours", "window_return", "least_slack"})
_KINDS: Final = (
    PaperGranted, GateHoursSet, GateSet, SegmentSet, ArrangementAdded, EscortChange, FleetChange,
)  # fmt: skip
"""Of changes of one size the first is tried first: from a signature to what must be brought."""


def size_of(remedy: Remedy) -> tuple[int, int, int, str]:
    """Return how much a remedy asks for, to be compared: edits, things named in them, kinds, and their words."""
    kinds = sum(_KINDS.index(type(edit)) for edit in remedy if type(edit) in _KINDS)
    return len(merged(remedy)), len(remedy), kinds, repr(sorted(remedy, key=repr))


def merged(remedy: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits with the papers of a site in one, and the gates to which the same parties consent in one."""
    papers: dict[tuple[SiteId, Window], list[PaperGranted]] = defaultdict(list)
    consents: dict[tuple[tuple[PartyId, ...], Window], list[ArrangementAdded]] = defaultdict(list)
    rest: list[Edit] = []
    for edit in sorted(remedy, key=repr):
        match edit:
            case PaperGranted():
                papers[edit.site, edit.window].append(edit)
            case ArrangementAdded():
                consents[edit.parties, edit.window].append(edit)
            case _:
                rest.append(edit)
    steps = ("permission", "letter", "clearance")
    for granted in papers.values():
        named = {step for edit in granted for step in edit.steps}
        rest.append(replace(granted[0], steps=tuple(step for step in steps if step in named)))
    rest += [
        replace(agreed[0], gates=tuple(sorted({gate for edit in agreed for gate in edit.gates})))
        for agreed in consents.values()
    ]
    return tuple(sorted(rest, key=repr))


class Remedies:
    """What could be changed about a snapshot, all of it over the horizon."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Remember the snapshot; nothing is computed yet."""
        self.snapshot = snapshot

    @cached_property
    def _ledger(self) -> Ledger:
        return read_ledger(self.snapshot.log, self.snapshot.as_of.known, self.snapshot.network)

    @cached_property
    def _light(self) -> Window:
        """From the first dawn of the horizon to its last dusk."""
        light = self.snapshot.crisis.daylight(self.snapshot.horizon)
        return Window(light[0].start, light[-1].end) if light else self.snapshot.horizon

    # --------------------------------------------------------------------------------------------- of refusals

    def against(self, sites: Collection[SiteId], refusals: Iterable[Refusal]) -> dict[Remedy, int]:
        """Return the remedies that each lift all that is said against some way to every site, and on how many ways.

        A way is a hub and a day; of several sites the one with fewest ways counts. Ways on which something is said
        that cannot be changed have no remedy.
        """
        by_way: dict[SiteId, dict[tuple[HubId, int], list[Refusal]]] = {site: defaultdict(list) for site in sites}
        for refusal in refusals:
            if refusal.site in by_way:
                by_way[refusal.site][refusal.hub, refusal.day].append(refusal)
        choices: list[list[tuple[Remedy, int]]] = []
        for site in sorted(by_way):
            helped = Counter(remedy for said in by_way[site].values() for remedy in self._of_way(said))
            choices.append(sorted(helped.items(), key=lambda r: (*size_of(r[0])[:3], -r[1], size_of(r[0])))[:MOST])
        found: dict[Remedy, int] = {}
        for picked in product(*choices):
            remedy = frozenset[Edit]().union(*(edits for edits, _ in picked))
            found[remedy] = max(found.get(remedy, 0), min(helps for _, helps in picked))
        return found

    def _of_way(self, said: Sequence[Refusal]) -> set[Remedy]:
        """Return the remedies of one way: each lifts all that is said against it, a cut by any one of its roads."""
        if any(refusal.rule not in {*PAPERS, *ROADS, "fleet", "risk"} for refusal in said):
            return set()
        papers = [(self._paper(refusal), _gates(refusal)) for refusal in said if refusal.rule in PAPERS]
        needed: Remedy = frozenset(self.more_trucks(r.hub) for r in said if r.rule == "fleet")
        for refusal in said:
            if refusal.rule == "risk":
                agreed = self._agreement(refusal)
                if not agreed:
                    return set()
                needed |= agreed
        cuts = [refusal for refusal in said if refusal.rule in ROADS]
        if not cuts:
            return {needed.union(paper for paper, _ in papers)}
        choices = [list(self._roads(refusal)) for refusal in cuts]
        found: set[Remedy] = set()
        for picked in product(*choices):
            gates = {gate for gate, _ in picked}
            # Papers for a gate that this remedy does not open are no part of it; if they are missed, that is said then.
            steps = {paper for paper, at in papers if not at or not gates.isdisjoint(at)}
            found.add(needed.union(steps, *(edits for _, edits in picked)))
        return found

    def _agreement(self, refusal: Refusal) -> Remedy:
        """Return the consent of both sides to each line of a way that is only passable under an uncertain ceasefire."""
        network, day = self.snapshot.network, self.snapshot.days[refusal.day]
        found = set[Edit]()
        for gate in sorted(_gates(refusal)):
            for name in sorted(name for name, segment in network.segments.items() if segment.gate == gate):
                parties = self._holders(name, day) if self._is_uncertain(name, day) else ()
                if parties:
                    found.add(ArrangementAdded(gates=(gate,), parties=parties, window=self._light))
        return frozenset(found)

    def _is_uncertain(self, segment: SegmentId, day: Window) -> bool:
        """Tell whether a line rests on a ceasefire that is less certain on a day than an arrangement would be."""
        agreed = self.snapshot.access_policy.p_arrangement
        return any(
            cause.startswith("ceasefire:") and p < agreed
            for piece in self.snapshot.access.timeline(segment)
            if piece.window.overlaps(day)
            for cause, p in piece.causes
        )

    def _paper(self, refusal: Refusal) -> PaperGranted:
        step = cast("Literal['permission', 'letter', 'clearance']", refusal.rule)
        return PaperGranted(site=refusal.site, steps=(step,), window=self.snapshot.horizon)

    def _roads(self, refusal: Refusal) -> Iterator[tuple[GateId | None, Remedy]]:
        network, day = self.snapshot.network, self.snapshot.days[refusal.day]
        for proof in refusal.proof:
            kind, _, name = proof.partition(":")
            if kind == "segment" and name in network.segments:
                edits = self._opening(name, day)
                if edits:
                    yield network.segments[name].gate, edits

    def _opening(self, segment: SegmentId, day: Window) -> Remedy:
        """Return what opens a segment by day: each part that closes it lifted, or nothing if one cannot be."""
        gate, edits = self.snapshot.network.segments[segment].gate, set[Edit]()
        parts = self._closing(segment, day)
        hours = {code for _, code in parts} == {"outside_hours"}
        for name, code in sorted(parts):
            if name == "physical":
                edits.add(SegmentSet(segment=segment, state="open", window=self.snapshot.horizon))
            elif gate is None:
                return frozenset()
            elif name in {"control", "ceasefire"}:
                parties = self._holders(segment, day)
                if not parties:
                    return frozenset()
                edits.add(ArrangementAdded(gates=(gate,), parties=parties, window=self._light))
            elif code == "gate_closed":
                edits.add(GateSet(gate=gate, state="open", window=self.snapshot.horizon))
            elif code == "outside_hours":
                # Where a line is closed besides, longer hours alone would not do and may not be needed.
                edits |= self.longer(gate, day) if hours else frozenset()
            else:
                return frozenset()
        return frozenset(edits)

    def _closing(self, segment: SegmentId, day: Window) -> set[tuple[str, str]]:
        """Return the parts, by name and code, that close a segment at some time of the day's light."""
        light = self.snapshot.crisis.daylight(day)

        return {
            (part.name, part.code)
            for piece in self.snapshot.access.timeline(segment)
            if intersect_windows((piece.window,), light)
            for part in piece.parts
            if part.status is Status.BLOCKED
        }

    def _holders(self, segment: SegmentId, day: Window) -> tuple[PartyId, ...]:
        """Return the two parties that hold the sides of a line on a day, a scenario's word before the log's."""
        held: set[PartyId] = set()
        for area in self.snapshot.network.areas_of(segment):
            supposed = [
                edit.party
                for edit in self.snapshot.scenario.edits
                if isinstance(edit, AreaHeld) and edit.area == area and edit.window.contains(day.start)
            ]
            last = newest(self._ledger.control.get(area, ()), day.start)
            held.update(supposed or (() if last is None else (last.fact.party,)))
        return tuple(sorted(held)) if len(held) > 1 and OUTSIDE.isdisjoint(held) else ()

    def longer(self, gate: GateId, day: Window) -> Remedy:
        """Return a gate's hours of a day, two longer: up to dusk, what is left of the two in the morning."""
        listed, last = self.snapshot.network.gates[gate], newest(self._ledger.hours.get(gate, ()), day.start)
        opens, closes = (listed.opens, listed.closes) if last is None else (last.fact.opens, last.fact.closes)
        if closes <= opens:
            return frozenset()
        later = min(MORE_HOURS_S, max(0, self.snapshot.crisis.dusk_s - closes))
        longer = GateHoursSet(
            gate=gate, opens=max(0, opens - (MORE_HOURS_S - later)), closes=min(DAY, closes + later),
            window=self.snapshot.horizon,
        )  # fmt: skip
        return frozenset() if (longer.opens, longer.closes) == (opens, closes) else frozenset({longer})

    # ------------------------------------------------------------------------------------------- of resources

    def more(self, hubs: Iterable[HubId], *, escorted: bool) -> dict[Remedy, int]:
        """Return what leaves more for a site that could be served: trucks at these hubs, a team if one is asked for."""
        found: dict[Remedy, int] = {frozenset({self.more_trucks(hub)}): 1 for hub in hubs}
        if escorted:
            found[frozenset({EscortChange(teams=1)})] = 1
        return found

    def more_trucks(self, hub: HubId) -> FleetChange:
        """Return six trucks more of the largest type that the hub has; of any type, if it has none."""
        kinds: Mapping[str, int] = {name: kind.payload_kg for name, kind in self.snapshot.truck_types.items()}
        here = {f.truck_type for f in self.snapshot.fleets if f.hub == hub and f.trucks > 0} or set(kinds)
        return FleetChange(hub=hub, truck_type=max(sorted(here), key=lambda kind: kinds[kind]), trucks=MORE_TRUCKS)


def _gates(refusal: Refusal) -> frozenset[GateId]:
    return frozenset(item.removeprefix("gate:") for item in refusal.proof if item.startswith("gate:"))
