"""Read the two forms of the pipeline: a location asked for, and one step of a request."""

from dataclasses import dataclass, field
from typing import Final

from planner.domain.denials import REASONS, USUAL_RESULT
from planner.domain.pipeline import OUTCOME_STEPS, PAPER_STEPS, StepName
from planner.domain.requests import Request
from planner.domain.world import World
from planner.services.request_records import counted_by
from planner.services.requests import Asked, Taken
from routing.deliveries import ItemLine, Quantity
from routing.evidence import Figure
from routing.units import Instant
from web.event_words import AUTHORITIES, CHANNELS
from web.forms import Form
from web.i18n import gettext as _
from web.request_words import CLEARANCES

FIGURES: Final = (0, 1)
_WITH_END: Final = frozenset(
    {"approve", "approve_in_part", "agree_in_principle", "issue_letter", "give_clearance", "acknowledge"}
)
_WITH_GATE: Final = frozenset(
    {"reach_checkpoint", "proceed", "delay", "hold", "turn_back", "cross_line", "remove_items", "attack"}
)
_REFUSALS: Final = frozenset({
    "deny", "withdraw_permission", "refuse_letter", "withdraw_letter", "refuse_clearance", "hold_for_security",
    "approve_in_part", "remove_items",
})  # fmt: skip


def fields_of(step: StepName) -> frozenset[str]:
    """Return which groups of fields the form of a step has."""
    groups = {
        "until": step in _WITH_END, "gate": step in _WITH_GATE,
        "people": step in {"approve_in_part", "approve", "submit"}, "struck": step == "approve_in_part",
        "by": "clearance" in step or step == "hold_for_security",
        "trucks": step in {"load", "dispatch"} | set(OUTCOME_STEPS),
        "why": step in _REFUSALS or USUAL_RESULT.get(OUTCOME_STEPS.get(step, ""), "facilitated") != "facilitated",
        "cost": step in OUTCOME_STEPS, "figures": step in OUTCOME_STEPS,
        "document": step in {"seal", "reconcile", "issue_letter"}, "lines": bool(counted_by(step)),
        "hub": step not in PAPER_STEPS,
    }  # fmt: skip
    return frozenset(name for name, there in groups.items() if there)


@dataclass(kw_only=True)
class StepForm(Form):
    """One step as it was typed; fields that may be given several times stand beside the others."""

    several: dict[str, list[str]] = field(default_factory=dict)

    def taken(self, request: Request, step: StepName, world: World) -> Taken | None:
        """Return the step, or None where something is wrong; every complaint is noted."""
        groups = fields_of(step)
        at = self.moment("at", required=True)
        until = self.moment("until") if "until" in groups else None
        source = self.text("source", required=True, longest=300)
        reliability = self.choice("reliability", tuple("ABCDEF"))
        credibility = self.whole("credibility", least=1, most=6) or 3
        gate = self._listed("gate", world.network.gates) if "gate" in groups else ""
        reason = self._listed("reason_code", REASONS) if "why" in groups else ""
        authority = self._listed("authority_type", AUTHORITIES) if "why" in groups else ""
        hub = self._listed("hub", world.catalogue.hubs) if "hub" in groups and request.movement is None else ""
        by, struck = self._several("by", CLEARANCES), self._several("struck", world.catalogue.commodities)
        asked, came = self._figures() if "figures" in groups else ((), ())
        lines = self._lines(step, world)
        people, trucks, hours = self.whole("people"), self.whole("trucks", most=1_000), self.whole("hours_lost")
        if not self.ok or at is None:
            return None
        return Taken(
            step=step, at=at, source=source, reliability=reliability, credibility=credibility, note=self.text("note"),
            valid_until=until, struck=struck, by=by, gate=gate or None, hub=hub, lines=lines,
            authority_type=authority, reason_code=reason, stated_reason=self.text("stated_reason"),
            document=self.text("document", longest=100), people_requested=asked, people_reached=came,
            follow_up=self.checked("follow_up"), as_reported=self.checked("as_reported"), people=people, trucks=trucks,
            hours_lost=hours,
        )  # fmt: skip

    def _listed(self, name: str, known: object) -> str:
        value = self.text(name)
        if value and value not in known:  # type: ignore[operator] # a mapping of the crisis
            self.complain(name, _("Choose one of the list."))
        return value

    def _several(self, name: str, known: object) -> tuple[str, ...]:
        chosen = tuple(value for value in self.several.get(name, []) if value)
        if any(value not in known for value in chosen):  # type: ignore[operator] # a mapping of the crisis
            self.complain(name, _("Choose some of the list."))
        return chosen

    def _lines(self, step: StepName, world: World) -> tuple[ItemLine, ...]:
        found: list[ItemLine] = []
        for commodity in world.catalogue.commodities:
            for what in counted_by(step):
                units = self.whole(f"{what}_{commodity}")
                if units:
                    found.append(self._line(what, commodity, units))
        return tuple(found)

    def _line(self, what: str, commodity: str, units: int) -> ItemLine:
        quantity: Quantity = what  # type: ignore[assignment] # one of counted_by
        kg = self.whole(f"kg_{commodity}") if what == "removed" else None
        treatments = self.whole(f"treatments_{commodity}") if what == "removed" else None
        return ItemLine(what=quantity, commodity=commodity, units=units, kg=kg, treatments=treatments)

    def _figures(self) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
        asked: list[Figure] = []
        came: list[Figure] = []
        for n in FIGURES:
            source = self.text(f"figure_source_{n}", longest=200)
            for name, into in ((f"asked_{n}", asked), (f"came_{n}", came)):
                count = self.whole(name)
                if count is None:
                    continue
                if not source:
                    self.complain(f"figure_source_{n}", _("Say whose figure this is."))
                into.append(Figure(what="people", count=count, source=source))
        return tuple(asked), tuple(came)


@dataclass(kw_only=True)
class AskForm(Form):
    """A location put into an inter-agency plan."""

    def asked(self, world: World, now: Instant) -> Asked | None:
        """Return what is asked for, or None where something is wrong; every complaint is noted."""
        catalogue = world.catalogue
        site, hub = self.choice("site", tuple(catalogue.sites)), self.choice("hub", tuple(catalogue.hubs))
        channel = self.choice("channel", tuple(CHANNELS))
        plan, source = self.text("plan", required=True, longest=20), self.text("source", required=True, longest=300)
        submitted = self.moment("submitted_at")
        if submitted is not None and submitted > now:
            self.complain("submitted_at", _("This lies ahead. Give a time that has passed."))
        people = self.whole("people")
        units = {name: self.whole(f"requested_{name}") for name in catalogue.commodities}
        if not self.ok:
            return None
        agencies = tuple(name.strip() for name in self.text("agencies").replace("،", ",").split(",") if name.strip())
        return Asked(
            site=site, plan=plan, hub=hub, channel=channel, people=people, agencies=agencies, source=source,  # type: ignore[arg-type] # one of CHANNELS
            lines=tuple(ItemLine(what="requested", commodity=name, units=n) for name, n in units.items() if n),
            submitted_at=submitted, note=self.text("note"),
        )  # fmt: skip
