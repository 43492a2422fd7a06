"""Read the two forms of a convoy: what a coordinator notes on it, and what happened to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.denials import EVENTS, REASONS, SECTORS, USUAL_RESULT
from planner.domain.world import World
from planner.services.convoy_notes import DETAILS
from planner.services.convoys import ConvoyView
from planner.store.records import Detail
from routing.units import DAY, HOUR, Instant, format_instant
from web.event_words import AUTHORITIES, RESULTS
from web.forms import Form
from web.i18n import gettext as _

PRIORITIES: Final = ("", "1", "2", "3")
FIGURES: Final = (0, 1)
"""Two rows: sources that differ are both written down."""
ITEMS: Final = (0, 1)
ITEM_COUNTS: Final = ("removed", "lost", "delivered")
"""What a report of an outcome may count of a line."""
_ADDRESS: Final = re.compile(r"@|\+?\d[\d \-]{6,}")
"""A mail address or a telephone number: a contact is noted by role, never by who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayStop:
    """One stop of the convoy's own road: the hub, a gate, the road between, a site."""

    id: str
    kind: str
    name: object


def way_stops(view: ConvoyView, world: World) -> tuple[WayStop, ...]:
    """Return the stops of a convoy's road in order; of a reported movement those that records name."""
    catalogue, network = world.catalogue, world.network
    stops = [WayStop(id=f"hub:{view.hub}", kind="hub", name=catalogue.hubs[view.hub])]
    stops += [WayStop(id=f"gate:{gate}", kind="gate", name=network.gates[gate]) for gate in view.gates]
    stops.append(WayStop(id="road", kind="road", name=None))
    stops += [WayStop(id=f"site:{site}", kind="site", name=catalogue.sites[site]) for site in view.sites]
    return tuple(stops)


