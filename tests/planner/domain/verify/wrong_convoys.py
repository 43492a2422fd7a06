"""Plans with one thing wrong in trucks, crews and loading, between convoys, or in the form of the plan."""

from dataclasses import replace

from planner.domain.plan import PinnedNotice
from planner.domain.policy import PlanPolicy
from routing.units import DAY, HOUR, MINUTE, Window
from tests.planner.domain.plans import both_towns, find, food
from tests.planner.domain.verify.mutations import (
    Mutation,
    given_up,
    in_convoy,
    in_escorts,
    in_fleet,
    in_groups,
    in_policy,
    in_segment,
    in_site,
    in_stop,
    in_world,
    later,
    near_on_day_one,
    promised,
    twice_across,
    without,
)
from tests.planner.instances import at, hours


def no_stops(policy: PlanPolicy) -> PlanPolicy:
    """Return a policy that refuses to be made: the verifier must not rely on that."""
    none = replace(policy)
    object.__setattr__(none, "max_stops", 0)
    return none


RESOURCES: tuple[Mutation, ...] = (
    Mutation(
        says="loading starts before the plan is made", rule="horizon",
        change=in_convoy("hub-near", lambda c: replace(c, loading=Window(at(-1, "05:00"), at(-1, "07:00")))),
    ),
    Mutation(
        says="a site is served after the horizon", rule="horizon", follows=frozenset({"need"}),
        change=in_convoy("hub-near", lambda c: later(c, 3 * DAY)),
    ),
    Mutation(
        says="the trucks at the stop are not the column's", rule="convoy_size",
        change=in_stop("hub-near", lambda s: replace(s, trucks={"ten": 7})), follows=frozenset({"capacity_kg"}),
    ),
    Mutation(
        says="the column is smaller than allowed", rule="convoy_size",
        change=in_policy(lambda q: replace(q, min_trucks=9)),
    ),
    Mutation(
        says="the column is larger than allowed", rule="convoy_size",
        change=in_policy(lambda q: replace(q, max_trucks=11)),
    ),
    Mutation(says="more stops than allowed", rule="stop_count", change=in_policy(no_stops)),
    Mutation(
        says="loaded when the warehouse is shut", rule="loading",
        change=in_convoy("hub-across", lambda c: replace(c, loading=Window(at(0, "12:00"), at(0, "15:00")))),
    ),
    Mutation(
        says="loaded faster than the lines can", rule="loading",
        change=in_convoy("hub-across", lambda c: replace(c, loading=Window(at(0, "16:01"), at(0, "19:00")))),
    ),
    Mutation(
        says="gone before it is loaded", rule="loading",
        change=in_convoy("hub-near", lambda c: later(c, -60)),
    ),
    Mutation(
        says="two convoys are loaded at once", rule="loading", base=near_on_day_one,
        change=in_convoy("hub-near", lambda c: replace(c, loading=Window(at(0, "17:00"), at(0, "19:00")))),
    ),
    Mutation(
        says="unloaded faster than the site can", rule="unloading",
        change=in_stop("hub-near", lambda s: replace(s, unloaded_at=s.unloaded_at - 1)),
    ),
    Mutation(
        says="the hub has fewer trucks", rule="fleet", change=in_fleet(lambda f: replace(f, trucks=11)),
    ),
    Mutation(
        says="the trucks are needed twice at once", rule="fleet", base=near_on_day_one,
        change=in_fleet(lambda f: replace(f, trucks=19)),
    ),
    Mutation(
        says="the trucks are lent until noon", rule="fleet",
        change=in_fleet(lambda f: replace(f, available=Window(f.available.start, at(1, "12:00")))),
    ),
    Mutation(
        says="trucks are bound by a promise that cannot be kept now", rule="fleet",
        base=given_up,
        change=lambda p, s: (
            p,
            replace(
                s, fleets=tuple(replace(f, trucks=19) for f in s.fleets),
                pinned=tuple(later(c, DAY) for c in s.pinned),
                access=replace(s.access, holds=(replace(s.access.holds[0], window=hours(1, "06:00", "07:30")),)),
            ),
        ),
    ),
    Mutation(says="there is no escort", rule="escort", change=in_escorts(lambda e: replace(e, teams=0))),
    Mutation(
        says="the escort is there until noon", rule="escort",
        change=in_escorts(lambda e: replace(e, available=Window(e.available.start, at(1, "12:00")))),
    ),
)  # fmt: skip

