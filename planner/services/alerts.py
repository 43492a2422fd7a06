"""What news does to convoys in hand: told as a command and on the page of today, and as an alert to who is on duty."""

from collections import Counter
from dataclasses import replace

from planner.domain.advice import URGENCY, Advice
from planner.domain.world import World
from planner.services.crises import load_world
from planner.services.impact import Touched, advise
from planner.services.in_hand import InHand, find_in_hand
from planner.services.plan_records import get_plan
from planner.store.store import Store
from routing.evidence import Evidence
from routing.units import AsOf, Instant


def touched_since(world: World, in_hand: InHand, since: int, question: AsOf) -> tuple[Touched, ...]:
    """Return the convoys in hand that the records after a position and up to the question touch, and what each can do.

    What a convoy's plan knew is no news to it. Those to turn back come first, then those to hold, to send another
    way, to look at again.
    """
    if in_hand.latest is None:
        return ()
    going = in_hand.not_back(question.at)
    touched: list[Touched] = []
    for known in sorted({max(since, one.known) for one in going}):
        if known < question.known:
            alike = [one for one in going if max(since, one.known) == known]
            before, after = _up_to(world, known), _up_to(world, question.known)
            touched += advise(before, after, in_hand.latest.plan, alike, question.at)
    return tuple(sorted(touched, key=lambda one: (URGENCY.index(one.advice), one.convoy.convoy.depart_at)))


def _up_to(world: World, position: int) -> World:
    return replace(world, log=tuple(record for record in world.log if record.position <= position))


def advice_on(store: Store, crisis: str, news: tuple[int, int]) -> Counter[Advice]:
    """Return how many convoys in hand some records touch, by what they can do; empty where they touch none.

    The hour is that at which the last of them was learned, so that asked again the answer is the same.
    """
    world = load_world(store, crisis)
    told = [record for record in world.log if news[0] <= record.position <= news[1]]
    if not told:
        return Counter()
    question = AsOf(at=_learned(told), known=news[1])
    in_hand = find_in_hand(store, crisis, lambda plan: get_plan(store, plan, crisis))
    return Counter(one.advice for one in touched_since(world, in_hand, news[0] - 1, question))


def _learned(records: list[Evidence]) -> Instant:
    return max(record.learned_at for record in records)