@dataclass(kw_only=True)
class DetailForm(Form):
    """What a coordinator notes on a movement."""

    def details(self, escorts: Sequence[str]) -> dict[str, str] | None:
        """Return the notes, or None where something is wrong with them."""
        found = {name: self.text(name) for name in DETAILS}
        if found["escort_team"] and found["escort_team"] not in escorts:
            self.complain("escort_team", _("Choose one of the list."))
        if found["priority"] not in PRIORITIES:
            self.complain("priority", _("Choose one of the list."))
        if _ADDRESS.search(found["contact_role"]):
            self.complain("contact_role", _("Write the role alone: no number and no address."))
        return found if self.ok else None

    def differences(self, theirs: Detail, labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return (label, saved now, typed here) for every note."""
        return [(labels[name], str(theirs.get(name) or ""), self.values.get(name, "").strip()) for name in DETAILS]


@dataclass(kw_only=True)
class OutcomeForm(Form):
    """What happened to a convoy."""

    sectors: tuple[str, ...] = ()

    def record(self, view: ConvoyView, world: World, *, now: Instant) -> dict[str, object] | None:
        """Return the values of an evidence record, or None where something is wrong; every complaint is noted."""
        zone = world.catalogue.crisis.tz
        what = self.choice("what", EVENTS)
        result = self.text("result") or USUAL_RESULT.get(what, "")
        if result and result not in RESULTS:
            self.complain("result", _("Choose one of the list."))
        where = self._where(view, world)
        happened_at = self.moment("happened_at", required=True)
        if happened_at is not None and happened_at > now:
            self.complain("happened_at", _("This lies ahead. Give a time that has passed."))
        reason = self._reason(result)
        authority = self.text("authority_type") or "not_established"
        if authority not in AUTHORITIES:
            self.complain("authority_type", _("Choose one of the list."))
        trucks = self.whole("trucks", most=1_000)
        hours = self.whole("hours_lost", most=24 * 365)
        requested, reached = self._figures()
        lines = self._items(world)
        if any(sector not in SECTORS for sector in self.sectors):
            self.complain("sectors", _("Choose some of the list."))
        source = self.text("source", required=True, longest=200)
        reliability = self.choice("reliability", tuple("ABCDEF"))
        credibility = self.whole("credibility", least=1, most=6) or 3
        if not self.ok or happened_at is None:
            return None
        values: dict[str, object] = {
            "kind": "outcome", "movement": view.id, "site": self._site(view, where), "what": what,
            "result": result, "happened_at": format_instant(happened_at, zone),
            "valid_from": format_instant(happened_at, zone), "learned_at": format_instant(now, zone),
            "reason_code": reason, "authority_type": "none" if result == "facilitated" else authority,
            "stated_reason": self.text("stated_reason"), "sectors": list(self.sectors),
            "people_requested": requested, "people_reached": reached, "follow_up": self.checked("follow_up"),
            "source": source, "reliability": reliability, "credibility": credibility, "lines": lines,
            "note": self._note(where),
        }  # fmt: skip
        if where.startswith("gate:"):
            values["gate"] = where.removeprefix("gate:")
        values |= {name: n for name, n in (("trucks", trucks), ("hours_lost", hours)) if n is not None}
        if trucks is not None and hours is not None and result != "facilitated":
            values["truck_days_lost"] = trucks * hours * HOUR // DAY
        return values

    def _where(self, view: ConvoyView, world: World) -> str:
        where = self.text("where", required=True)
        # The form without a convoy knows neither its hub nor its sites, and offers every gate.
        where = {"hub": f"hub:{view.hub}", "site": f"site:{view.sites[0]}"}.get(where, where)
        if not self.text("of_one_convoy") and where.removeprefix("gate:") in world.network.gates:
            return where
        if where and where not in {stop.id for stop in way_stops(view, world)}:
            self.complain("where", _("Choose one of the list."))
        return where

    def _site(self, view: ConvoyView, where: str) -> str:
        """Return the site that the outcome counts for: the one it happened at, else the one that was chosen."""
        at = where.removeprefix("site:")
        wanted = self.text("site")
        return next((site for site in (at, wanted) if site in view.sites), view.sites[0])

    def _reason(self, result: str) -> str:
        reason = self.text("reason_code")
        if reason and reason not in REASONS:
            self.complain("reason_code", _("Choose one of the list."))
        if result and result != "facilitated" and not reason:
            self.complain("reason_code", _("Say why, as you assess it: without it no report can place the case."))
        return "" if result == "facilitated" else reason

    def _figures(self) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        requested: list[dict[str, object]] = []
        reached: list[dict[str, object]] = []
        for n in FIGURES:
            asked, came = self.whole(f"asked_{n}"), self.whole(f"came_{n}")
            source = self.text(f"figure_source_{n}", longest=200)
            if asked is None and came is None:
                continue
            if not source:
                self.complain(f"figure_source_{n}", _("Say whose figure this is."))
            if asked is not None and came is not None and came > asked:
                self.complain(f"came_{n}", _("More people reached than were to be reached."))
            for count, into in ((asked, requested), (came, reached)):
                if count is not None:
                    into.append({"what": "people", "count": count, "source": source})
        return requested, reached

    def _items(self, world: World) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for n in ITEMS:
            commodity = self.text(f"item_{n}")
            units, kg, treatments = (self.whole(f"item_{what}_{n}") for what in ("units", "kg", "treatments"))
            if commodity and commodity not in world.catalogue.commodities:
                self.complain(f"item_{n}", _("Choose one of the list."))
            if commodity and units is None:
                self.complain(f"item_units_{n}", _("Say how many units."))
            if not commodity and (units is not None or kg is not None):
                self.complain(f"item_{n}", _("Say which item."))
            what = self.text(f"item_what_{n}") or ITEM_COUNTS[0]
            if what not in ITEM_COUNTS:
                self.complain(f"item_what_{n}", _("Choose one of the list."))
            if commodity and units is not None:
                line: dict[str, object] = {"what": what, "commodity": commodity, "units": units}
                found.append(line | {k: v for k, v in (("kg", kg), ("treatments", treatments)) if v is not None})
        return found

    def _note(self, where: str) -> str:
        """Return the note with the place where a gate does not say it already."""
        place = {"hub": "stopped at the hub", "road": "stopped on the road", "site": "stopped at the site"}
        told = place.get(where.partition(":")[0], "")
        return "; ".join(part for part in (told, self.text("note")) if part)