TOGETHER: tuple[Mutation, ...] = (
    Mutation(
        says="two columns at one gate", rule="gate_capacity", change=twice_across,
        follows=frozenset({"loading", "fleet", "one_visit_a_day", "unloading", "people_reached", "stock"}),
    ),
    Mutation(
        says="the gate lets fewer trucks through", rule="gate_capacity",
        follows=frozenset({"travel_time", "slack", "exposure"}),
        change=in_world(lambda s: replace(s, access=replace(s.access, gate_flow={"river-gate": 29}))),
    ),
    Mutation(
        says="two columns meet on a narrow road", rule="column_meeting", base=near_on_day_one,
        change=in_segment("hub-fork", lambda s: replace(s, single_lane=True)),
    ),
    Mutation(
        says="one of the coupled towns is left out", rule="coupling", base=both_towns,
        change=without("south-valley"), follows=frozenset({"people_reached"}),
    ),
    Mutation(
        says="the coupled towns are too far apart in time", rule="coupling", base=both_towns,
        change=in_groups(lambda g: replace(g, tolerance_s=30 * MINUTE - 1)),
    ),
    Mutation(
        says="the coupled towns are served on two days", rule="coupling", base=both_towns,
        change=in_convoy(
            "south-valley",
            lambda c: replace(
                later(c, -DAY), loading=Window(at(-1, "16:00"), at(-1, "18:00")), slack_s=c.slack_s
            ),
        ),
    ),
    Mutation(
        says="a site is visited twice a day", rule="one_visit_a_day", base=near_on_day_one,
        change=lambda p, s: (
            replace(p, convoys=(*p.convoys, replace(later(find(p, "hub-near"), 3 * HOUR), id="again"))), s
        ),
        follows=frozenset({"loading", "fleet", "need", "people_reached"}),
    ),
    Mutation(
        says="a site is closed", rule="one_visit_a_day",
        change=in_site("near", lambda s: replace(s, listing="closed")),
    ),
    Mutation(
        says="a promised movement is gone", rule="pinned", base=promised, change=without("hub-near"),
        follows=frozenset({"people_reached"}),
    ),
    Mutation(
        says="a promised movement leaves later", rule="pinned", base=promised,
        change=in_convoy("hub-near", lambda c: later(c, 600)),
    ),
    Mutation(
        says="a promised movement brings less", rule="pinned", base=promised, follows=frozenset({"people_reached"}),
        change=in_stop("hub-near", lambda s: replace(s, loads=(food(1_400),))),
    ),
    Mutation(
        says="a promised movement is given up without need", rule="pinned", base=given_up,
        change=in_world(lambda s: replace(s, access=replace(s.access, holds=()))),
    ),
    Mutation(
        says="a movement is given up that nobody was promised", rule="pinned",
        change=lambda p, s: (replace(p, pinned=(PinnedNotice(movement="m-9", rules=("hold",), choices=("hold",)),)), s),
    ),
)  # fmt: skip

FORM: tuple[Mutation, ...] = (
    Mutation(
        says="an unknown site", rule="well_formed", change=in_stop("hub-near", lambda s: replace(s, site="atlantis")),
    ),
    Mutation(
        says="an unknown hub", rule="well_formed", change=in_convoy("hub-near", lambda c: replace(c, hub="nowhere")),
    ),
    Mutation(
        says="an unknown truck", rule="well_formed",
        change=in_convoy("hub-near", lambda c: replace(c, trucks={"cart": 8})),
    ),
    Mutation(
        says="two convoys of one name", rule="well_formed",
        change=lambda p, s: (replace(p, convoys=tuple(replace(c, id="c01") for c in p.convoys)), s),
    ),
    Mutation(
        says="a convoy without stops", rule="well_formed",
        change=in_convoy("hub-near", lambda c: replace(c, stops=())),
    ),
    Mutation(
        says="a convoy that stays", rule="well_formed",
        change=in_convoy("hub-near", lambda c: replace(c, moves=())),
    ),
    Mutation(
        says="fewer than no trucks", rule="well_formed",
        change=in_convoy("hub-near", lambda c: replace(c, trucks={"ten": -8})),
    ),
    Mutation(
        says="a movement nobody was promised", rule="well_formed",
        change=in_convoy("hub-near", lambda c: replace(c, movement="m-9")),
    ),
    Mutation(
        says="another horizon", rule="well_formed",
        change=lambda p, s: (replace(p, horizon=p.horizon.shift(DAY)), s),
    ),
)  # fmt: skip
