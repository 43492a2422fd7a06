"""The form of a new plan: its days, what is known, and the terms that people change."""

from dataclasses import replace
from typing import Final

from planner.domain.policy import STANDARD, Limits
from planner.domain.snapshot import Snapshot
from planner.services.access import parse_known
from planner.services.movements import notified_convoys, pinned_convoys
from planner.services.snapshots import (
    LONGEST_PLAN_DAYS,
    Terms,
    horizon_from,
    planning_as_of,
    take_snapshot,
)
from routing.units import HOUR, MINUTE, parse_instant
from web.desk import the_desk
from web.forms import Form
from web.i18n import gettext as _
from web.words import input_moment

LARGEST_SEED: Final = 2**31 - 1
MOST_TRUCKS: Final = 500
MOST_STOPS: Final = 5
LONGEST_LEAD_H: Final = 24 * 14
LONGEST_SOLVE_MIN: Final = 180
MOST_SLACK_MIN: Final = 360
WHOLE_SHARE: Final = 100


def default_values(start: str = "", days: str = "") -> dict[str, str]:
    """Return the form as it stands before anybody typed: the page's day, the policy's defaults."""
    desk, policy, limits = the_desk(), STANDARD, Limits()
    return {
        "from": start or input_moment(desk.now)[:10],
        "days": days or str(desk.crisis.demo_days),
        "known": "",
        "seed": "1",
        "risk": f"{policy.risk_cap_p * WHOLE_SHARE:g}",
        "caught": f"{policy.caught_cap * WHOLE_SHARE:g}",
        "least": str(policy.min_trucks),
        "most": str(policy.max_trucks),
        "stops": str(policy.max_stops),
        "lead": str(policy.notification_lead_s // HOUR),
        "slack": str(policy.least_slack_s // MINUTE),
        "wall": str(limits.wall_s // MINUTE),
        "unknown": "1" if policy.use_unknown else "",
    }


def read_snapshot(form: Form) -> Snapshot | None:
    """Freeze what the form asks for; None where something is wrong, which the form then says."""
    desk = the_desk()
    world = desk.world()
    start_text = form.text("from", required=True)
    day = form.attempt("from", lambda: parse_instant(start_text, desk.zone)) if start_text else None
    days = form.whole("days", least=1, most=LONGEST_PLAN_DAYS)
    if days is None and not form.of("days"):
        form.complain("days", _("Fill this in."))
    known_text = form.text("known")
    known = form.attempt("known", lambda: parse_known(known_text, world)) if known_text else None
    terms = _terms(form)
    if not form.ok or day is None or days is None or terms is None:
        return None
    as_of = form.attempt("known", lambda: planning_as_of(world, day, known))
    horizon = form.attempt("days", lambda: horizon_from(day, days, world))
    if as_of is None or horizon is None:
        return None
    pinned = pinned_convoys(desk.store, world, after=as_of.at)
    notified = notified_convoys(desk.store, world, after=as_of.at)
    return form.attempt(
        "from",
        lambda: take_snapshot(
            world, as_of=as_of, horizon=horizon, pinned=pinned, notified=notified, terms=terms
        ),
    )  # fmt: skip


def _terms(form: Form) -> Terms | None:
    policy, limits = STANDARD, Limits()
    seed = form.whole("seed", most=LARGEST_SEED)
    risk, caught = (form.whole(name, most=WHOLE_SHARE) for name in ("risk", "caught"))
    least, most = form.whole("least", least=1, most=MOST_TRUCKS), form.whole("most", least=1, most=MOST_TRUCKS)
    stops, lead = form.whole("stops", least=1, most=MOST_STOPS), form.whole("lead", most=LONGEST_LEAD_H)
    slack = form.whole("slack", most=MOST_SLACK_MIN)
    wall = form.whole("wall", least=1, most=LONGEST_SOLVE_MIN)
    if least is not None and most is not None and least > most:
        form.complain("most", _("At most %(most)d trucks is fewer than at least %(least)d.", most=most, least=least))
    if not form.ok:
        return None
    policy = replace(
        policy,
        risk_cap_p=policy.risk_cap_p if risk is None else risk / WHOLE_SHARE,
        caught_cap=policy.caught_cap if caught is None else caught / WHOLE_SHARE,
        min_trucks=policy.min_trucks if least is None else least,
        max_trucks=policy.max_trucks if most is None else most,
        max_stops=policy.max_stops if stops is None else stops,
        notification_lead_s=policy.notification_lead_s if lead is None else lead * HOUR,
        least_slack_s=policy.least_slack_s if slack is None else slack * MINUTE,
        use_unknown=form.checked("unknown"),
    )
    limits = replace(limits, wall_s=limits.wall_s if wall is None else wall * MINUTE)
    return Terms(policy=policy, limits=limits, seed=1 if seed is None else seed)
