"""Plans with one thing wrong on the road, at a gate, in a halt or in a figure of the drive."""

from collections.abc import Callable
from dataclasses import replace

from routing.status import Piece, Status
from routing.units import DAY, HOUR, Window
from tests.planner.domain.plans import over_night
from tests.planner.domain.verify.mutations import (
    Mutation,
    held,
    in_convoy,
    in_move,
    in_policy,
    in_segment,
    in_stop,
    in_timeline,
    in_world,
    later,
    line_open,
)
from tests.planner.instances import at, hours, open_only, piece


def _shut(window: Window, code: str) -> Callable[[Window], tuple[Piece, ...]]:
    """Return the gate's line open on day 1 but for a window in which the gate is shut."""

    def pieces(horizon: Window) -> tuple[Piece, ...]:
        opened = open_only(horizon, (hours(1, "10:00", "14:10"),), cause="arrangement:river-gate")
        found: list[Piece] = []
        for one in opened:
            if not one.window.overlaps(window):
                found.append(one)
                continue
            found += [
                replace(one, window=Window(one.window.start, window.start)),
                piece(window, Status.BLOCKED, 0.0, code, part="gate"),
                replace(one, window=Window(window.end, one.window.end)),
            ]
        return tuple(found)

    return pieces


ROADS: tuple[Mutation, ...] = (
    Mutation(
        says="a segment is left out", rule="path", follows=frozenset({"travel_time"}),
        change=in_move("hub-near", 0, lambda m: replace(m, segments=("fork-near",))),
    ),
    Mutation(
        says="a segment is not in the network", rule="path", follows=frozenset({"travel_time"}),
        change=in_move("hub-near", 0, lambda m: replace(m, segments=("hub-fork", "ghost-road"))),
    ),
    Mutation(
        says="the segments end at another place", rule="path",
        change=in_move("hub-near", 0, lambda m: replace(m, segments=("hub-fork",))),
    ),
    Mutation(
        says="a one-way road is driven the wrong way", rule="path", follows=frozenset({"travel_time"}),
        change=in_segment("fork-near", lambda s: replace(s, oneway=True)),
    ),
    Mutation(
        says="the column does not come back", rule="path", follows=frozenset({"slack"}),
        change=in_convoy("hub-near", lambda c: replace(c, moves=c.moves[:1])),
    ),
    Mutation(
        says="the column leaves from where it is not", rule="path", base=over_night,
        change=in_convoy("hub-remote", lambda c: replace(c, moves=(c.moves[0], *c.moves[2:]))),
    ),
    Mutation(
        says="the stop is before anybody arrives", rule="path",
        change=in_stop("hub-near", lambda s: replace(s, arrive_at=s.arrive_at - 60)),
    ),
    Mutation(
        says="the column leaves before it is unloaded", rule="path",
        change=in_stop("hub-near", lambda s: replace(s, unloaded_at=s.unloaded_at + 60)),
    ),
    Mutation(
        says="the way back is said to be loaded", rule="path",
        change=in_move("hub-near", 1, lambda m: replace(m, loaded=True)),
    ),
    Mutation(
        says="the way out is said to be empty", rule="path", base=over_night,
        change=in_move("hub-remote", 0, lambda m: replace(m, loaded=False)),
    ),
    Mutation(
        says="the column arrives a minute sooner than it can", rule="travel_time",
        change=in_move("hub-near", 1, lambda m: replace(m, arrive_at=m.arrive_at - 60)),
    ),
    Mutation(
        says="a gate is not told", rule="travel_time", change=in_move("hub-across", 1, lambda m: replace(m, gates=())),
    ),
    Mutation(
        says="a gate is passed at another time", rule="travel_time",
        change=in_move(
            "hub-across", 1,
            lambda m: replace(
                m, gates=(replace(m.gates[0], arrive_at=at(1, "12:40"), clear_at=at(1, "13:04")),)
            ),
        ),
    ),
    Mutation(
        says="the line is not open that day", rule="blocked_segment",
        follows=frozenset({"window_return", "slack", "risk", "exposure"}),
        change=in_convoy("hub-across", lambda c: later(c, DAY)),
    ),
    Mutation(
        says="the column is at the line a minute before it opens", rule="blocked_segment",
        follows=frozenset({"window_return"}), change=in_convoy("hub-across", lambda c: later(c, -60)),
    ),
    Mutation(
        says="the line closes while the column stands in it", rule="segment_window",
        follows=frozenset({"window_return"}),
        change=line_open(hours(1, "10:00", "11:00"), hours(1, "12:00", "14:10")),
    ),
    Mutation(
        says="the line closes a minute before the way back is over", rule="window_return", follows=frozenset({"slack"}),
        change=line_open(hours(1, "10:00", "13:29")),
    ),
    Mutation(
        says="the line closes and opens again while the column unloads", rule="window_return",
        change=line_open(hours(1, "10:00", "12:00"), hours(1, "12:30", "14:10")),
    ),
    Mutation(
        says="the gate shuts for the day before the column is through", rule="gate_hours",
        change=in_timeline("fork-across", _shut(hours(1, "10:30", "11:00"), "outside_hours")),
    ),
    Mutation(
        says="nobody has reported on the road and the policy refuses that", rule="unknown_segment",
        follows=frozenset({"risk", "exposure"}),
        change=lambda p, s: in_timeline("fork-near", lambda h: (piece(h, Status.UNKNOWN, 0.5),))(
            *in_policy(lambda q: replace(q, use_unknown=False))(p, s)
        ),
    ),
    Mutation(
        says="a truck is too heavy for a bridge", rule="truck_limit",
        change=in_segment("fork-near", lambda s: replace(s, weight_limit_kg=17_999)),
    ),
    Mutation(
        says="an axle of a truck is too heavy for a bridge", rule="truck_limit",
        change=in_segment("fork-near", lambda s: replace(s, axle_limit_kg=11_499)),
    ),
    Mutation(
        says="a truck is too high for a tunnel", rule="truck_limit",
        change=in_segment("fork-near", lambda s: replace(s, height_limit_m=3.99)),
    ),
    Mutation(
        says="a truck is too wide for a gate", rule="truck_limit",
        change=in_segment("fork-near", lambda s: replace(s, width_limit_m=2.54)),
    ),
    Mutation(
        says="the column is on the road after dusk", rule="night_driving",
        change=in_convoy("hub-near", lambda c: later(c, 9 * HOUR)),
    ),
    Mutation(
        says="the column sleeps where it may not", rule="overnight", base=over_night,
        change=in_world(
            lambda s: replace(
                s, network=replace(
                    s.network,
                    places={**s.network.places, "halfway": replace(s.network.places["halfway"], overnight=False)},
                ),
            )
        ),
    ),
    Mutation(
        says="unloading drags on through the night at a site that is no place to sleep", rule="overnight",
        change=in_convoy(
            "hub-near",
            lambda c: replace(
                c, stops=(replace(c.stops[0], unloaded_at=at(1, "08:48")),),
                moves=(c.moves[0], later(c, DAY).moves[1]), slack_s=c.slack_s - DAY,
            ),
        ),
    ),
    Mutation(
        says="a drive is longer than allowed", rule="overnight", base=over_night,
        change=in_policy(lambda q: replace(q, max_driving_s=4 * HOUR - 1)),
    ),
    Mutation(
        says="two drives without a rest are longer than allowed", rule="overnight",
        change=lambda p, s: in_convoy(
            "hub-near",
            lambda c: replace(
                c,
                moves=(
                    replace(c.moves[0], end="fork", arrive_at=at(0, "07:40"), segments=("hub-fork",)),
                    replace(c.moves[0], start="fork", depart_at=at(0, "07:40"), segments=("fork-near",)),
                    c.moves[1],
                ),
            ),
        )(*in_policy(lambda q: replace(q, max_driving_s=HOUR - 1))(p, s)),
    ),
    Mutation(says="everybody is held", rule="hold", change=held(hours(1, "14:00", "15:00"))),
    Mutation(says="the road is held", rule="hold", change=held(hours(0, "07:50", "07:55"), "fork-near")),
    Mutation(
        says="the chance to arrive is said to be better", rule="risk",
        change=in_convoy("hub-across", lambda c: replace(c, p=0.73)),
    ),
    Mutation(
        says="the chance to arrive is said to be worse", rule="risk",
        change=in_convoy("hub-across", lambda c: replace(c, p=0.71)),
    ),
    Mutation(
        says="the chance to arrive is under the cap", rule="risk",
        change=in_policy(lambda q: replace(q, risk_cap_p=0.721)),
    ),
    Mutation(
        says="more slack is said than there is", rule="slack",
        change=in_convoy("hub-across", lambda c: replace(c, slack_s=2_401)),
    ),
    Mutation(
        says="the way back closes a minute sooner behind the column than the policy asks", rule="least_slack",
        change=in_policy(lambda q: replace(q, least_slack_s=2_460)),
    ),
    Mutation(
        says="less time under threat is said than there is", rule="exposure",
        change=in_convoy("hub-across", lambda c: replace(c, exposure_truck_s=c.exposure_truck_s - 1)),
    ),
)  # fmt: skip
