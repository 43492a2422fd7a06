"""The API's part on sites, hubs, convoys and reports."""

from typing import Literal

from flask import Blueprint, Response, g, jsonify
from pydantic import Field

from planner.domain.denials import parse_period
from planner.partners.tables import body_of
from planner.services.access_view import convoys_json
from planner.services.convoys import list_convoys
from planner.services.failures import as_happened
from planner.services.plan_records import find_latest_plan
from planner.services.released_rows import released_denials
from planner.services.reports import Wanted, make_report
from planner.services.sites import view_sites
from planner.services.supplies import view_hubs
from routing.units import format_instant
from web.api.access import asked
from web.api.described import AsOfQuery, Strict, answers, api
from web.desk import the_desk
from web.frame import read_moment
from web.rights import Right, needs
from web.roles import partners_tier

page = Blueprint("operations", __name__)


class DenialsQuery(Strict):
    """Which period, for whom; a partner is answered as its own tier whatever is asked."""

    period: str = Field(max_length=40, description="A month 2016-09, a day, or FROM..UNTIL.")
    tier: Literal["T0", "T1", "T2", "T3"] = "T1"
    at: str | None = Field(None, max_length=40, description="As of this time; else now.")


@page.get("/sites")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["operations"])
def sites(query: AsOfQuery) -> Response:
    """Return sites with people by source and days since reached."""
    desk, question = the_desk(), asked(query)
    views = view_sites(desk.world(), question, find_latest_plan(desk.store, desk.crisis_id))
    zone = desk.zone
    return jsonify(
        sites=[
            {
                "site": v.site.id,
                "name": v.site.name,
                "name_ar": v.site.name_ar,
                "listing": v.site.listing,
                "people": [{"people": f.people, "source": f.source, "synthetic": f.synthetic} for f in v.site.people],
                "days_since_reached": v.days_since,
                "last_reached": None if v.site.last_reached is None else format_instant(v.site.last_reached, zone),
                "last_reached_source": v.site.last_reached_source,
                "needs": [
                    {"commodity": n.commodity, "units": n.units, "from": format_instant(n.window.start, zone),
                     "until": format_instant(n.window.end, zone), "source": n.source, "synthetic": n.synthetic}
                    for n in v.needs
                ],
                "planned_share": v.planned_share,
            }
            for v in views
        ]
    )  # fmt: skip


@page.get("/hubs")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["operations"])
def hubs(query: AsOfQuery) -> Response:
    """Return hubs with stock, arrivals and trucks."""
    desk, zone = the_desk(), the_desk().zone
    return jsonify(
        hubs=[
            {
                "hub": v.hub.id,
                "name": v.hub.name,
                "stock": [
                    {"commodity": b.batch.commodity, "batch": b.batch.batch, "units": b.batch.units, "kg": b.kg,
                     "litres": b.litres, "state": b.state,
                     "available_from": format_instant(b.batch.available_from, zone),
                     "expires_at": None if b.batch.expires_at is None else format_instant(b.batch.expires_at, zone),
                     "source": b.batch.source, "synthetic": b.batch.synthetic}
                    for b in v.batches
                ],
                "trucks": [{"type": f.truck_type.id, "trucks": f.fleet.trucks, "now": f.now} for f in v.fleets],
            }
            for v in view_hubs(desk.world(), asked(query).at)
        ]
    )  # fmt: skip


@page.get("/convoys")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["operations"])
def convoys() -> Response:
    """Return the movements on record and those of published plans, with their last outcome."""
    desk = the_desk()
    return jsonify(convoys=convoys_json(desk.world(), list_convoys(desk.store, desk.world())))


@page.get("/denials")
@needs(Right.PARTNER)
@api.validate(resp=answers(), tags=["operations"])
def denials(query: DenialsQuery) -> Response:
    """Return the failed movements of a period: to a partner those released to its tier, to the house as a tier would.

    The house reads what a report made at `at` would tell; a partner what a second person let out, as of now.
    """
    desk = the_desk()
    if not g.me.can(Right.REPORT):
        period = as_happened(parse_period(query.period, desk.zone), desk.now)
        return jsonify(body_of(released_denials(desk.store, desk.world(), partners_tier(), period, now=desk.now)))
    now = desk.now if query.at is None else min(desk.clock(), read_moment(query.at))
    wanted = Wanted(kind="denials", subject=query.period, tier=query.tier)
    return jsonify(body_of(make_report(desk.store, desk.world(), wanted, now=now, reader=g.me.id)))
