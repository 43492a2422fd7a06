"""What may become of a plan: people reached over drawn futures, each convoy's chances, and its plan B."""

from flask import Blueprint, render_template, request

from planner.domain.errors import NotFound
from planner.futures.assumptions import Assumptions
from planner.futures.outcome import TAIL
from planner.services.itinerary import number_convoys
from planner.services.plan_records import PlanRecord
from planner.services.robustness import tell_futures, tell_plan_b
from web.desk import the_desk
from web.i18n import gettext as _
from web.plan_view import words
from web.rights import Right, needs
from web.spread import spread_of

page = Blueprint("futures", __name__, url_prefix="/plans")


@page.get("/<plan>/futures")
@needs(Right.READ)
def futures(plan: str) -> str:
    """Show what the plan's convoys reach in drawn futures; of the one selected also its plan B."""
    record = the_desk().plan(plan)
    drawn = tell_futures(record)
    chosen = _chosen(record)
    return render_template(
        "plans/futures.html",
        record=record,
        plan=record.plan,
        snapshot=record.snapshot,
        drawn=drawn,
        spread=spread_of(drawn, record.plan.people_reached),
        fates=sorted(drawn.convoys, key=lambda fate: (-fate.caught_inside, fate.arrives, fate.convoy)),
        convoys={convoy.id: convoy for convoy in record.plan.convoys},
        numbers=number_convoys(record.plan, record.snapshot),
        chosen=chosen,
        plan_b=None if chosen is None else tell_plan_b(record, chosen),
        assumed=Assumptions(),
        tail=TAIL,
        **words(),
    )


def _chosen(record: PlanRecord) -> str | None:
    """Return the convoy that the address selects; raises `NotFound` where the plan has no such convoy."""
    kind, _sign, name = request.args.get("sel", "").partition(":")
    if kind != "convoy":
        return None
    if name not in {convoy.id for convoy in record.plan.convoys}:
        raise NotFound(_("Plan %(plan)s has no convoy %(convoy)s.", plan=record.id, convoy=name))
    return name
