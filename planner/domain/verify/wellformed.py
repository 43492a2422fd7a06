"""Before a plan can be judged: does it speak of things that exist, and do its convoys leave, serve and come back."""

from collections import Counter
from collections.abc import Iterator

from planner.domain.plan import Convoy, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.violation import Violation


def well_formed(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A plan answers its own snapshot, names what the snapshot holds, and gives each convoy an id, a stop and a way."""

    def wrong(convoy: Convoy | None, detail: str) -> Violation:
        return Violation(rule="well_formed", convoy=None if convoy is None else convoy.id, detail=detail)

    if (plan.as_of, plan.horizon) != (snapshot.as_of, snapshot.horizon):
        yield wrong(None, f"made as of {plan.as_of} over {plan.horizon}, the snapshot asks another question")
    for name, number in sorted(Counter(convoy.id for convoy in plan.convoys).items()):
        if number > 1:
            yield wrong(None, f"{number} convoys are called {name}")
    promised = {convoy.movement for convoy in (*snapshot.pinned, *snapshot.notified)}
    for convoy in plan.convoys:
        yield from (
            wrong(convoy, f"names {word} {name}, which is not there") for word, name in _unknown(convoy, snapshot)
        )
        if not convoy.stops or not convoy.moves:
            yield wrong(convoy, "serves no site, or does not move")
        elif not convoy.loading.start < convoy.depart_at < convoy.back_at:
            yield wrong(convoy, "is back before it leaves, or leaves before loading starts")
        if any(n < 0 for trucks in (convoy.trucks, *(s.trucks for s in convoy.stops)) for n in trucks.values()):
            yield wrong(convoy, "has fewer than no trucks of a type")
        if convoy.movement is not None and convoy.movement not in promised:
            yield wrong(convoy, f"is said to be movement {convoy.movement}, which nobody was promised")


def _unknown(convoy: Convoy, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    kinds = (*convoy.trucks, *(kind for stop in convoy.stops for kind in stop.trucks))
    named = (
        ("hub", (convoy.hub,), snapshot.hubs),
        ("site", (stop.site for stop in convoy.stops), snapshot.sites),
        ("commodity", (load.commodity for stop in convoy.stops for load in stop.loads), snapshot.commodities),
        ("truck type", kinds, snapshot.truck_types),
        ("gate", (p.gate for move in convoy.moves for p in move.gates), snapshot.network.gates),
        ("place", (place for move in convoy.moves for place in (move.start, move.end)), snapshot.network.places),
    )
    for word, names, known in named:
        for name in sorted(set(names) - set(known)):
            yield word, name
