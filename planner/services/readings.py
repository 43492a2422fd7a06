"""Keep at hand what pages ask for again and again: the crisis as it stands, its access, and plans that never change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Final, Generic, TypeVar

from planner.domain.world import World
from planner.services.access import LOOK_AROUND_S, access_known, access_over
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
    """What is on record about one crisis, read again only when something was written; safe from several threads.

    Where nothing but the log has grown, its new records alone are read, and a map of the same instant and horizon is
    brought up to date instead of folded anew.
    """

    def __init__(self, store: Store, crisis: str, settle: Callable[[], None] = lambda: None) -> None:
        """Keep readings of a crisis; `settle` is called whenever the world was read anew as a whole."""
        self._store, self._crisis, self._settle = store, crisis, settle
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] | None = None
        self._world: World | None = None
        self._maps: _Shelf[AccessMap] = _Shelf(MAPS_KEPT)
        self._plans: _Shelf[PlanRecord] = _Shelf(PLANS_KEPT)

    def world(self) -> World:
        """Return all that is on record about the crisis now."""
        return self._at_hand()[0]

    def _at_hand(self) -> "tuple[World, _Shelf[AccessMap]]":
        """Return the world as it stands now, and the maps of its network."""
        with self._store.reading() as read:
            stamp = read.stamp(self._crisis)
        with self._lock:
            if self._world is None or self._stamp is None or stamp[:-1] != self._stamp[:-1]:
                # Read after the stamp: what is written in between is read too, and once more at the next question.
                self._world, self._maps = load_world(self._store, self._crisis), _Shelf(MAPS_KEPT)
                self._settle()
            elif stamp != self._stamp:
                self._world = self._grown(self._world)
            self._stamp = stamp
            return self._world, self._maps

    def access_at(self, question: AsOf) -> AccessMap:
        """Return the access map at one instant."""
        return self.access_over(question, Window(question.at, question.at + 1))

    def access_around(self, question: AsOf) -> AccessMap:
        """Return the access map of the weeks around an instant: since when and until when a status holds."""
        return self.access_over(question, Window(question.at - LOOK_AROUND_S, question.at + LOOK_AROUND_S + 1))

    def access_over(self, question: AsOf, horizon: Window) -> AccessMap:
        """Return the access map over a horizon."""
        world, maps = self._at_hand()
        return maps.get((question, horizon), lambda: self._map(world, maps, question, horizon))

    def _map(self, world: World, maps: "_Shelf[AccessMap]", question: AsOf, horizon: Window) -> AccessMap:
        """Return the map, from one of the same instant and horizon that knew less or more, if there is one."""
        like = [known for known in maps.values() if known.as_of.at == question.at and known.horizon == horizon]
        if not like:
            return access_over(world, question, horizon)
        return access_known(min(like, key=lambda one: abs(one.as_of.known - question.known)), world, question.known)

    def _grown(self, world: World) -> World:
        with self._store.reading() as read:
            return replace(world, log=(*world.log, *read.log(self._crisis, after=world.head)))

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

    def values(self) -> tuple[T, ...]:
        with self._lock:
            return tuple(self._kept.values())

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
