"""The convoys that news may touch: those that are published first, then those of the latest plan that are not yet."""

from collections.abc import Callable
from dataclasses import dataclass

from planner.domain.plan import Convoy, PlanId
from planner.services.itinerary import number_convoys
from planner.services.plan_records import PlanRecord
from planner.store.store import Store
from routing.units import AsOf, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyInHand:
    """A convoy with the number people call it by, the plan it is from, and whether it is published.

    `known` is the position of the log up to which its plan knew: what was learned until then is no news to it.
    """

    convoy: Convoy
    number: str
    plan: PlanId
    published: bool
    known: int = 0

    @property
    def id(self) -> str:
        """The movement's id where it is published, else the plan's and the convoy's."""
        return self.convoy.movement or f"{self.plan}-{self.convoy.id}"

    @property
    def people(self) -> int:
        """People it is to feed."""
        return sum(load.people for stop in self.convoy.stops for load in stop.loads)


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """The convoys in hand, and the plan that those not published are from; None where there is no plan."""

    convoys: tuple[ConvoyInHand, ...]
    latest: PlanRecord | None

    def not_back(self, at: Instant) -> tuple[ConvoyInHand, ...]:
        """Return those that are not back by an instant."""
        return tuple(one for one in self.convoys if one.convoy.back_at > at)


def find_in_hand(
    store: Store, crisis: str, get_plan: Callable[[str], PlanRecord], question: AsOf | None = None
) -> InHand:
    """Return the convoys in hand; with a question, those of plans made by then from what was known then.

    `get_plan` returns a plan by its id, and may keep it at hand.
    """
    with store.reading() as read:
        cards = read.list_plans(crisis, limit=20, supposed=False)
        movements = [m for m in read.list_movements(crisis) if m.convoy is not None and m.plan is not None]
    plans: dict[PlanId, PlanRecord] = {}

    def counted(plan: PlanId) -> bool:
        if plan not in plans:
            plans[plan] = get_plan(plan)
        made_from = plans[plan].plan.as_of
        return question is None or (made_from.at <= question.at and made_from.known <= question.known)

    found = []
    for movement in movements:
        if movement.convoy is None or movement.plan is None or not counted(movement.plan):
            continue
        numbers = number_convoys(plans[movement.plan].plan, plans[movement.plan].snapshot)
        number = numbers.get(movement.planned_as or "", movement.id)
        known = plans[movement.plan].plan.as_of.known
        found.append(
            ConvoyInHand(convoy=movement.convoy, number=number, plan=movement.plan, published=True, known=known)
        )
    latest = next((plans[card.id] for card in cards if counted(card.id)), None)
    if latest is not None:
        promised = {(m.plan, m.planned_as) for m in movements} | {(None, m.id) for m in movements}
        numbers = number_convoys(latest.plan, latest.snapshot)
        found += [
            ConvoyInHand(
                convoy=convoy, number=numbers[convoy.id], plan=latest.id, published=False, known=latest.plan.as_of.known
            )
            for convoy in latest.plan.convoys
            if (latest.id, convoy.id) not in promised and (None, convoy.movement) not in promised
        ]
    found.sort(key=lambda one: (not one.published, one.convoy.depart_at, one.number))
    return InHand(convoys=tuple(found), latest=latest)
