"""Keep at hand what pages ask for again and again: the crisis as it stands, its access, and plans that never change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from planner.domain.world import World
from planner.services.access import LOOK_AROUND_S, access_over, status_at
from planner.services.crises import load_world
from planner.services.plan_records import PlanRecord, get_plan
from planner.store.store import Store
from routing.status import AccessMap
from routing.units import AsOf, Window

T = TypeVar("T")
MAPS_KEPT: Final = 48
"""Access maps of one log are kept for so many questions: a slider moved back and forth asks the same ones again."""
PLANS_KEPT: Final = 12
"""A plan with its snapshot takes some megabytes."""


class Readings:
    """What is on record about one crisis, read again only when something was written; safe from several threads."""

    def __init__(self, store: Store, crisis: str, settle: Callable[[], None] = lambda: None) -> None:
        """Keep readings of a crisis; `settle` is called whenever the world was read anew."""
        self._store, self._crisis, self._settle = store, crisis, settle
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] | None = None
        self._world: World | None = None
        self._maps: _Shelf[AccessMap] = _Shelf(MAPS_KEPT)
        self._plans: _Shelf[PlanRecord] = _Shelf(PLANS_KEPT)

    def world(self) -> World:
        """Return all that is on record about the crisis now."""
        with self._store.reading() as read:
            stamp = read.stamp(self._crisis)
        with self._lock:
            if self._world is None or stamp != self._stamp:
                # Read after the stamp: what is written in between is read too, and once more at the next question.
                self._world, self._stamp = load_world(self._store, self._crisis), stamp
                self._maps = _Shelf(MAPS_KEPT)
                self._settle()
            return self._world

    def access_at(self, question: AsOf) -> AccessMap:
        """Return the access map at one instant."""
        world = self.world()
        return self._maps.get((id(world), "at", question), lambda: status_at(world, question))

    def access_around(self, question: AsOf) -> AccessMap:
        """Return the access map of the weeks around an instant: since when and until when a status holds."""
        world = self.world()
        return self._maps.get(
            (id(world), "around", question), lambda: status_at(world, question, around_s=LOOK_AROUND_S)
        )

    def access_over(self, question: AsOf, horizon: Window) -> AccessMap:
        """Return the access map over a horizon."""
        world = self.world()
        return self._maps.get((id(world), question, horizon), lambda: access_over(world, question, horizon))

    def plan(self, plan: str) -> PlanRecord:
        """Return a plan by id or the `latest` one, with its snapshot; whether it is published is read afresh.

        Raises
        ------
        NotFound
            If there is no such plan.
        """
        with self._store.reading() as read:
            card = read.get_plan_card(plan, crisis=self._crisis)
        return self._plans.get(card, lambda: get_plan(self._store, card.id, self._crisis))


class _Shelf(Generic[T]):
    """The values asked for last, each made once."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, made: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = made()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value
